//! The JSON contract over all ids: whatever comes in, no panic, no NaN, one line out.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use zhijian_calc::registry::{Field, batch_line, list, run};

#[test]
fn the_catalogue_is_complete_and_well_formed() {
    let mut ids = HashSet::new();
    for calculator in list() {
        assert!(ids.insert(calculator.id), "{} is listed twice", calculator.id);
        assert!(calculator.id.contains('.') && !calculator.title.is_empty(), "{}", calculator.id);
        assert!(!calculator.inputs.is_empty() && !calculator.outputs.is_empty(), "{}", calculator.id);
        assert!(!calculator.formula.is_empty() && !calculator.source.is_empty(), "{}", calculator.id);
        let mut keys = HashSet::new();
        for field in calculator.inputs {
            assert!(keys.insert(field.key) && !field.meaning.is_empty(), "{} {}", calculator.id, field.key);
            assert!(field.also.iter().all(|other| keys.insert(other)), "{} {}", calculator.id, field.key);
        }
    }
}

#[test]
fn a_key_no_calculator_has_is_refused_by_all() {
    for calculator in list() {
        let error = run(calculator.id, &json!({ "no_such_key": 1 })).map(|_| ()).map_err(|e| e.code.word());
        assert_eq!(error, Err("unknown_key"), "{}", calculator.id);
    }
}

#[test]
fn nothing_at_all_is_an_error_or_an_answer_never_a_panic() {
    for calculator in list() {
        for inputs in [json!({}), json!(null), json!([]), json!("NaN"), json!(1)] {
            let _ = run(calculator.id, &inputs);
        }
    }
}

/// Values that people, spreadsheets and broken exports put into a field.
fn any_value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        Just(0.0),
        Just(-1.0),
        Just(1.0),
        Just(1e308),
        Just(-1e308),
        Just(5e-324),
        0.0..1.0f64,
        1.0..20.0f64,
        20.0..2000.0f64,
        (0u8..12).prop_map(f64::from),
    ];
    let word = prop::sample::select(vec![
        "NaN",
        "",
        "male",
        "female",
        "day",
        "week",
        "<0.6",
        ">200",
        "[1-2]",
        "12.5",
        "mle",
        "ros",
        "beta",
        "half",
        "2010",
        "2025",
        "mild",
        "kg",
        "lb",
        "short",
        "good",
        "C1",
        "C3",
        "2/3",
        "iso7029_2000",
        "iso7029_2017",
        "ne_asian",
        "ppm",
        "informedvar",
        "uninformative",
    ]);
    let leaf = prop_oneof![
        6 => number.prop_map(|n| json!(n)),
        2 => word.prop_map(|w| json!(w)),
        1 => any::<bool>().prop_map(|b| json!(b)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(2, 24, 12, |inner| {
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 0..12).prop_map(Value::Array),
            1 => prop::collection::hash_map("[a-z]{1,3}|500|1000|2000|3000|4000|6000", inner, 0..7)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// An object with the right keys and whatever values; lists of objects get elements with the right keys.
fn inputs(fields: &'static [Field]) -> BoxedStrategy<Value> {
    let each: Vec<BoxedStrategy<(String, Value)>> = fields
        .iter()
        .map(|field| {
            let value = if field.items.is_empty() {
                any_value().boxed()
            } else {
                prop::collection::vec(inputs(field.items), 0..6).prop_map(Value::Array).boxed()
            };
            value.prop_map(|value| (field.key.to_owned(), value)).boxed()
        })
        .collect();
    each.prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())).boxed()
}

fn requests() -> BoxedStrategy<(&'static str, Value)> {
    (0..list().len())
        .prop_flat_map(|index| {
            let calculator = &list()[index];
            inputs(calculator.inputs).prop_map(move |inputs| (calculator.id, inputs))
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request_gets_one_line_without_nan((id, inputs) in requests()) {
        let line = json!({ "id": "t", "calculator": id, "inputs": inputs }).to_string();
        let answer = batch_line(&line);
        prop_assert!(!answer.contains('\n') && !answer.contains("NaN") && !answer.contains("inf"));
        let read: Value = serde_json::from_str(&answer).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(&read["id"], "t");
        match &read["ok"] {
            Value::Bool(true) => {
                prop_assert!(read["outputs"].is_object() && read["warnings"].is_array());
                let known = list().iter().find(|c| c.id == id).map_or(&[][..], |c| c.outputs);
                let outputs = read["outputs"].as_object().into_iter().flat_map(Map::keys);
                for key in outputs {
                    prop_assert!(known.iter().any(|field| field.key == key), "{} gives `{}`, not in its contract", id, key);
                }
            }
            Value::Bool(false) => {
                let code = read["error"]["code"].as_str().unwrap_or("");
                let known = ["invalid_input", "out_of_range", "insufficient_data", "all_censored", "unknown_key"];
                prop_assert!(known.contains(&code), "{}", answer);
            }
            other => prop_assert!(false, "ok is {}", other),
        }
    }

    #[test]
    fn any_line_at_all_gets_one_line(line in ".{0,80}") {
        let answer = batch_line(&line);
        prop_assert!(!answer.contains('\n'));
        prop_assert!(serde_json::from_str::<Value>(&answer).is_ok());
    }
}
