//! Single records and their revisions.

use crate::engine::Engine;
use crate::row::stored_columns;
use crate::schema::KindTable;
use crate::sql::{List, Sql, Value};
use zhijian_records::port::{KeyHash, StoreError, Stored};

const DOING: &str = "读取记录";

/// The newest revision, retracted or not.
pub(crate) async fn find(engine: &Engine, kind: &str, id: &str) -> Result<Option<Stored>, StoreError> {
    let table = engine.table(kind)?;
    let text = format!("SELECT {} FROM {} WHERE id = $1", stored_columns(true), table.newest.table);
    Ok(rows(engine, kind, Sql::with(DOING, text, [id.into()])).await?.into_iter().next())
}

/// All revisions, oldest first.
pub(crate) async fn history(engine: &Engine, kind: &str, id: &str) -> Result<Vec<Stored>, StoreError> {
    let text = both_tables(engine.table(kind)?, "", "id = $1", "rev");
    rows(engine, kind, Sql::with(DOING, text, [id.into()])).await
}

/// Revisions that a commit wrote, in the order in which it wrote them.
pub(crate) async fn of_commit(engine: &Engine, kind: &str, seq: i64) -> Result<Vec<Stored>, StoreError> {
    if !engine.knows(kind) {
        return Ok(Vec::new());
    }
    let text = both_tables(engine.table(kind)?, ", ord", "commit_seq = $1", "ord");
    rows(engine, kind, Sql::with(DOING, text, [seq.into()])).await
}

/// Newest revisions with these natural keys.
pub(crate) async fn find_by_keys(engine: &Engine, kind: &str, keys: &[KeyHash]) -> Result<Vec<Stored>, StoreError> {
    let table = engine.table(kind)?;
    let mut sql = Sql::new(DOING, format!("SELECT {} FROM {} WHERE ", stored_columns(true), table.newest.table));
    let keys = keys.iter().map(|key| key.to_vec()).collect();
    sql.bind_list(engine.backend.dialect(), "key", List::Blobs(keys)).push(" ORDER BY id");
    rows(engine, kind, sql).await
}

/// A query over current and past revisions.
pub(crate) fn both_tables(table: &KindTable, more_columns: &str, condition: &str, order: &str) -> String {
    let part = |newest, table| format!("SELECT {}{more_columns} FROM {table} WHERE {condition}", stored_columns(newest));
    // The table that has all columns comes first: it names and types them.
    format!("{} UNION ALL {} ORDER BY {order}", part(false, &table.older.table), part(true, &table.newest.table))
}

/// Runs a query for revisions.
pub(crate) async fn rows(engine: &Engine, kind: &str, sql: Sql) -> Result<Vec<Stored>, StoreError> {
    let rows = engine.backend.read(sql).await?;
    Ok(rows.into_iter().map(|mut row| row.stored(kind)).collect())
}

/// The first value of the first row.
pub(crate) async fn one_value(engine: &Engine, sql: Sql) -> Result<Option<Value>, StoreError> {
    let rows = engine.backend.read(sql).await?;
    Ok(rows.into_iter().next().map(|mut row| row.take(0)))
}
