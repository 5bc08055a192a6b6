//! The commits in the audit chain as events for consumers.

use crate::engine::Engine;
use crate::history::one_value;
use crate::row::Row;
use crate::sql::{Sql, Value};
use zhijian_records::port::{Action, Event, Partition, StoreError};

/// Events after a sequence number.
pub(crate) async fn events(engine: &Engine, after: i64, limit: u32) -> Result<Vec<Event>, StoreError> {
    let sql = Sql::with(
        "读取事件",
        "SELECT seq, kind, action, partitions, at FROM audit WHERE seq > $1 AND partitions <> '' ORDER BY seq LIMIT $2",
        [after.into(), limit.into()],
    );
    engine.backend.read(sql).await?.into_iter().map(event).collect()
}

fn event(mut row: Row) -> Result<Event, StoreError> {
    let kind = row.text(1);
    Ok(Event { seq: row.int(0), action: action(&row.text(2))?, partitions: read_partitions(&kind, &row.text(3))?, at: row.int(4), kind })
}

/// How far a consumer has come.
pub(crate) async fn position(engine: &Engine, consumer: &str) -> Result<i64, StoreError> {
    let sql = Sql::with("读取消费位置", "SELECT seq FROM consumers WHERE name = $1", [consumer.into()]);
    Ok(match one_value(engine, sql).await? {
        Some(Value::Int(seq)) => seq,
        _ => 0,
    })
}

/// Moves a consumer forward; it never goes back.
pub(crate) async fn set_position(engine: &Engine, consumer: &str, seq: i64) -> Result<(), StoreError> {
    let sql = Sql::with(
        "保存消费位置",
        "INSERT INTO consumers (name, seq) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET seq = excluded.seq WHERE consumers.seq < excluded.seq",
        [consumer.into(), seq.into()],
    );
    engine.write(sql).await.map(drop)
}

/// The action of a word in the database.
pub(crate) fn action(word: &str) -> Result<Action, StoreError> {
    Action::of_word(word).ok_or_else(|| unreadable("action"))
}

/// Partitions of an event's row: region and year; the kind is the row's.
pub(crate) fn write_partitions<'a>(partitions: impl Iterator<Item = (&'a str, i32)>) -> String {
    serde_json::Value::from_iter(partitions.map(|(region, year)| serde_json::json!([region, year]))).to_string()
}

fn read_partitions(kind: &str, text: &str) -> Result<Vec<Partition>, StoreError> {
    let pairs: Vec<(String, i32)> = serde_json::from_str(text).map_err(|_| unreadable("partitions"))?;
    Ok(pairs.into_iter().map(|(region, year)| Partition { kind: kind.to_owned(), region, year }).collect())
}

/// A value in a table that this program did not write.
pub(crate) fn unreadable(column: &str) -> StoreError {
    StoreError::Failed { doing: "读取审计记录".into(), source: format!("column {column} holds an unknown value").into() }
}
