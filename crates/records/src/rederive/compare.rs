//! Which derived values of two states of a record differ.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::kind::DeriveRule;
use zhijian_kinds::{FieldType, Kind};

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Field, by path.
    pub field: String,
    /// Its title.
    pub title: String,
    /// Before; null when there was nothing.
    pub old: Value,
    /// After.
    pub new: Value,
}

impl Change {
    /// `field: old → new` of codes and yes/no answers.
    pub(super) fn turn(&self) -> Option<String> {
        let word = |value: &Value| match value {
            Value::Null => Some("（空）".to_owned()),
            Value::String(text) if text.chars().count() <= 20 => Some(text.clone()),
            Value::Bool(truth) => Some(if *truth { "是" } else { "否" }.to_owned()),
            _ => None,
        };
        let discrete = self.old.is_string() || self.old.is_boolean() || self.new.is_string() || self.new.is_boolean();
        discrete.then(|| Some(format!("{}: {} → {}", self.field, word(&self.old)?, word(&self.new)?))).flatten()
    }

    /// A private value is not told.
    pub(super) fn mask(&mut self, kind: &Kind) {
        if kind.field(&self.field).is_some_and(|f| f.private.is_some()) {
            for value in [&mut self.old, &mut self.new] {
                if !value.is_null() {
                    *value = Value::String(crate::read::masked(value));
                }
            }
        }
    }
}

/// The derived values that differ. Numbers that agree to twelve digits are the same: the last digit of a float does not survive every way of
/// being written down.
#[must_use]
pub fn differences(kind: &Kind, old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Change> {
    let mut seen: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for target in kind.derive.iter().flat_map(DeriveRule::targets) {
        let inside = format!("{target}.");
        let fields = kind.fields.iter().filter(|f| f.path == target || f.path.starts_with(&inside));
        for field in fields {
            if seen.contains(&field.path.as_str()) {
                continue;
            }
            seen.push(&field.path);
            let (before, after) = (get_path(old, &field.path), get_path(new, &field.path));
            if !same(before, after) {
                let title = if field.ty == FieldType::Object { target } else { &field.title };
                out.push(Change {
                    field: field.path.clone(),
                    title: title.to_owned(),
                    old: before.cloned().unwrap_or_default(),
                    new: after.cloned().unwrap_or_default(),
                });
            }
        }
    }
    out
}

fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a.filter(|v| !v.is_null()), b.filter(|v| !v.is_null())) {
        (None, None) => true,
        (Some(Value::Number(a)), Some(Value::Number(b))) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(b.abs()),
            _ => a == b,
        },
        (a, b) => a == b,
    }
}
