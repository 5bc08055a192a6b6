//! Layers of the map (一张网图层) as data, `definitions/layers/<layer>.yaml`: a number a place, and where things stand as points.

mod lint;

use crate::StatTable;
use crate::indicator::Measure;
use crate::tables::{Axis, From, Line};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use lint::check;

/// One layer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Short name, in the address.
    pub layer: String,
    /// Title.
    pub title: String,
    /// Heading in the choice of layers.
    pub group: String,
    /// Place in the list.
    #[serde(default)]
    pub order: u32,
    /// Requirements that it answers.
    #[serde(default)]
    pub answers: Vec<String>,
    /// What the number is, in words.
    pub help: String,
    /// Source; `unsourced` where the reading is ours.
    pub basis: String,
    /// Colours of the classes.
    pub colours: Colours,
    /// What darker means: 越深越多, 越深越好.
    pub darker: String,
    /// An indicator, instead of an own query.
    #[serde(default)]
    pub indicator: Option<String>,
    /// What the number of the query is.
    #[serde(default = "count")]
    pub measure: Measure,
    /// Unit of a count.
    #[serde(default)]
    pub unit: String,
    /// Kinds whose persons are counted.
    #[serde(default)]
    pub persons: Vec<String>,
    /// The query: a row a unit with `region`, `town`, `num`, `den`; with `record`, `label` and `owner` when `record` is named.
    #[serde(default)]
    pub query: Option<Line>,
    /// Pages that stand beside it: title → address.
    #[serde(default)]
    pub see: IndexMap<String, String>,
    /// Things with coordinates that are shown on it.
    #[serde(default)]
    pub points: Option<Points>,
    /// Options of the queries, with defaults.
    #[serde(default)]
    pub options: IndexMap<String, Value>,
    /// What the options mean.
    #[serde(default)]
    pub options_help: IndexMap<String, String>,
}

const fn count() -> Measure {
    Measure::Count
}

/// Sequential colours of five classes, light to dark, that keep their order for every kind of colour vision and in grey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Colours {
    /// ColorBrewer 2.0 “Blues”.
    Blues,
    /// ColorBrewer 2.0 “Oranges”.
    Oranges,
    /// ColorBrewer 2.0 “YlGnBu”.
    Ylgnbu,
}

impl Colours {
    /// Five colours, light to dark.
    #[must_use]
    pub const fn classes(self) -> [&'static str; 5] {
        match self {
            Self::Blues => ["#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c"],
            Self::Oranges => ["#feedde", "#fdbe85", "#fd8d3c", "#e6550d", "#a63603"],
            Self::Ylgnbu => ["#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"],
        }
    }

    /// Name of the scale.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blues => "ColorBrewer Blues",
            Self::Oranges => "ColorBrewer Oranges",
            Self::Ylgnbu => "ColorBrewer YlGnBu",
        }
    }
}

/// Things with coordinates: one row each with `record`, `label`, `owner`, `region`, `town`, `lon` and `lat` (degrees, WGS 84 as filed).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// What they are: 用人单位.
    pub title: String,
    /// Kind of the records; who may not read them whole gets no points.
    pub kind: String,
    /// Facts that the query reads.
    pub facts: Vec<String>,
    /// The query.
    pub sql: String,
    /// Named list of those whose coordinates do not lie in the county that their record names.
    #[serde(default)]
    pub misplaced: Option<String>,
}

impl Layer {
    /// The own query as a table: places by one column. `None` for indicators.
    #[must_use]
    pub fn table(&self) -> Option<StatTable> {
        let line = self.query.clone()?;
        Some(StatTable {
            table: format!("map/{}", self.layer),
            title: self.title.clone(),
            order: self.order,
            answers: Vec::new(),
            basis: self.basis.clone(),
            help: self.help.clone(),
            measure: self.measure,
            unit: self.unit.clone(),
            persons: self.persons.clone(),
            groups: None,
            rows: Axis { from: From::Regions, total: true, ..Axis::one("区划") },
            columns: Axis::one(if self.unit.is_empty() { "数值" } else { &self.unit }),
            gaps: false,
            chart: None,
            behind: None,
            see: Vec::new(),
            options: self.options.clone(),
            options_help: self.options_help.clone(),
            lines: vec![line],
        })
    }
}
