//! The contract for scripts: one JSON object a line in, one out.
//!
//! | op | takes | gives |
//! |---|---|---|
//! | `decode` | `frame` | `declared_len`, `actual_len`, `len_ok`, `crc_sent`, `crc_calc`, `crc_ok`, `header`, `cp` (`fields`, `factors`) |
//! | `stream` | `chunks` (list) | `frames` (how many good ones), `crc_ok` (of each) |
//! | `encode` | `data` | `frame` |
//! | `flag` | `n` | `answer_required`, `split`, `version` |
//!
//! `decode`, `stream` and `encode` also take `encoding`: `text` (default; the text's UTF-8 bytes) or `hex` (any bytes), and `crc_mode`: `ansi` (default),
//! `modbus`, `off`. `decode` and `stream` take `warnings: true`: then the answer has `warnings`, and of a stream `faults`. A line that is
//! wrong gets `{"id","ok":false,"error":{"code","field","message"}}`; codes are `invalid_input`, `out_of_range`, `unknown_op`, `unknown_key`, `line_too_long`.

mod ops;
mod request;

use serde_json::{Map, Value, json};
use std::io::{BufRead as _, BufReader, BufWriter, Read, Write};

pub use request::{Code, LineError};

/// Longest line, bytes. Ours: a frame has at most 10 KB, in hexadecimal 20 KB; a stream may be a day of a logger.
pub const MAX_LINE: usize = 4 << 20;

/// Reads lines to the end of the input and answers each; empty ones are passed over, and a bad one does not stop the others. Answers are written out whenever
/// the input has no more lines at hand, so that a script may ask and wait.
///
/// # Errors
/// Only those of reading and writing.
pub fn run(input: impl Read, output: impl Write) -> std::io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut output = BufWriter::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        let fits = match next_line(&mut input, &mut line)? {
            None => break,
            Some(fits) => fits,
        };
        if !fits || !line.trim_ascii().is_empty() {
            let answer = if fits { answer_line(&line) } else { refuse(&Value::Null, &LineError::line_too_long()) };
            writeln!(output, "{answer}")?;
        }
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
    }
    output.flush()
}

/// Reads up to a line end. `None` at the end of the input; false for a line that is too long, the rest of which is read and forgotten.
fn next_line(input: &mut BufReader<impl Read>, line: &mut Vec<u8>) -> std::io::Result<Option<bool>> {
    let (mut any, mut fits) = (false, true);
    loop {
        let bytes = match input.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if bytes.is_empty() {
            return Ok(any.then_some(fits));
        }
        any = true;
        let end = bytes.iter().position(|b| *b == b'\n');
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        fits &= line.len() + piece.len() <= MAX_LINE;
        if fits {
            line.extend_from_slice(piece);
        }
        let used = end.map_or(bytes.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(Some(fits));
        }
    }
}

/// Answers one line; never fails, and the answer is one line of JSON. The id is handed back as it came.
///
/// # Example
/// ```
/// use zhijian_telemetry::hj212::lines::answer_line;
/// let answer = answer_line(br#"{"id":1,"op":"flag","n":5}"#);
/// assert_eq!(answer, r#"{"id":1,"answer_required":true,"split":false,"version":1}"#);
/// ```
#[must_use]
pub fn answer_line(line: &[u8]) -> String {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    let mut request = match serde_json::from_slice(line) {
        Ok(Value::Object(request)) => request,
        Ok(_) => return refuse(&Value::Null, &LineError::invalid(None, "一行应是一个 JSON 对象，如 {\"id\":1,\"op\":\"flag\",\"n\":5}")),
        Err(error) => {
            let at = format!("不是 JSON（第 {} 个字符附近）：应是一行一个 JSON 对象", error.column());
            return refuse(&Value::Null, &LineError::invalid(None, at));
        }
    };
    let id = request.shift_remove("id").unwrap_or(Value::Null);
    match ops::answer(request) {
        Ok(result) => {
            let mut answer = Map::from_iter([("id".to_owned(), id)]);
            answer.extend(result);
            Value::Object(answer).to_string()
        }
        Err(error) => refuse(&id, &error),
    }
}

fn refuse(id: &Value, error: &LineError) -> String {
    json!({ "id": id, "ok": false, "error": { "code": error.code.word(), "field": error.field, "message": error.message } }).to_string()
}
