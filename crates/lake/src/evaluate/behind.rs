//! The units behind a cell of a table: the line's own query, narrowed to the cell's keys.

use std::sync::Arc;

use serde::Serialize;
use zhijian_kinds::tables::Line;
use zhijian_kinds::{Regions, StatTable};

use super::{
    Evaluator, Params, Which,
    answer::allowed,
    counted::key,
    literal,
    rows::{numbers, texts},
    scope::within,
};
use crate::{error::Result, session::Snapshot};

/// Which cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BehindCell {
    /// Place of the cell, where an axis is of places; empty: all of the region asked for.
    pub place: String,
    /// Codes of the row's key; empty: every row.
    pub row: Vec<String>,
    /// Codes of the column's key; empty: every column.
    pub column: Vec<String>,
}

/// One unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BehindRow {
    /// Id of the record; empty when there is none.
    pub record: String,
    /// Public name.
    pub label: String,
    /// Region.
    pub region: String,
    /// Township.
    pub town: String,
    /// What it adds to the numerator.
    pub numerator: f64,
    /// What it adds to the denominator.
    pub denominator: f64,
}

/// A page of units.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BehindPage {
    /// Units of the page, in order of region and label.
    pub rows: Vec<BehindRow>,
    /// Units in all.
    pub total: u64,
}

impl Evaluator {
    /// The units behind a cell, `limit` from `offset` on. `params.scope` must be that of the line's kind for the asker.
    ///
    /// # Errors
    /// The definition's SQL or an option is wrong, or the lake cannot be read.
    #[expect(clippy::too_many_arguments, reason = "a table, a line of it, a cell of that, and the page of the list")]
    pub async fn behind(
        &self,
        table: &StatTable,
        line: &Line,
        params: &Params,
        cell: &BehindCell,
        which: Which,
        offset: u64,
        limit: u64,
    ) -> Result<BehindPage> {
        let Some(sql) = line.sql.as_ref().filter(|_| line.record.is_some()) else { return Ok(BehindPage::default()) };
        let units = self.fill_text(&table.table, sql, &table.options, params)?;
        let mut from = format!("FROM ({units}) AS units WHERE {}", allowed(params));
        if !cell.place.is_empty() {
            from.push_str(&format!(" AND {}", within(if cell.place.len() > 6 { &cell.place } else { Regions::prefix(&cell.place) })));
        }
        for (axis, column, codes) in [(&table.rows, "row_key", &cell.row), (&table.columns, "column_key", &cell.column)] {
            if !codes.is_empty() {
                let codes: Vec<String> = codes.iter().map(|code| literal::text(code)).collect();
                from.push_str(&format!(" AND {} IN ({})", key(Some(axis), column), codes.join(", ")));
            }
        }
        from.push_str(match which {
            Which::Numerator => " AND num > 0",
            Which::Denominator => "",
            Which::Missing => " AND den > num",
        });
        match self.behind_page(&self.lake().snapshot(), params, &from, offset, limit).await {
            Err(error) => self.behind_page(&self.renewed(error)?, params, &from, offset, limit).await,
            found => found,
        }
    }

    async fn behind_page(&self, snapshot: &Arc<Snapshot>, params: &Params, from: &str, offset: u64, limit: u64) -> Result<BehindPage> {
        let total = self.total(snapshot, params, from).await?;
        let sql = format!(
            "SELECT COALESCE(record, '') AS record, COALESCE(label, '') AS label, region, COALESCE(town, '') AS town, \
             CAST(num AS DOUBLE PRECISION) AS num, CAST(den AS DOUBLE PRECISION) AS den {from} ORDER BY region, label, record LIMIT {limit} OFFSET {offset}"
        );
        let mut rows = Vec::new();
        for batch in self.queries.run(snapshot, params.known_at, &sql).await? {
            let mut columns = Vec::new();
            for name in ["record", "label", "region", "town"] {
                columns.push(texts(&batch, name)?.into_iter());
            }
            let mut next = |at: usize| columns.get_mut(at).and_then(Iterator::next).unwrap_or_default();
            for (numerator, denominator) in numbers(&batch, "num")?.into_iter().zip(numbers(&batch, "den")?) {
                rows.push(BehindRow {
                    record: next(0),
                    label: next(1),
                    region: next(2),
                    town: next(3),
                    numerator: numerator.unwrap_or_default(),
                    denominator: denominator.unwrap_or_default(),
                });
            }
        }
        Ok(BehindPage { rows, total })
    }
}
