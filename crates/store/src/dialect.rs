//! Everything in which the SQL of the two databases differs.
//!
//! Documents are kept as their exact text, because the audit chain hashes that text: `TEXT` in SQLite, `JSON` (not `JSONB`,
//! which reorders keys and rewrites numbers) in PostgreSQL. Texts are compared by code point in both (`COLLATE "C"`).

use crate::sql::{List, Value, bad};
use std::fmt::Write as _;
use zhijian_records::audit::hex;
use zhijian_records::port::{Column, StoreError};

/// One of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What values a column's expression has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueType {
    Text,
    Int,
    Real,
}

/// A column or field as SQL.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expression {
    pub sql: String,
    pub values: ValueType,
    /// May be NULL (a field that a document lacks).
    pub nullable: bool,
}

impl Dialect {
    /// A column or field as an expression; the same text is used by filters, sorting and indexes, so that indexes are found.
    pub fn expression(self, column: &Column) -> Result<Expression, StoreError> {
        match column {
            Column::System(name) => system_column(name),
            Column::Field { path, numeric: false } => {
                Ok(Expression { sql: self.text_field(path)?, values: ValueType::Text, nullable: true })
            }
            Column::Field { path, numeric: true } => {
                Ok(Expression { sql: self.number_field(path)?, values: ValueType::Real, nullable: true })
            }
        }
    }

    /// A field as text: strings as they are, truth values as `true` and `false`, absent ones NULL.
    pub fn text_field(self, path: &str) -> Result<String, StoreError> {
        let steps = steps(path)?;
        Ok(match self {
            Self::Sqlite => {
                let path = json_path(&steps);
                format!(
                    "CASE json_type(data,{path}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(data->>{path} AS TEXT) END"
                )
            }
            Self::Postgres => format!("({} COLLATE \"C\")", arrows(&steps, "->>")),
        })
    }

    /// A field as number; anything that is no number is NULL.
    fn number_field(self, path: &str) -> Result<String, StoreError> {
        let steps = steps(path)?;
        Ok(match self {
            Self::Sqlite => {
                let path = json_path(&steps);
                format!("CASE WHEN json_type(data,{path}) IN ('integer','real') THEN data->>{path} END")
            }
            Self::Postgres => {
                let (node, text) = (arrows(&steps, "->"), arrows(&steps, "->>"));
                format!("(CASE WHEN json_typeof({node}) = 'number' THEN ({text})::double precision END)")
            }
        })
    }

    /// A field's JSON type is `array`, and the condition that one of its elements equals the placeholder.
    pub fn array_contains(self, path: &str, placeholder: &str) -> Result<(String, String), StoreError> {
        let steps = steps(path)?;
        Ok(match self {
            Self::Sqlite => {
                let path = json_path(&steps);
                (
                    format!("json_type(data,{path}) = 'array'"),
                    // SQLite reads truth values as 1 and 0; their type is the word that JSON writes.
                    format!(
                        "EXISTS (SELECT 1 FROM json_each(data,{path}) AS element WHERE {placeholder} = \
                         CASE WHEN element.type IN ('true','false') THEN element.type ELSE CAST(element.value AS TEXT) END)"
                    ),
                )
            }
            Self::Postgres => {
                let node = arrows(&steps, "->");
                (
                    format!("json_typeof({node}) = 'array'"),
                    format!(
                        "EXISTS (SELECT 1 FROM json_array_elements_text({node}) AS element(value) WHERE element.value = {placeholder})"
                    ),
                )
            }
        })
    }

    /// The text contains the placeholder's; no wildcard has a meaning.
    pub fn contains(self, text: &str, placeholder: &str) -> String {
        match self {
            Self::Sqlite => format!("instr({text}, {placeholder}) > 0"),
            Self::Postgres => format!("strpos({text}, {placeholder}) > 0"),
        }
    }

