//! Boards (看板) as data: panels over the facts of the lake, `definitions/boards/<board>.yaml`.
//!
//! A panel is an indicator taken apart, some lines of a statistics table, or a query of its own written like one; all three become rows by
//! columns, and `chart` says how these are drawn. The language is that of [`crate::tables`].

mod lint;

use crate::StatTable;
use crate::indicator::Measure;
use crate::tables::{Axis, From, Line};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use lint::check;

/// One board.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Short name, in the address.
    pub board: String,
    /// Title.
    pub title: String,
    /// Place in the list.
    #[serde(default)]
    pub order: u32,
    /// Requirements that it answers, `RQ-169`.
    #[serde(default)]
    pub answers: Vec<String>,
    /// What it shows, one or two sentences.
    pub help: String,
    /// Source, article, `unsourced` where the reading is ours.
    pub basis: String,
    /// Filters besides year and place; panels that cannot be narrowed say so.
    #[serde(default)]
    pub filters: Vec<Narrowing>,
    /// Kinds whose persons the numbers count, where a panel does not name its own.
    #[serde(default)]
    pub persons: Vec<String>,
    /// Pages that stand beside it: title → address.
    #[serde(default)]
    pub see: IndexMap<String, String>,
    /// The panels, in order.
    pub panels: Vec<Panel>,
}

/// A filter of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Narrowing {
    /// Section or division of GB/T 4754: the queries give a column `industry`.
    Industry,
    /// Size of the employer: the queries give a column `size`.
    Size,
}

impl Narrowing {
    /// Name of the column and of the filter.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::Industry => "industry",
            Self::Size => "size",
        }
    }
}

/// How a panel is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Chart {
    /// A tile a row, with the figure.
    Number,
    /// Horizontal bars, a row each; several columns stand beside each other.
    Bar,
    /// Bars in order of their value.
    Ranking,
    /// Bars whose columns are stacked.
    Stacked,
    /// Lines over the columns (years, months), a row each.
    Line,
    /// Upright bars over the columns, rows stacked.
    Columns,
    /// Rows by columns, coloured.
    Heat,
    /// Rows as steps, each with its share of the first.
    Funnel,
    /// The table alone.
    Table,
}

/// By what an indicator is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Places directly below the one asked for.
    Region,
    /// Industry sections and divisions that have units.
    Industry,
    /// Size of the employer.
    Size,
    /// Hazard factor.
    Hazard,
    /// Months of the year.
    Month,
    /// Five years up to the one asked for.
    Years,
}

/// One panel.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// Short name, in the address.
    pub panel: String,
    /// Title.
    pub title: String,
    /// What it shows and how to read it.
    #[serde(default)]
    pub help: String,
    /// Differs from the board's.
    #[serde(default)]
    pub basis: String,
    /// How it is drawn.
    pub chart: Chart,
    /// It takes the whole width.
    #[serde(default)]
    pub wide: bool,
    /// Indicators: the figure of each is a row; or one, taken apart.
    #[serde(default)]
    pub indicators: Vec<String>,
    /// The indicators of the plan of the place, in its order, where it has one.
    #[serde(default)]
    pub plan: bool,
    /// By what the one indicator is taken apart.
    #[serde(default)]
    pub by: Option<By>,
    /// A statistics table, of which `only` are shown.
    #[serde(default)]
    pub table: Option<String>,
    /// Keys of the table's lines that are shown; all when empty.
    #[serde(default)]
    pub only: Vec<String>,
    /// What a number of the own query is.
    #[serde(default = "count")]
    pub measure: Measure,
    /// Unit of a count.
    #[serde(default)]
    pub unit: String,
    /// Rows of the own query; a single one when not written.
    #[serde(default)]
    pub rows: Option<Axis>,
    /// Columns of the own query; a single one when not written.
    #[serde(default)]
    pub columns: Option<Axis>,
    /// The own queries.
    #[serde(default)]
    pub lines: Vec<Line>,
    /// Kinds whose persons are counted, where they differ from the board's.
    #[serde(default)]
    pub persons: Option<Vec<String>>,
    /// Options of the queries, with defaults.
    #[serde(default)]
    pub options: IndexMap<String, Value>,
    /// What the options mean.
    #[serde(default)]
    pub options_help: IndexMap<String, String>,
    /// The own queries give the columns of the board's filters.
    #[serde(default)]
    pub narrows: bool,
}

const fn count() -> Measure {
    Measure::Count
}

/// What a panel is filled from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Indicators.
    Indicators,
    /// A statistics table, or the panel's own queries as one.
    Table(Box<StatTable>),
}

impl Board {
    /// A panel by name.
    #[must_use]
    pub fn panel(&self, name: &str) -> Option<&Panel> {
        self.panels.iter().find(|panel| panel.panel == name)
    }
}

impl Panel {
    /// The table that fills it; `None` for indicators, and where the table named is not there.
    #[must_use]
    pub fn source(&self, board: &Board, tables: &IndexMap<String, StatTable>) -> Option<Source> {
        if !self.indicators.is_empty() {
            return Some(Source::Indicators);
        }
        let mut table = match &self.table {
            Some(name) => tables.get(name)?.clone(),
            None => return Some(Source::Table(Box::new(self.own(board)))),
        };
        if !self.only.is_empty() {
            table.lines.retain(|line| self.only.contains(&line.key));
            table.groups = table.groups.filter(|_| table.rows.from != From::Lines);
            table.lines.iter_mut().for_each(|line| line.group.clear());
        }
        Some(Source::Table(Box::new(table)))
    }

    fn own(&self, board: &Board) -> StatTable {
        StatTable {
            table: format!("{}/{}", board.board, self.panel),
            title: self.title.clone(),
            order: 0,
            answers: Vec::new(),
            basis: if self.basis.is_empty() { board.basis.clone() } else { self.basis.clone() },
            help: self.help.clone(),
            measure: self.measure,
            unit: self.unit.clone(),
            persons: self.persons.clone().unwrap_or_else(|| board.persons.clone()),
            groups: None,
            rows: self.rows.clone().unwrap_or_else(|| Axis::one(&self.title)),
            columns: self.columns.clone().unwrap_or_else(|| Axis::one(if self.unit.is_empty() { "数值" } else { &self.unit })),
            gaps: false,
            chart: None,
            behind: None,
            see: Vec::new(),
            options: self.options.clone(),
            options_help: self.options_help.clone(),
            lines: self.lines.clone(),
        }
    }
}
