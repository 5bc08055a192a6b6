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

fn refuses(calculator: &Calculator, path: &str, value: f64) {
    let whole = value.fract() == 0.0;
    #[expect(clippy::cast_possible_truncation, reason = "small test values")]
    let value = if whole { json!(value as i64) } else { json!(value) };
    let Some(changed) = with(&calculator.guide().example, path, value.clone()) else { return };
    let error = run(calculator, &changed).err();
    assert!(
        error
            .as_ref()
            .is_some_and(|e| about(e, path) && matches!(e.code, Code::InvalidInput | Code::OutOfRange)),
        "{} should refuse {path} = {value}: {error:?}",
        calculator.id
    );
}

fn takes(calculator: &Calculator, path: &str, value: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "small test values")]
    let value = if value.fract() == 0.0 { json!(value as i64) } else { json!(value) };
    let Some(changed) = with(&calculator.guide().example, path, value.clone()) else { return };
    let error = run(calculator, &changed).err();
    assert!(
        !error.as_ref().is_some_and(|e| about(e, path) && e.code == Code::InvalidInput),
        "{} should take {path} = {value}: {error:?}",
        calculator.id
    );
}

fn check(calculator: &Calculator, path: &str, bounds: &Bounds) {
    let step = if bounds.whole { 1.0 } else { 0.001 };
    if let Some(min) = bounds.min {
        refuses(calculator, path, min - step);
        takes(calculator, path, min);
    }
    if let Some(max) = bounds.max {
        refuses(calculator, path, max + step);
        takes(calculator, path, max);
    }
    if let Some(above) = bounds.above {
        refuses(calculator, path, above);
        takes(calculator, path, above + 0.5);
    }
    if let Some(below) = bounds.below {
        refuses(calculator, path, below);
        takes(calculator, path, below - 0.001);
    }
    if bounds.whole {
        let inside = bounds.min.map_or(1.5, |min| min + 0.5);
        refuses(calculator, path, inside);
    }
}

#[test]
fn ranges_are_those_of_the_calculators() {
    for calculator in registry::list() {
        for (path, field) in inputs(calculator) {
            if let Form::Number(bounds) = calculator.form(&path) {
                assert!(field.items.is_empty(), "{} {path}", calculator.id);
                check(calculator, &path, &bounds);
            }
        }
    }
}

#[test]
fn options_and_flags_are_taken() {
    for calculator in registry::list() {
        let example = &calculator.guide().example;
        for (path, _) in inputs(calculator) {
            let values: Vec<Value> = match calculator.form(&path) {
                Form::Choice { options } => options.into_iter().map(|(value, _)| value).collect(),
                Form::Flag => vec![json!(true), json!(false)],
                Form::Day => vec![json!("2026-02-01")],
                _ => continue,
            };
            for value in values {
                let Some(changed) = with(example, &path, value.clone()) else { continue };
                let error = run(calculator, &changed).err();
                assert!(
                    !error.as_ref().is_some_and(|e| about(e, &path)),
                    "{} {path} {value}: {error:?}",
                    calculator.id
                );
            }
            let Some(changed) = with(example, &path, json!("no such thing")) else { continue };
            assert!(run(calculator, &changed).is_err_and(|e| about(&e, &path)), "{} {path}", calculator.id);
        }
    }
}
