//! The two tables of a kind: `rec_<kind>` holds the newest revision of each record, `his_<kind>` the older ones.
//!
//! Every index costs each imported row, so there are few: the id, the natural key, (region, year, id) for scopes, counts and
//! lake partitions, the day of the event for lists, the owner where there is one, the commit for verification, and what the kind itself
//! asks for.
//! Indexes that a kind no longer asks for stay: building them again takes long, and another version may want them.

use super::{ColumnType, Target};
use crate::TableSpec;
use crate::backend::Backend;
use crate::dialect::Dialect;
use crate::sql::{Sql, bad};
use sm3::{Digest, Sm3};
use std::collections::HashSet;
use zhijian_records::audit::hex;
use zhijian_records::port::StoreError;

const DOING: &str = "建立表单数据表";

/// Small columns first: in SQLite reading them then needs no overflow page.
const COLUMNS: [(&str, ColumnType); 17] = [
    ("id", ColumnType::Text),
    ("rev", ColumnType::Int),
    ("region", ColumnType::Text),
    ("town", ColumnType::Text),
    ("year", ColumnType::Int),
    ("event_date", ColumnType::Text),
    ("owner", ColumnType::Text),
    ("state", ColumnType::Text),
    ("retracted", ColumnType::Int),
    ("recorded_from", ColumnType::Int),
    ("commit_seq", ColumnType::Int),
    ("ord", ColumnType::Int),
    ("key", ColumnType::Blob),
    ("search", ColumnType::Text),
    ("secret", ColumnType::Blob),
    ("data", ColumnType::Json),
    ("recorded_to", ColumnType::Int),
];

/// The tables of a kind.
#[derive(Debug)]
pub(crate) struct KindTable {
    /// Kind.
    pub kind: String,
    /// Newest revisions.
    pub newest: Target,
    /// Older revisions.
    pub older: Target,
    /// Columns and expressions by which an index orders the newest revisions.
    pub sorted: HashSet<String>,
}

impl KindTable {
    fn new(kind: &str) -> Result<Self, StoreError> {
        let plain = kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if kind.is_empty() || kind.len() > 40 || !plain {
            return Err(bad(format!("表单类型名无效：{kind}")));
        }
        let target = |prefix: &str, columns| Target { table: format!("{prefix}_{kind}"), columns, ignore_existing: false };
        Ok(Self { kind: kind.to_owned(), newest: target("rec", &COLUMNS[..16]), older: target("his", &COLUMNS), sorted: HashSet::new() })
    }

    /// Names of the columns that both tables have.
    pub fn shared_columns() -> String {
        COLUMNS[..16].iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// Creates the tables and indexes that are missing.
pub(crate) async fn create_kinds(backend: &dyn Backend, specs: &[TableSpec]) -> Result<Vec<KindTable>, StoreError> {
    let dialect = backend.dialect();
    let mut tables = Vec::with_capacity(specs.len());
    let mut wanted = Vec::new();
    for spec in specs {
        let mut table = KindTable::new(&spec.kind)?;
        wanted.extend(objects(dialect, &table, spec)?);
        table.sorted = ["id", "event_date"].map(str::to_owned).into();
        for column in &spec.indexes {
            table.sorted.insert(dialect.expression(column)?.sql);
        }
        tables.push(table);
    }
    let present = present(backend).await?;
    let missing: Vec<_> = wanted.into_iter().filter(|object| !present.contains(&object.name)).collect();
    if !missing.is_empty() {
        let mut tx = backend.begin().await?;
        super::lock(&mut *tx, dialect).await?;
        for object in missing {
            tx.script(DOING, &object.create).await?;
        }
        tx.commit().await?;
    }
    Ok(tables)
}

/// A table or an index.
struct Object {
    name: String,
    create: String,
}

fn objects(dialect: Dialect, table: &KindTable, spec: &TableSpec) -> Result<Vec<Object>, StoreError> {
    let (rec, his) = (&table.newest.table, &table.older.table);
    let mut objects = vec![
        Object { name: rec.clone(), create: create_table(dialect, &table.newest, "PRIMARY KEY (id)") },
        Object { name: his.clone(), create: create_table(dialect, &table.older, "PRIMARY KEY (id, rev)") },
    ];
    let mut index = |unique: &str, table: &str, what: &str, columns: &str, condition: &str| {
        let name = format!("ix_{table}_{what}");
        let create = format!("CREATE {unique}INDEX IF NOT EXISTS {name} ON {table} ({columns}){condition}");
        objects.push(Object { name, create });
    };
    index("UNIQUE ", rec, "key", "key", "");
    // The desk counts every kind by region, state and day: the columns after the id tell that without a look at the row.
    index("", rec, "scope", "region, year, id, town, retracted, state, recorded_from", "");
    // Lists are walked from the newest event on; the last three columns tell without a look at the row whether it is in the scope.
    index("", rec, "day", "event_date, id, region, town, retracted", "");
    index("", rec, "owner", "owner", " WHERE owner <> ''");
    index("", rec, "commit", "commit_seq", "");
    index("", his, "place", "region, year, id", "");
    index("", his, "commit", "commit_seq", "");
    for column in &spec.indexes {
        let expression = dialect.expression(column)?;
        // The hash is over the expression: a changed expression is another index.
        let short = &hex(&Sm3::digest(expression.sql.as_bytes()))[..12];
        let nulls = if expression.nullable { dialect.nulls(false) } else { "" };
        index("", rec, short, &format!("({}){nulls}", expression.sql), "");
    }
    Ok(objects)
}

fn create_table(dialect: Dialect, target: &Target, key: &str) -> String {
    let columns: Vec<String> = target
        .columns
        .iter()
        .map(|(name, column_type)| {
            let sql_type = match (dialect, column_type) {
                (Dialect::Sqlite, ColumnType::Text | ColumnType::Json) => "TEXT",
                (Dialect::Sqlite, ColumnType::Int) => "INTEGER",
                (Dialect::Sqlite, ColumnType::Blob) => "BLOB",
                (Dialect::Postgres, ColumnType::Text) => "TEXT COLLATE \"C\"",
                (Dialect::Postgres, ColumnType::Json) => "JSON",
                (Dialect::Postgres, ColumnType::Int) => "BIGINT",
                (Dialect::Postgres, ColumnType::Blob) => "BYTEA",
            };
            format!("{name} {sql_type} NOT NULL")
        })
        .collect();
    format!("CREATE TABLE IF NOT EXISTS {} ({}, {key})", target.table, columns.join(", "))
}

async fn present(backend: &dyn Backend) -> Result<HashSet<String>, StoreError> {
    let names = match backend.dialect() {
        Dialect::Sqlite => "SELECT name FROM sqlite_schema WHERE type IN ('table', 'index')",
        Dialect::Postgres => {
            "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'i', 'I')"
        }
    };
    let rows = backend.read(Sql::new(DOING, names)).await?;
    Ok(rows.into_iter().map(|mut row| row.text(0)).collect())
}
