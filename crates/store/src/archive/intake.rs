//! Filling an empty store from what a snapshot gave.
//!
//! All revisions go into the tables of the older ones first; at the end the newest of each record moves to its place. So it does not
//! matter at which line a restore stops.

use super::{AUDIT, OPEN_END, REVISIONS, tables};
use crate::append::lookups_table;
use crate::backend::Writing;
use crate::engine::Engine;
use crate::history::one_value;
use crate::row::stored_columns;
use crate::schema::{ColumnType, KindTable, Target};
use crate::sql::{Sql, Value, bad};
use zhijian_records::port::{Cell, RecordId, Sheet, StoreError, Stored};

const DOING: &str = "写入恢复的数据";

/// Columns of the audit table, as the last migration leaves it.
const AUDIT_COLUMNS: [(&str, ColumnType); 18] = [
    ("seq", ColumnType::Int),
    ("at", ColumnType::Int),
    ("actor", ColumnType::Text),
    ("reason", ColumnType::Text),
    ("source", ColumnType::Text),
    ("action", ColumnType::Text),
    ("kind", ColumnType::Text),
    ("record", ColumnType::Text),
    ("count", ColumnType::Int),
    ("digest", ColumnType::Text),
    ("prev", ColumnType::Text),
    ("hash", ColumnType::Text),
    ("partitions", ColumnType::Text),
    ("role", ColumnType::Text),
    ("session", ColumnType::Text),
    ("address", ColumnType::Text),
    ("region", ColumnType::Text),
    ("rev", ColumnType::Int),
];

/// Nothing was ever written.
pub(super) async fn is_empty(engine: &Engine) -> Result<bool, StoreError> {
    let text = "SELECT (SELECT count(*) FROM (SELECT 1 FROM audit LIMIT 1) AS a) + (SELECT count(*) FROM accounts)";
    Ok(matches!(one_value(engine, Sql::new("检查数据库", text)).await?, Some(Value::Int(0))))
}

/// Empties every table.
pub(super) async fn clear(engine: &Engine) -> Result<(), StoreError> {
    let dialect = engine.backend.dialect();
    let names: Vec<String> = engine.backend.read(tables::list(dialect)).await?.into_iter().map(|mut row| row.text(0)).collect();
    let mut tx = engine.backend.begin().await?;
    for table in names.iter().filter(|name| !name.starts_with("sqlite_") && !["schema_version", "chain"].contains(&name.as_str())) {
        tx.run(Sql::new("清空数据库", format!("DELETE FROM {table}"))).await?;
    }
    tx.run(Sql::new("清空数据库", "UPDATE chain SET seq = 0, hash = ''")).await?;
    tx.commit().await
}

/// Takes in a piece of the chain with its revisions.
pub(super) async fn take_in(engine: &Engine, sheets: &[Sheet], up_to: i64) -> Result<(), StoreError> {
    let mut tx = engine.backend.begin().await?;
    for sheet in sheets {
        if sheet.table == AUDIT {
            let target = Target { table: AUDIT.into(), columns: &AUDIT_COLUMNS, ignore_existing: false };
            tx.insert(DOING, &target, rows(sheet, &AUDIT_COLUMNS, "seq", up_to, None)?).await?;
        } else if let Some(kind) = sheet.table.strip_prefix(REVISIONS) {
            let target = &engine.table(kind)?.older;
            let shared = target.columns.get(..16).unwrap_or_default();
            tx.insert(DOING, target, rows(sheet, shared, "commit_seq", up_to, Some(OPEN_END.into()))?).await?;
        } else {
            return Err(bad(format!("备份中的表“{}”不属于审计链", sheet.table)));
        }
    }
    tx.commit().await
}

