//! Which tables there are, and values on their way.

use crate::dialect::Dialect;
use crate::sql::{Sql, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zhijian_records::port::{Cell, StoreError};

/// Tables that do not go whole: the chain and what it carries, what is made again, what ends with the machine.
const APART: [&str; 8] = ["schema_version", "chain", "audit", "consumers", "sessions", "lookups", "partitions", "sqlite_stat1"];
/// Readings, which PostgreSQL keeps in the same database, go beside the store, the same way for both databases. Older backups hold them whole. Their
/// hours and the room of the quarantine are made again from them.
const BESIDE: [&str; 8] =
    ["readings", "quarantine", "reading_tallies", "reading_reopened", "reading_hours", "reading_summed", "reading_mark", "quarantine_room"];

/// Is the table carried beside the store?
pub(super) fn goes_beside(table: &str) -> bool {
    BESIDE.contains(&table)
}

/// Does the table go whole?
pub(super) fn goes_whole(table: &str) -> bool {
    !APART.contains(&table) && !["rec_", "his_", "sqlite_"].iter().any(|prefix| table.starts_with(prefix))
}

/// All tables.
pub(super) fn list(dialect: Dialect) -> Sql {
    let text = match dialect {
        Dialect::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
        Dialect::Postgres => {
            "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY 1"
        }
    };
    Sql::new("列出数据表", text)
}

/// Columns of a table: name, type, place in the primary key.
pub(super) fn columns(dialect: Dialect, table: &str) -> Sql {
    let text = match dialect {
        Dialect::Sqlite => "SELECT name, lower(type), pk FROM pragma_table_info($1) ORDER BY cid",
        Dialect::Postgres => {
            "SELECT a.attname::text, format_type(a.atttypid, NULL)::text, 0::bigint FROM pg_attribute a \
             JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = current_schema() AND c.relname = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
        }
    };
    Sql::with("列出数据列", text, [table.into()])
}

/// A value as it is kept in a backup.
pub(super) fn cell(value: Value) -> Cell {
    match value {
        Value::Null | Value::Texts(_) | Value::Ints(_) | Value::Blobs(_) => Cell::Null,
        Value::Int(number) => Cell::Int(number),
        Value::Real(number) => Cell::Real(number),
        Value::Text(text) => Cell::Text(text),
        Value::Blob(bytes) => Cell::Bytes { b: STANDARD.encode(bytes) },
    }
}

/// A value from a backup.
pub(super) fn value(cell: &Cell) -> Result<Value, StoreError> {
    Ok(match cell {
        Cell::Null => Value::Null,
        Cell::Int(number) => Value::Int(*number),
        Cell::Real(number) => Value::Real(*number),
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Bytes { b } => {
            Value::Blob(STANDARD.decode(b).map_err(|error| StoreError::Failed { doing: "读取备份".into(), source: error.into() })?)
        }
    })
}
