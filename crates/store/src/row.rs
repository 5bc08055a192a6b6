//! A row as it was read, and the revision that it stands for.

use crate::sql::Value;
use zhijian_records::port::{KeyHash, Stored};

/// Values of a row in the order of the statement's columns.
#[derive(Debug)]
pub(crate) struct Row(pub Vec<Value>);

impl Row {
    /// Takes a column's value out of the row.
    pub fn take(&mut self, column: usize) -> Value {
        self.0.get_mut(column).map_or(Value::Null, |value| std::mem::replace(value, Value::Null))
    }

    /// Text; empty for NULL.
    pub fn text(&mut self, column: usize) -> String {
        match self.take(column) {
            Value::Text(text) => text,
            Value::Int(number) => number.to_string(),
            Value::Real(number) => number.to_string(),
            _ => String::new(),
        }
    }

    /// Whole number; 0 for NULL.
    pub fn int(&mut self, column: usize) -> i64 {
        self.maybe_int(column).unwrap_or_default()
    }

    /// Whole number or NULL.
    pub fn maybe_int(&mut self, column: usize) -> Option<i64> {
        match self.take(column) {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }

    /// Small whole number, such as a count or a revision.
    pub fn small(&mut self, column: usize) -> u32 {
        u32::try_from(self.int(column)).unwrap_or_default()
    }

    /// Truth, kept as 0 or 1.
    pub fn truth(&mut self, column: usize) -> bool {
        self.int(column) != 0
    }

    /// Bytes; empty for NULL.
    pub fn blob(&mut self, column: usize) -> Vec<u8> {
        match self.take(column) {
            Value::Blob(bytes) => bytes,
            _ => Vec::new(),
        }
    }

    /// Hash of a natural key.
    pub fn key(&mut self, column: usize) -> KeyHash {
        KeyHash::try_from(self.blob(column).as_slice()).unwrap_or_default()
    }

    /// The revision whose columns are those of [`stored_columns`].
    pub fn stored(&mut self, kind: &str) -> Stored {
        Stored {
            kind: kind.to_owned(),
            id: self.text(0),
            rev: self.small(1),
            region: self.text(2),
            town: self.text(3),
            year: i32::try_from(self.int(4)).unwrap_or_default(),
            event_date: self.text(5),
            owner: self.text(6),
            state: self.text(7),
            key: self.key(8),
            data: self.text(9),
            secret: self.blob(10),
            retracted: self.truth(11),
            recorded_from: self.int(12),
            commit: self.int(13),
            recorded_to: self.maybe_int(14),
        }
    }
}

/// Number of columns of [`stored_columns`].
pub(crate) const STORED_WIDTH: usize = 15;

/// Columns of a revision. The newest one has no end, and its table has no column for it.
pub(crate) fn stored_columns(newest: bool) -> String {
    let end = if newest { "CAST(NULL AS BIGINT) AS recorded_to" } else { "recorded_to" };
    format!("id, rev, region, town, year, event_date, owner, state, key, data, secret, retracted, recorded_from, commit_seq, {end}")
}
