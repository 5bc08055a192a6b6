//! Reports: long documents with chapters, tables and charts, as PDF and Word file of the same content.
//!
//! A report is made of frozen figures by whoever knows them; here it is only set. Every table and chart carries a code and the address at
//! which the same figures can be opened.

mod chart_xml;
mod docx;
mod pdf;

pub use docx::make as docx;
pub use pdf::{made, make as pdf};

use crate::content::Row;
use serde::Serialize;

/// A report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Goes into the file's identifier.
    pub ident: String,
    /// Heading of the title page.
    pub title: String,
    /// Line below it.
    pub subtitle: String,
    /// Facts of the title page.
    pub facts: Vec<Row>,
    /// Written over every page: 草稿.
    pub mark: String,
    /// Origin of the site, `https://…`, before addresses; empty when it is not known.
    pub site: String,
    /// Foot of every page.
    pub foot: String,
    /// Parts in order.
    pub pieces: Vec<Piece>,
}

/// Where the figures of a table or chart can be opened.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Source {
    /// Code, `图 I-02-1`.
    pub code: String,
    /// Path, `/evaluations/…/figures/I-02`; empty when there is none.
    pub path: String,
}

/// A part.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Piece {
    /// Heading of a chapter (1), a section (2).
    Heading {
        /// Depth from 1.
        level: u8,
        /// Its text.
        text: String,
    },
    /// Paragraph.
    Text {
        /// Its text.
        text: String,
    },
    /// Labels and values.
    Fields {
        /// In order.
        rows: Vec<Row>,
    },
    /// A table.
    Table {
        /// Where from.
        source: Source,
        /// Caption.
        title: String,
        /// Heads of the columns.
        head: Vec<String>,
        /// Rows of as many cells.
        rows: Vec<Vec<String>>,
        /// Weights of the columns' widths.
        widths: Vec<u32>,
        /// What is not shown, in words; or empty.
        more: String,
    },
    /// A chart.
    Chart {
        /// Where from.
        source: Source,
        /// Caption.
        title: String,
        /// The chart in a sentence, for those who do not see it.
        spoken: String,
        /// What is drawn.
        chart: Chart,
    },
    /// The next part begins a page.
    Page,
}

/// A chart.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "draws", rename_all = "snake_case")]
pub enum Chart {
    /// One value between base and targets, 0 to 100 %.
    Bullet {
        /// The value.
        value: Option<f64>,
        /// As shown.
        shown: String,
        /// Base.
        base: Option<f64>,
        /// Targets.
        goals: Vec<Goal>,
        /// `met`, `near`, `missed`, `open`, `void`.
        tone: String,
    },
    /// Values over years.
    Line {
        /// Points in order; a point without value leaves a gap.
        points: Vec<Point>,
        /// Targets at the points of their labels.
        goals: Vec<Goal>,
        /// `%` or a word.
        unit: String,
    },
    /// Values side by side.
    Bars {
        /// Bars in order.
        bars: Vec<Point>,
        /// Line of the target.
        goal: Option<f64>,
        /// `%` or a word.
        unit: String,
    },
}

/// A point or bar.
#[derive(Debug, Clone, Serialize)]
pub struct Point {
    /// Label.
    pub label: String,
    /// Value.
    pub value: Option<f64>,
    /// As shown.
    pub shown: String,
}

/// A target.
#[derive(Debug, Clone, Serialize)]
pub struct Goal {
    /// Label, the year.
    pub label: String,
    /// Value.
    pub value: f64,
}

#[cfg(test)]
pub(crate) mod tests;
