//! The records behind both numbers: what is done, what should be done, and the to-do list between them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zhijian_kinds::Indicator;

use super::{
    Evaluator, Params,
    answer::allowed,
    literal::text,
    rows::{numbers, texts},
    scope::within,
};
use crate::{error::Result, session::Snapshot};

/// Which units are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Units that count above the line.
    Numerator,
    /// All units below the line.
    Denominator,
    /// Units below the line that are not, or not fully, above it: the to-do list.
    Missing,
}

impl Which {
    /// By its name in addresses.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "numerator" => Some(Self::Numerator),
            "denominator" => Some(Self::Denominator),
            "missing" => Some(Self::Missing),
            _ => None,
        }
    }
}

/// Narrows a list of units. Empty texts do not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UnitFilter {
    /// Part of the label.
    pub text: String,
    /// Region, or township of nine digits.
    pub region: String,
    /// Township.
    pub town: String,
    /// Industry: section, division or a longer code.
    pub industry: String,
    /// Size.
    pub size: String,
    /// Hazard.
    pub hazard: String,
    /// Month.
    pub month: String,
}

/// One unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the columns of an indicator's query, explained at `Indicator`")]
pub struct Unit {
    pub unit: String,
    pub label: String,
    pub kind: String,
    pub record: String,
    pub region: String,
    pub town: String,
    pub industry: String,
    pub size: String,
    pub hazard: String,
    pub month: String,
    pub num: f64,
    pub den: f64,
}

/// A page of units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitPage {
    /// Units of the page, in order of region, label and id.
    pub rows: Vec<Unit>,
    /// Units in all.
    pub total: u64,
}

const COLUMNS: &str = "unit, label, kind, record, region, town, industry, size, hazard, month, num, den";

impl Evaluator {
    /// The units behind a figure, `limit` from `offset` on.
    ///
    /// # Errors
    /// The definition's SQL or an option is wrong, or the lake cannot be read.
    pub async fn units(
        &self,
        def: &Indicator,
        params: &Params,
        which: Which,
        filter: &UnitFilter,
        offset: u64,
        limit: u64,
    ) -> Result<UnitPage> {
        let from =
            format!("FROM ({}) AS units WHERE {} AND {}{}", self.fill(def, params)?, allowed(params), wanted(which), self.narrowed(filter));
        match self.page(&self.lake().snapshot(), params, &from, offset, limit).await {
            Err(error) => self.page(&self.renewed(error)?, params, &from, offset, limit).await,
            found => found,
        }
    }

    async fn page(&self, snapshot: &Arc<Snapshot>, params: &Params, from: &str, offset: u64, limit: u64) -> Result<UnitPage> {
        let total = self.total(snapshot, params, from).await?;
        let sql = format!("SELECT {COLUMNS} {from} ORDER BY region, label, unit LIMIT {limit} OFFSET {offset}");
        let mut rows = Vec::new();
        for batch in self.queries.run(snapshot, params.known_at, &sql).await? {
            rows.extend(read_units(&batch)?);
        }
        Ok(UnitPage { rows, total })
    }

    /// Number of rows of `FROM … WHERE …`.
    pub(crate) async fn total(&self, snapshot: &Arc<Snapshot>, params: &Params, from: &str) -> Result<u64> {
        let count = self.queries.kept(snapshot, params.known_at, format!("SELECT COUNT(*) AS total {from}")).await?;
        let total = count.first().map(|b| numbers(b, "total")).transpose()?.and_then(|t| t.first().copied().flatten());
        Ok(whole(total.unwrap_or_default()))
    }

    fn narrowed(&self, filter: &UnitFilter) -> String {
        let mut sql = String::new();
        let mut and = |condition: String| {
            sql.push_str(" AND ");
            sql.push_str(&condition);
        };
        if !filter.text.is_empty() {
            and(format!("STRPOS(label, {}) > 0", text(&filter.text)));
        }
        if !filter.region.is_empty() {
            and(within(zhijian_kinds::Regions::prefix(&filter.region)));
        }
        if !filter.industry.is_empty() {
            and(self.in_industry(&filter.industry));
        }
        for (column, value) in [("town", &filter.town), ("size", &filter.size), ("hazard", &filter.hazard), ("month", &filter.month)] {
            if !value.is_empty() {
                and(format!("{column} = {}", text(value)));
            }
        }
        sql
    }

    /// A section is a letter above two-digit divisions; below it codes are prefixes of each other.
    fn in_industry(&self, code: &str) -> String {
        let starts = |prefix: &str| format!("industry LIKE {}", text(&format!("{}%", prefix.replace(['%', '_'], ""))));
        if code.bytes().all(|b| b.is_ascii_digit()) {
            return starts(code);
        }
        let codes = self.catalogue.list("INDUSTRY").map(|l| l.codes.as_slice()).unwrap_or_default();
        let divisions: Vec<String> = codes.iter().filter(|c| c.parent == code).map(|c| starts(&c.code)).collect();
        if divisions.is_empty() { "FALSE".into() } else { format!("({})", divisions.join(" OR ")) }
    }
}

/// A count as the engine gives it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
pub(crate) const fn whole(count: f64) -> u64 {
    count as u64
}

const fn wanted(which: Which) -> &'static str {
    match which {
        Which::Numerator => "num > 0",
        Which::Denominator => "TRUE",
        Which::Missing => "den > num",
    }
}

fn read_units(batch: &datafusion::arrow::array::RecordBatch) -> Result<Vec<Unit>> {
    let names = ["unit", "label", "kind", "record", "region", "town", "industry", "size", "hazard", "month"];
    let mut columns =
        names.iter().map(|name| texts(batch, name)).collect::<Result<Vec<_>>>()?.into_iter().map(Vec::into_iter).collect::<Vec<_>>();
    let (num, den) = (numbers(batch, "num")?, numbers(batch, "den")?);
    let mut next = |column: usize| columns.get_mut(column).and_then(Iterator::next).unwrap_or_default();
    let rows = num.into_iter().zip(den).map(|(num, den)| Unit {
        unit: next(0),
        label: next(1),
        kind: next(2),
        record: next(3),
        region: next(4),
        town: next(5),
        industry: next(6),
        size: next(7),
        hazard: next(8),
        month: next(9),
        num: num.unwrap_or_default(),
        den: den.unwrap_or_default(),
    });
    Ok(rows.collect())
}
