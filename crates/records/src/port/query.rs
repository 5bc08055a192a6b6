//! Lists: whose share, which filters, in which order.

use super::{Instant, Stored};
use serde::{Deserialize, Serialize};

/// What a caller may see, compiled by [`crate::access`]: the union of its parts. Empty lists allow nothing by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Scope {
    /// Everything (system tasks).
    pub all: bool,
    /// Region prefixes: `1303` allows 130300–1303xx. A nine-digit prefix restricts to a township.
    pub regions: Vec<String>,
    /// Owner ids.
    pub owners: Vec<String>,
    /// Ids of single records: an employer's own register entry, cases that were opened to somebody.
    pub ids: Vec<String>,
    /// Records in which a field has a value: the institution that made them, the person they are about.
    pub fields: Vec<Held>,
}

/// A field of the public document that must have a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Held {
    /// Path, dots between levels.
    pub path: String,
    /// Value as text; of blind fields the token.
    pub value: String,
    /// The record must lie in this region too (prefix), or anywhere when empty.
    pub region: String,
}

/// Comparison of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Equal.
    Eq,
    /// One of several (values separated by `,`).
    In,
    /// Begins with.
    Prefix,
    /// Contains (texts; arrays of codes contain the code).
    Contains,
    /// At least.
    Gte,
    /// At most.
    Lte,
    /// Is empty.
    Empty,
}

/// What a filter or sort key looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// A column of the record table: `id`, `region`, `town`, `year`, `event_date`, `owner`, `state`, `recorded_from`.
    System(String),
    /// A field of the document.
    Field {
        /// Path, dots between levels.
        path: String,
        /// Compare as number.
        numeric: bool,
    },
}

/// One filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// What.
    pub column: Column,
    /// How.
    pub op: Op,
    /// With what.
    pub value: String,
}

impl Filter {
    /// On a field of the document.
    #[must_use]
    pub fn field(path: &str, op: Op, value: &str) -> Self {
        Self { column: Column::Field { path: path.to_owned(), numeric: false }, op, value: value.to_owned() }
    }

    /// On a column of the record table.
    #[must_use]
    pub fn system(column: &str, op: Op, value: &str) -> Self {
        Self { column: Column::System(column.to_owned()), op, value: value.to_owned() }
    }

    /// Records of an owner.
    #[must_use]
    pub fn owned_by(id: &str) -> Self {
        Self::system("owner", Op::Eq, id)
    }
}

/// A list query. Retracted records are left out.
#[derive(Debug, Clone)]
pub struct Query {
    /// Kind.
    pub kind: String,
    /// Access scope of the caller.
    pub scope: Scope,
    /// All must hold.
    pub filters: Vec<Filter>,
    /// Search fragments: each inner list is a set of alternatives (public text, hashed fragments joined by `&`), all outer ones must hold.
    pub search: Vec<Vec<String>>,
    /// Sort column.
    pub sort: Column,
    /// Descending.
    pub descending: bool,
    /// Opaque position after which to continue.
    pub cursor: Option<String>,
    /// Most rows.
    pub limit: u32,
    /// State of the records at this instant; `None`: now.
    pub as_of: Option<Instant>,
}

impl Query {
    /// All records of a kind that filters leave, whoever's they are, in order of id. For the platform's own work.
    #[must_use]
    pub fn everything(kind: &str, filters: Vec<Filter>) -> Self {
        Self {
            kind: kind.to_owned(),
            scope: Scope { all: true, ..Scope::default() },
            filters,
            search: Vec::new(),
            sort: Column::System("id".into()),
            descending: false,
            cursor: None,
            limit: 200,
            as_of: None,
        }
    }

    /// The newest of them by event date.
    #[must_use]
    pub fn newest(kind: &str, filters: Vec<Filter>) -> Self {
        Self { sort: Column::System("event_date".into()), descending: true, limit: 1, ..Self::everything(kind, filters) }
    }
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// Rows.
    pub rows: Vec<Stored>,
    /// Position of the next page.
    pub next: Option<String>,
}
