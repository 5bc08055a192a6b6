//! The statements of a commit: a fixed number of them, however many revisions it has.

use super::plan::{Known, Plan, Write};
use crate::backend::Writing;
use crate::dialect::Dialect;
use crate::schema::{ColumnType, KindTable, Target};
use crate::sql::{List, Sql, Value};
use std::collections::HashSet;
use zhijian_records::port::{Commit, NewRevision, StoreError};

const DOING: &str = "写入记录";

/// Newest revisions of the records that the new ones name, by id or by natural key.
pub(super) async fn known(
    tx: &mut dyn Writing,
    dialect: Dialect,
    table: &KindTable,
    revisions: &[NewRevision],
) -> Result<Vec<Known>, StoreError> {
    let select = format!("SELECT id, rev, key, region, year, recorded_from FROM {} WHERE ", table.newest.table);
    let mut sql = Sql::new(DOING, &select);
    sql.bind_list(dialect, "id", List::Texts(revisions.iter().map(|new| new.id.clone()).collect()));
    // UNION drops the second mention of a record that is found both ways.
    sql.push(" UNION ").push(&select);
    sql.bind_list(dialect, "key", List::Blobs(revisions.iter().map(|new| new.key.to_vec()).collect()));
    let rows = tx.fetch(sql).await?;
    Ok(rows
        .into_iter()
        .map(|mut row| Known {
            id: row.text(0),
            rev: row.small(1),
            key: row.key(2),
            region: row.text(3),
            year: i32::try_from(row.int(4)).unwrap_or_default(),
            recorded_from: row.int(5),
        })
        .collect())
}

/// Moves replaced revisions into history and writes the new ones with their lookup keys and partitions.
pub(super) async fn write(
    tx: &mut dyn Writing,
    dialect: Dialect,
    table: &KindTable,
    commit: &Commit,
    plan: &Plan,
    seq: i64,
) -> Result<(), StoreError> {
    if !plan.replaced.is_empty() {
        move_to_history(tx, dialect, table, commit, plan).await?;
    }
    let (older, newest): (Vec<&Write>, Vec<&Write>) = plan.writes.iter().partition(|write| write.recorded_to.is_some());
    let rows = |writes: &[&Write]| writes.iter().map(|write| values(write, &commit.revisions[write.index], seq)).collect();
    tx.insert(DOING, &table.newest, rows(&newest)).await?;
    if !older.is_empty() {
        tx.insert(DOING, &table.older, rows(&older)).await?;
    }
    let lookups = lookups(&commit.kind, newest.iter().map(|write| &commit.revisions[write.index]));
    if !lookups.is_empty() {
        tx.insert(DOING, &lookups_table(), lookups).await?;
    }
    let partitions =
        plan.partitions.iter().map(|(region, year)| vec![commit.kind.as_str().into(), region.as_str().into(), i64::from(*year).into()]);
    tx.insert(DOING, &partitions_table(), partitions.collect()).await
}

async fn move_to_history(
    tx: &mut dyn Writing,
    dialect: Dialect,
    table: &KindTable,
    commit: &Commit,
    plan: &Plan,
) -> Result<(), StoreError> {
    let (rec, his) = (&table.newest.table, &table.older.table);
    let columns = KindTable::shared_columns();
    let ids = || List::Texts(plan.replaced.clone());
    let at = commit.stamp.at;
    let mut copy = Sql::new(DOING, format!("INSERT INTO {his} ({columns}, recorded_to) SELECT {columns}, CASE WHEN recorded_from > "));
    copy.bind(at).push(" THEN recorded_from ELSE ").bind(at).push(&format!(" END FROM {rec} WHERE "));
    copy.bind_list(dialect, "id", ids());
    tx.run(copy).await?;
    for (from, condition) in [(rec.as_str(), ""), ("lookups", "kind = $1 AND ")] {
        let mut delete = Sql::new(DOING, format!("DELETE FROM {from} WHERE {condition}"));
        if !condition.is_empty() {
            delete.values.push(commit.kind.as_str().into());
        }
        delete.bind_list(dialect, "id", ids());
        tx.run(delete).await?;
    }
    Ok(())
}

/// Values in the order of the table's columns.
fn values(write: &Write, new: &NewRevision, seq: i64) -> Vec<Value> {
    let mut values: Vec<Value> = vec![
        new.id.as_str().into(),
        write.rev.into(),
        new.region.as_str().into(),
        new.town.as_str().into(),
        i64::from(new.year).into(),
        new.event_date.as_str().into(),
        new.owner.as_str().into(),
        new.state.as_str().into(),
        new.retracted.into(),
        write.recorded_from.into(),
        seq.into(),
        i64::try_from(write.index).unwrap_or(i64::MAX).into(),
        new.key.as_slice().into(),
        new.search.as_str().into(),
        new.secret.as_slice().into(),
        new.data.as_str().into(),
    ];
    values.extend(write.recorded_to.map(Value::Int));
    values
}

fn lookups<'a>(kind: &str, revisions: impl Iterator<Item = &'a NewRevision>) -> Vec<Vec<Value>> {
    revisions.flat_map(|new| lookup_rows(kind, &new.id, &new.lookups)).collect()
}

/// Rows of a record's lookup keys.
pub(super) fn lookup_rows(kind: &str, id: &str, lookups: &[(String, String)]) -> Vec<Vec<Value>> {
    let distinct: HashSet<&(String, String)> = lookups.iter().collect();
    distinct.into_iter().map(|(way, value)| vec![kind.into(), way.as_str().into(), value.as_str().into(), id.into()]).collect()
}

/// Ways in which references find a record.
pub(crate) fn lookups_table() -> Target {
    const COLUMNS: [(&str, ColumnType); 4] =
        [("kind", ColumnType::Text), ("way", ColumnType::Text), ("value", ColumnType::Text), ("id", ColumnType::Text)];
    Target { table: "lookups".into(), columns: &COLUMNS, ignore_existing: false }
}

fn partitions_table() -> Target {
    const COLUMNS: [(&str, ColumnType); 3] = [("kind", ColumnType::Text), ("region", ColumnType::Text), ("year", ColumnType::Int)];
    Target { table: "partitions".into(), columns: &COLUMNS, ignore_existing: true }
}
