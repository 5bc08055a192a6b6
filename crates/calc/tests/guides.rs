//! The guides are true: examples work, ranges and options are those of the calculators.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use zhijian_calc::registry::{self, Bounds, CalcError, Calculator, Code, FAMILIES, Field, Form};

fn run(calculator: &Calculator, inputs: &Map<String, Value>) -> Result<(), CalcError> {
    registry::run(calculator.id, &Value::Object(inputs.clone())).map(|_| ())
}

/// Inputs with their paths, members of lists included.
fn inputs(calculator: &Calculator) -> Vec<(String, &'static Field)> {
    let mut all = Vec::new();
    for field in calculator.inputs {
        all.push((field.key.to_owned(), field));
        all.extend(field.items.iter().map(|member| (format!("{}.{}", field.key, member.key), member)));
    }
    all
}

/// The example with one value replaced; a member is replaced in the first element.
fn with(example: &Map<String, Value>, path: &str, value: Value) -> Option<Map<String, Value>> {
    let mut changed = example.clone();
    match path.split_once('.') {
        None => {
            changed.insert(path.to_owned(), value);
        }
        Some((list, member)) => {
            changed.get_mut(list)?.as_array_mut()?.first_mut()?[member] = value;
        }
    }
    Some(changed)
}

/// Whether an error is about this input: `samples.0.c` is about `samples.c`.
fn about(error: &CalcError, path: &str) -> bool {
    let named: Vec<&str> = error
        .field
        .as_deref()
        .unwrap_or_default()
        .split('.')
        .filter(|p| p.parse::<usize>().is_err())
        .collect();
    named.join(".") == path
}

#[test]
fn every_calculator_has_a_guide_with_an_example_that_works() {
    for calculator in registry::list() {
        let guide = calculator.guide();
        assert!(!guide.valid.is_empty(), "{} has no guide", calculator.id);
        let answer = registry::run(calculator.id, &Value::Object(guide.example.clone()));
        assert!(answer.is_ok(), "{}: {:?}", calculator.id, answer.err());
        let outputs = answer.unwrap().outputs;
        for key in outputs.keys() {
            assert!(
                calculator.outputs.iter().any(|field| field.key == key),
                "{}: output {key}",
                calculator.id
            );
        }
    }
}

#[test]
fn guides_name_inputs_outputs_and_calculators_that_exist() {
    let known: BTreeSet<&str> = registry::list().iter().map(|calculator| calculator.id).collect();
    let mut members = 0;
    for family in FAMILIES {
        members += registry::list().iter().filter(|calculator| calculator.family() == *family).count();
    }
    assert_eq!(members, known.len());
    for calculator in registry::list() {
        let paths: BTreeSet<String> = inputs(calculator).into_iter().map(|(path, _)| path).collect();
        for path in calculator.guide().forms.keys() {
            assert!(paths.contains(path), "{}: form of {path}", calculator.id);
        }
        for key in calculator.guide().says.keys() {
            assert!(calculator.outputs.iter().any(|field| field.key == key), "{}: says {key}", calculator.id);
        }
    }
}

/// Inputs that a calculator does not look at in the case of its example: what they may be is not asked here.
const NOT_LOOKED_AT: &[(&str, &str)] = &[("air.twa", "samples.lod"), ("air.volume_std", "force")];

fn looked_at(calculator: &Calculator, path: &str) -> bool {
    !NOT_LOOKED_AT.contains(&(calculator.id, path))
}

#[expect(clippy::cast_possible_truncation, reason = "small test values")]
fn value(number: f64) -> Value {
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}

/// Numbers just outside and just inside: `(number, is it inside)`.
fn around(bounds: &Bounds) -> Vec<(f64, bool)> {
    let step = if bounds.whole { 1.0 } else { 0.001 };
    let mut all = Vec::new();
    all.extend(bounds.min.iter().flat_map(|min| [(min - step, false), (*min, true)]));
    all.extend(bounds.max.iter().flat_map(|max| [(max + step, false), (*max, true)]));
    all.extend(bounds.above.iter().flat_map(|above| [(*above, false), (above + 0.5, true)]));
    all.extend(bounds.below.iter().flat_map(|below| [(*below, false), (below - 0.001, true)]));
    all.extend(bounds.whole.then(|| (bounds.min.unwrap_or(1.0) + 0.5, false)));
    all
}

#[test]
fn ranges_are_those_of_the_calculators() {
    let mut faults = Vec::new();
    for calculator in registry::list() {
        for (path, _) in inputs(calculator) {
            let Form::Number(bounds) = calculator.form(&path) else { continue };
            if !looked_at(calculator, &path) {
                continue;
            }
            for (number, inside) in around(&bounds) {
                let Some(changed) = with(&calculator.guide().example, &path, value(number)) else { continue };
                let error = run(calculator, &changed).err().filter(|error| about(error, &path));
                let right = match error.as_ref().map(|error| error.code) {
                    Some(Code::InvalidInput) => !inside,
                    // inside its own range a number may still not fit the others
                    Some(_) => true,
                    None => inside,
                };
                if !right {
                    faults.push(format!("{} {path} = {number}: {error:?}", calculator.id));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn options_and_flags_are_taken() {
    let mut faults = Vec::new();
    for calculator in registry::list() {
        for (path, _) in inputs(calculator) {
            let values: Vec<Value> = match calculator.form(&path) {
                Form::Choice { options } => options.into_iter().map(|(value, _)| value).collect(),
                Form::Flag => vec![json!(true), json!(false)],
                Form::Day => vec![json!("2026-02-01")],
                _ => continue,
            };
            let refused = |value: &Value| {
                let changed = with(&calculator.guide().example, &path, value.clone())?;
                run(calculator, &changed).err().filter(|error| about(error, &path))
            };
            faults.extend(
                values
                    .iter()
                    .filter_map(|v| Some(format!("{} {path} = {v}: {:?}", calculator.id, refused(v)?))),
            );
            if looked_at(calculator, &path) && refused(&json!("no such thing")).is_none() {
                faults.push(format!("{} {path} takes nonsense", calculator.id));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
