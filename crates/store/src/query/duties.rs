//! Open duties: a table that is filled from records and rules, read by due day within a caller's share.

use super::scope::{self, Access};
use crate::engine::Engine;
use crate::row::Row;
use crate::schema::{ColumnType, Target};
use crate::sql::{List, Sql, Value};
use async_trait::async_trait;
use std::collections::BTreeSet;
use zhijian_records::duties::port::{Ask, Count, DutyRow, DutyStore, Part};
use zhijian_records::port::{Scope, StoreError};

const DOING: &str = "读取应办事项";
const COLUMNS: &str = "duty, kind, id, region, town, owner, data, since, due_on, warn_on, escalate_on, paused, doubtful";

fn target() -> Target {
    const COLUMNS: [(&str, ColumnType); 13] = [
        ("duty", ColumnType::Text),
        ("kind", ColumnType::Text),
        ("id", ColumnType::Text),
        ("region", ColumnType::Text),
        ("town", ColumnType::Text),
        ("owner", ColumnType::Text),
        ("data", ColumnType::Json),
        ("since", ColumnType::Text),
        ("due_on", ColumnType::Text),
        ("warn_on", ColumnType::Text),
        ("escalate_on", ColumnType::Text),
        ("paused", ColumnType::Int),
        ("doubtful", ColumnType::Int),
    ];
    Target { table: "duties".into(), columns: &COLUMNS, ignore_existing: false }
}

#[async_trait]
impl DutyStore for Engine {
    async fn replace_duties(&self, duties: &[String], records: &[String], rows: &[DutyRow]) -> Result<(), StoreError> {
        if duties.is_empty() || records.is_empty() {
            return Ok(());
        }
        let dialect = self.backend.dialect();
        let mut tx = self.backend.begin().await?;
        let mut sql = Sql::new("更新应办事项", "DELETE FROM duties WHERE ");
        sql.bind_list(dialect, "id", List::Texts(records.to_vec())).push(" AND ");
        sql.bind_list(dialect, "duty", List::Texts(duties.to_vec()));
        tx.run(sql).await?;
        if !rows.is_empty() {
            tx.insert("更新应办事项", &target(), rows.iter().map(values).collect()).await?;
        }
        tx.commit().await
    }

    async fn duties(&self, ask: &Ask) -> Result<Vec<DutyRow>, StoreError> {
        let mut sql = Sql::new(DOING, format!("SELECT {COLUMNS} FROM duties"));
        condition(self, ask, &mut sql, Access::Walk("due_on"))?;
        if let Some((day, id, duty)) = &ask.after {
            sql.push(" AND (due_on, id, duty) > (")
                .bind(day.as_str())
                .push(", ")
                .bind(id.as_str())
                .push(", ")
                .bind(duty.as_str())
                .push(")");
        }
        sql.push(" ORDER BY due_on, id, duty LIMIT ").bind(ask.limit);
        Ok(self.backend.read(sql).await?.into_iter().map(row).collect())
    }

    async fn duty_counts(&self, ask: &Ask, today: &str) -> Result<Vec<Count>, StoreError> {
        // Grouped by duty alone, in the order of the index, so that nothing is sorted.
        let mut sql =
            Sql::new(DOING, "SELECT duty, count(*), sum(CASE WHEN paused = 0 THEN 0 ELSE 1 END), sum(CASE WHEN paused = 0 AND due_on < ");
        sql.bind(today).push(" THEN 1 ELSE 0 END), sum(CASE WHEN paused = 0 AND due_on >= ").bind(today).push(" AND warn_on <= ");
        sql.bind(today).push(" THEN 1 ELSE 0 END) FROM duties");
        condition(self, ask, &mut sql, Access::Lookup)?;
        sql.push(" GROUP BY duty ORDER BY duty");
        let count = |mut row: Row| {
            let duty = row.text(0);
            let [all, paused, overdue, soon] = [1, 2, 3, 4].map(|at| u64::try_from(row.int(at)).unwrap_or_default());
            Count { duty, overdue, soon, later: all.saturating_sub(paused + overdue + soon), paused }
        };
        Ok(self.backend.read(sql).await?.into_iter().map(count).collect())
    }

    async fn duty_days(&self, ask: &Ask) -> Result<Vec<(String, u64)>, StoreError> {
        let mut sql = Sql::new(DOING, "SELECT due_on, count(*) FROM duties");
        condition(self, ask, &mut sql, Access::Lookup)?;
        sql.push(" GROUP BY due_on ORDER BY due_on");
        let rows = self.backend.read(sql).await?;
        Ok(rows.into_iter().map(|mut row| (row.text(0), u64::try_from(row.int(1)).unwrap_or_default())).collect())
    }

