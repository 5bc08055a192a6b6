//! Which fields are seen.

use super::ViewDef;
use crate::kind::{Kind, NOTES};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A selection of fields, worked out for a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Name; empty for the whole record.
    pub name: String,
    /// Chinese title.
    pub title: String,
    /// Source.
    pub basis: String,
    hidden: BTreeSet<String>,
    masked: BTreeSet<String>,
}

impl View {
    /// Everything.
    #[must_use]
    pub fn whole() -> Self {
        Self { title: "全部内容".into(), ..Self::default() }
    }

    /// Everything but these fields.
    #[must_use]
    pub fn hiding(fields: impl IntoIterator<Item = String>) -> Self {
        Self { hidden: fields.into_iter().collect(), ..Self::default() }
    }

    /// The view of a definition.
    #[must_use]
    pub fn new(name: &str, def: &ViewDef, kind: &Kind) -> Self {
        let shown = |path: &str| {
            let named = |list: &[String]| list.iter().any(|n| n == path || path.starts_with(&format!("{n}.")));
            (def.only.is_empty() || named(&def.only)) && !named(&def.hide)
        };
        let mut hidden: BTreeSet<String> = kind.fields.iter().map(|f| f.path.clone()).filter(|p| !shown(p)).collect();
        for (reference, rule) in &kind.refs {
            // A reference says no more than the fields by which it was found.
            if rule.by.iter().all(|way| hidden.contains(&way.field)) {
                hidden.insert(reference.clone());
            }
        }
        Self { name: name.into(), title: def.title.clone(), basis: def.basis.clone(), hidden, masked: def.mask.iter().cloned().collect() }
    }

    /// Is nothing hidden?
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.hidden.is_empty() && self.masked.is_empty()
    }

    /// Is the field seen? A path below a hidden one is not, neither is one above it.
    #[must_use]
    pub fn shows(&self, path: &str) -> bool {
        if self.hidden.is_empty() {
            return true;
        }
        let below = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        !self.hidden.iter().any(|h| below(h, path) || below(path, h))
    }

    /// Does the field stay masked whatever purpose is stated?
    #[must_use]
    pub fn masks(&self, path: &str) -> bool {
        self.masked.contains(path)
    }

    /// Fields that are not seen.
    pub fn hidden(&self) -> impl Iterator<Item = &str> {
        self.hidden.iter().map(String::as_str)
    }

    /// Fields that stay masked.
    pub fn masked(&self) -> impl Iterator<Item = &str> {
        self.masked.iter().map(String::as_str)
    }

    /// Takes the hidden fields out of a document, with what reading noted about them.
    pub fn strip(&self, data: &mut Map<String, Value>) {
        for path in &self.hidden {
            remove(data, path);
        }
        if self.hidden.is_empty() {
            return;
        }
        for name in NOTES {
            if let Some(note) = data.get_mut(name) {
                self.strip_note(note);
            }
        }
        data.retain(|name, value| !(NOTES.contains(&name.as_str()) && blank(value)));
    }

    /// A note tells of fields by their paths, as elements or as keys: those of hidden fields go, also as what another field rests on.
    fn strip_note(&self, note: &mut Value) {
        match note {
            Value::Array(paths) => paths.retain(|p| p.as_str().is_none_or(|p| self.shows(p))),
            Value::Object(by_field) => {
                by_field.retain(|path, _| self.shows(path));
                for entry in by_field.values_mut() {
                    if let Value::Object(members) = entry {
                        members.values_mut().filter(|member| member.is_array()).for_each(|member| self.strip_note(member));
                    }
                }
            }
            _ => {}
        }
    }
}

fn blank(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

fn remove(data: &mut Map<String, Value>, path: &str) {
    if data.shift_remove(path).is_some() {
        return;
    }
    if let Some((head, rest)) = path.split_once('.')
        && let Some(Value::Object(inner)) = data.get_mut(head)
    {
        remove(inner, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::View;
    use serde_json::json;

    #[test]
    fn notes_of_hidden_fields_go_with_them() {
        let view = View::hiding(["hearing".to_owned(), "items".to_owned(), "birth_date".to_owned()]);
        let mut data = json!({
            "conclusion": "1", "hearing": {"grade": "3"}, "items": [{"item": "L500"}], "exam_age": 40,
            "_month": ["birth_date", "examined_on"],
            "_unread": {"birth_date": "不详"},
            "_calc": {
                "hearing": {"calculator": "hearing.gbz49", "inputs": ["items"], "warnings": ["no_response"]},
                "exam_age": {"calculator": "x", "inputs": ["birth_date", "examined_on"]},
            },
        })
        .as_object()
        .unwrap()
        .clone();
        view.strip(&mut data);
        let left = json!({
            "conclusion": "1", "exam_age": 40, "_month": ["examined_on"],
            "_calc": {"exam_age": {"calculator": "x", "inputs": ["examined_on"]}},
        });
        assert_eq!(serde_json::Value::Object(data), left, "neither a hidden result nor a warning about it is told");
    }
}
