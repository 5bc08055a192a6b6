//! What the fields of a form hold, as texts: read from a record or from a form body, compared, drawn again.

use crate::app::App;
use crate::forms::widget::{self, Widget, code_text};
use crate::session::Signed;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{Field, Kind, text};
use zhijian_records::read::shown;

/// One element of a repeated group: member → text.
pub type Row = BTreeMap<String, String>;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// One text.
    One(String),
    /// Codes that are ticked.
    Many(Vec<String>),
    /// Elements of a repeated group.
    Rows(Vec<Row>),
}

impl Held {
    /// Nothing was entered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::One(text) => text.trim().is_empty(),
            Self::Many(codes) => codes.is_empty(),
            Self::Rows(rows) => rows.iter().all(blank),
        }
    }
}

/// A row in which nothing was entered.
#[must_use]
pub fn blank(row: &Row) -> bool {
    row.values().all(|v| v.trim().is_empty())
}

/// The fields of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    held: BTreeMap<String, Held>,
}

impl Filled {
    /// What a field holds.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Held> {
        self.held.get(path)
    }

    /// The text of a field with one text.
    #[must_use]
    pub fn text(&self, path: &str) -> &str {
        match self.held.get(path) {
            Some(Held::One(text)) => text,
            _ => "",
        }
    }

    /// Sets what a field holds.
    pub fn set(&mut self, path: &str, held: Held) {
        self.held.insert(path.to_owned(), held);
    }

    /// The defaults of a kind, for a new form.
    #[must_use]
    pub fn defaults<'a>(app: &App, signed: &Signed, kind: &Kind, fields: impl IntoIterator<Item = &'a Field>) -> Self {
        let mut out = Self::default();
        for field in fields {
            if let Some(value) = &field.default {
                out.set(&field.path, held(app, signed, kind, field, value));
            }
        }
        if let Some(county) = &kind.region.county {
            let home = widget::duty(app, signed);
            let counties = widget::counties(app, signed);
            if let [only] = counties.as_slice() {
                out.set(county, Held::One(only.code.clone()));
            }
            if let (9, Some(town)) = (home.len(), &kind.region.town) {
                out.set(town, Held::One(home.to_owned()));
            }
        }
        out
    }

    /// The fields of a record; private ones as they are shown (masked).
    #[must_use]
    pub fn of<'a>(app: &App, signed: &Signed, kind: &Kind, data: &Map<String, Value>, fields: impl IntoIterator<Item = &'a Field>) -> Self {
        let mut out = Self::default();
        let month: Vec<&str> = data.get("_month").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for field in fields {
            let Some(value) = get_path(data, &field.path).filter(|v| !v.is_null()) else { continue };
            let held = match value.as_str() {
                Some(masked) if field.private.is_some() => Held::One(masked.to_owned()),
                Some(day) if month.contains(&field.path.as_str()) => Held::One(day.get(..7).unwrap_or(day).to_owned()),
                _ => held(app, signed, kind, field, value),
            };
            out.set(&field.path, held);
        }
        out
    }

    /// The fields of a form body. Check boxes and rows that are not there are empty; other fields that are not there are left out.
    #[must_use]
    pub fn from_body<'a>(
        app: &App,
        signed: &Signed,
        kind: &Kind,
        body: &[(String, String)],
        fields: impl IntoIterator<Item = &'a Field>,
    ) -> Self {
        let mut out = Self::default();
        for field in fields {
            let values = || body.iter().filter(|(n, _)| *n == field.path).map(|(_, v)| v.replace("\r\n", "\n").trim().to_owned());
            match widget::widget(app, signed, kind, field) {
                Widget::Rows(members) => out.set(&field.path, Held::Rows(rows(&field.path, members, body))),
                Widget::Checks(_) => out.set(&field.path, Held::Many(values().filter(|v| !v.is_empty()).collect())),
                _ => {
                    if let Some(text) = values().next() {
                        out.set(&field.path, Held::One(text));
                    }
                }
            }
        }
        out
    }
}

/// The value of a record as an input holds it.
fn held(app: &App, signed: &Signed, kind: &Kind, field: &Field, value: &Value) -> Held {
    match (widget::widget(app, signed, kind, field), value) {
        (Widget::Rows(members), Value::Array(items)) => {
            Held::Rows(items.iter().filter_map(Value::as_object).map(|item| row(app, members, item)).collect())
        }
        (Widget::Checks(_), Value::Array(items)) => Held::Many(items.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        (Widget::SuggestMany(list), Value::Array(items)) => {
            Held::One(items.iter().filter_map(Value::as_str).map(|code| code_text(list, code, "")).collect::<Vec<_>>().join("；"))
        }
        (Widget::Suggest(list), Value::String(code)) => Held::One(code_text(list, code, "")),
        (_, value) => Held::One(plain(app, field, value)),
    }
}

fn plain(app: &App, field: &Field, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), text::number_text),
        other => shown(app.catalogue(), &field.ty, other),
    }
}

fn row(app: &App, members: &[Field], item: &Map<String, Value>) -> Row {
    members
        .iter()
        .filter_map(|member| {
            let value = item.get(&member.path).filter(|v| !v.is_null())?;
            let text = match (widget::of_type(app, member), value) {
                (Widget::Suggest(list), Value::String(code)) => code_text(list, code, ""),
                (_, value) => plain(app, member, value),
            };
            Some((member.path.clone(), text))
        })
        .collect()
}

/// Rows of a group in a body: `items.0.value`; rows marked for removal are left out.
fn rows(path: &str, members: &[Field], body: &[(String, String)]) -> Vec<Row> {
    let mut found: BTreeMap<usize, Row> = BTreeMap::new();
    let mut removed: Vec<usize> = Vec::new();
    for (name, value) in body {
        let Some((index, member)) = name.strip_prefix(path).and_then(|r| r.strip_prefix('.')).and_then(|r| r.split_once('.')) else {
            continue;
        };
        let Ok(index) = index.parse::<usize>() else { continue };
        if member == REMOVE {
            removed.push(index);
        } else if members.iter().any(|m| m.path == member) {
            found.entry(index).or_default().insert(member.to_owned(), value.trim().to_owned());
        }
    }
    found.into_iter().filter(|(index, row)| !removed.contains(index) && !blank(row)).map(|(_, row)| row).collect()
}

/// Member name of the check box that takes a row out.
pub const REMOVE: &str = "_remove";
