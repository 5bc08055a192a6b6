//! Readings as JSON and CSV.
//!
//! JSON: `{"ts","value","unit","q","seq","device"}` or an array of such. `ts` is RFC 3339 or Unix milliseconds; `value` a number; `q` 0–5 (list QFLAG; 5: over the range), 0
//! when left out; `seq` a whole number; `unit` and `device` may be left out. CSV: the same names as header.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zhijian_telemetry::readings::Sent;
use zhijian_telemetry::windows::Quality;

/// Most readings of one message.
pub(crate) const MOST: usize = 10_000;
/// Unix milliseconds before which a number is no moment of a reading: 2000-01-01. Seconds are found out so.
const EARLIEST_MS: i64 = 946_684_800_000;

/// One reading of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The device it names; empty when it names none.
    pub device: String,
    /// The reading, or what is wrong with it.
    pub sent: Result<Sent, String>,
    /// As it was written.
    pub raw: String,
}

/// Readings of a JSON message.
///
/// # Errors
/// It is no JSON, holds nothing, or too much.
pub fn json_items(body: &[u8]) -> Result<Vec<Item>, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| format!("不是 JSON：{error}"))?;
    let list = match value {
        Value::Array(list) => list,
        one @ Value::Object(_) => vec![one],
        _ => return Err("应为一条数据的对象或对象的数组".into()),
    };
    bounded(list.len())?;
    Ok(list.into_iter().map(item).collect())
}

fn bounded(count: usize) -> Result<(), String> {
    match count {
        0 => Err("没有数据".into()),
        n if n > MOST => Err(format!("一次 {n} 条，最多 {MOST} 条")),
        _ => Ok(()),
    }
}

fn item(value: Value) -> Item {
    let raw = value.to_string();
    let Value::Object(fields) = value else { return Item { device: String::new(), sent: Err("应为对象".into()), raw } };
    let device = fields.get("device").and_then(Value::as_str).unwrap_or_default().to_owned();
    let sent = (|| {
        let at_ms = match fields.get("ts") {
            Some(Value::String(text)) => moment(text)?,
            Some(Value::Number(number)) => number.as_i64().and_then(millis).ok_or_else(|| format!("ts 为 {number}，应为 Unix 毫秒"))?,
            _ => return Err("缺少 ts".into()),
        };
        let value = match fields.get("value") {
            Some(Value::Number(number)) => number.as_f64().ok_or("value 不是数")?,
            Some(other) => return Err(format!("value 为 {other}，应为数")),
            None => return Err("缺少 value".into()),
        };
        let unit = match fields.get("unit") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => return Err(format!("unit 为 {other}，应为文字")),
        };
        let quality = match fields.get("q") {
            None | Some(Value::Null) => Quality::Ok,
            Some(code) => {
                quality(code.as_u64().and_then(|code| u8::try_from(code).ok())).ok_or_else(|| format!("q 为 {code}，应为 0～5"))?
            }
        };
        let seq = match fields.get("seq") {
            None | Some(Value::Null) => 0,
            Some(seq) => seq.as_u64().ok_or_else(|| format!("seq 为 {seq}，应为非负整数"))?,
        };
        Ok(Sent { at_ms, value, unit, quality, seq })
    })();
    Item { device, sent, raw }
}

fn quality(code: Option<u8>) -> Option<Quality> {
    Quality::read(code?)
}

fn millis(number: i64) -> Option<i64> {
    (number >= EARLIEST_MS).then_some(number)
}

/// RFC 3339, or Unix milliseconds as text.
fn moment(text: &str) -> Result<i64, String> {
    let wrong = || format!("ts 为“{text}”，应为 2026-01-31T08:00:00+08:00 或 Unix 毫秒");
    if let Ok(number) = text.parse::<i64>() {
        return millis(number).ok_or_else(wrong);
    }
    let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| wrong())?;
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).map_err(|_| wrong())
}

/// Readings of a CSV message.
///
/// # Errors
/// No header with `ts` and `value`; nothing in it, or too much.
pub fn csv_items(body: &[u8]) -> Result<Vec<Item>, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(body);
    let header = reader.headers().map_err(|error| format!("不是 CSV：{error}"))?.clone();
    let place = |name: &str| header.iter().position(|column| column.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
    let (Some(ts), Some(value)) = (place("ts"), place("value")) else {
        return Err("表头应有 ts 和 value，可有 device、unit、q、seq".into());
    };
    let (unit, q, seq, device) = (place("unit"), place("q"), place("seq"), place("device"));
    let mut items = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| format!("不是 CSV：{error}"))?;
        if items.len() >= MOST {
            return Err(format!("超过 {MOST} 条"));
        }
        let cell = |place: Option<usize>| place.and_then(|place| row.get(place)).filter(|text| !text.is_empty());
        let sent = (|| {
            let at_ms = moment(cell(Some(ts)).ok_or("缺少 ts")?)?;
            let text = cell(Some(value)).ok_or("缺少 value")?;
            let value = text.parse().map_err(|_| format!("value 为“{text}”，应为数"))?;
            let quality = match cell(q) {
                None => Quality::Ok,
                Some(text) => quality(text.parse().ok()).ok_or_else(|| format!("q 为“{text}”，应为 0～5"))?,
            };
            let seq = match cell(seq) {
                None => 0,
                Some(text) => text.parse().map_err(|_| format!("seq 为“{text}”，应为非负整数"))?,
            };
            Ok(Sent { at_ms, value, unit: cell(unit).map(str::to_owned), quality, seq })
        })();
        let raw = row.iter().collect::<Vec<_>>().join(",");
        items.push(Item { device: cell(device).unwrap_or_default().to_owned(), sent, raw });
    }
    bounded(items.len())?;
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_many_readings_are_read_and_each_fault_is_its_own() {
        let items = json_items(br#"[{"ts":"2026-01-31T08:00:00+08:00","value":1.5,"unit":"mg/m3","q":0,"seq":7},{"ts":5,"value":1},{"ts":1769817600000,"value":"1"}]"#).unwrap();
        let first = items[0].sent.clone().unwrap();
        assert_eq!((first.at_ms, first.value, first.seq, first.quality), (1_769_817_600_000, 1.5, 7, Quality::Ok));
        assert!(items[1].sent.clone().unwrap_err().contains("毫秒"), "seconds are not taken for milliseconds");
        assert!(items[2].sent.clone().unwrap_err().contains("应为数"));
        assert_eq!(json_items(br#"{"ts":1769817600000,"value":2}"#).unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_message_is_refused_as_a_whole() {
        for body in [&b"[]"[..], b"7", b"{", b"\xff"] {
            assert!(json_items(body).is_err());
        }
        assert!(csv_items(b"a,b\n1,2\n").is_err());
        assert!(csv_items(b"ts,value\n").is_err());
    }

    #[test]
    fn csv_has_the_same_fields() {
        let items = csv_items("ts,value,unit,q,seq\n2026-01-31T08:00:00+08:00,82.1,dB(A),1,3\n1769817600000,x,,,\n".as_bytes()).unwrap();
        let first = items[0].sent.clone().unwrap();
        assert_eq!((first.value, first.unit.as_deref(), first.quality, first.seq), (82.1, Some("dB(A)"), Quality::Suspect, 3));
        assert!(items[1].sent.is_err());
    }
}
