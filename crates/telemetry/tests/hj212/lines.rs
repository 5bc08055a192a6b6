//! The contract for scripts.

use crate::support::{LIVE, SET_INTERVAL};
use proptest::prelude::*;
use serde_json::{Value, json};
use zhijian_telemetry::hj212::lines::{MAX_LINE, answer_line, run};

fn ask(request: &Value) -> Value {
    serde_json::from_str(&answer_line(request.to_string().as_bytes())).unwrap()
}

#[test]
fn decode_gives_exactly_the_keys_of_the_contract() {
    let answer = ask(&json!({ "id": "a", "op": "decode", "frame": LIVE }));
    let expected = json!({
        "id": "a",
        "declared_len": 162,
        "actual_len": 162,
        "len_ok": true,
        "crc_sent": "F441",
        "crc_calc": "F441",
        "crc_ok": true,
        "header": { "QN": "20231008123340461", "ST": "22", "CN": "2011", "PW": "123456", "MN": "010000A8900016F000169DC0", "Flag": "5" },
        "cp": {
            "fields": { "DataTime": "20231008123340" },
            "factors": { "w01008": { "SampleTime": "20231008123340", "Rtd": "123.456" } },
        },
    });
    assert_eq!(answer, expected);
    let set = ask(&json!({ "id": 1, "op": "decode", "frame": SET_INTERVAL }));
    assert_eq!((&set["declared_len"], &set["crc_calc"], &set["cp"]["fields"]["RtdInterval"]), (&json!(101), &json!("1C80"), &json!("30")));
}

#[test]
fn a_frame_that_does_not_agree_is_shown_as_it_is() {
    // why, frame, declared, actual, length right, sum right
    let rows = [
        ("length too small", LIVE.replacen("0162", "0161", 1), json!(161), 162, false, true),
        ("length too large", LIVE.replacen("0162", "0200", 1), json!(200), 162, false, true),
        ("length no number", LIVE.replacen("0162", "01x2", 1), json!(null), 162, false, true),
        ("a byte lost", LIVE.replacen("2011", "211", 1), json!(162), 161, false, false),
        ("a byte changed", LIVE.replacen("2011", "2012", 1), json!(162), 162, true, false),
        ("no line end", LIVE.trim_end().to_owned(), json!(162), 162, true, true),
        ("lower case", LIVE.replace("F441", "f441"), json!(162), 162, true, true),
        ("sum no number", LIVE.replace("F441", "F44g"), json!(162), 162, true, false),
    ];
    for (why, frame, declared, actual, len_ok, crc_ok) in rows {
        let answer = ask(&json!({ "id": 1, "op": "decode", "frame": frame }));
        assert_eq!(answer["declared_len"], declared, "{why}");
        assert_eq!(answer["actual_len"], actual, "{why}");
        assert_eq!((&answer["len_ok"], &answer["crc_ok"]), (&json!(len_ok), &json!(crc_ok)), "{why}: {answer}");
    }
}

