//! An alarm as its record keeps it.

use crate::register::Device;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zhijian_records::port::Stored;
use zhijian_telemetry::windows::{Deadlines, Episode, Level};

/// What an episode says, as the fields of its record.
pub(super) fn fields(device: &Device, episode: &Episode) -> Map<String, Value> {
    let level = episode.highest().unwrap_or(Level::Notice);
    let deadlines = Deadlines::default();
    let wait = match level {
        Level::Notice => deadlines.notice_ms,
        Level::Alarm => deadlines.alarm_ms,
        Level::High => deadlines.high_ms,
    };
    let (point, basis) = match &device.points {
        Ok(points) => (points.rule.points.at(level), points.basis.as_str()),
        Err(_) => (None, ""),
    };
    let peak = (episode.peak * 1e6).round() / 1e6;
    // Evidence: the value is what the device could tell, not what there was.
    let note = if episode.at_least { format!("超测量上限，实际值不低于 {peak} {}", device.unit) } else { String::new() };
    let named = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    let document = json!({
        "device_no": device.no,
        "employer_name": named(device.text("employer_name")),
        "uscc": named(device.text("uscc")),
        "workshop": named(device.text("workshop")),
        "post": named(device.text("post")),
        "hazard": device.hazard,
        "level": level.code(),
        "level_now": episode.level().map(Level::code),
        "started_on": day(episode.since_ms),
        "started_at": moment(episode.since_ms),
        "raised_at": moment(episode.raised_ms()),
        "ended_at": episode.ended_ms().map(moment),
        "peak": peak,
        "peak_note": named(&note),
        "set_point": point,
        "unit": device.unit,
        "basis_note": named(basis),
        "ack_due_at": moment(episode.raised_ms() + wait),
    });
    match document {
        Value::Object(map) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

/// A text of its document; empty when there is none.
pub(super) fn text(stored: &Stored, name: &str) -> String {
    stored.document().get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// When it ended; `None` while it lasts.
pub(super) fn ended_at(stored: &Stored) -> Option<String> {
    Some(text(stored, "ended_at")).filter(|text| !text.is_empty())
}

/// When it began, Unix milliseconds.
pub(super) fn started_ms(stored: &Stored) -> i64 {
    OffsetDateTime::parse(&text(stored, "started_at"), &Rfc3339).map_or(i64::MIN, |at| at.unix_timestamp() * 1000)
}

/// The day of a moment in China.
pub(super) fn day(at_ms: i64) -> String {
    zhijian_records::clock::day_of(at_ms * 1000)
}

/// As records keep moments: whole seconds of China time, which sort as texts.
pub(super) fn moment(at_ms: i64) -> String {
    zhijian_records::clock::shown(at_ms.div_euclid(1000) * 1_000_000)
}
