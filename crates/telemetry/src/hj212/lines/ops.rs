//! The four operations.

use serde_json::{Map, Value, json};

use super::request::{Code, Encoding, Keys, LineError, kind};
use crate::hj212::{
    crc::CrcMode,
    flag::Flag,
    frame::{dissect, encode_with},
    segment::{Segment, text_of},
    stream::{Decoder, Event, Limits},
    warning::Warning,
};

type Outcome = Result<Map<String, Value>, LineError>;

pub(crate) fn answer(request: Map<String, Value>) -> Outcome {
    let mut keys = Keys(request);
    let op = keys.text("op")?;
    match op.as_str() {
        "decode" => decode(keys),
        "stream" => stream(keys),
        "encode" => encode(keys),
        "flag" => flag(keys),
        _ => Err(LineError::new(Code::UnknownOp, "op", format!("没有名为“{op}”的操作，可用 decode、stream、encode、flag"))),
    }
}

/// The keys that decode, stream and encode share.
fn shared(keys: &mut Keys) -> Result<(Encoding, CrcMode), LineError> {
    Ok((keys.encoding()?, keys.crc_mode()?))
}

fn decode(mut keys: Keys) -> Outcome {
    let (encoding, mode) = shared(&mut keys)?;
    let wants_warnings = keys.switch("warnings")?;
    let frame = encoding.bytes("frame", keys.text("frame")?)?;
    keys.done()?;
    let parts = dissect(mode, &frame).map_err(|error| LineError::invalid(Some("frame"), error.to_string()))?;
    let text = text_of(parts.data);
    let segment = Segment::parse(&text);
    let mut factors = Map::new();
    for value in &segment.cp.factors {
        let of_code = factors.entry(value.code).or_insert_with(|| Value::Object(Map::new()));
        if let Some(of_code) = of_code.as_object_mut() {
            of_code.insert(value.suffix.to_owned(), value.text.into());
        }
    }
    let mut answer = Map::from_iter([
        ("declared_len".to_owned(), json!(parts.declared_len)),
        ("actual_len".to_owned(), json!(parts.data.len())),
        ("len_ok".to_owned(), json!(parts.len_ok())),
        ("crc_sent".to_owned(), json!(text_of(&parts.crc_sent))),
        ("crc_calc".to_owned(), json!(format!("{:04X}", parts.crc_calc))),
        ("crc_ok".to_owned(), json!(parts.crc_ok())),
        ("header".to_owned(), pairs(&segment.header)),
        ("cp".to_owned(), json!({ "fields": pairs(&segment.cp.fields), "factors": factors })),
    ]);
    if wants_warnings {
        answer.insert("warnings".to_owned(), told(parts.warnings.iter().chain(&segment.warnings)));
    }
    Ok(answer)
}

fn stream(mut keys: Keys) -> Outcome {
    let (encoding, crc) = shared(&mut keys)?;
    let wants_warnings = keys.switch("warnings")?;
    let chunks = match keys.take("chunks") {
        Some(Value::Array(chunks)) => chunks,
        Some(other) => return Err(LineError::invalid(Some("chunks"), format!("chunks 应是文本列表，实际是{}", kind(&other)))),
        None => return Err(LineError::invalid(Some("chunks"), "缺少 chunks")),
    };
    keys.done()?;
    let mut decoder = Decoder::new(Limits { crc, ..Limits::default() });
    let mut seen = Seen::default();
    for (index, chunk) in chunks.into_iter().enumerate() {
        let field = format!("chunks.{index}");
        let Value::String(text) = chunk else {
            return Err(LineError::new(Code::InvalidInput, &field, format!("{field} 应是文本，实际是{}", kind(&chunk))));
        };
        decoder.push(&encoding.bytes(&field, text)?);
        seen.drain(&mut decoder);
    }
    decoder.finish();
    seen.drain(&mut decoder);
    let mut answer = Map::from_iter([("frames".to_owned(), json!(seen.crc_ok.len())), ("crc_ok".to_owned(), json!(seen.crc_ok))]);
    if wants_warnings {
        answer.insert("warnings".to_owned(), told(seen.warnings.iter()));
        answer.insert("faults".to_owned(), json!(seen.faults));
    }
    Ok(answer)
}

#[derive(Default)]
struct Seen {
    crc_ok: Vec<bool>,
    warnings: Vec<Warning>,
    faults: Vec<String>,
}

impl Seen {
    fn drain(&mut self, decoder: &mut Decoder) {
        while let Some(event) = decoder.next_event() {
            match event {
                Event::Frame(frame) => {
                    self.crc_ok.push(frame.crc_ok);
                    frame.warnings.iter().for_each(|warning| crate::hj212::warning::warn(&mut self.warnings, *warning));
                }
                Event::Fault(fault) => self.faults.push(fault.to_string()),
            }
        }
    }
}

fn encode(mut keys: Keys) -> Outcome {
    let (encoding, mode) = shared(&mut keys)?;
    let data = encoding.bytes("data", keys.text("data")?)?;
    keys.done()?;
    let frame = encode_with(mode, &data).map_err(|error| LineError::new(Code::OutOfRange, "data", error.to_string()))?;
    Ok(Map::from_iter([("frame".to_owned(), encoding.written(frame).into())]))
}

fn flag(mut keys: Keys) -> Outcome {
    let found = keys.take("n").ok_or_else(|| LineError::invalid(Some("n"), "缺少 n"))?;
    keys.done()?;
    let text = match &found {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        other => return Err(LineError::invalid(Some("n"), format!("n 应是 0～255 的整数，实际是{}", kind(other)))),
    };
    let flag = Flag::read(Some(&text)).filter(|_| !text.is_empty()).ok_or_else(|| {
        let is_number = text.parse::<f64>().is_ok_and(|number| number.fract() == 0.0);
        let code = if is_number { Code::OutOfRange } else { Code::InvalidInput };
        LineError::new(code, "n", format!("n 应是 0～255 的整数，实际是“{text}”"))
    })?;
    Ok(Map::from_iter([
        ("answer_required".to_owned(), json!(flag.answer_required())),
        ("split".to_owned(), json!(flag.split())),
        ("version".to_owned(), json!(flag.version())),
    ]))
}

fn pairs(pairs: &[(&str, &str)]) -> Value {
    Value::Object(pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).into())).collect())
}

fn told<'a>(warnings: impl Iterator<Item = &'a Warning>) -> Value {
    warnings.map(|warning| json!({ "code": warning.word(), "message": warning.message() })).collect()
}
