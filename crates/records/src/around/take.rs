//! What is taken of the records found.

use super::found::Record;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use zhijian_kinds::intake::get_path;
use zhijian_kinds::kind::{SET_MOST, Take};

/// The variable's value; `None` when there is nothing to take it from.
pub(super) fn value(take: &Take, newest_first: Vec<&Record>) -> Option<Value> {
    if take.count {
        return Some(json!(newest_first.len()));
    }
    if !take.newest.is_empty() {
        return newest_first.first().map(|record| fields(record, &take.newest));
    }
    if !take.oldest.is_empty() {
        // A record without a date is not the earliest.
        return newest_first.iter().rev().find(|record| !record.on.is_empty()).map(|record| fields(record, &take.oldest));
    }
    let all = |path: &str| newest_first.iter().flat_map(|record| values(&record.document, path)).collect::<Vec<_>>();
    if let Some(path) = &take.set {
        let texts: BTreeSet<String> = all(path).into_iter().map(plain).collect();
        return Some(json!(texts.into_iter().take(SET_MOST).collect::<Vec<_>>()));
    }
    if let Some(path) = &take.sum {
        return Some(json!(all(path).into_iter().filter_map(Value::as_f64).sum::<f64>()));
    }
    if let Some(path) = &take.min {
        return all(path).into_iter().min_by(|a, b| compared(a, b)).cloned();
    }
    take.max.as_ref().and_then(|path| all(path).into_iter().max_by(|a, b| compared(a, b)).cloned())
}

fn fields(record: &Record, paths: &[String]) -> Value {
    let mut object = Map::new();
    for path in paths {
        if path == "on" {
            object.insert("on".into(), Value::String(record.on.clone()));
        } else if let Some(value) = get_path(&record.document, path).filter(|value| !value.is_null()) {
            object.insert(path.replace('.', "_"), value.clone());
        }
    }
    Value::Object(object)
}

/// The values at a path, arrays and groups on the way taken apart.
fn values<'a>(document: &'a Map<String, Value>, path: &str) -> Vec<&'a Value> {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let elements: Vec<&Value> = match document.get(head) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    };
    match rest {
        None => elements.into_iter().filter(|value| !value.is_null()).collect(),
        Some(rest) => elements.into_iter().filter_map(Value::as_object).flat_map(|inner| values(inner, rest)).collect(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Numbers as numbers, anything else (dates) as text.
fn compared(a: &Value, b: &Value) -> std::cmp::Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => plain(a).cmp(&plain(b)),
    }
}
