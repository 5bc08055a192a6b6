//! Matches of needs and places (匹配) as data, `definitions/matches/<match>.yaml`: who needs something, by township, against the places that
//! serve them. People and places are those of two layers of the map, so that its numbers are theirs.

mod lint;

use crate::tables::{Axis, From, Line};
use crate::{Layer, StatTable, indicator::Measure};
use indexmap::IndexMap;
use serde::Deserialize;

pub(crate) use lint::check;

/// One match.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// Short name, in the address.
    #[serde(rename = "match")]
    pub name: String,
    /// Title.
    pub title: String,
    /// Requirements that it answers.
    #[serde(default)]
    pub answers: Vec<String>,
    /// What it sets against what.
    pub help: String,
    /// Source; `unsourced` where the reading is ours.
    pub basis: String,
    /// Layer of those who need it.
    pub layer: String,
    /// Layer of the places.
    pub site_layer: String,
    /// Kinds whose persons are counted.
    #[serde(default)]
    pub persons: Vec<String>,
    /// The same people by a code.
    pub apart: Apart,
    /// Those who said that they need it.
    pub need: Titled,
    /// Unit of what is recorded of a place.
    pub capacity_unit: String,
    /// What is recorded of the places.
    pub capacity: Line,
    /// How many they say they serve.
    pub served: Titled,
    /// Where townships lie.
    pub places: Located,
    /// Where the places stand.
    pub site_places: Located,
    /// Farthest way, kilometres in a straight line.
    pub within_km: Setting,
    /// How many people a unit of capacity serves.
    pub per_unit: Setting,
}

/// A count with its name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Titled {
    /// Heading.
    pub title: String,
    /// The query.
    pub line: Line,
}

/// A count by a code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apart {
    /// Heading.
    pub title: String,
    /// Code list.
    pub list: String,
    /// The query; `row_key` is the code.
    pub line: Line,
}

/// Things with coordinates: `region`, `town`, `lon`, `lat` a row (degrees).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Located {
    /// Facts that the query reads.
    pub facts: Vec<String>,
    /// The query.
    pub sql: String,
}

/// A number that stands on the page and can be changed in its address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What it is.
    pub title: String,
    /// Where nothing else is asked.
    pub default: f64,
    /// Where it comes from; empty: 未注明出处.
    #[serde(default)]
    pub basis: String,
}

impl Match {
    /// A query as a table of one line, for the counts by place; `keyed` when it gives `row_key`.
    #[must_use]
    pub fn table(&self, line: Line, keyed: bool) -> StatTable {
        let from = if keyed { From::Data } else { From::One };
        StatTable {
            table: format!("match/{}", self.name),
            title: self.title.clone(),
            order: 0,
            answers: Vec::new(),
            basis: self.basis.clone(),
            help: self.help.clone(),
            measure: Measure::Rate,
            unit: String::new(),
            persons: self.persons.clone(),
            groups: None,
            rows: Axis { from, ..Axis::one(&self.title) },
            columns: Axis::one(&self.title),
            gaps: false,
            chart: None,
            behind: None,
            see: Vec::new(),
            options: IndexMap::new(),
            options_help: IndexMap::new(),
            lines: vec![line],
        }
    }

    /// The people, or the places, of a layer.
    #[must_use]
    pub fn of_layer(layer: &Layer) -> Option<StatTable> {
        layer.table()
    }
}

impl Located {
    /// A line whose numerator over denominator is the mean of a column: `lon` or `lat`.
    #[must_use]
    pub fn mean(&self, like: &Line, column: &str) -> Line {
        let sql = format!("SELECT region, town, {column} AS num, 1 AS den FROM ({}) AS located", self.sql.trim());
        Line { facts: self.facts.clone(), sql: Some(sql), record: None, ..like.clone() }
    }
}
