//! One good request for every calculator, and everything that people, spreadsheets and broken exports can do to one value of it.

use std::collections::HashSet;

use serde_json::{Value, json};
use zhijian_calc::registry::{batch_line, list};

/// `tests/data/requests.jsonl`: calculator and inputs, one a line.
fn requests() -> Vec<(String, Value)> {
    let lines = include_str!("../data/requests.jsonl").lines();
    let read = |line: &str| -> Option<(String, Value)> {
        let value: Value = serde_json::from_str(line).ok()?;
        Some((value["calculator"].as_str()?.to_owned(), value["inputs"].clone()))
    };
    lines.map(|line| read(line).unwrap_or_else(|| panic!("{line}"))).collect()
}

fn ask(calculator: &str, inputs: &Value) -> Value {
    let line = json!({ "id": "r", "calculator": calculator, "inputs": inputs }).to_string();
    let answer = batch_line(&line);
    serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{calculator} {inputs}: {answer}"))
}

/// Pointers to everything inside a value, itself left out.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    let mut go = |key: &str, inner: &Value| {
        let place = format!("{at}/{key}");
        out.push(place.clone());
        places(inner, &place, out);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| go(key, inner)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, inner)| go(&i.to_string(), inner)),
        _ => {}
    }
}

fn has_no_number_beyond_floats(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(f64::is_finite),
        Value::String(text) => !matches!(text.as_str(), "NaN" | "inf" | "-inf" | "Infinity"),
        Value::Array(items) => items.iter().all(has_no_number_beyond_floats),
        Value::Object(map) => map.values().all(has_no_number_beyond_floats),
        Value::Null | Value::Bool(_) => true,
    }
}

#[test]
fn every_calculator_answers_its_request() {
    let mut asked = HashSet::new();
    for (calculator, inputs) in requests() {
        let answer = ask(&calculator, &inputs);
        assert_eq!(answer["ok"], true, "{calculator}: {answer}");
        let outputs = answer["outputs"].as_object().unwrap_or_else(|| panic!("{calculator}: {answer}"));
        let contract = list()
            .iter()
            .find(|c| c.id == calculator)
            .unwrap_or_else(|| panic!("{calculator} is not listed"));
        for field in contract.outputs.iter().filter(|f| f.required) {
            assert!(outputs.contains_key(field.key), "{calculator} promises `{}`: {answer}", field.key);
        }
        asked.insert(contract.id);
    }
    let missing: Vec<&str> = list().iter().map(|c| c.id).filter(|id| !asked.contains(id)).collect();
    assert!(missing.is_empty(), "no request in requests.jsonl for {missing:?}");
}

#[test]
fn one_broken_value_gives_a_code_of_the_contract_or_an_answer_in_numbers() {
    let broken = [
        json!(null),
        json!("NaN"),
        json!("-inf"),
        json!(""),
        json!("abc"),
        json!("12 mg/m3"),
        json!(-1),
        json!(0),
        json!(-0.0),
        json!(1e308),
        json!(-1e308),
        json!(5e-324),
        json!(2.5),
        json!(9_007_199_254_740_993_u64),
        json!(true),
        json!([]),
        json!({}),
        json!([null]),
        json!(["<0", "<", "[2-1]"]),
        json!({ "500": "NaN" }),
    ];
    let codes = ["invalid_input", "out_of_range", "insufficient_data", "all_censored", "unknown_key"];
    let mut tried = 0;
    for (calculator, inputs) in requests() {
        let mut all = Vec::new();
        places(&inputs, "", &mut all);
        for place in all {
            for value in &broken {
                let mut inputs = inputs.clone();
                if let Some(slot) = inputs.pointer_mut(&place) {
                    *slot = value.clone();
                }
                let answer = ask(&calculator, &inputs);
                tried += 1;
                match answer["ok"].as_bool() {
                    Some(true) => {
                        let outputs = &answer["outputs"];
                        assert!(
                            has_no_number_beyond_floats(outputs),
                            "{calculator} {place} = {value}: {answer}"
                        );
                    }
                    Some(false) => {
                        let code = answer["error"]["code"].as_str().unwrap_or("");
                        assert!(codes.contains(&code), "{calculator} {place} = {value}: {answer}");
                        assert!(
                            answer["error"]["field"].is_string(),
                            "{calculator} {place} = {value}: {answer}"
                        );
                    }
                    None => panic!("{calculator} {place} = {value}: {answer}"),
                }
            }
        }
    }
    assert!(tried > 5_000, "{tried}");
}