/// Rows up to a line, in the order of our columns.
fn rows(
    sheet: &Sheet,
    columns: &[(&'static str, ColumnType)],
    by: &str,
    up_to: i64,
    last: Option<Value>,
) -> Result<Vec<Vec<Value>>, StoreError> {
    let place = |name: &str| {
        sheet.columns.iter().position(|column| column == name).ok_or_else(|| bad(format!("备份的表“{}”缺少列“{name}”", sheet.table)))
    };
    let places: Vec<usize> = columns.iter().map(|(name, _)| place(name)).collect::<Result<_, _>>()?;
    let by = place(by)?;
    let inside = |row: &&Vec<Cell>| matches!(row.get(by), Some(Cell::Int(seq)) if *seq <= up_to);
    sheet
        .rows
        .iter()
        .filter(inside)
        .map(|row| {
            let values = places.iter().map(|place| tables::value(row.get(*place).unwrap_or(&Cell::Null)));
            values.chain(last.clone().map(Ok)).collect()
        })
        .collect()
}

/// Takes in whole tables.
pub(super) async fn take_tables(engine: &Engine, sheets: &[Sheet]) -> Result<(), StoreError> {
    let dialect = engine.backend.dialect();
    for sheet in sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        if !tables::goes_whole(&sheet.table) {
            return Err(bad(format!("备份中的表“{}”不应整表恢复", sheet.table)));
        }
        let found = engine.backend.read(tables::columns(dialect, &sheet.table)).await?;
        let known: Vec<(String, String)> = found.into_iter().map(|mut row| (row.text(0), row.text(1))).collect();
        let mut casts = Vec::new();
        for (index, column) in sheet.columns.iter().enumerate() {
            let (_, kind) = known
                .iter()
                .find(|(name, _)| name == column)
                .ok_or_else(|| bad(format!("数据库没有备份中的列“{}.{column}”：请用制作备份的程序版本恢复", sheet.table)))?;
            casts.push(if kind.starts_with("json") { format!("${}::{kind}", index + 1) } else { format!("${}", index + 1) });
        }
        let text =
            format!("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING", sheet.table, sheet.columns.join(", "), casts.join(", "));
        let mut tx = engine.backend.begin().await?;
        for row in &sheet.rows {
            let mut sql = Sql::new(DOING, text.clone());
            sql.values = row.iter().map(tables::value).collect::<Result<_, _>>()?;
            tx.run(sql).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// The newest revisions find their place, and what follows from the records is made again.
pub(super) async fn settle(engine: &Engine) -> Result<(), StoreError> {
    for table in engine.tables() {
        let mut tx = engine.backend.begin().await?;
        settle_kind(&mut *tx, table).await?;
        tx.commit().await?;
        engine.backend.analyze(&table.newest.table).await?;
        engine.backend.analyze(&table.older.table).await?;
    }
    let mut tx = engine.backend.begin().await?;
    let last = "FROM (SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1) AS last";
    tx.run(Sql::new(DOING, format!("UPDATE chain SET seq = last.seq, hash = last.hash {last}"))).await?;
    tx.run(Sql::new(DOING, "DELETE FROM idempotency WHERE seq > (SELECT seq FROM chain)")).await?;
    tx.commit().await
}

async fn settle_kind(tx: &mut dyn Writing, table: &KindTable) -> Result<(), StoreError> {
    let (rec, his, columns) = (&table.newest.table, &table.older.table, KindTable::shared_columns());
    let next = format!("{his} AS next WHERE next.id = {his}.id AND next.rev = {his}.rev + 1");
    let statements = [
        format!("UPDATE {his} SET recorded_to = (SELECT next.recorded_from FROM {next}) WHERE EXISTS (SELECT 1 FROM {next})"),
        format!("INSERT INTO {rec} ({columns}) SELECT {columns} FROM {his} WHERE recorded_to = {OPEN_END}"),
        format!("DELETE FROM {his} WHERE recorded_to = {OPEN_END}"),
    ];
    for text in statements {
        tx.run(Sql::new(DOING, text)).await?;
    }
    for table in [rec, his] {
        let mut sql = Sql::new(DOING, "INSERT INTO partitions (kind, region, year) SELECT DISTINCT ");
        let kind = rec.strip_prefix("rec_").unwrap_or(rec);
        // The kind's name is checked when its tables are made: lower-case letters, digits and `_`.
        sql.push(&format!("'{kind}', region, year FROM {table} WHERE 1 = 1 ON CONFLICT DO NOTHING"));
        tx.run(sql).await?;
    }
    Ok(())
}

/// Newest revisions after an id.
pub(super) async fn newest(engine: &Engine, kind: &str, after: &str, limit: u32) -> Result<Vec<Stored>, StoreError> {
    let table = engine.table(kind)?;
    let text = format!("SELECT {} FROM {} WHERE id > $1 ORDER BY id LIMIT $2", stored_columns(true), table.newest.table);
    crate::history::rows(engine, kind, Sql::with("读取记录", text, [after.into(), limit.into()])).await
}

/// Writes lookup keys.
pub(super) async fn put_lookups(engine: &Engine, kind: &str, keys: &[(RecordId, String, String)]) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let row =
        |(id, way, value): &(RecordId, String, String)| vec![kind.into(), way.as_str().into(), value.as_str().into(), id.as_str().into()];
    let mut tx = engine.backend.begin().await?;
    tx.insert(DOING, &Target { ignore_existing: true, ..lookups_table() }, keys.iter().map(row).collect()).await?;
    tx.commit().await
}
