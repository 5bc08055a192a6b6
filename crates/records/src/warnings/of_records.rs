//! Signals of single records.

use super::{Signal, number};
use crate::door::Door;
use crate::port::Stored;
use crate::read::display;
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::warning::{Judged, Part, RecordSource, Thresholds};

/// What a record, as it stands, tells its subject; `None` when the rule does not look at it or it has no subject.
pub(super) fn signal(door: &Door, part: &Part<'_>, stored: &Stored, thresholds: &Thresholds, today: &str) -> Option<Signal> {
    let source = part.source;
    let document = stored.document();
    let level = if stored.retracted {
        None
    } else {
        match part.judge(&document, thresholds, today) {
            Judged::Aside => return None,
            Judged::Fine => None,
            Judged::Level(level) => Some(level),
        }
    };
    let signal = about(door, source, stored, &document)?;
    let inputs = thresholds_inputs(source, &document);
    Some(Signal {
        level,
        value: source.value.as_deref().and_then(|path| get_path(&document, path)).and_then(Value::as_f64),
        inputs,
        ..signal
    })
}

/// That a record no longer says anything about the subject which it was about before.
pub(super) fn gone(door: &Door, source: &RecordSource, stored: &Stored) -> Option<Signal> {
    about(door, source, stored, &stored.document())
}

fn about(door: &Door, source: &RecordSource, stored: &Stored, document: &Map<String, Value>) -> Option<Signal> {
    let kind = door.catalogue.kind(&stored.kind)?;
    let values: Vec<String> = source.key.iter().map(|path| get_path(document, path).map(key_text).unwrap_or_default()).collect();
    if values.iter().all(String::is_empty) {
        return None;
    }
    let subject: Vec<String> =
        source.subject.iter().map(|path| display(&door.catalogue, kind, path, document)).filter(|text| !text.is_empty()).collect();
    Some(Signal {
        key: values.join("/"),
        subject: subject.join(" "),
        employer: stored.owner.clone(),
        region: stored.region.clone(),
        source: format!("{}:{}", stored.kind, stored.id),
        on: if stored.event_date.is_empty() { crate::clock::day_of(stored.recorded_from) } else { stored.event_date.clone() },
        level: None,
        value: None,
        evidence: vec![(stored.kind.clone(), stored.id.clone())],
        inputs: String::new(),
    })
}

fn key_text(value: &Value) -> String {
    value.as_str().map_or_else(|| number(value), str::to_owned)
}

fn thresholds_inputs(source: &RecordSource, document: &Map<String, Value>) -> String {
    let value = source.value.as_deref().and_then(|path| Some((path, get_path(document, path)?)));
    value.map(|(path, value)| format!("{path}={}", number(value))).unwrap_or_default()
}
