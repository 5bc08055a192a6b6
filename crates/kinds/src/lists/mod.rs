//! Named lists (名单) as data: which records somebody has to do something about, `definitions/lists/<list>.yaml`.
//!
//! An indicator says how much; a list says who, with the facts behind each row, and to whom it is handed.

mod lint;

pub(crate) use lint::check;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A list. `sql` gives **one row a record** (or a place, see [`Rows`]) with the columns `record` (its id), `label` (a public name: of
/// people none), `owner` (the organisation that it belongs to, or null), `region` (six digits, never null), `town` and those of `columns`. Tables and
/// parameters are those of indicators: facts, `code_<list>`, `region`, `town`, `rule_<table>`; `{cut}`, `{from}`, `{to}`, `{year}`, `{region}`,
/// `{region_code}` and every option.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedList {
    /// Name, the file's.
    pub list: String,
    /// Chinese title.
    pub title: String,
    /// Heading under which it stands on the page of all lists.
    pub group: String,
    /// Requirements that it serves, `RQ-051`.
    pub serves: Vec<String>,
    /// Source, article; ours where it says so.
    pub basis: String,
    /// Who is on it and why, in a sentence or two.
    pub help: String,
    /// Kind of the records. Its access rules hold for every row.
    pub kind: String,
    /// What a row is.
    #[serde(default)]
    pub rows: Rows,
    /// Roles that see it; the access rules of all kinds that it reads hold besides.
    pub roles: Vec<String>,
    /// Facts used; of each the asker must see whole records where the rows lie.
    pub facts: Vec<String>,
    /// Options with their defaults.
    #[serde(default)]
    pub options: IndexMap<String, Value>,
    /// What the options mean.
    #[serde(default)]
    pub options_help: IndexMap<String, String>,
    /// Numbers among the options that who looks may set.
    #[serde(default)]
    pub ask: Vec<String>,
    /// Indicator whose options, as the plan of the region sets them, hold here too.
    #[serde(default)]
    pub follows: Option<String>,
    /// Fields of the record that the page and the file show beside the columns, private ones as the asker may see them.
    #[serde(default)]
    pub show: Vec<String>,
    /// Columns.
    pub columns: IndexMap<String, Column>,
    /// Columns by whose values the list is narrowed.
    #[serde(default)]
    pub filters: Vec<String>,
    /// Columns by which it is sorted, `-` first for descending; label and record come last.
    #[serde(default)]
    pub sort: Vec<String>,
    /// Department that it is handed to, code of list PARTNER.
    #[serde(default)]
    pub partner: Option<String>,
    /// What is to be done with it.
    pub action: String,
    /// Where a row leads that is a place: the list of `kind` with this filter.
    #[serde(default)]
    pub leads: Option<String>,
    /// The query.
    pub sql: String,
}

/// Options by name.
pub type Options = IndexMap<String, Value>;

/// What a row of a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// A record of the kind.
    #[default]
    Record,
    /// A place, reckoned from records of the kind.
    Place,
}

/// A column of a list.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Chinese title.
    pub title: String,
    /// The value is a code of this list; several stand as `;a;b;`.
    #[serde(default)]
    pub codes: Option<String>,
    /// What sort of value it is.
    #[serde(default)]
    pub holds: Holds,
    /// Unit of a number.
    #[serde(default)]
    pub unit: Option<String>,
}

/// Sorts of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Words or a code.
    #[default]
    Text,
    /// A number.
    Number,
    /// A day.
    Date,
    /// Yes or no; empty when nobody knows.
    Yes,
}

impl NamedList {
    /// Columns that every query has besides its own.
    pub const ALWAYS: [&'static str; 5] = ["record", "label", "owner", "region", "town"];
}
