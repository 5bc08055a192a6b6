//! The numbers of a statistics table: sums of a line's units by the keys of its axes, region and township.

use std::sync::Arc;

use zhijian_kinds::StatTable;
use zhijian_kinds::tables::{Axis, From, Line};
use zhijian_records::port::Scope;

use super::{
    Evaluator, Params,
    answer::allowed,
    rows::{numbers, texts},
};
use crate::{error::Result, session::Snapshot};

/// A sum of units that have the same keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// Position of the line in the table.
    pub line: usize,
    /// Key of the group; empty where the query gives none.
    pub group: String,
    /// Key of the row.
    pub row: String,
    /// Key of the column.
    pub column: String,
    /// Responsible county or zone.
    pub region: String,
    /// Township.
    pub town: String,
    /// Σ numerator.
    pub numerator: f64,
    /// Σ denominator.
    pub denominator: f64,
}

impl Evaluator {
    /// All sums of a table; lines without a query give none. Of a scope its regions hold: tables are aggregates.
    ///
    /// # Errors
    /// A query or option is wrong, or the lake cannot be read.
    pub async fn counted(&self, table: &StatTable, params: &Params) -> Result<Vec<Counted>> {
        let scope = Scope { all: params.scope.all, regions: params.scope.regions.clone(), ..Scope::default() };
        let params = Params { scope, ..params.clone() };
        match self.lines(&self.lake().snapshot(), table, &params).await {
            Err(error) => self.lines(&self.renewed(error)?, table, &params).await,
            found => found,
        }
    }

    async fn lines(&self, snapshot: &Arc<Snapshot>, table: &StatTable, params: &Params) -> Result<Vec<Counted>> {
        let mut all = Vec::new();
        for (at, line) in table.lines.iter().enumerate() {
            let Some(sql) = self.query(table, line, params)? else { continue };
            for batch in self.queries.kept(snapshot, params.known_at, sql).await?.iter() {
                let mut keys = Vec::new();
                for name in ["g", "r", "c", "region", "town"] {
                    keys.push(texts(batch, name)?.into_iter());
                }
                let mut next = |at: usize| keys.get_mut(at).and_then(Iterator::next).unwrap_or_default();
                for (numerator, denominator) in numbers(batch, "numerator")?.into_iter().zip(numbers(batch, "denominator")?) {
                    all.push(Counted {
                        line: at,
                        group: next(0),
                        row: next(1),
                        column: next(2),
                        region: next(3),
                        town: next(4),
                        numerator: numerator.unwrap_or_default(),
                        denominator: denominator.unwrap_or_default(),
                    });
                }
            }
        }
        Ok(all)
    }

    fn query(&self, table: &StatTable, line: &Line, params: &Params) -> Result<Option<String>> {
        let Some(sql) = &line.sql else { return Ok(None) };
        let units = self.fill_text(&table.table, sql, &table.options, params)?;
        // A line that names its group says it for all its units.
        let group = table.groups.as_ref().filter(|_| line.group.is_empty());
        Ok(Some(format!(
            "SELECT {} AS g, {} AS r, {} AS c, region, COALESCE(town, '') AS town, \
             CAST(COALESCE(SUM(num), 0) AS DOUBLE PRECISION) AS numerator, CAST(COALESCE(SUM(den), 0) AS DOUBLE PRECISION) AS denominator \
             FROM ({units}) AS units WHERE {} GROUP BY 1, 2, 3, region, COALESCE(town, '')",
            key(group, "group_key"),
            key(Some(&table.rows), "row_key"),
            key(Some(&table.columns), "column_key"),
            allowed(params)
        )))
    }
}

/// The key of an axis, as far as the query gives one.
pub(super) fn key(axis: Option<&Axis>, column: &str) -> String {
    match axis.map(|a| a.from) {
        None | Some(From::Regions | From::Lines | From::One) => "''".into(),
        Some(_) => format!("COALESCE(CAST({column} AS VARCHAR), '')"),
    }
}
