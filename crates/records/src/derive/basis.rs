//! The basis of a result (计算依据): enough to compute it again and to see by which rules it came about. Fields are named, never copied, so a
//! basis holds nothing that the record does not show to the same reader.

use super::Found;
use serde_json::{Map, Value};
use zhijian_calc::registry;
use zhijian_kinds::Kind;

/// Member of a document that holds the bases, by field.
pub const BASIS: &str = "_calc";

/// The basis of one field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis<'a> {
    /// Field that holds the result.
    pub field: &'a str,
    /// Further fields of the same result.
    pub also: Vec<&'a str>,
    /// Calculator.
    pub calculator: &'a str,
    /// Its version.
    pub version: u64,
    /// Standard and edition.
    pub edition: &'a str,
    /// Fields it used.
    pub inputs: Vec<&'a str>,
    /// Warnings.
    pub warnings: Vec<&'a str>,
}

/// The bases in a document, in the order in which they were computed. A sealed basis that is not revealed is left out.
#[must_use]
pub fn basis_of(document: &Map<String, Value>) -> Vec<Basis<'_>> {
    let Some(bases) = document.get(BASIS).and_then(Value::as_object) else { return Vec::new() };
    bases.iter().filter_map(|(field, entry)| one(field, entry.as_object()?)).collect()
}

fn one<'a>(field: &'a str, entry: &'a Map<String, Value>) -> Option<Basis<'a>> {
    let list =
        |key: &str| -> Vec<&'a str> { entry.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect() };
    Some(Basis {
        field,
        also: list("also"),
        calculator: entry.get("calculator")?.as_str()?,
        version: entry.get("version").and_then(Value::as_u64).unwrap_or(0),
        edition: entry.get("edition").and_then(Value::as_str).unwrap_or_default(),
        inputs: list("inputs"),
        warnings: list("warnings"),
    })
}

pub(super) fn entry(id: &str, found: &Found, also: &[&str]) -> Value {
    let calculator = super::CALCULATORS.get(id).copied();
    let builtin = super::builtin::describe(id);
    let version = calculator.map(|c| c.version).or(builtin.map(|b| b.0)).unwrap_or(0);
    let edition = found.edition.or(calculator.map(|c: &registry::Calculator| c.source)).or(builtin.map(|b| b.1)).unwrap_or_default();
    let text = |t: &str| Value::String(t.to_owned());
    let list = |items: &[&str]| Value::Array(items.iter().map(|t| text(t)).collect());
    let mut out = Map::with_capacity(6);
    out.insert("calculator".into(), text(id));
    out.insert("version".into(), Value::from(version));
    out.insert("edition".into(), text(edition));
    out.insert("inputs".into(), Value::Array(found.inputs.iter().map(|t| text(t)).collect()));
    if !also.is_empty() {
        out.insert("also".into(), list(also));
    }
    if !found.warnings.is_empty() {
        out.insert("warnings".into(), list(&found.warnings));
    }
    Value::Object(out)
}

/// The basis of a private field is sealed with it: a warning may tell something of its value.
pub(crate) fn hide(kind: &Kind, public: &mut Map<String, Value>, private: &mut Map<String, Value>) {
    let Some(Value::Object(bases)) = public.get_mut(BASIS) else { return };
    let private_target = |target: &str| {
        let inside = |path: &str| path.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        kind.fields.iter().any(|f| f.private.is_some() && inside(&f.path))
    };
    for rule in kind.derive.iter().filter(|r| r.call.is_some() && r.targets().any(private_target)) {
        if let Some(entry) = bases.shift_remove(&rule.set) {
            private.insert(format!("{BASIS}.{}", rule.set), entry);
        }
    }
    if bases.is_empty() {
        public.shift_remove(BASIS);
    }
}
