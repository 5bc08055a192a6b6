//! A shift as its record keeps it.

use super::figure::Figure;
use super::peaks::Peaks;
use crate::register::Device;
use serde_json::{Map, Value, json};

/// Fields that may change when readings come late; the others name the shift.
pub(super) const CHANGING: [&str; 20] = [
    "value",
    "mean",
    "limit",
    "limit_kind",
    "edition",
    "over",
    "short_max",
    "short_at",
    "short_limit",
    "short_limit_kind",
    "short_over",
    "peaks",
    "peak_ratio",
    "peak_rules",
    "over_range",
    "present",
    "required_slots",
    "availability",
    "valid",
    "why",
];

/// What a figure says, as the fields of its record.
pub(super) fn fields(device: &Device, figure: &Figure) -> Map<String, Value> {
    let named = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    let moment = |ms: i64| zhijian_records::clock::shown(ms.div_euclid(1000) * 1_000_000);
    let span = figure.shift.span;
    let short = figure.short;
    let document = json!({
        "device_no": device.no,
        "employer_name": named(device.text("employer_name")),
        "uscc": named(device.text("uscc")),
        "workshop": named(device.text("workshop")),
        "post": named(device.text("post")),
        "hazard": device.hazard,
        "worked_on": zhijian_records::clock::day_of(span.start_ms * 1000),
        "began_at": moment(span.start_ms),
        "ended_at": moment(span.end_ms),
        "measure": figure.measure.code(),
        "value": figure.value.map(rounded),
        "unit": device.unit,
        "mean": figure.window.mean.map(rounded),
        "limit": figure.limit.map(|limit| limit.value),
        "limit_kind": figure.limit.map(|limit| limit.kind.word()),
        "edition": figure.limit.map(|limit| limit.edition),
        "over": figure.over(),
        "short_max": short.map(|short| rounded(short.highest.mean)),
        "short_at": short.map(|short| moment(short.highest.start_ms)),
        "short_limit": short.and_then(|short| short.limit).map(|limit| limit.value),
        "short_limit_kind": short.and_then(|short| short.limit).map(|limit| limit.kind.word()),
        "short_over": short.and_then(|short| short.over()),
        "peaks": figure.peaks.as_ref().map(|peaks| peaks.found.excursions),
        "peak_ratio": figure.peaks.as_ref().map(|peaks| rounded(peaks.found.max_ratio)),
        "peak_rules": named(&figure.peaks.as_ref().map(Peaks::words).unwrap_or_default()),
        "over_range": Some(figure.over_range).filter(|count| *count > 0),
        "present": figure.window.present,
        "required_slots": figure.window.required,
        "availability": (figure.window.availability() * 1000.0).round() / 10.0,
        "valid": figure.window.valid,
        "why": named(&figure.why),
    });
    match document {
        Value::Object(map) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

/// As many digits as the finest limits need; fewer than arithmetic leaves.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
