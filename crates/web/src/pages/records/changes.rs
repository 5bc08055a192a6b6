//! What differs between two revisions, field by field, in words.

use crate::app::App;
use crate::words;
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{Field, FieldType, Kind};
use zhijian_records::read::{display, shown};

/// A field that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Title of the field.
    pub title: String,
    /// Before, as people read it; empty when there was nothing.
    pub old: String,
    /// After.
    pub new: String,
}

/// Field-level differences. Private fields are compared masked; `private` names those that differ beneath the mask.
#[must_use]
pub fn between(app: &App, kind: &Kind, old: &Map<String, Value>, new: &Map<String, Value>, private: &[String]) -> Vec<Change> {
    let mut out = Vec::new();
    for field in &kind.fields {
        let (before, after) = (get_path(old, &field.path), get_path(new, &field.path));
        let hidden = private.contains(&field.path);
        if (before == after && !hidden) || field.ty == FieldType::Object {
            continue;
        }
        if let FieldType::Group(members) = &field.ty {
            out.push(elements(app, field, members, before, after));
            continue;
        }
        let text = |data: &Map<String, Value>| display(app.catalogue(), kind, &field.path, data);
        let (mut before, mut after) = (text(old), text(new));
        if hidden && before == after {
            (before, after) = (format!("{before}（原值已隐去）"), format!("{after}（新值已隐去）"));
        }
        if before != after {
            out.push(Change { title: field.title.clone(), old: before, new: after });
        }
    }
    out
}

/// Elements of a repeated group that went or came.
fn elements(app: &App, field: &Field, members: &[Field], before: Option<&Value>, after: Option<&Value>) -> Change {
    let rows = |value: Option<&Value>| -> Vec<String> {
        value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).map(|row| element(app, members, row)).collect()
    };
    let (old, new) = (rows(before), rows(after));
    let only = |here: &[String], there: &[String]| {
        let mut rest = there.to_vec();
        let mut out = Vec::new();
        for row in here {
            match rest.iter().position(|r| r == row) {
                Some(at) => drop(rest.remove(at)),
                None => out.push(row.clone()),
            }
        }
        out.join("；")
    };
    Change { title: field.title.clone(), old: only(&old, &new), new: only(&new, &old) }
}

/// One element in one line.
#[must_use]
pub fn element(app: &App, members: &[Field], row: &Map<String, Value>) -> String {
    let parts: Vec<String> =
        members.iter().filter_map(|m| row.get(&m.path).map(|v| shown(app.catalogue(), &m.ty, v))).filter(|text| !text.is_empty()).collect();
    if parts.is_empty() { words::NONE.into() } else { parts.join(" ") }
}
