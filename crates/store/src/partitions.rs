//! Lake partitions: which there are, and all revisions of one.

use crate::engine::Engine;
use crate::history::{both_tables, rows};
use crate::sql::{Sql, Value, bad};
use zhijian_records::port::{Partition, StoreError, Stored};

/// All partitions that have any revision. A kind whose definition is gone is left out: its rows cannot be read any more.
pub(crate) async fn partitions(engine: &Engine) -> Result<Vec<Partition>, StoreError> {
    let sql = Sql::new("列出数据分区", "SELECT kind, region, year FROM partitions ORDER BY kind, region, year");
    let rows = engine.backend.read(sql).await?;
    let partitions = rows.into_iter().map(|mut row| Partition {
        kind: row.text(0),
        region: row.text(1),
        year: i32::try_from(row.int(2)).unwrap_or_default(),
    });
    Ok(partitions.filter(|partition| engine.knows(&partition.kind)).collect())
}

/// Revisions of a partition in order of id and revision, current and past, retracted too.
pub(crate) async fn scan(
    engine: &Engine,
    partition: &Partition,
    after: Option<String>,
    limit: u32,
) -> Result<(Vec<Stored>, Option<String>), StoreError> {
    let table = engine.table(&partition.kind)?;
    let mut values: Vec<Value> = vec![partition.region.as_str().into(), i64::from(partition.year).into(), limit.into()];
    let mut condition = "region = $1 AND year = $2".to_owned();
    if let Some((id, rev)) = after.as_deref().map(position).transpose()? {
        condition.push_str(" AND id >= $4 AND (id > $4 OR rev > $5)");
        values.extend([id.into(), rev.into()]);
    }
    let text = both_tables(table, "", &condition, "id, rev") + " LIMIT $3";
    let mut sql = Sql::new("读取数据分区", text);
    sql.values = values;
    let found = rows(engine, &partition.kind, sql).await?;
    let full = u32::try_from(found.len()).is_ok_and(|number| number == limit);
    let next = found.last().filter(|_| full).map(|last| format!("{}.{}", last.id, last.rev));
    Ok((found, next))
}

fn position(text: &str) -> Result<(&str, u32), StoreError> {
    text.split_once('.').and_then(|(id, rev)| Some((id, rev.parse().ok()?))).ok_or_else(|| bad("分区读取位置无效"))
}
