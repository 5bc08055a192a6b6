//! Repeated groups as the text of one cell, and back: an element a line, `标题：值；标题：值`.

use crate::columns::codes_of;
use crate::header::wording::Wording;
use serde_json::{Map, Value};
use zhijian_kinds::Catalogue;
use zhijian_kinds::kind::{Field, FieldType};
use zhijian_kinds::text::is_space;

/// The text of some elements.
#[must_use]
pub fn group_text(members: &[Field], elements: &[&Value], catalogue: &Catalogue, day: &str) -> String {
    let lines = elements.iter().filter_map(|element| element.as_object()).map(|element| {
        let parts: Vec<String> = members
            .iter()
            .filter_map(|member| {
                let shown = shown_value(member, element.get(&member.path)?, catalogue, day);
                (!shown.is_empty()).then(|| format!("{}：{}", member.title, quoted(&shown)))
            })
            .collect();
        parts.join("；")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A value as text: labels for codes, 是/否, several ones joined by ；.
#[must_use]
pub fn shown_value(field: &Field, value: &Value, catalogue: &Catalogue, day: &str) -> String {
    let code = |code: &str| codes_of(field, catalogue).map_or_else(|| code.to_owned(), |list| label(list, code, day).to_owned());
    match value {
        Value::Null => String::new(),
        Value::Bool(truth) => if *truth { "是" } else { "否" }.into(),
        Value::String(text) if matches!(field.ty, FieldType::Code(_) | FieldType::Codes(_)) => code(text),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| shown_value(field, item, catalogue, day)).collect();
            items.join("；")
        }
        Value::Object(_) => value.to_string(),
    }
}

/// The label of a code, as long as the label leads back to the code; else the code itself.
pub(crate) fn label<'a>(list: &'a zhijian_kinds::CodeList, code: &'a str, day: &str) -> &'a str {
    let label = list.label(code);
    match list.resolve(label, day) {
        Some(found) if found.code == code => label,
        _ => code,
    }
}

fn quoted(text: &str) -> String {
    let plain = !text.contains(['；', ';', '\n', '\r', '"']) && text.trim_matches(is_space).len() == text.len();
    if plain { text.to_owned() } else { Value::String(text.to_owned()).to_string() }
}

/// Reads such a text into the elements of the group; `None` when it is not written that way.
#[must_use]
pub fn read_group(members: &[Field], text: &str) -> Option<Value> {
    let mut elements = Vec::new();
    for line in split_outside_quotes(text, &['\n', '\r']) {
        let mut element = Map::new();
        for part in split_outside_quotes(line, &['；', ';']) {
            let part = part.trim_matches(is_space);
            if part.is_empty() {
                continue;
            }
            let (title, value) = part.split_once(['：', ':'])?;
            let title = Wording::of(title);
            let member = members
                .iter()
                .find(|m| Wording::of(&m.title) == title || m.path == title.full || m.aka.iter().any(|a| Wording::of(a) == title))?;
            element.insert(member.path.clone(), Value::String(unquoted(value)?));
        }
        if !element.is_empty() {
            elements.push(Value::Object(element));
        }
    }
    (!elements.is_empty()).then_some(Value::Array(elements))
}

fn unquoted(text: &str) -> Option<String> {
    let text = text.trim_matches(is_space);
    if text.starts_with('"') { serde_json::from_str(text).ok() } else { Some(text.to_owned()) }
}

fn split_outside_quotes<'a>(text: &'a str, separators: &[char]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if !quoted && separators.contains(&c) => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => (),
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn elements_come_back_whatever_stands_in_them() {
        let catalogue = Catalogue::embedded();
        let Some(FieldType::Group(members)) = catalogue.kind("exam").and_then(|k| k.field("conclusions")).map(|f| f.ty.clone()) else {
            panic!("the exam card has conclusions by hazard")
        };
        let elements = [
            json!({"other": "甲；乙：丙", "advised": "第一行\n第二行", "contraindicated": " 引号\"与\\ "}),
            json!({"recheck_on": "2020-03-05", "other": "一般"}),
        ];
        let text = group_text(&members, &elements.iter().collect::<Vec<_>>(), &catalogue, "");
        assert_eq!(read_group(&members, &text), Some(json!(elements)), "{text}");
        assert_eq!(text.lines().count(), 2, "an element a line");
    }

    #[test]
    fn other_texts_are_not_taken_for_elements() {
        let catalogue = Catalogue::embedded();
        let Some(FieldType::Group(members)) = catalogue.kind("exam").and_then(|k| k.field("conclusions")).map(|f| f.ty.clone()) else {
            panic!("the exam card has conclusions by hazard")
        };
        for text in ["", "目前未见异常", "没有的栏：1", "其他疾病或异常：\"没有结束"] {
            assert_eq!(read_group(&members, text), None, "{text}");
        }
    }
}
