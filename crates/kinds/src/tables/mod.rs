//! Statistics tables (统计表) as data: rows by columns of counts or rates over the facts of the lake, `definitions/tables/<table>.yaml`.
//!
//! A table is made of lines; each line is a query that gives **one row a unit** with `region`, `town`, `num` and `den`, and with the keys of
//! the axes that the query fills (`group_key`, `row_key`, `column_key`). Region and scope are added outside the query, as for indicators, and
//! the parameters in braces are the same.

mod lint;

use crate::indicator::Measure;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use lint::{check, facts_wrong, is_fact, wrong};

/// One table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatTable {
    /// Short name, in the address.
    pub table: String,
    /// Title.
    pub title: String,
    /// Place in the list.
    #[serde(default)]
    pub order: u32,
    /// Requirements that it answers, `RQ-023`.
    #[serde(default)]
    pub answers: Vec<String>,
    /// Source, article, `unsourced` where the reading is ours.
    pub basis: String,
    /// What it shows, one or two sentences.
    pub help: String,
    /// What a number is: count, or rate of numerator to denominator. A line may differ.
    #[serde(default = "count")]
    pub measure: Measure,
    /// Unit of a count: 例, 人, 家.
    #[serde(default)]
    pub unit: String,
    /// Kinds whose persons the numbers count; their health is why small numbers are withheld from those who see aggregates only.
    #[serde(default)]
    pub persons: Vec<String>,
    /// Headings over rows.
    #[serde(default)]
    pub groups: Option<Axis>,
    /// Rows.
    pub rows: Axis,
    /// Columns.
    pub columns: Axis,
    /// An expected cell in which nothing was found is a gap and says so.
    #[serde(default)]
    pub gaps: bool,
    /// A chart of the totals of this axis stands beside the table.
    #[serde(default)]
    pub chart: Option<Side>,
    /// The list behind a cell.
    #[serde(default)]
    pub behind: Option<Behind>,
    /// Indicators that stand beside it, `I-04`.
    #[serde(default)]
    pub see: Vec<String>,
    /// Options of the queries, with defaults.
    #[serde(default)]
    pub options: IndexMap<String, Value>,
    /// What the options mean.
    #[serde(default)]
    pub options_help: IndexMap<String, String>,
    /// The lines.
    pub lines: Vec<Line>,
}

const fn count() -> Measure {
    Measure::Count
}

/// Rows or columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Totals of rows.
    Rows,
    /// Totals of columns.
    Columns,
}

/// Where the keys of an axis come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// Places directly below the region asked for; filled from the unit's region and township.
    Regions,
    /// Years up to the year asked for, `span` of them.
    Years,
    /// Months of the year asked for.
    Months,
    /// Codes of a list that hold in the year asked for, known by their label.
    Codes,
    /// Keys written in the definition.
    Keys,
    /// The lines themselves.
    Lines,
    /// Whatever the queries give.
    Data,
    /// A single key with the axis's title: the queries give none.
    One,
}

/// One axis.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// What its keys are: 区县, 病种.
    pub title: String,
    /// Where they come from.
    pub from: From,
    /// Code list of `codes`, or for labels of `data`.
    #[serde(default)]
    pub list: Option<String>,
    /// Only codes with these values in further columns of the list.
    #[serde(default)]
    pub only: IndexMap<String, String>,
    /// Keys with labels, in order.
    #[serde(default)]
    pub keys: IndexMap<String, String>,
    /// How many years.
    #[serde(default = "five")]
    pub span: u32,
    /// Keys for which nothing found is no gap.
    #[serde(default)]
    pub optional: Vec<String>,
    /// The sum over the axis is shown.
    #[serde(default)]
    pub total: bool,
}

const fn five() -> u32 {
    5
}

impl Axis {
    /// An axis of a single key.
    #[must_use]
    pub fn one(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            from: From::One,
            list: None,
            only: IndexMap::new(),
            keys: IndexMap::new(),
            span: five(),
            optional: Vec::new(),
            total: false,
        }
    }
}

/// One query of a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Key, where the lines are an axis.
    #[serde(default)]
    pub key: String,
    /// Label, where the lines are an axis.
    #[serde(default)]
    pub label: String,
    /// Key of the group that the line stands in.
    #[serde(default)]
    pub group: String,
    /// What is counted, in words.
    #[serde(default)]
    pub formula: String,
    /// Differs from the table's.
    #[serde(default)]
    pub measure: Option<Measure>,
    /// Facts that the query reads.
    #[serde(default)]
    pub facts: Vec<String>,
    /// Kind of the records that the query counts: it then gives the columns `record`, `label` and `owner`, and a number opens to just the
    /// units that it counts. Labels are public: no names of persons.
    #[serde(default)]
    pub record: Option<String>,
    /// The query.
    #[serde(default)]
    pub sql: Option<String>,
    /// Why there is no query: what the platform does not hold.
    #[serde(default)]
    pub none: Option<String>,
}

/// The list behind a cell: a kind's list page with filters; `{row}`, `{column}`, `{group}`, `{year}` (`{first_year}`: so many
/// years earlier as the columns span) stand for the cell's keys, and a
/// place of the axes becomes the filter `region`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    /// Kind.
    pub kind: String,
    /// Filter → value.
    #[serde(default)]
    pub filters: IndexMap<String, String>,
    /// In what the list differs from what the cell counts, where the filters cannot say the same.
    #[serde(default)]
    pub note: String,
}

impl StatTable {
    /// What a line's numbers are.
    #[must_use]
    pub fn measure_of(&self, line: &Line) -> Measure {
        line.measure.unwrap_or(self.measure)
    }

    /// The axes, groups first.
    pub fn axes(&self) -> impl Iterator<Item = &Axis> {
        self.groups.iter().chain([&self.rows, &self.columns])
    }
}
