//! Who keeps a rate from its target: units that are missing, gathered by the organisation that has them.

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;
use zhijian_kinds::Indicator;

use super::{
    Evaluator, Params,
    answer::allowed,
    rows::{numbers, texts},
    units::whole,
};
use crate::error::Result;

/// An organisation with its missing units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Closer {
    /// Id of the organisation; of units without one, their own.
    pub owner: String,
    /// Label of one of the units.
    pub label: String,
    /// Kind of the units.
    pub kind: String,
    /// Record of one of the units.
    pub record: String,
    /// Region.
    pub region: String,
    /// Township.
    pub town: String,
    /// Industry.
    pub industry: String,
    /// Size.
    pub size: String,
    /// By how much the numerator would grow.
    pub gain: f64,
    /// Its units that are missing.
    pub units: u64,
}

impl Evaluator {
    /// Organisations with missing units, the largest gain first: each next one costs the least effort for a point when every organisation costs
    /// one visit. Gives the first `limit` and how many there are.
    ///
    /// # Errors
    /// The definition's SQL or an option is wrong, or the lake cannot be read.
    pub async fn closers(&self, def: &Indicator, params: &Params, limit: u64) -> Result<(Vec<Closer>, u64)> {
        let grouped = format!(
            "SELECT COALESCE(NULLIF(owner, ''), record) AS organisation, MIN(label) AS label, MIN(kind) AS kind, MIN(record) AS record, \
             MIN(region) AS region, MIN(town) AS town, MIN(industry) AS industry, MIN(size) AS size, \
             CAST(SUM(den - COALESCE(num, 0)) AS DOUBLE PRECISION) AS gain, COUNT(*) AS units \
             FROM ({}) AS units WHERE {} AND COALESCE(num, 0) < den GROUP BY COALESCE(NULLIF(owner, ''), record)",
            self.fill(def, params)?,
            allowed(params)
        );
        let from = format!("FROM ({grouped}) AS closers");
        let snapshot = self.lake().snapshot();
        let total = self.total(&snapshot, params, &from).await?;
        let sql = format!("SELECT * {from} ORDER BY gain DESC, label, organisation LIMIT {limit}");
        let mut rows = Vec::new();
        for batch in self.queries.run(&snapshot, params.known_at, &sql).await? {
            rows.extend(read(&batch)?);
        }
        Ok((rows, total))
    }
}

fn read(batch: &RecordBatch) -> Result<Vec<Closer>> {
    let names = ["organisation", "label", "kind", "record", "region", "town", "industry", "size"];
    let mut columns = names.map(|name| texts(batch, name).map(Vec::into_iter)).into_iter().collect::<Result<Vec<_>>>()?;
    let (gains, units) = (numbers(batch, "gain")?, numbers(batch, "units")?);
    let row = |(gain, units): (Option<f64>, Option<f64>)| {
        let mut cells = columns.iter_mut().map(|column| column.next().unwrap_or_default());
        let mut next = || cells.next().unwrap_or_default();
        let (owner, label, kind, record) = (next(), next(), next(), next());
        let (region, town, industry, size) = (next(), next(), next(), next());
        Closer {
            owner,
            label,
            kind,
            record,
            region,
            town,
            industry,
            size,
            gain: gain.unwrap_or_default(),
            units: whole(units.unwrap_or_default()),
        }
    };
    Ok(gains.into_iter().zip(units).map(row).collect())
}
