//! Holds the episodes of the watches against the `alarm` records, and tells the county when nobody acknowledges.

use super::Watching;
use crate::hub::{Hub, Live};
use crate::register::Device;
use serde_json::{Map, Value, json};
use std::time::Duration;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use tokio::sync::broadcast::error::RecvError;
use zhijian_kinds::intake::Draft;
use zhijian_records::port::{Filter, Op, Query, Stored};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError, prepare};
use zhijian_telemetry::windows::{Deadlines, Episode, Level, Readings};

const KIND: &str = "alarm";
/// Only one process writes alarms.
const LEASE: &str = "alarms";
/// How often time is told to the watches.
const TICK: Duration = Duration::from_secs(1);
/// A growing peak alone is written this often at most, milliseconds: each writing is a revision.
const PEAK_MS: i64 = 10 * 60_000;

/// Writes alarms.
#[derive(Debug)]
pub struct Clerk {
    hub: Hub,
    watching: Watching,
    peaks: std::collections::HashMap<String, i64>,
}

/// Watches readings and writes alarms until the task is ended. Waits while another process does it.
pub async fn tend(hub: Hub) {
    let store = std::sync::Arc::clone(&hub.register.door().store);
    let _lease = loop {
        match store.lease(LEASE).await {
            Ok(Some(lease)) => break lease,
            Ok(None) => {}
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot take the lease of the alarms"),
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    };
    let mut live = hub.watch();
    let mut clerk = Clerk::new(hub);
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            received = live.recv() => match received {
                Ok(Live(arrival)) => clerk.watching.add(&arrival),
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "the watches fell behind: built again from the stored readings");
                    clerk.watching.forget_all();
                }
                Err(RecvError::Closed) => return,
            },
            _ = tick.tick() => {
                if let Err(error) = clerk.round().await {
                    tracing::error!(error = &error as &dyn std::error::Error, "cannot bring the alarms up to the readings");
                }
            }
        }
    }
}

impl Clerk {
    /// A clerk whose watches know nothing yet.
    #[must_use]
    pub fn new(hub: Hub) -> Self {
        Self { hub, watching: Watching::default(), peaks: std::collections::HashMap::new() }
    }

    /// The watches.
    pub fn watching(&mut self) -> &mut Watching {
        &mut self.watching
    }

    /// One round: watches up to register and clock, records up to watches, the county told of what nobody acknowledged.
    ///
    /// # Errors
    /// The store or the door failed; what is not done is done in the next round.
    pub async fn round(&mut self) -> Result<(), DoorError> {
        let now_ms = self.hub.register.door().now().div_euclid(1000);
        let (register, store) = (std::sync::Arc::clone(&self.hub.register), std::sync::Arc::clone(&self.hub.store));
        self.watching.follow(&register, &*store, now_ms).await.map_err(Door::store_error("readings"))?;
        self.watching.advance(now_ms);
        for number in self.watching.take_touched() {
            let Some(device) = register.device(&number) else { continue };
            if let Err(error) = self.reconcile(&device, now_ms).await {
                self.watching.touch(&number);
                return Err(error);
            }
        }
        self.escalate(now_ms).await
    }

    /// Makes the records of a device say what its episodes say.
    async fn reconcile(&mut self, device: &Device, now_ms: i64) -> Result<(), DoorError> {
        let door = self.hub.register.door().clone();
        let since = day(now_ms - Readings::HORIZON_MS);
        let filters = vec![Filter::field("device_no", Op::Eq, &device.no), Filter::field("started_on", Op::Gte, &since)];
        let mut known = door.store.query(&Query::everything(KIND, filters)).await.map_err(Door::store_error(KIND))?.rows;
        let episodes = self.watching.episodes(&device.series()).to_vec();
        for episode in &episodes {
            let started = moment(episode.since_ms);
            let place = known.iter().position(|stored| text(stored, "started_at") == started);
            match place.map(|place| known.swap_remove(place)) {
                Some(stored) => self.change(&door, device, &stored, episode, now_ms).await?,
                None => raise(&door, device, episode).await?,
            }
        }
        // What is left has no episode: readings that came later show that it was none. Those that can no longer change are left alone.
        let oldest = now_ms - Readings::HORIZON_MS + 60_000;
        for stored in known.iter().filter(|stored| ended_at(stored).is_none() && started_ms(stored) > oldest) {
            let entry = Entry { source: "system", reason: "后到的数据表明没有这次报警", idempotency: None };
            door.retract(&caller(&stored.region), KIND, &stored.id, stored.rev, entry).await?;
        }
        Ok(())
    }