    /// `IN` a list that is bound as one value: text before the placeholder, the value, text after it.
    pub fn is_in(self, list: List) -> (&'static str, Value, &'static str) {
        match (self, list) {
            (Self::Sqlite, List::Texts(texts)) => (" IN (SELECT value FROM json_each(", json_list(texts), "))"),
            (Self::Sqlite, List::Ints(numbers)) => (" IN (SELECT value FROM json_each(", json_list(numbers), "))"),
            (Self::Sqlite, List::Reals(numbers)) => (" IN (SELECT value FROM json_each(", json_list(numbers), "))"),
            (Self::Sqlite, List::Blobs(blobs)) => {
                let texts: Vec<String> = blobs.iter().map(|blob| hex(blob)).collect();
                (" IN (SELECT unhex(value) FROM json_each(", json_list(texts), "))")
            }
            (Self::Postgres, List::Texts(texts)) => (" = ANY(", Value::Texts(texts), ")"),
            (Self::Postgres, List::Ints(numbers)) => (" = ANY(", Value::Ints(numbers), ")"),
            (Self::Postgres, List::Blobs(blobs)) => (" = ANY(", Value::Blobs(blobs), ")"),
            (Self::Postgres, List::Reals(numbers)) => {
                let texts = numbers.iter().map(ToString::to_string).collect();
                (" = ANY(CAST(", Value::Texts(texts), " AS double precision[]))")
            }
        }
    }

    /// `ORDER BY` ending that puts rows without a value first when ascending and last when descending, as SQLite does by itself.
    pub fn nulls(self, descending: bool) -> &'static str {
        match (self, descending) {
            (Self::Sqlite, _) => "",
            (Self::Postgres, false) => " NULLS FIRST",
            (Self::Postgres, true) => " NULLS LAST",
        }
    }

    /// A column that the planner should not look up in an index. SQLite does not weigh that a page ends after some rows: given the
    /// choice it fetches and sorts all rows of a region for the first fifty. PostgreSQL weighs it.
    pub fn unindexed(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("+{column}"),
            Self::Postgres => column.to_owned(),
        }
    }

    /// Locks the rows of a query until the end of the transaction. In SQLite the whole transaction is exclusive.
    pub fn locking(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }
}

fn system_column(name: &str) -> Result<Expression, StoreError> {
    let values = match name {
        "id" | "region" | "town" | "event_date" | "owner" | "state" => ValueType::Text,
        "year" | "recorded_from" => ValueType::Int,
        _ => return Err(bad(format!("没有列 {name}"))),
    };
    Ok(Expression { sql: name.to_owned(), values, nullable: false })
}

/// The steps of a path, each of which may go into SQL text as it is.
fn steps(path: &str) -> Result<Vec<&str>, StoreError> {
    let steps: Vec<&str> = path.split('.').collect();
    let plain = |step: &&str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if steps.iter().all(plain) { Ok(steps) } else { Err(bad(format!("字段名无效：{path}"))) }
}

fn json_path(steps: &[&str]) -> String {
    format!("'$.{}'", steps.join("."))
}

/// `data->'a'->>'b'`, with the given last arrow.
fn arrows(steps: &[&str], last: &str) -> String {
    let mut sql = String::from("data");
    for (index, step) in steps.iter().enumerate() {
        let arrow = if index + 1 == steps.len() { last } else { "->" };
        let _ = write!(sql, "{arrow}'{step}'");
    }
    sql
}

fn json_list<T: Into<serde_json::Value>>(items: Vec<T>) -> Value {
    Value::Text(serde_json::Value::from(items).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_anything_but_names_is_refused() {
        for path in ["", "a..b", "a'", "a b", "a\"", "$.a", "姓名"] {
            let column = Column::Field { path: path.into(), numeric: false };
            assert!(Dialect::Sqlite.expression(&column).is_err(), "{path}");
            assert!(Dialect::Postgres.expression(&column).is_err(), "{path}");
        }
        assert!(Dialect::Sqlite.expression(&Column::System("data".into())).is_err());
    }

    #[test]
    fn nested_fields_follow_their_path() {
        assert_eq!(arrows(&["a", "b"], "->>"), "data->'a'->>'b'");
        assert_eq!(json_path(&["a", "b"]), "'$.a.b'");
    }
}
