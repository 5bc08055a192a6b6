//! Values of a document as cells.

use crate::columns::{Column, codes_of, list_of, states_of};
use crate::group::{group_text, label, shown_value};
use serde_json::{Map, Value};
use zhijian_kinds::intake::{Place, get_path};
use zhijian_kinds::kind::{Field, FieldType, Kind, Pivot};
use zhijian_kinds::{Catalogue, CodeList, text};

/// What is written into a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Out {
    Empty,
    Text(String),
    Number(f64),
    /// A day, ISO.
    Date(String),
}

impl Out {
    fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// The cell as text, for CSV.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Date(text) => text.clone(),
            Self::Number(number) => text::number_text(*number),
        }
    }
}

/// One document, read column by column.
pub(super) struct Document<'a> {
    kind: &'a Kind,
    catalogue: &'a Catalogue,
    map: &'a Map<String, Value>,
    /// The event date, which decides the edition of code lists.
    day: &'a str,
}

impl<'a> Document<'a> {
    pub fn new(kind: &'a Kind, catalogue: &'a Catalogue, map: &'a Map<String, Value>) -> Self {
        let day = kind.event_date.as_deref().and_then(|path| get_path(map, path)).and_then(Value::as_str).unwrap_or_default();
        Self { kind, catalogue, map, day }
    }

    /// The cell of a column.
    pub fn cell(&self, column: &Column<'_>) -> Out {
        match &column.place {
            Place::Field(path) => self.field(path, column.field),
            Place::Pivot { key, .. } => self.pivot(column.field, key),
        }
    }

    fn field(&self, path: &str, field: &Field) -> Out {
        // What could not be read is given back as it came.
        if let Some(Value::String(text)) = self.map.get("_unread").and_then(|unread| unread.get(path)) {
            return Out::text(text.as_str());
        }
        let value = get_path(self.map, path);
        if let (Some(measured), None) = (&field.measured, value) {
            return self.measured(measured);
        }
        let Some(value) = value else { return Out::Empty };
        if let (Some(states), Value::String(code)) = (states_of(self.kind, field), value) {
            return Out::text(states.iter().find(|s| s.code == *code).map_or(code.as_str(), |s| s.title.as_str()));
        }
        match (&field.ty, value) {
            (FieldType::Date, Value::String(day)) if self.is_month(path) => month_text(day),
            (FieldType::Date, Value::String(day)) => Out::Date(day.clone()),
            (FieldType::Group(members), Value::Array(elements)) => {
                let kept: Vec<&Value> = match &field.pivot {
                    Some(pivot) => self.without_column(field, pivot, elements),
                    None => elements.iter().collect(),
                };
                Out::text(group_text(members, &kept, self.catalogue, self.day))
            }
            (_, Value::Number(number)) => number_cell(number),
            _ => Out::text(shown_value(field, value, self.catalogue, self.day)),
        }
    }

    /// A non-detect or a missing result in the words that the reader understands.
    fn measured(&self, measured: &zhijian_kinds::kind::Measured) -> Out {
        let sibling = |path: &Option<String>| path.as_deref().and_then(|p| get_path(self.map, p));
        if get_path(self.map, &measured.below) == Some(&Value::Bool(true)) {
            let limit = sibling(&measured.limit).or_else(|| sibling(&measured.lod_from)).and_then(Value::as_f64);
            return match limit {
                Some(limit) => Out::Text(format!("<{}", text::number_text(limit))),
                None => measured.words_below.first().map_or(Out::Empty, |word| Out::Text(word.clone())),
            };
        }
        match sibling(&measured.none) {
            Some(Value::String(word)) if measured.words_none.contains(word) => Out::Text(word.clone()),
            Some(Value::Bool(true)) => measured.words_none.first().map_or(Out::Empty, |word| Out::Text(word.clone())),
            _ => Out::Empty,
        }
    }

    fn is_month(&self, path: &str) -> bool {
        self.map.get("_month").and_then(Value::as_array).is_some_and(|months| months.iter().any(|m| m == path))
    }

    fn elements(&self, field: &Field) -> &[Value] {
        get_path(self.map, &field.path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn pivot(&self, field: &Field, key: &str) -> Out {
        let Some(pivot) = &field.pivot else { return Out::Empty };
        let list = list_of(pivot, self.catalogue);
        let element = self.elements(field).iter().find(|e| e.get(&pivot.key).and_then(Value::as_str) == Some(key));
        element.and_then(|e| pivot_cell(pivot, list, self.catalogue, e)).unwrap_or(Out::Empty)
    }

    /// Elements that say more than a column can hold (who, when, reference values); they stand in the group's own column.
    fn without_column<'e>(&self, field: &Field, pivot: &Pivot, elements: &'e [Value]) -> Vec<&'e Value> {
        let list = list_of(pivot, self.catalogue);
        let mut seen = Vec::new();
        elements
            .iter()
            .filter(|element| {
                let key = element.get(&pivot.key).and_then(Value::as_str).unwrap_or_default();
                let first = !seen.contains(&key);
                seen.push(key);
                let has_column = match list {
                    Some(list) => list.get(key).is_some_and(|c| c.code == key),
                    None => self.pattern_matches(field, key),
                };
                !(first && has_column && pivot_cell(pivot, list, self.catalogue, element).is_some())
            })
            .collect()
    }

