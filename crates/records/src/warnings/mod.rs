//! Early warnings (预警): rules look at records, duties and facts; what they find becomes a record of kind `warning`, once, and is followed
//! until somebody closes it.
//!
//! [`machine`] says what a signal does to a warning, as a pure function. [`Watch`] brings it the signals: of single records from the outbox, of
//! queries and duties by going over them again. Everything may be repeated: a warning's natural key is rule, subject and number of the
//! episode, and a signal that is known already changes nothing.

pub mod backtest;
mod documents;
pub mod machine;
mod of_duties;
mod of_records;
mod scribe;
mod settings;
pub mod tally;
mod watch;

pub use backtest::{Backtest, Month};
pub use documents::CHANGE_WORDS;
pub use settings::{Setting, Settings};
pub use watch::{HORIZON, Round, Watch};

use crate::port::Instant;
use async_trait::async_trait;
use serde_json::{Map, Value};
use zhijian_kinds::warning::{Level, Warning};

/// Kind of the records.
pub const KIND: &str = "warning";
/// Kind of the settings of a region.
pub const SETTINGS: &str = "warning_threshold";
/// Source of what a query or a look at the duties finds: there is one such signal a subject.
pub const SCAN: &str = "scan";

/// A row of a rule's query: columns by name.
pub type Row = Map<String, Value>;

/// What gives the rows of rules over facts.
#[async_trait]
pub trait Facts: Send + Sync {
    /// The rows of a rule as of a day, with what its methods make of them.
    ///
    /// # Errors
    /// In words: the query is wrong, or the facts cannot be read.
    async fn rows(&self, rule: &Warning, today: &str) -> Result<Vec<Row>, String>;
    /// Up to when the facts stand: the same instant, the same answers.
    fn stand(&self) -> Instant;
}

/// What a rule says of a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// What tells subjects of a rule apart.
    pub key: String,
    /// The subject in words, without anybody's name.
    pub subject: String,
    /// Employer (record id), or empty.
    pub employer: String,
    /// County where there is no employer.
    pub region: String,
    /// The record it comes from, or [`SCAN`].
    pub source: String,
    /// The day of what was observed.
    pub on: String,
    /// Level reached, if any.
    pub level: Option<Level>,
    /// Measured value.
    pub value: Option<f64>,
    /// Records that show it: kind and id.
    pub evidence: Vec<(String, String)>,
    /// Numbers that the conditions looked at.
    pub inputs: String,
}

/// A text column.
pub(crate) fn text(row: &Row, name: &str) -> String {
    row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The signal of a query's row, before its level is known.
#[must_use]
pub fn of_row(rule: &Warning, row: &Row, today: &str, level: Option<Level>) -> Signal {
    let evidence = text(row, "evidence");
    let evidence = evidence.split(';').filter_map(|e| e.split_once(':')).map(|(kind, id)| (kind.to_owned(), id.to_owned()));
    let shown = rule.query().map(|q| q.columns.as_slice()).unwrap_or_default();
    let taken: Vec<String> = match &rule.source {
        zhijian_kinds::warning::Source::Forecast(_) => zhijian_kinds::warning::FORECAST.iter().map(|c| (*c).to_owned()).collect(),
        zhijian_kinds::warning::Source::Statistic(s) => s.methods.iter().flat_map(|m| m.take.values().cloned()).collect(),
        _ => Vec::new(),
    };
    let inputs = shown.iter().chain(&taken).filter_map(|name| row.get(name).map(|value| format!("{name}={}", number(value))));
    Signal {
        key: text(row, "key"),
        subject: text(row, "subject"),
        employer: text(row, "employer"),
        region: text(row, "region"),
        source: SCAN.into(),
        on: today.to_owned(),
        level,
        value: row.get("value").and_then(Value::as_f64),
        evidence: evidence.take(documents::EVIDENCE).collect(),
        inputs: inputs.collect::<Vec<_>>().join(" "),
    }
}

/// A number or text, rounded to what a person reads.
pub(crate) fn number(value: &Value) -> String {
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 => format!("{number:.0}"),
        Some(number) => format!("{number:.4}"),
        None => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}
