//! Fills the parameters of an indicator's SQL with literals.

use indexmap::IndexMap;
use serde_json::Value;
use time::Date;
use zhijian_kinds::Indicator;

use super::{Evaluator, Params, first_day, last_day};
use crate::error::{LakeError, Result};

impl Evaluator {
    /// The SQL of `def` with every `{name}` replaced. Texts are quoted, lists become `('a', 'b')`, days `DATE '2020-12-31'`.
    pub(super) fn fill(&self, def: &Indicator, params: &Params) -> Result<String> {
        self.fill_text(&def.code, &def.sql, &def.options, params)
    }

    /// The same of any query; `code` names it in errors.
    pub(super) fn fill_text(&self, code: &str, query: &str, options: &IndexMap<String, Value>, params: &Params) -> Result<String> {
        let values = values(code, options, params, self.cut(params.year, params.as_of))?;
        replaced(query, |name| values.get(name).cloned()).map_err(|name| LakeError::UnknownParameter { code: code.to_owned(), name })
    }
}

/// A query with every `{name}` replaced by its literal; the first name without one is the error.
pub(crate) fn replaced(query: &str, value: impl Fn(&str) -> Option<String>) -> std::result::Result<String, String> {
    let mut sql = String::with_capacity(query.len() + 256);
    let mut rest = query;
    while let Some(open) = rest.find('{') {
        sql.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        let close = inside.find('}').unwrap_or(inside.len());
        let name = &inside[..close];
        sql.push_str(&value(name).ok_or_else(|| name.to_owned())?);
        rest = inside.get(close + 1..).unwrap_or_default();
    }
    sql.push_str(rest);
    Ok(sql)
}

fn values(code: &str, options: &IndexMap<String, Value>, params: &Params, cut: Date) -> Result<IndexMap<String, String>> {
    let mut values = IndexMap::new();
    for (name, default) in options {
        let value = params.options.get(name).unwrap_or(default);
        let literal =
            literal(value).ok_or_else(|| LakeError::BadOption { code: code.to_owned(), name: name.clone(), value: value.to_string() })?;
        values.insert(name.clone(), literal);
    }
    let dates = [("cut", cut), ("from", first_day(params.year)), ("to", cut.min(last_day(params.year)))];
    values.extend(dates.map(|(name, date)| (name.to_owned(), day(date))));
    values.insert("year".into(), params.year.to_string());
    values.insert("region".into(), text(params.prefix()));
    values.insert("region_code".into(), text(&params.region));
    Ok(values)
}

/// A value as SQL literal; `None` for objects and nested lists.
pub(crate) fn literal(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => "NULL".into(),
        Value::Bool(true) => "TRUE".into(),
        Value::Bool(false) => "FALSE".into(),
        Value::Number(number) => number.to_string(),
        Value::String(words) => text(words),
        Value::Array(items) if items.is_empty() => "(NULL)".into(),
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(|i| if i.is_array() { None } else { literal(i) }).collect();
            format!("({})", items?.join(", "))
        }
        Value::Object(_) => return None,
    })
}

/// A quoted text.
pub(crate) fn text(words: &str) -> String {
    format!("'{}'", words.replace('\'', "''"))
}

fn day(date: Date) -> String {
    format!("DATE '{:04}-{:02}-{:02}'", date.year(), u8::from(date.month()), date.day())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_become_safe_literals() {
        let rows = [
            ("a quote cannot end the text", json!("a'; DROP"), Some("'a''; DROP'")),
            ("numbers stay bare", json!(100), Some("100")),
            ("lists for IN", json!(["B", "C"]), Some("('B', 'C')")),
            ("IN of nothing finds nothing", json!([]), Some("(NULL)")),
            ("no object", json!({}), None),
            ("no nested list", json!([[1]]), None),
        ];
        for (why, value, expected) in rows {
            assert_eq!(literal(&value).as_deref(), expected, "{why}");
        }
    }
}