    fn pattern_matches(&self, field: &Field, key: &str) -> bool {
        let pattern = field.pivot.as_ref().and_then(|p| p.pattern.as_deref());
        let first = self.kind.fields.iter().find(|f| {
            let own = f.pivot.as_ref().and_then(|p| p.pattern.as_deref());
            own.is_some_and(|p| regex::Regex::new(p).is_ok_and(|r| r.is_match(key)))
        });
        pattern.is_some() && first.is_some_and(|f| f.path == field.path) && text::nfkc(key) == key
    }
}

/// The cell of one element, or `None` when a cell cannot say all of it.
fn pivot_cell(pivot: &Pivot, list: Option<&CodeList>, catalogue: &Catalogue, element: &Value) -> Option<Out> {
    let element = element.as_object()?;
    let key = element.get(&pivot.key)?.as_str()?;
    let optional = |name: &Option<String>| name.as_deref().and_then(|n| element.get(n)).filter(|v| !v.is_null());
    let (value, text_value) = (element.get(&pivot.value).filter(|v| !v.is_null()), optional(&pivot.text));
    let (unit, flag) = (optional(&pivot.unit), optional(&pivot.flag));
    let known = |name: &String| {
        *name == pivot.key || *name == pivot.value || [&pivot.text, &pivot.unit, &pivot.flag].into_iter().flatten().any(|n| n == name)
    };
    if !element.keys().all(known) {
        return None;
    }
    let own_unit = list.and_then(|l| l.column(key, "unit")).unwrap_or_default();
    if unit.is_some_and(|u| u != own_unit) {
        return None;
    }
    let is_text = pivot.text.is_some() && list.and_then(|l| l.column(key, "value_type")) == Some("text");
    let not_done = |word: &str| matches!(text::word_key(word).as_str(), "未检" | "弃检" | "未测" | "未做");
    match (value, text_value, flag) {
        (Some(Value::Number(number)), None, None) if !is_text => Some(number_cell(number)),
        (Some(Value::String(word)), None, None) if !is_text && !text::is_blank(word) => Some(Out::Text(word.clone())),
        (None, Some(Value::String(word)), None) => {
            let read_as_text = is_text || text::parse_number(word, &[]).is_none();
            let survives = read_as_text && !text::is_blank(word) && !(pivot.flag.is_some() && not_done(word));
            survives.then(|| Out::Text(word.clone()))
        }
        (None, None, Some(Value::String(code))) => {
            let list = catalogue.list("EXAMFLAG")?;
            let word = label(list, code, "");
            (not_done(word) && list.resolve(word, "").is_some_and(|c| c.code == *code)).then(|| Out::Text(word.to_owned()))
        }
        _ => None,
    }
}

/// Whole numbers beyond what a spreadsheet keeps exactly are written as text.
fn number_cell(number: &serde_json::Number) -> Out {
    match number.as_f64() {
        Some(float) if float.abs() < 1e15 => Out::Number(float),
        _ => Out::Text(number.to_string()),
    }
}

/// `2020-03-01` → `2020年3月`.
fn month_text(day: &str) -> Out {
    match (day.get(..4), day.get(5..7)) {
        (Some(year), Some(month)) => Out::Text(format!("{year}年{}月", month.trim_start_matches('0'))),
        _ => Out::text(day),
    }
}

/// The texts that a field allows, for drop-downs and instructions; `None` when anything may stand there.
pub(super) fn choices(kind: &Kind, field: &Field, catalogue: &Catalogue) -> Option<Vec<String>> {
    if field.ty == FieldType::Boolean {
        return Some(vec!["是".into(), "否".into()]);
    }
    if let Some(list) = codes_of(field, catalogue) {
        let mut labels: Vec<String> = Vec::with_capacity(list.codes.len());
        let mut seen = std::collections::HashSet::new();
        for code in list.codes.iter().filter(|c| c.valid_to.is_empty()) {
            if seen.insert(code.label.as_str()) {
                labels.push(code.label.clone());
            }
        }
        return Some(labels);
    }
    let values = enum_of(&kind.def.properties, &field.path)?;
    Some(values.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect())
}

/// The `enum` of a field as its definition has it.
fn enum_of<'a>(properties: &'a indexmap::IndexMap<String, zhijian_kinds::kind::FieldDef>, path: &str) -> Option<&'a Vec<Value>> {
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    let def = properties.get(head)?;
    if rest.is_empty() { def.enum_.as_ref() } else { enum_of(def.properties.as_ref()?, rest) }
}
