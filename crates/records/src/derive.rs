//! Derived fields: calculations that definitions call by id, and what each result rests on.

mod arguments;
mod basis;
mod builtin;

pub(crate) use basis::hide as hide_basis;
pub use basis::{BASIS, Basis, basis_of};

use arguments::Arguments;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::LazyLock;
use zhijian_calc::registry::{self, Calculator};
use zhijian_kinds::intake::set_path;
use zhijian_kinds::kind::DeriveRule;
use zhijian_kinds::{Catalogue, FieldType, Kind};

/// What a calculation gave.
#[derive(Debug, Default)]
struct Found {
    /// Results by key.
    outputs: Map<String, Value>,
    /// Standard and edition of the figures used, where the calculation chose one.
    edition: Option<&'static str>,
    /// Warnings of the calculation.
    warnings: Vec<&'static str>,
    /// Fields it looked at that were there.
    inputs: Vec<String>,
}

static CALCULATORS: LazyLock<HashMap<&'static str, &'static Calculator>> =
    LazyLock::new(|| registry::list().iter().map(|calculator| (calculator.id, calculator)).collect());

/// Fills the derived fields of a document, in the order of the definition; fields that no longer apply are removed.
///
/// Each result of a calculation leaves its basis under [`BASIS`]: calculator, version, edition, the fields used, warnings.
/// Rules depend on the record alone (its event date chooses editions), so filling again changes nothing.
pub fn fill(kind: &Kind, catalogue: &Catalogue, document: &mut Map<String, Value>, today: &str) {
    for target in kind.derive.iter().flat_map(DeriveRule::targets) {
        if !target.contains('.') {
            document.shift_remove(target);
        }
    }
    document.shift_remove(BASIS);
    let mut basis = Map::new();
    for (index, rule) in kind.derive.iter().enumerate() {
        match &rule.call {
            Some(id) => {
                if !kind.derive_applies(index, document, today) {
                    continue;
                }
                let found = call(id, &Arguments::new(kind, index, rule, document, today), catalogue);
                if let Some(found) = found {
                    keep(kind, rule, id, found, document, &mut basis);
                }
            }
            None => {
                if let Some(value) = kind.derive_cel(index, document, today).filter(|v| !v.is_null()) {
                    set_path(document, &rule.set, fitting(kind, &rule.set, value));
                    basis.shift_remove(&rule.set);
                }
            }
        }
    }
    if !basis.is_empty() {
        document.insert(BASIS.into(), Value::Object(basis));
    }
}

/// Puts the outputs where the rule wants them, and their basis beside.
fn keep(kind: &Kind, rule: &DeriveRule, id: &str, mut found: Found, document: &mut Map<String, Value>, basis: &mut Map<String, Value>) {
    let mut also = Vec::new();
    for (field, key) in &rule.also {
        if let Some(value) = found.outputs.get(key).filter(|v| !v.is_null()) {
            set_path(document, field, fitting(kind, field, value.clone()));
            also.push(field.as_str());
        }
    }
    let members = kind.properties.get(&rule.set).and_then(|f| f.properties.as_ref());
    let value = match members {
        Some(members) => {
            let mut object = Map::with_capacity(members.len());
            for (name, member) in members {
                if let Some(value) = found.outputs.get_mut(name).map(Value::take).filter(|v| !v.is_null()) {
                    object.insert(name.clone(), shaped(&member.type_, value));
                }
            }
            (!object.is_empty()).then_some(Value::Object(object))
        }
        None => {
            let key = rule.take.as_deref().unwrap_or(&rule.set);
            found.outputs.get_mut(key).map(Value::take).filter(|v| !v.is_null()).map(|v| fitting(kind, &rule.set, v))
        }
    };
    let kept = value.is_some();
    if let Some(value) = value {
        document.insert(rule.set.clone(), value);
    }
    if kept || !also.is_empty() {
        basis.insert(rule.set.clone(), basis::entry(id, &found, &also));
    }
}

/// CEL counts in doubles and calculators give numbers: a whole-number field gets a whole number, a code its text.
fn fitting(kind: &Kind, path: &str, value: Value) -> Value {
    match kind.field(path).map(|f| &f.ty) {
        Some(FieldType::Integer) => shaped("integer", value),
        Some(FieldType::Text | FieldType::Code(_)) => shaped("string", value),
        _ => value,
    }
}

fn shaped(ty: &str, value: Value) -> Value {
    match (ty, &value) {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole")]
        ("integer", Value::Number(number)) => match number.as_f64() {
            Some(n) if n.fract() == 0.0 => json!(n as i64),
            _ => value,
        },
        ("string", Value::Number(number)) => Value::String(number.to_string()),
        _ => value,
    }
}

/// Names that definitions may call.
#[must_use]
pub fn known(name: &str) -> bool {
    builtin::find(name).is_some() || CALCULATORS.contains_key(name)
}

/// What is wrong with the calls of a kind: unknown calculations, arguments and outputs.
#[must_use]
pub fn faults(kind: &Kind) -> Vec<String> {
    let mut out = Vec::new();
    for rule in &kind.derive {
        let Some(id) = rule.call.as_deref() else { continue };
        if !known(id) {
            out.push(format!("derive：没有计算“{id}”"));
            continue;
        }
        // A built-in reads the kind's codes, so its arguments are its own.
        let Some(calculator) = CALCULATORS.get(id).filter(|_| builtin::find(id).is_none()) else { continue };
        for name in rule.with.keys() {
            if !calculator.inputs.iter().any(|f| f.key == name || f.also.contains(&name.as_str())) {
                out.push(format!("derive：“{id}”没有输入“{name}”"));
            }
        }
        for field in calculator.inputs.iter().filter(|f| f.required) {
            if !rule.with.keys().any(|name| field.key == name || field.also.contains(&name.as_str())) {
                out.push(format!("derive：“{id}”缺少输入“{}”", field.key));
            }
        }
        let wanted = rule.also.values().map(String::as_str).chain(rule.take.as_deref());
        for key in wanted {
            if !calculator.outputs.iter().any(|f| f.key == key) {
                out.push(format!("derive：“{id}”没有结果“{key}”"));
            }
        }
    }
    out
}

fn call(id: &str, args: &Arguments<'_>, catalogue: &Catalogue) -> Option<Found> {
    if let Some(run) = builtin::find(id) {
        let mut found = run(args, catalogue)?;
        found.inputs = args.used();
        return Some(found);
    }
    let calculator = CALCULATORS.get(id)?;
    let mut inputs = Map::new();
    for (name, argument) in &args.rule.with {
        match args.build(argument) {
            Some(value) => {
                inputs.insert(name.clone(), value);
            }
            // Without a required input there is nothing to compute.
            None if calculator.inputs.iter().any(|f| f.required && f.key == name) => return None,
            None => {}
        }
    }
    let answer = calculator.answer(&inputs).ok()?;
    // Of the sources of a calculator with several editions the one that was asked for.
    let asked = inputs.get("edition").and_then(Value::as_str);
    let edition = asked.and_then(|asked| calculator.source.split('；').find(|source| source.contains(asked)));
    Some(Found { outputs: answer.outputs, edition, warnings: answer.warnings, inputs: args.used() })
}
