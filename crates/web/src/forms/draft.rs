//! From a filled form to a draft for the door.

use crate::forms::filled::{Filled, Held, Row, blank};
use serde_json::{Map, Value};
use zhijian_kinds::intake::{Cell, Draft, Place};
use zhijian_kinds::kind::Format;
use zhijian_kinds::{Field, Kind};

/// Paths whose content differs between two forms.
#[must_use]
pub fn changed<'a>(fields: impl IntoIterator<Item = &'a Field>, before: &Filled, after: &Filled) -> Vec<&'a str> {
    fields.into_iter().filter(|f| differs(before.get(&f.path), after.get(&f.path))).map(|f| f.path.as_str()).collect()
}

fn differs(before: Option<&Held>, after: Option<&Held>) -> bool {
    match (before, after) {
        // A field that the form did not show says nothing.
        (_, None) => false,
        (None, Some(after)) => !after.is_empty(),
        (Some(Held::One(a)), Some(Held::One(b))) => a.trim() != b.trim(),
        (Some(Held::Many(a)), Some(Held::Many(b))) => {
            let sorted = |list: &[String]| {
                let mut list = list.to_vec();
                list.sort();
                list
            };
            sorted(a) != sorted(b)
        }
        (Some(Held::Rows(a)), Some(Held::Rows(b))) => entered(a) != entered(b),
        (Some(_), Some(_)) => true,
    }
}

/// Rows and members in which something was entered.
fn entered(rows: &[Row]) -> Vec<Vec<(&str, &str)>> {
    rows.iter()
        .filter(|row| !blank(row))
        .map(|row| row.iter().map(|(k, v)| (k.as_str(), v.trim())).filter(|(_, v)| !v.is_empty()).collect())
        .collect()
}

/// The draft of a form. Of an existing record only what the person changed is handed in, with the fields that are read together
/// with it: masked values stay untouched, and what others saved meanwhile is not overwritten.
#[must_use]
pub fn draft<'a>(kind: &Kind, fields: impl IntoIterator<Item = &'a Field> + Clone, filled: &Filled, before: Option<&Filled>) -> Draft {
    let mut paths: Vec<String> = match before {
        None => fields.clone().into_iter().map(|f| f.path.clone()).collect(),
        Some(before) => changed(fields.clone(), before, filled).into_iter().map(str::to_owned).collect(),
    };
    if before.is_some() {
        for path in paths.clone() {
            paths.extend(companions(kind, &path));
        }
    }
    let cells = fields
        .into_iter()
        .filter(|f| paths.contains(&f.path) || before.is_some() && month_only(f, filled))
        .filter_map(|f| Some((Place::Field(f.path.clone()), cell(filled.get(&f.path)?))))
        .collect();
    Draft { cells }
}

/// A date of which only the month is known keeps its mark by being handed in again.
fn month_only(field: &Field, filled: &Filled) -> bool {
    field.ty == zhijian_kinds::FieldType::Date && field.private.is_none() && filled.text(&field.path).len() == 7
}

/// Fields that are read together: a number with its unit, a measured value with its limit, a quarter with its year.
fn companions(kind: &Kind, path: &str) -> Vec<String> {
    let Some(field) = kind.field(path) else { return Vec::new() };
    let mut out: Vec<String> = field.unit_from.iter().chain(&field.year_from).cloned().collect();
    if let Some(measured) = &field.measured {
        out.extend(measured.lod_from.iter().chain(&measured.limit).cloned());
    }
    if field.format == Some(Format::IdNo) {
        out.push("id_type".into());
    }
    out.extend(
        kind.fields.iter().filter(|f| f.unit_from.as_deref() == Some(path) || f.year_from.as_deref() == Some(path)).map(|f| f.path.clone()),
    );
    out
}

fn cell(held: &Held) -> Cell {
    match held {
        Held::One(text) if text.is_empty() => Cell::Empty,
        Held::One(text) => Cell::Text(text.clone()),
        Held::Many(codes) if codes.is_empty() => Cell::Empty,
        Held::Many(codes) => Cell::Json(codes.iter().cloned().map(Value::String).collect()),
        Held::Rows(rows) => Cell::Json(rows.iter().map(element).collect()),
    }
}

fn element(row: &Row) -> Value {
    let filled = row.iter().filter(|(_, v)| !v.is_empty());
    Value::Object(filled.map(|(k, v)| (k.clone(), Value::String(v.clone()))).collect::<Map<_, _>>())
}