    async fn clear_duties(&self) -> Result<(), StoreError> {
        self.write(Sql::new("更新应办事项", "DELETE FROM duties")).await.map(drop)
    }
}

/// Appends the condition of a question, for the numbers of all rows (`Access::Lookup`) or the first ones by day (`Access::Walk`).
fn condition(engine: &Engine, ask: &Ask, sql: &mut Sql, access: Access<'_>) -> Result<(), StoreError> {
    let dialect = engine.backend.dialect();
    let parts: Vec<&Part> = ask.parts.iter().filter(|part| !part.duties.is_empty()).collect();
    let duties: BTreeSet<&String> = parts.iter().flat_map(|part| &part.duties).collect();
    let share = share(&parts);
    // A small share is found by its owner; of a large one the numbers read the index that begins with the duty, a page walks the days.
    let large = share.as_ref().is_none_or(|scope| scope.owners.is_empty() && scope.ids.is_empty() && scope.fields.is_empty());
    let by_duty = large && access.walked().is_none();
    let duty = if by_duty { "duty".to_owned() } else { dialect.unindexed("duty") };
    sql.push(" WHERE ");
    sql.bind_list(dialect, &duty, List::Texts(duties.into_iter().cloned().collect()));
    if let Some(scope) = &share {
        scope::push(sql, dialect, scope, access)?;
    }
    sql.push(" AND (1 = 0");
    for part in parts {
        sql.push(" OR (");
        sql.bind_list(dialect, &dialect.unindexed("duty"), List::Texts(part.duties.clone()));
        if share.as_ref() != Some(&part.scope) {
            scope::push(sql, dialect, &part.scope, access)?;
        }
        if let Some(day) = &part.escalated_by {
            sql.push(" AND escalate_on <= ").bind(day.as_str());
        }
        sql.push(")");
    }
    sql.push(")");
    let texts = [
        (" AND duty = ", &ask.duty),
        (" AND due_on >= ", &ask.from),
        (" AND due_on <= ", &ask.until),
        (" AND warn_on <= ", &ask.warned_by),
        (" AND warn_on > ", &ask.warned_after),
        (" AND kind = ", &ask.record.as_ref().map(|r| r.0.clone())),
        (" AND id = ", &ask.record.as_ref().map(|r| r.1.clone())),
        (" AND owner <> '' AND owner = ", &ask.owner),
    ];
    for (text, value) in texts {
        if let Some(value) = value {
            sql.push(text).bind(value.as_str());
        }
    }
    if let Some(paused) = ask.paused {
        sql.push(" AND paused = ").bind(paused);
    }
    Ok(())
}

/// What all parts have in common: one scope, or the owners and records of scopes that name nothing else.
fn share(parts: &[&Part]) -> Option<Scope> {
    let first = parts.first()?;
    if parts.iter().all(|part| part.scope == first.scope) {
        return Some(first.scope.clone());
    }
    let named = |scope: &Scope| !scope.all && scope.regions.is_empty() && scope.fields.is_empty();
    if !parts.iter().all(|part| named(&part.scope)) {
        return None;
    }
    let several = |values: fn(&Scope) -> &Vec<String>| -> Vec<String> {
        parts.iter().flat_map(|part| values(&part.scope).iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect()
    };
    Some(Scope { owners: several(|scope| &scope.owners), ids: several(|scope| &scope.ids), ..Scope::default() })
}

fn values(row: &DutyRow) -> Vec<Value> {
    let texts = [
        &row.duty,
        &row.kind,
        &row.id,
        &row.region,
        &row.town,
        &row.owner,
        &row.data,
        &row.since,
        &row.due_on,
        &row.warn_on,
        &row.escalate_on,
    ];
    texts.into_iter().map(|text| text.as_str().into()).chain([row.paused.into(), row.doubtful.into()]).collect()
}

fn row(mut row: Row) -> DutyRow {
    DutyRow {
        duty: row.text(0),
        kind: row.text(1),
        id: row.text(2),
        region: row.text(3),
        town: row.text(4),
        owner: row.text(5),
        data: row.text(6),
        since: row.text(7),
        due_on: row.text(8),
        warn_on: row.text(9),
        escalate_on: row.text(10),
        paused: row.int(11) != 0,
        doubtful: row.int(12) != 0,
    }
}