#[test]
fn warnings_come_when_asked_for() {
    let frame = "##0015ST=1;CP=a=1;a=20000";
    let answer = ask(&json!({ "id": 1, "op": "decode", "frame": frame, "warnings": true }));
    let codes: Vec<_> = answer["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(codes, ["no_line_end", "loose_parameters", "repeated_key"], "{answer}");
    let answer = ask(&json!({ "id": 1, "op": "stream", "chunks": ["noise", LIVE], "warnings": true }));
    assert_eq!(answer, json!({ "id": 1, "frames": 1, "crc_ok": [true], "warnings": [], "faults": ["跳过 5 个不属于任何帧的字节"] }));
}

#[test]
fn stream_counts_good_frames_in_any_pieces() {
    let both = format!("x{SET_INTERVAL}##9999{LIVE}");
    let single: Vec<String> = both.chars().map(String::from).collect();
    for chunks in [json!([both]), json!(single), json!([SET_INTERVAL, LIVE])] {
        assert_eq!(ask(&json!({ "id": 1, "op": "stream", "chunks": chunks })), json!({ "id": 1, "frames": 2, "crc_ok": [true, true] }));
    }
    assert_eq!(ask(&json!({ "id": 1, "op": "stream", "chunks": [] })), json!({ "id": 1, "frames": 0, "crc_ok": [] }));
    let wrong = LIVE.replace("F441", "0000");
    assert_eq!(
        ask(&json!({ "id": 1, "op": "stream", "chunks": [wrong], "crc_mode": "off" })),
        json!({ "id": 1, "frames": 1, "crc_ok": [false] })
    );
}

#[test]
fn encode_gives_the_whole_frame_in_text_or_hexadecimal() {
    let data = &LIVE[6..LIVE.len() - 6];
    assert_eq!(ask(&json!({ "id": 1, "op": "encode", "data": data })), json!({ "id": 1, "frame": LIVE }));
    assert_eq!(ask(&json!({ "id": 1, "op": "encode", "data": "", })), json!({ "id": 1, "frame": "##0000FFFF\r\n" }));
    let hex = ask(&json!({ "id": 1, "op": "encode", "data": "ff00", "encoding": "hex" }));
    let back = ask(&json!({ "id": 1, "op": "decode", "frame": hex["frame"], "encoding": "hex" }));
    assert_eq!((&back["actual_len"], &back["crc_ok"]), (&json!(2), &json!(true)), "{hex} {back}");
}

#[test]
fn flag_takes_a_number_or_its_text() {
    for n in [json!(7), json!("7")] {
        assert_eq!(
            ask(&json!({ "id": null, "op": "flag", "n": n })),
            json!({ "id": null, "answer_required": true, "split": true, "version": 1 })
        );
    }
}

#[test]
fn a_wrong_line_gets_an_error_that_says_where() {
    let long = "x".repeat(10_000);
    // why, line, code, field
    let rows = [
        ("half a line", r#"{"id":1,"op"#.to_owned(), "invalid_input", json!(null)),
        ("a list", "[1]".to_owned(), "invalid_input", json!(null)),
        ("no operation", json!({ "id": 1 }).to_string(), "invalid_input", json!("op")),
        ("an unknown operation", json!({ "id": 1, "op": "decod" }).to_string(), "unknown_op", json!("op")),
        ("operation no text", json!({ "id": 1, "op": 7 }).to_string(), "invalid_input", json!("op")),
        ("an unknown key", json!({ "id": 1, "op": "flag", "n": 1, "m": 2 }).to_string(), "unknown_key", json!("m")),
        (
            "a key of another operation",
            json!({ "id": 1, "op": "encode", "data": "", "warnings": true }).to_string(),
            "unknown_key",
            json!("warnings"),
        ),
        ("no frame", json!({ "id": 1, "op": "decode" }).to_string(), "invalid_input", json!("frame")),
        ("a frame that is none", json!({ "id": 1, "op": "decode", "frame": "QN=1" }).to_string(), "invalid_input", json!("frame")),
        ("a frame too short", json!({ "id": 1, "op": "decode", "frame": "##0000FFF" }).to_string(), "invalid_input", json!("frame")),
        ("chunks no list", json!({ "id": 1, "op": "stream", "chunks": "x" }).to_string(), "invalid_input", json!("chunks")),
        ("a chunk no text", json!({ "id": 1, "op": "stream", "chunks": ["", 1] }).to_string(), "invalid_input", json!("chunks.1")),
        ("data too long", json!({ "id": 1, "op": "encode", "data": long }).to_string(), "out_of_range", json!("data")),
        ("a flag too large", json!({ "id": 1, "op": "flag", "n": 256 }).to_string(), "out_of_range", json!("n")),
        ("a negative flag", json!({ "id": 1, "op": "flag", "n": -1 }).to_string(), "out_of_range", json!("n")),
        ("half a flag", json!({ "id": 1, "op": "flag", "n": 1.5 }).to_string(), "invalid_input", json!("n")),
        ("an empty flag", json!({ "id": 1, "op": "flag", "n": "" }).to_string(), "invalid_input", json!("n")),
        (
            "odd hexadecimal",
            json!({ "id": 1, "op": "decode", "frame": "abc", "encoding": "hex" }).to_string(),
            "invalid_input",
            json!("frame"),
        ),
        (
            "another encoding",
            json!({ "id": 1, "op": "decode", "frame": "", "encoding": "gbk" }).to_string(),
            "invalid_input",
            json!("encoding"),
        ),
        ("another sum", json!({ "id": 1, "op": "encode", "data": "", "crc_mode": "x" }).to_string(), "invalid_input", json!("crc_mode")),
    ];
    for (why, line, code, field) in rows {
        let answer: Value = serde_json::from_str(&answer_line(line.as_bytes())).unwrap();
        assert_eq!(answer["ok"], false, "{why}: {answer}");
        assert_eq!((&answer["error"]["code"], &answer["error"]["field"]), (&json!(code), &field), "{why}: {answer}");
        assert!(!answer["error"]["message"].as_str().unwrap().is_empty(), "{why}");
        assert_eq!(answer["id"], if line.ends_with('}') { json!(1) } else { json!(null) }, "{why}");
    }
}

#[test]
fn a_bad_line_does_not_stop_the_others() {
    let mut input = Vec::new();
    input.extend_from_slice("\u{feff}{\"id\":1,\"op\":\"flag\",\"n\":4}\r\n\n  \nnonsense\n".as_bytes());
    input.extend_from_slice(b"\xff\xfe\n");
    input.extend(std::iter::repeat_n(b'x', MAX_LINE + 1));
    input.extend_from_slice(b"\n{\"id\":2,\"op\":\"flag\",\"n\":5}");
    let mut output = Vec::new();
    run(&input[..], &mut output).unwrap();
    let answers: Vec<Value> = String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<String> =
        answers.iter().map(|a| a["error"]["code"].as_str().map_or_else(|| a["id"].to_string(), str::to_owned)).collect();
    assert_eq!(told, ["1", "invalid_input", "invalid_input", "line_too_long", "2"]);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => prop::sample::select(vec![LIVE, SET_INTERVAL, "##", "##0101", "", "5", "hex", "text", "ansi", "off", "ff00", "站"]).prop_map(|t| json!(t)),
        2 => ".{0,30}".prop_map(|t| json!(t)),
        1 => any::<i64>().prop_map(|n| json!(n)),
        1 => any::<f64>().prop_map(|n| json!(n)),
        1 => any::<bool>().prop_map(|b| json!(b)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(2, 12, 6, |inner| prop_oneof![3 => prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array), 1 => prop::collection::hash_map("[a-z]{1,3}", inner, 0..3).prop_map(|map| Value::Object(map.into_iter().collect()))])
}

/// The keys of the contract.
fn known(op: &str) -> &'static [&'static str] {
    match op {
        "decode" => &["id", "declared_len", "actual_len", "len_ok", "crc_sent", "crc_calc", "crc_ok", "header", "cp"],
        "stream" => &["id", "frames", "crc_ok"],
        "encode" => &["id", "frame"],
        _ => &["id", "answer_required", "split", "version"],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request_gets_the_contracts_keys_or_an_error((op, key, value, extra) in (
        prop::sample::select(vec!["decode", "stream", "encode", "flag"]),
        prop::sample::select(vec!["frame", "chunks", "data", "n"]),
        any_value(),
        prop::option::of((prop::sample::select(vec!["encoding", "crc_mode", "warnings", "x"]), any_value())),
    )) {
        let mut request = json!({ "id": "t", "op": op, key: value });
        let mut wants = false;
        if let Some((name, value)) = extra {
            wants = name == "warnings" && value == json!(true);
            request[name] = value;
        }
        let answer = answer_line(request.to_string().as_bytes());
        prop_assert!(!answer.contains('\n'));
        let read: Value = serde_json::from_str(&answer).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let keys: Vec<&str> = read.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        if read["ok"] == json!(false) {
            prop_assert_eq!(keys, ["id", "ok", "error"]);
        } else if !wants {
            prop_assert_eq!(keys, known(op));
        }
        prop_assert_eq!(&read["id"], "t");
    }

    #[test]
    fn any_bytes_get_one_line(line in prop::collection::vec(any::<u8>(), 0..80)) {
        let answer = answer_line(&line);
        prop_assert!(!answer.contains('\n'));
        prop_assert!(serde_json::from_str::<Value>(&answer).is_ok());
    }
}
