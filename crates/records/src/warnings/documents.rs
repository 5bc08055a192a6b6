//! Episodes as fields of a record, and back.

use super::machine::{Change, Episode, Observation, Standing};
use super::{Signal, text};
use crate::port::Stored;
use serde_json::{Map, Value, json};
use zhijian_kinds::dates::add_days;
use zhijian_kinds::warning::{Level, Thresholds, Warning};

/// Most evidence records of a warning.
pub const EVIDENCE: usize = 50;
/// Most observations kept; the oldest go first.
const OBSERVATIONS: usize = 100;
/// Most entries of its course.
const CHANGES: usize = 200;
/// Final state.
pub const CLOSED: &str = "closed";

/// The episode that a record holds.
pub fn episode(stored: &Stored) -> Episode {
    let document = stored.document();
    let level = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).and_then(Level::of_code);
    let word = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows = |name: &str| document.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let whole = Value::Object(document.clone());
    let now = level(&whole, "level").unwrap_or(Level::Blue);
    let closed = (stored.state == CLOSED).then(|| {
        let day = text(&document, "closed_on");
        if day.is_empty() { crate::clock::day_of(stored.recorded_from) } else { day }
    });
    Episode {
        number: document.get("episode").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
        closed_on: closed,
        level: now,
        peak: level(&whole, "peak").unwrap_or(now),
        standing: Standing::of_word(&text(&document, "signal")),
        observations: rows("observations")
            .iter()
            .map(|row| Observation {
                source: word(row, "observed_source"),
                on: word(row, "observed_on"),
                level: level(row, "observed_level"),
                value: row.get("observed_value").and_then(Value::as_f64),
                late: row.get("observed_late").and_then(Value::as_bool).unwrap_or(false),
            })
            .collect(),
        changes: rows("changes")
            .iter()
            .map(|row| Change {
                on: word(row, "change_on"),
                what: known(&word(row, "change")),
                level: level(row, "change_level"),
                value: row.get("change_value").and_then(Value::as_f64),
            })
            .collect(),
    }
}

/// Words of a warning's course and how pages say them.
pub const CHANGE_WORDS: [(&str, &str); 7] = [
    ("opened", "触发"),
    ("raised", "升级"),
    ("lowered", "降级"),
    ("cleared", "信号消除"),
    ("returned", "信号再现"),
    ("held", "静默期内再现"),
    ("late", "迟到的记录"),
];

fn known(word: &str) -> &'static str {
    CHANGE_WORDS.iter().find(|(code, _)| *code == word).map_or("late", |(code, _)| code)
}

/// The fields that signals change.
pub fn fields(
    rule: &Warning,
    thresholds: &Thresholds,
    episode: &Episode,
    signal: &Signal,
    old: Option<&Stored>,
    today: &str,
) -> Map<String, Value> {
    let observation = |o: &Observation| json!({"observed_source": o.source, "observed_on": o.on, "observed_level": o.level.map(Level::code), "observed_value": o.value, "observed_late": o.late});
    let change =
        |c: &Change| json!({"change_on": c.on, "change": c.what, "change_level": c.level.map(Level::code), "change_value": c.value});
    let skip = |len: usize, most: usize| len.saturating_sub(most);
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| _ = fields.insert(name.to_owned(), value);
    set("level", json!(episode.level.code()));
    set("peak", json!(episode.peak.code()));
    set("signal", json!(episode.standing.word()));
    set("seen_on", json!(today));
    let o = &episode.observations;
    set("observations", o.iter().skip(skip(o.len(), OBSERVATIONS)).map(observation).collect());
    let c = &episode.changes;
    set("changes", c.iter().skip(skip(c.len(), CHANGES)).map(change).collect());
    if signal.level.is_some() {
        if let Some(value) = signal.value {
            set("value", json!(value));
        }
        set("inputs", json!(signal.inputs.chars().take(2000).collect::<String>()));
        set("thresholds", json!(thresholds.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")));
        set("edition", json!(rule.edition));
        set("evidence", evidence(signal, old));
    }
    if episode.closed_on.is_none() {
        let due = rule.party(episode.level).and_then(|party| add_days(today, i64::from(party.days)));
        let before = old.map(|o| text(&o.document(), "due_on")).filter(|day| !day.is_empty());
        // A graver level leaves less time, a lower one does not give it back.
        if let Some(due) = due.into_iter().chain(before).min() {
            set("due_on", json!(due));
        }
    }
    fields
}

/// What shows it now, then what showed it before.
fn evidence(signal: &Signal, old: Option<&Stored>) -> Value {
    let before = old.map(|o| o.document()).and_then(|d| d.get("evidence").and_then(Value::as_array).cloned()).unwrap_or_default();
    let mut all: Vec<Value> = signal.evidence.iter().map(|(kind, id)| json!({"evidence_kind": kind, "evidence_id": id})).collect();
    for row in before {
        if !all.contains(&row) {
            all.push(row);
        }
    }
    all.truncate(EVIDENCE);
    Value::Array(all)
}
