//! A shot in the language of each way in.

use super::Devices;
use super::link::{Way, Who};
use super::script::{Fault, Shot};
use anyhow::Result;
use serde_json::{Value, json};
use zhijian_telemetry::hj212::{encode, write_segment};

/// The bytes of a message; `number` counts them on a connection. For HTTP it is an item of a batch.
pub(super) fn message(who: &Who, play: &Devices, shot: &Shot, number: u64) -> Result<Vec<u8>> {
    match who.way {
        Way::Hj212 => frame(who, &play.channel, shot),
        Way::Mqtt => publish(&who.number, number, &item(play, shot).to_string()),
        Way::Http => Ok(item(play, shot).to_string().into_bytes()),
    }
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn item(play: &Devices, shot: &Shot) -> Value {
    let value = if shot.wrong == Some(Fault::Malformed) { json!("--") } else { json!(rounded(shot.value)) };
    let mut item = json!({"ts": shot.at.unix_timestamp() * 1000, "value": value, "q": if shot.faulty { 3 } else { 0 }});
    let unit = match (shot.wrong, &play.unit) {
        (Some(Fault::Unit), Some(unit)) if unit == "ppm" => Some("mg/m3"),
        (Some(Fault::Unit), _) => Some("ppm"),
        (_, unit) => unit.as_deref(),
    };
    if let (Some(unit), Some(fields)) = (unit, item.as_object_mut()) {
        fields.insert("unit".into(), unit.into());
    }
    item
}

fn frame(who: &Who, channel: &str, shot: &Shot) -> Result<Vec<u8>> {
    let (date, clock) = (shot.at.date(), shot.at.time());
    let stamp = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    );
    let qn = format!("{stamp}000");
    let (rtd, mark) = (format!("{channel}-Rtd"), format!("{channel}-Flag"));
    // A frame that is whole and says nothing of use: one with a wrong check sum would not be answered.
    let value = if shot.wrong == Some(Fault::Malformed) { "--".to_owned() } else { format!("{:.2}", shot.value) };
    let header = [("QN", qn.as_str()), ("ST", "22"), ("CN", "2011"), ("PW", &who.secret), ("MN", &who.number), ("Flag", "5")];
    let flag = if shot.faulty { "D" } else { "N" };
    let segment = write_segment(&header, &[("DataTime", &stamp), (&rtd, &value), (&mark, flag)])?;
    Ok(encode(segment.as_bytes())?)
}

fn publish(device: &str, number: u64, payload: &str) -> Result<Vec<u8>> {
    let topic = format!("zhijian/{device}/readings");
    let mut body = u16::try_from(topic.len())?.to_be_bytes().to_vec();
    body.extend(topic.as_bytes());
    body.extend(u16::try_from(number % 65_535 + 1)?.to_be_bytes());
    body.extend(payload.as_bytes());
    packet(0x32, &body)
}

/// CONNECT of MQTT 3.1.1.
pub(super) fn greeting(who: &Who) -> Result<Vec<u8>> {
    let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, 0xc2, 0, 120];
    for text in [&who.number, &who.number, &who.secret] {
        body.extend(u16::try_from(text.len())?.to_be_bytes());
        body.extend(text.as_bytes());
    }
    packet(0x10, &body)
}

fn packet(kind: u8, body: &[u8]) -> Result<Vec<u8>> {
    let (mut bytes, mut length) = (vec![kind], body.len());
    while length > 127 {
        bytes.push(u8::try_from(length % 128)? | 128);
        length /= 128;
    }
    bytes.push(u8::try_from(length)?);
    bytes.extend(body);
    Ok(bytes)
}
