//! One line in, one line out: `{"id","calculator","inputs"}` → `{"id","ok","outputs","warnings"}` or an error.

use serde_json::{Map, Value, json};

use super::{CalcError, Code, run};

/// Answers one line of a batch; never fails, never panics, and the answer is one line of JSON.
///
/// The id is handed back as it came, string or number. A line that is no JSON is answered with `invalid_input`; bare
/// `NaN` and `Infinity`, which some writers put out, are taken as text and so refused by whatever reads them as a
/// number.
///
/// # Example
/// ```
/// use zhijian_calc::registry::batch_line;
/// let line = r#"{"id":7,"calculator":"air.mac","inputs":{"c_me":2,"mac":10}}"#;
/// assert_eq!(batch_line(line), r#"{"id":7,"ok":true,"outputs":{"complies":true,"ratio":0.2},"warnings":[]}"#);
/// assert_eq!(batch_line("?"), r#"{"id":null,"ok":false,"error":{"code":"invalid_input","field":null}}"#);
/// ```
#[must_use]
pub fn batch_line(line: &str) -> String {
    let (id, result) = match read(line) {
        Some(Value::Object(request)) => answer(request),
        _ => (Value::Null, Err(CalcError { code: Code::InvalidInput, field: None })),
    };
    match result {
        Ok((outputs, warnings)) => json!({ "id": id, "ok": true, "outputs": outputs, "warnings": warnings }),
        Err(error) => json!({ "id": id, "ok": false, "error": error }),
    }
    .to_string()
}

type Outcome = Result<(Map<String, Value>, Vec<&'static str>), CalcError>;

fn answer(mut request: Map<String, Value>) -> (Value, Outcome) {
    let id = request.shift_remove("id").unwrap_or(Value::Null);
    let inputs = request.shift_remove("inputs").unwrap_or(Value::Null);
    let outcome = match request.get("calculator") {
        Some(Value::String(calculator)) => {
            run(calculator, &inputs).map(|answer| (answer.outputs, answer.warnings))
        }
        _ => Err(CalcError::invalid("calculator")),
    };
    (id, outcome)
}

fn read(line: &str) -> Option<Value> {
    serde_json::from_str(line).or_else(|_| serde_json::from_str(&quote_not_a_number(line))).ok()
}

/// Puts quotes around bare `NaN`, `Infinity`, `-Infinity` and numbers too large for a float.
fn quote_not_a_number(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let end = string_end(rest);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let word =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(rest.len());
        if word == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let token = &rest[..word];
        if token.parse::<f64>().is_ok_and(|number| !number.is_finite()) {
            out.push('"');
            out.push_str(token);
            out.push('"');
        } else {
            out.push_str(token);
        }
        rest = &rest[word..];
    }
    out
}

/// Where the string that starts `text` ends, closing quote included.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_wrong_get_an_error_that_says_where() {
        // why, line, answer
        let rows = [
            (
                "an unknown calculator",
                r#"{"id":"a","calculator":"air.nothing","inputs":{}}"#,
                r#"{"id":"a","ok":false,"error":{"code":"unknown_calculator","field":null}}"#,
            ),
            (
                "a misspelt key",
                r#"{"id":1,"calculator":"air.mac","inputs":{"c_me":2,"mak":10}}"#,
                r#"{"id":1,"ok":false,"error":{"code":"unknown_key","field":"mak"}}"#,
            ),
            (
                "a bare NaN, as Python writes it, keeps the id",
                r#"{"id":"x\"NaN","calculator":"air.mac","inputs":{"c_me":NaN,"mac":10}}"#,
                r#"{"id":"x\"NaN","ok":false,"error":{"code":"invalid_input","field":"c_me"}}"#,
            ),
            (
                "minus infinity",
                r#"{"id":2,"calculator":"air.mac","inputs":{"c_me":1,"mac":-Infinity}}"#,
                r#"{"id":2,"ok":false,"error":{"code":"invalid_input","field":"mac"}}"#,
            ),
            (
                "a number too large for a float",
                r#"{"id":2,"calculator":"air.mac","inputs":{"c_me":1e999,"mac":1}}"#,
                r#"{"id":2,"ok":false,"error":{"code":"invalid_input","field":"c_me"}}"#,
            ),
            (
                "NaN as text",
                r#"{"id":3,"calculator":"air.mac","inputs":{"c_me":"NaN","mac":10}}"#,
                r#"{"id":3,"ok":false,"error":{"code":"invalid_input","field":"c_me"}}"#,
            ),
            (
                "no inputs",
                r#"{"id":4,"calculator":"air.mac"}"#,
                r#"{"id":4,"ok":false,"error":{"code":"invalid_input","field":"inputs"}}"#,
            ),
            (
                "no calculator",
                r#"{"id":5}"#,
                r#"{"id":5,"ok":false,"error":{"code":"invalid_input","field":"calculator"}}"#,
            ),
            (
                "the key of an element",
                r#"{"id":6,"calculator":"air.twa","inputs":{"samples":[{"c":1,"t_min":9,"x":1}]}}"#,
                r#"{"id":6,"ok":false,"error":{"code":"unknown_key","field":"samples.0.x"}}"#,
            ),
            (
                "half a line",
                r#"{"id":6,"calc"#,
                r#"{"id":null,"ok":false,"error":{"code":"invalid_input","field":null}}"#,
            ),
        ];
        for (why, line, expected) in rows {
            assert_eq!(batch_line(line), expected, "{why}");
        }
    }
}
