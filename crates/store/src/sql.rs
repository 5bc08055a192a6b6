//! A statement under construction: text and bound values, never a value inside the text.

use crate::dialect::Dialect;
use zhijian_records::port::StoreError;

/// A value that is bound to a statement or read from a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Text(String),
    Int(i64),
    Real(f64),
    Blob(Vec<u8>),
    /// Arrays exist in PostgreSQL only; [`Sql::bind_list`] turns lists into what the dialect understands.
    Texts(Vec<String>),
    Ints(Vec<i64>),
    Blobs(Vec<Vec<u8>>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Int(i64::from(truth))
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

/// A statement; `doing` says in an error what was going on.
#[derive(Debug, Clone)]
pub(crate) struct Sql {
    pub doing: &'static str,
    pub text: String,
    pub values: Vec<Value>,
}

impl Sql {
    /// Starts a statement.
    pub fn new(doing: &'static str, text: impl Into<String>) -> Self {
        Self { doing, text: text.into(), values: Vec::new() }
    }

    /// A statement whose text already names its parameters `$1`, `$2`, …
    pub fn with<const N: usize>(doing: &'static str, text: impl Into<String>, values: [Value; N]) -> Self {
        Self { doing, text: text.into(), values: values.into() }
    }

    /// Appends text.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Binds a value and returns its placeholder.
    pub fn placeholder(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Appends a placeholder and binds its value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        let placeholder = self.placeholder(value);
        self.push(&placeholder)
    }

    /// Appends `expression IN (the list)`: one placeholder however long the list is, so that the statement stays the same.
    pub fn bind_list(&mut self, dialect: Dialect, expression: &str, list: List) -> &mut Self {
        let (before, value, after) = dialect.is_in(list);
        self.push(expression).push(before).bind(value).push(after)
    }
}

/// Values of an `IN` list.
#[derive(Debug, Clone)]
pub(crate) enum List {
    Texts(Vec<String>),
    Ints(Vec<i64>),
    Reals(Vec<f64>),
    Blobs(Vec<Vec<u8>>),
}

/// The error for a query that cannot be asked.
pub(crate) fn bad(what: impl Into<String>) -> StoreError {
    StoreError::BadQuery(what.into())
}
