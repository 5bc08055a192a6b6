//! Revisions as columns: one pass over a document fills all facts of its kind.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, RecordBatch, StringViewBuilder};
use serde_json::Value;
use time::{
    Date, OffsetDateTime,
    format_description::well_known::{Iso8601, Rfc3339},
};
use zhijian_records::port::Stored;

use crate::{
    error::{LakeError, Result},
    facts::{Column, ColumnType, FactDef, Source, System},
};

/// Collects rows of one fact until they are taken as a batch.
pub(crate) struct RowBuilder<'a> {
    fact: &'a FactDef,
    builders: Vec<Builder>,
    rows: usize,
}

enum Builder {
    Text(StringViewBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
}

/// A revision with its parsed document.
pub(crate) struct Revision<'a> {
    pub(crate) stored: &'a Stored,
    document: Value,
}

impl<'a> Revision<'a> {
    pub(crate) fn parse(stored: &'a Stored) -> Result<Self> {
        let document = serde_json::from_str(&stored.data).map_err(|source| LakeError::BadDocument {
            kind: stored.kind.clone(),
            id: stored.id.clone(),
            rev: stored.rev,
            source,
        })?;
        Ok(Self { stored, document })
    }
}

impl<'a> RowBuilder<'a> {
    pub(crate) fn new(fact: &'a FactDef) -> Self {
        Self { fact, builders: fact.columns.iter().map(|c| Builder::of(c.ty)).collect(), rows: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// Adds the rows that a revision gives: one, or one an element.
    pub(crate) fn push(&mut self, revision: &Revision<'_>) {
        match &self.fact.each {
            None => self.row(revision, &Value::Null, 0),
            Some(each) => {
                if let Some(Value::Array(elements)) = at(&revision.document, each) {
                    for (index, element) in elements.iter().enumerate() {
                        self.row(revision, element, index + 1);
                    }
                }
            }
        }
    }

    fn row(&mut self, revision: &Revision<'_>, element: &Value, ordinal: usize) {
        for (column, builder) in self.fact.columns.iter().zip(&mut self.builders) {
            match &column.source {
                Source::System(system) => push_system(builder, *system, revision.stored),
                Source::Document(path) => builder.push(column, at(&revision.document, path)),
                Source::Element(path) => builder.push(column, at(element, path)),
                Source::Ordinal => builder.integer(i64::try_from(ordinal).ok()),
            }
        }
        self.rows += 1;
    }

    /// The rows so far as a batch; the builder starts anew.
    pub(crate) fn take(&mut self) -> Result<RecordBatch> {
        self.rows = 0;
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.fact.schema), arrays).map_err(|e| LakeError::engine("组装事实表", e))
    }
}

fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

impl Builder {
    fn of(ty: ColumnType) -> Self {
        match ty {
            ColumnType::Text | ColumnType::Listed | ColumnType::Json => Self::Text(StringViewBuilder::new()),
            ColumnType::Integer | ColumnType::Instant => Self::Integer(Int64Builder::new()),
            ColumnType::Number => Self::Number(Float64Builder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Date => Self::Date(Date32Builder::new()),
        }
    }

    fn push(&mut self, column: &Column, value: Option<&Value>) {
        let value = value.filter(|v| !v.is_null());
        match (self, column.ty) {
            (Self::Text(to), ColumnType::Listed) => to.append_option(value.and_then(listed)),
            (Self::Text(to), ColumnType::Json) => to.append_option(value.map(Value::to_string)),
            (Self::Text(to), _) => match value {
                Some(Value::String(text)) => to.append_value(text),
                other => to.append_option(other.map(Value::to_string)),
            },
            (Self::Integer(to), ColumnType::Instant) => to.append_option(value.and_then(Value::as_str).and_then(instant)),
            (Self::Integer(to), _) => to.append_option(value.and_then(whole)),
            (Self::Number(to), _) => to.append_option(value.and_then(Value::as_f64)),
            (Self::Boolean(to), _) => to.append_option(value.and_then(Value::as_bool)),
            (Self::Date(to), _) => to.append_option(value.and_then(Value::as_str).and_then(day)),
        }
    }

    fn text(&mut self, value: &str) {
        if let Self::Text(to) = self {
            to.append_value(value);
        }
    }

    fn integer(&mut self, value: Option<i64>) {
        if let Self::Integer(to) = self {
            to.append_option(value);
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(from) => Arc::new(from.finish()),
            Self::Integer(from) => Arc::new(from.finish()),
            Self::Number(from) => Arc::new(from.finish()),
            Self::Boolean(from) => Arc::new(from.finish()),
            Self::Date(from) => Arc::new(from.finish()),
        }
    }
}

fn push_system(builder: &mut Builder, system: System, stored: &Stored) {
    match system {
        System::Id => builder.text(&stored.id),
        System::Rev => builder.integer(Some(i64::from(stored.rev))),
        System::Region => builder.text(&stored.region),
        System::Town => builder.text(&stored.town),
        System::Year => builder.integer(Some(i64::from(stored.year))),
        System::Owner => builder.text(&stored.owner),
        System::State => builder.text(&stored.state),
        System::RecordedFrom => builder.integer(Some(stored.recorded_from)),
        System::RecordedTo => builder.integer(stored.recorded_to),
        System::EventDate => {
            if let Builder::Date(to) = builder {
                to.append_option(day(&stored.event_date));
            }
        }
        System::Retracted => {
            if let Builder::Boolean(to) = builder {
                to.append_value(stored.retracted);
            }
        }
    }
}

/// `;a;b;`, nothing for an empty list.
fn listed(value: &Value) -> Option<String> {
    let Value::Array(items) = value else { return Some(format!(";{};", plain(value))) };
    if items.is_empty() {
        return None;
    }
    let mut text = String::from(";");
    for item in items {
        text.push_str(&plain(item));
        text.push(';');
    }
    Some(text)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A whole number, also when it was written as `3.0`.
fn whole(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "counts are far below 2^53")]
    value.as_i64().or_else(|| value.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64))
}

/// Days since 1970-01-01 of an ISO day.
pub(crate) fn day(text: &str) -> Option<i32> {
    let date = Date::parse(text.get(..10)?, &Iso8601::DATE).ok()?;
    Some(days(date))
}

/// Days since 1970-01-01.
pub(crate) fn days(date: Date) -> i32 {
    date.to_julian_day() - UNIX_EPOCH_JULIAN
}

const UNIX_EPOCH_JULIAN: i32 = 2_440_588;

/// Microseconds since 1970 of an instant with offset.
fn instant(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1000).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dates_are_days_since_1970() {
        let rows = [
            ("the first day", "1970-01-01", Some(0)),
            ("a leap day", "2020-02-29", Some(18_321)),
            ("no such day", "2021-02-29", None),
            ("an instant counts as its day", "2020-12-31T23:59:59+08:00", Some(18_627)),
            ("nothing", "", None),
        ];
        for (why, text, expected) in rows {
            assert_eq!(day(text), expected, "{why}");
        }
    }

    #[test]
    fn lists_can_be_searched_for_one_item() {
        assert_eq!(listed(&json!(["D001", "P001"])).as_deref(), Some(";D001;P001;"));
        assert_eq!(listed(&json!([])), None, "an empty list is no value");
    }

    #[test]
    fn instants_are_utc_microseconds() {
        assert_eq!(instant("1970-01-01T08:00:00.5+08:00"), Some(500_000));
    }
}
