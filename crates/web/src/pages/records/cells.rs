//! Values as lists and details show them.

use crate::app::App;
use maud::{Markup, html};
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{FieldType, Kind};
use zhijian_records::read::{View, display};

/// Title of a column: field, reference or state.
#[must_use]
pub fn title<'a>(kind: &'a Kind, path: &'a str) -> &'a str {
    if let Some(field) = kind.field(path) {
        return &field.title;
    }
    kind.refs.get(path).map_or(path, |r| r.title.as_str())
}

/// A value in a table cell.
#[must_use]
pub fn cell(app: &App, kind: &Kind, path: &str, view: &View) -> Markup {
    if kind.states.as_ref().is_some_and(|s| s.field == path) {
        return state(kind, &view.state);
    }
    html! { (display(app.catalogue(), kind, path, &view.data)) }
}

/// Numbers and dates stand in columns of their own width.
#[must_use]
pub fn class(kind: &Kind, path: &str) -> &'static str {
    match kind.field(path).map(|f| &f.ty) {
        Some(FieldType::Integer | FieldType::Number) => "num",
        Some(FieldType::Date | FieldType::DateTime) => "date",
        _ if kind.states.as_ref().is_some_and(|s| s.field == path) => "state",
        _ => "text",
    }
}

/// A workflow state as a badge: its title says it, the colour only helps.
#[must_use]
pub fn state(kind: &Kind, code: &str) -> Markup {
    let Some(states) = &kind.states else { return Markup::default() };
    let known = states.list.iter().find(|s| s.code == code);
    let title = known.map_or(code, |s| s.title.as_str());
    let tone = match known {
        Some(s) if s.final_ => "badge-quiet",
        _ if ["退回", "逾期", "暂停", "停产", "中止", "到期", "待核", "未处理"].iter().any(|w| title.contains(w)) => {
            "badge-look"
        }
        _ if code == states.initial => "badge-plain",
        _ => "badge-going",
    };
    html! { @if !code.is_empty() { span class={"state-badge " (tone)} { (title) } } }
}

/// What a record is called: its first list column, which people recognise.
#[must_use]
pub fn name(app: &App, kind: &Kind, data: &Map<String, Value>) -> String {
    let columns = kind.list.columns.iter().chain(&kind.natural_key);
    columns.map(|path| display(app.catalogue(), kind, path, data)).find(|text| !text.is_empty()).unwrap_or_else(|| kind.title.clone())
}

/// Is anything there?
#[must_use]
pub fn given(data: &Map<String, Value>, path: &str) -> bool {
    match get_path(data, path) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    }
}