/// Text where a number belongs, an infinity written out, a negative time and a time of zero are never taken for something else.
#[test]
fn what_is_no_number_is_refused_at_its_place() {
    for (calculator, inputs) in requests() {
        let mut all = Vec::new();
        places(&inputs, "", &mut all);
        for place in all {
            let number = inputs.pointer(&place).is_some_and(Value::is_number);
            // An element of results may be a text (`"<0.6"`), but not this one.
            if !number {
                continue;
            }
            let mut inputs = inputs.clone();
            if let Some(slot) = inputs.pointer_mut(&place) {
                *slot = json!("NaN");
            }
            let answer = ask(&calculator, &inputs);
            assert_eq!(answer["ok"], false, "{calculator} {place}: {answer}");
            let field = answer["error"]["field"].as_str().unwrap_or("");
            let head = place.trim_start_matches('/').split('/').next().unwrap_or("");
            assert!(field.starts_with(head), "{calculator} {place}: {answer}");
        }
    }
}

#[test]
fn times_are_above_zero() {
    let times = [
        "t_min",
        "hours",
        "shift_min",
        "duration_min",
        "effective_hours",
        "ref_hours",
        "years",
        "person_time",
        "shift_hours",
    ];
    let mut tried = 0;
    for (calculator, inputs) in requests() {
        let mut all = Vec::new();
        places(&inputs, "", &mut all);
        for place in all.iter().filter(|p| p.rsplit('/').next().is_some_and(|key| times.contains(&key))) {
            for wrong in [0.0, -5.0] {
                let mut inputs = inputs.clone();
                if let Some(slot) = inputs.pointer_mut(place) {
                    *slot = json!(wrong);
                }
                let answer = ask(&calculator, &inputs);
                assert_eq!(
                    answer["error"]["code"], "invalid_input",
                    "{calculator} {place} = {wrong}: {answer}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn a_key_too_many_is_refused_wherever_it_stands() {
    for (calculator, inputs) in requests() {
        let mut objects = vec![String::new()];
        let mut all = Vec::new();
        places(&inputs, "", &mut all);
        objects.extend(all.into_iter().filter(|p| inputs.pointer(p).is_some_and(Value::is_object)));
        for place in objects {
            let mut inputs = inputs.clone();
            if let Some(Value::Object(map)) = inputs.pointer_mut(&place) {
                map.insert("surplus".into(), json!(1));
            }
            let answer = ask(&calculator, &inputs);
            let code = answer["error"]["code"].as_str().unwrap_or("");
            assert!(matches!(code, "unknown_key" | "invalid_input"), "{calculator} {place}: {answer}");
        }
    }
}

#[test]
fn an_empty_list_is_too_little_data() {
    for (calculator, inputs) in requests() {
        let Value::Object(map) = &inputs else { panic!("{calculator}") };
        for key in map.iter().filter(|(_, value)| value.is_array()).map(|(key, _)| key) {
            let mut inputs = inputs.clone();
            inputs[key] = json!([]);
            let answer = ask(&calculator, &inputs);
            let code = answer["error"]["code"].as_str().unwrap_or("");
            // A pair of settings is not data.
            let expected = if key == "limit54" {
                ["invalid_input", "insufficient_data"]
            } else {
                ["insufficient_data"; 2]
            };
            assert!(expected.contains(&code), "{calculator} {key}: {answer}");
        }
    }
}

#[test]
fn a_bad_line_does_not_stop_the_others() {
    let good = json!({ "id": 1, "calculator": "air.mac", "inputs": { "c_me": 2, "mac": 10 } }).to_string();
    let lines = [
        "",
        "{",
        "[]",
        "null",
        "\u{feff}{}",
        &good,
        "{\"id\":2,\"calculator\":\"no.such\",\"inputs\":{}}",
        &good,
    ];
    let answers: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(&batch_line(line)).unwrap_or_else(|e| panic!("{line}: {e}")))
        .collect();
    let ok: Vec<bool> = answers.iter().map(|a| a["ok"] == true).collect();
    assert_eq!(ok, [false, false, false, false, false, true, false, true]);
}