    async fn change(&mut self, door: &Door, device: &Device, stored: &Stored, episode: &Episode, now_ms: i64) -> Result<(), DoorError> {
        let document = stored.document();
        let wanted = fields(device, episode);
        let differs = |name: &str| document.get(name).unwrap_or(&Value::Null) != wanted.get(name).unwrap_or(&Value::Null);
        let weighty = ["level", "level_now", "ended_at", "raised_at"].into_iter().any(differs);
        let written = self.peaks.get(&stored.id).copied().unwrap_or(i64::MIN);
        if !(weighty || (differs("peak") && now_ms.saturating_sub(written) >= PEAK_MS)) {
            return Ok(());
        }
        let kind = door.kind(KIND)?;
        let mut draft = Map::new();
        for name in ["level", "level_now", "raised_at", "ended_at", "peak", "set_point", "ack_due_at"] {
            draft.insert(name.into(), wanted.get(name).cloned().unwrap_or(Value::Null));
        }
        let mut seen = stored.rev;
        // The same alarm lasts after all: it cannot stay removed.
        if episode.ended_ms().is_none() && stored.state == "removed" {
            let entry = Entry { source: "system", reason: "监测值又达到设定值", idempotency: None };
            let given = Draft::from_json(&kind, &Map::new());
            seen = door.advance(&caller(&stored.region), KIND, &stored.id, seen, "return", &given, entry).await?.rev;
        }
        if stored.state == "closed" && episode.ended_ms().is_none() {
            return Ok(());
        }
        let entry = Entry { source: "system", reason: "监测数据变化", idempotency: None };
        match door.amend(&caller(&stored.region), KIND, &stored.id, seen, &Draft::from_json(&kind, &draft), entry).await {
            Ok(_) => {
                self.peaks.insert(stored.id.clone(), now_ms);
                Ok(())
            }
            // Somebody works on it at the same time: the next round sees what they did.
            Err(DoorError::Stale { .. }) => {
                self.watching.touch(&device.no);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Tells the county of alarms that nobody acknowledged in time: once each.
    async fn escalate(&mut self, now_ms: i64) -> Result<(), DoorError> {
        let door = self.hub.register.door().clone();
        let filters = vec![
            Filter::system("state", Op::In, "raised,pushed"),
            Filter::field("ack_due_at", Op::Lte, &moment(now_ms)),
            Filter::field("escalated_at", Op::Empty, ""),
        ];
        let late = door.store.query(&Query::everything(KIND, filters)).await.map_err(Door::store_error(KIND))?.rows;
        let kind = door.kind(KIND)?;
        for stored in late.iter().filter(|stored| !text(stored, "ack_due_at").is_empty()) {
            let given = Map::from_iter([("escalated_at".to_owned(), Value::from(moment(now_ms)))]);
            let entry = Entry { source: "system", reason: "逾期未确认，上报区县", idempotency: None };
            match door.amend(&caller(&stored.region), KIND, &stored.id, stored.rev, &Draft::from_json(&kind, &given), entry).await {
                Ok(_) | Err(DoorError::Stale { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Writes a new alarm. There already, however it came there: left as it is, the next round compares.
async fn raise(door: &Door, device: &Device, episode: &Episode) -> Result<(), DoorError> {
    let kind = door.kind(KIND)?;
    let document = fields(device, episode);
    let keys = prepare::natural_keys(&kind, &door.vault, &document, &device.region);
    if !door.store.find_by_keys(KIND, &keys).await.map_err(Door::store_error(KIND))?.is_empty() {
        return Ok(());
    }
    let entry = Entry { source: "system", reason: "监测值达到设定值", idempotency: None };
    match door.submit(&caller(&device.region), KIND, &Draft::from_json(&kind, &document), entry).await {
        Ok(saved) => {
            // It is on the employer's pages and in the queue of its notices from here on.
            let entry = Entry { source: "system", reason: "推送至用人单位", idempotency: None };
            let given = Draft::from_json(&kind, &Map::new());
            match door.advance(&caller(&device.region), KIND, &saved.id, saved.rev, "push", &given, entry).await {
                Ok(_) | Err(DoorError::Stale { .. } | DoorError::BadRequest(_)) => Ok(()),
                Err(error) => Err(error),
            }
        }
        Err(DoorError::Exists { .. }) => Ok(()),
        Err(DoorError::Invalid(problems)) => {
            let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
            tracing::error!(device = device.no, ?fields, "an alarm could not be filed");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// What an episode says, as the fields of its record.
fn fields(device: &Device, episode: &Episode) -> Map<String, Value> {
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
        "peak": (episode.peak * 1e6).round() / 1e6,
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

fn caller(region: &str) -> Caller {
    Caller { region: region.to_owned(), ..Caller::system("alarms") }
}

fn text(stored: &Stored, name: &str) -> String {
    stored.document().get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn ended_at(stored: &Stored) -> Option<String> {
    Some(text(stored, "ended_at")).filter(|text| !text.is_empty())
}

fn started_ms(stored: &Stored) -> i64 {
    OffsetDateTime::parse(&text(stored, "started_at"), &Rfc3339).map_or(i64::MIN, |at| at.unix_timestamp() * 1000)
}

fn beijing(at_ms: i64) -> OffsetDateTime {
    let offset = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH).to_offset(offset)
}

fn day(at_ms: i64) -> String {
    zhijian_kinds::dates::iso(beijing(at_ms).date())
}

/// As records keep moments: whole seconds of China time, which sort as texts.
fn moment(at_ms: i64) -> String {
    zhijian_records::clock::shown(at_ms.div_euclid(1000) * 1_000_000)
}
