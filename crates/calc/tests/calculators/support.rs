//! Tables of examples: why the row is here, calculator, inputs, what is expected.

use serde_json::Value;
use zhijian_calc::registry::run;

/// Why the row is here (with its source), calculator, inputs, expected outputs, relative tolerance.
pub type Example = (&'static str, &'static str, Value, Value, f64);

/// Why the row is here, calculator, inputs, expected code and field.
pub type Refusal = (&'static str, &'static str, Value, &'static str, &'static str);

/// Checks every row; keys that are not expected may be anything.
pub fn examples(rows: &[Example]) {
    for (why, id, inputs, expected, tolerance) in rows {
        match run(id, inputs) {
            Ok(answer) => {
                let got = Value::Object(answer.outputs);
                if let Err(at) = agree(&got, expected, *tolerance, String::new()) {
                    panic!("{id}, {why}: {at}\n got {got}\nwant {expected}");
                }
            }
            Err(error) => panic!("{id}, {why}: {error}"),
        }
    }
}

/// Checks that every row is refused with its code at its field.
pub fn refusals(rows: &[Refusal]) {
    for (why, id, inputs, code, field) in rows {
        match run(id, inputs) {
            Ok(answer) => panic!("{id}, {why}: answered {:?}", answer.outputs),
            Err(error) => {
                let got = (error.code.word(), error.field.as_deref().unwrap_or(""));
                assert_eq!(got, (*code, *field), "{id}, {why}");
            }
        }
    }
}

/// Checks the warnings of every row.
pub fn warnings(rows: &[(&'static str, &'static str, Value, &[&str])]) {
    for (why, id, inputs, expected) in rows {
        match run(id, inputs) {
            Ok(answer) => assert_eq!(answer.warnings, *expected, "{id}, {why}"),
            Err(error) => panic!("{id}, {why}: {error}"),
        }
    }
}

/// One number of an answer.
pub fn number(id: &str, inputs: &Value, key: &str) -> f64 {
    match run(id, inputs) {
        Ok(answer) => answer.outputs.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN),
        Err(error) => panic!("{id} {inputs}: {error}"),
    }
}

fn agree(got: &Value, want: &Value, tolerance: f64, at: String) -> Result<(), String> {
    let fits =
        match (got, want) {
            (Value::Object(got), Value::Object(want)) => {
                return want.iter().try_for_each(|(key, want)| {
                    agree(got.get(key).unwrap_or(&Value::Null), want, tolerance, format!("{at}.{key}"))
                });
            }
            (Value::Array(got), Value::Array(want)) if got.len() == want.len() => {
                return got.iter().zip(want).enumerate().try_for_each(|(index, (got, want))| {
                    agree(got, want, tolerance, format!("{at}.{index}"))
                });
            }
            (Value::Number(got), Value::Number(want)) => {
                let (got, want) = (got.as_f64().unwrap_or(f64::NAN), want.as_f64().unwrap_or(f64::NAN));
                (got - want).abs() <= tolerance * want.abs().max(if want == 0.0 { 1.0 } else { 0.0 })
            }
            (got, want) => got == want,
        };
    if fits { Ok(()) } else { Err(format!("{at}: got {got}, want {want}")) }
}
