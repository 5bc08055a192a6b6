//! One exploration: cells, totals and the records behind a cell.

use super::ask::{Joins, Only, Side, Sum};
use crate::error::{LakeError, Result};
use crate::evaluate::{
    Evaluator, Params,
    answer::allowed,
    rows::{numbers, texts},
    units::whole,
};
use crate::facts::FactDef;

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Cube {
    /// Fact.
    pub fact: String,
    /// Rows.
    pub rows: Side,
    /// Columns, if any.
    pub columns: Option<Side>,
    /// What is reckoned.
    pub sum: Sum,
    /// Conditions, all of which hold.
    pub only: Vec<Only>,
}

/// One cell. A total has no key on the side over which it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct CubeCell {
    /// Key of the row; `None` in totals over all rows.
    pub row: Option<String>,
    /// Key of the column; `None` in totals over all columns.
    pub column: Option<String>,
    /// The value.
    pub value: Option<f64>,
    /// Rows of the fact behind it.
    pub records: u64,
}

/// Records behind a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CubeRows {
    /// Ids of records, newest event first.
    pub ids: Vec<String>,
    /// Records in all.
    pub total: u64,
}

impl Evaluator {
    /// Cells of a cube with their totals. `params` says where, what was known when, and what the asker may see; its year is not asked.
    ///
    /// # Errors
    /// An unknown fact or column, or the lake cannot be read.
    pub async fn cube(&self, cube: &Cube, params: &Params) -> Result<Vec<CubeCell>> {
        let sql = self.cube_sql(cube, params)?;
        let snapshot = self.lake().snapshot();
        let batches = match self.queries.kept(&snapshot, params.known_at, sql.clone()).await {
            Err(error) => self.queries.kept(&self.renewed(error)?, params.known_at, sql).await?,
            found => found?,
        };
        let two = cube.columns.is_some();
        let mut cells = Vec::new();
        for batch in batches.iter() {
            let (rows, columns) = (texts(batch, "r")?, texts(batch, "c")?);
            let (over_rows, over_columns) = (numbers(batch, "over_rows")?, numbers(batch, "over_columns")?);
            let (values, records) = (numbers(batch, "value")?, numbers(batch, "records")?);
            let runs = |marks: &[Option<f64>], at: usize| marks.get(at).copied().flatten().is_some_and(|mark| mark > 0.0);
            for (at, (row, column)) in rows.into_iter().zip(columns).enumerate() {
                cells.push(CubeCell {
                    row: (!runs(&over_rows, at)).then_some(row),
                    column: (two && !runs(&over_columns, at)).then_some(column),
                    value: values.get(at).copied().flatten(),
                    records: whole(records.get(at).copied().flatten().unwrap_or_default()),
                });
            }
        }
        Ok(cells)
    }

    /// The query of a cube, as pages show it.
    ///
    /// # Errors
    /// An unknown fact or column.
    pub fn cube_sql(&self, cube: &Cube, params: &Params) -> Result<String> {
        // One grouping where there are no columns: the total of a row would be the row.
        let sets = if cube.columns.is_some() { "(r, c), (r), (c), ()" } else { "(r), ()" };
        let column = if cube.columns.is_some() { "c, GROUPING(c) AS over_columns" } else { "'' AS c, 0 AS over_columns" };
        let outer = |how: &str, records: &str, base: &str, only: &str| {
            format!(
                "SELECT r, GROUPING(r) AS over_rows, {column}, CAST({how} AS DOUBLE PRECISION) AS value, {records} AS records \
                 FROM ({base}) AS base WHERE {only} GROUP BY GROUPING SETS ({sets})"
            )
        };
        if let Some((base, how)) = self.gathered(cube, params)? {
            return Ok(outer(how, "COALESCE(SUM(n), 0)", &base, "TRUE"));
        }
        Ok(outer("MEDIAN(value)", "COUNT(*)", &self.base(cube)?, &allowed(params)))
    }

    /// Records behind the cell with these keys (`None`: all of that side), `limit` from `offset` on.
    ///
    /// # Errors
    /// As [`Evaluator::cube`].
    pub async fn cube_rows(
        &self,
        cube: &Cube,
        params: &Params,
        cell: (Option<&str>, Option<&str>),
        offset: u64,
        limit: u64,
    ) -> Result<CubeRows> {
        let mut cube = cube.clone();
        let sides = [(Some(cube.rows.clone()), cell.0), (cube.columns.clone(), cell.1)];
        cube.only.extend(sides.into_iter().filter_map(|(side, key)| Some(Only::In(side?, vec![key?.to_owned()]))));
        let base = self.base(&cube)?;
        let from = format!("FROM (SELECT DISTINCT record, event_date FROM ({base}) AS base WHERE {}) AS records", allowed(params));
        let snapshot = self.lake().snapshot();
        let total = self.total(&snapshot, params, &from).await?;
        let sql = format!("SELECT record {from} ORDER BY event_date DESC NULLS LAST, record LIMIT {limit} OFFSET {offset}");
        let mut ids = Vec::new();
        for batch in self.queries.run(&snapshot, params.known_at, &sql).await? {
            ids.extend(texts(&batch, "record")?);
        }
        Ok(CubeRows { ids, total })
    }

    /// Rows of the fact that the conditions leave, with keys and value.
    fn base(&self, cube: &Cube) -> Result<String> {
        let facts = self.lake().facts();
        let fact = known(facts, &cube.fact)?;
        let mut joins = Joins::new(facts);
        let rows = cube.rows.sql(fact, &mut joins)?;
        let columns = cube.columns.as_ref().map_or(Ok("''".into()), |side| side.sql(fact, &mut joins))?;
        let value = cube.sum.value(fact)?;
        let only = cube.only.iter().map(|only| only.sql(fact, &mut joins)).collect::<Result<Vec<_>>>()?;
        let only = if only.is_empty() { "TRUE".to_owned() } else { only.join(" AND ") };
        Ok(format!(
            "SELECT f.id AS record, f.region, f.town, f.owner, f.event_date, {rows} AS r, {columns} AS c, {value} AS value \
             FROM {} AS f{} WHERE {only}",
            fact.name,
            joins.sql()
        ))
    }
}

pub(super) fn known<'a>(facts: &'a [FactDef], name: &str) -> Result<&'a FactDef> {
    facts.iter().find(|f| f.name == name).ok_or_else(|| LakeError::MissingColumn(name.to_owned()))
}
