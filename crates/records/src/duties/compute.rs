//! A record and the rules give its open duties. Pure: what else must be known ([`Known`]) is asked for before.

use super::port::DutyRow;
use crate::clock::day_of;
use crate::port::Stored;
use serde_json::{Map, Value};
use zhijian_kinds::due::{Deadlines, Duty, STATE_DAY};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::kind::Kind;
use zhijian_kinds::{Catalogue, dates};

/// What a duty asks for besides the record.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Event date of the newest record that it counts from.
    pub since: Option<String>,
    /// Event date of the newest record that could settle it.
    pub met: Option<String>,
    /// Revisions of the record, oldest first; empty unless the duty looks at states.
    pub history: Vec<Stored>,
}

/// The duty's row for the record, `None` when it has none or it is settled.
pub(super) fn row(
    catalogue: &Catalogue,
    kind: &Kind,
    duty: &Duty,
    stored: &Stored,
    data: &Map<String, Value>,
    known: &Known,
) -> Option<DutyRow> {
    let own = if duty.from == STATE_DAY {
        state_day(stored, &known.history)
    } else {
        get_path(data, &duty.from).and_then(Value::as_str).map(str::to_owned)
    };
    let since = known.since.clone().or(own)?;
    if known.met.as_ref().is_some_and(|day| *day >= since) {
        return None;
    }
    let deadlines: &Deadlines = &catalogue.deadlines;
    let rule = deadlines.rule(&duty.rule, duty.part, &since)?;
    let due = deadlines.due(rule, &since, days_paused(duty, &known.history))?;
    Some(DutyRow {
        duty: duty.duty.clone(),
        kind: kind.kind.clone(),
        id: stored.id.clone(),
        region: stored.region.clone(),
        town: stored.town.clone(),
        owner: stored.owner.clone(),
        data: asked_for(kind, data),
        escalate_on: dates::add_days(&due.on, duty.escalate_after + 1)?,
        since,
        due_on: due.on,
        warn_on: due.warn_on,
        paused: duty.paused_in.contains(&stored.state),
        doubtful: due.doubtful,
    })
}

/// Does the duty look at the record's history?
pub(super) fn needs_history(duty: &Duty) -> bool {
    duty.from == STATE_DAY || !duty.paused_in.is_empty()
}

/// The day on which the record entered its present state.
fn state_day(stored: &Stored, history: &[Stored]) -> Option<String> {
    let entered = history.iter().rev().take_while(|r| r.state == stored.state).last().map_or(stored.recorded_from, |r| r.recorded_from);
    Some(day_of(entered))
}

/// Whole days that the record has spent in states in which the clock stands still, up to its newest revision. Days of a pause that
/// goes on do not count yet: the row says that it stands still.
fn days_paused(duty: &Duty, history: &[Stored]) -> i64 {
    const DAY: i64 = 86_400_000_000;
    let still = history.windows(2).filter(|pair| duty.paused_in.contains(&pair[0].state));
    still.map(|pair| pair[1].recorded_from - pair[0].recorded_from).sum::<i64>() / DAY
}

/// The fields by which access rules ask whose a record is, as a small document of the same shape.
fn asked_for(kind: &Kind, data: &Map<String, Value>) -> String {
    let mut small = Map::new();
    for path in kind.rights.asked_fields() {
        if let Some(value) = get_path(data, &path) {
            zhijian_kinds::intake::set_path(&mut small, &path, value.clone());
        }
    }
    Value::Object(small).to_string()
}
