//! Holds the episodes of the watches against the `alarm` records, and tells the county when nobody acknowledges.

use super::Watching;
use super::record::{day, ended_at, fields, moment, started_ms, text};
use crate::hub::{Hub, Live};
use crate::register::Device;
use serde_json::{Map, Value};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use zhijian_kinds::intake::Draft;
use zhijian_records::port::{Filter, Op, Query, Stored};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError, prepare};
use zhijian_telemetry::windows::{Episode, Readings};

const KIND: &str = "alarm";
/// Only one process writes alarms.
const LEASE: &str = "alarms";
/// How often time is told to the watches.
const TICK: Duration = Duration::from_secs(1);
/// A growing peak alone is written this often at most, milliseconds: each writing is a revision.
const PEAK_MS: i64 = 10 * 60_000;
/// A clock that goes back by more than this was put back, milliseconds; less is what time servers do.
const BACK_MS: i64 = 2_000;
/// How often alarms that nobody acknowledged are looked for, milliseconds: little beside the half hour that people have.
const ESCALATE_MS: i64 = 10_000;

/// Writes alarms.
#[derive(Debug)]
pub struct Clerk {
    hub: Hub,
    watching: Watching,
    peaks: std::collections::HashMap<String, i64>,
    /// When those that nobody acknowledged were looked for last.
    escalated_ms: i64,
    /// What the clock said in the last round.
    clock_ms: i64,
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
        Self { hub, watching: Watching::default(), peaks: std::collections::HashMap::new(), escalated_ms: i64::MIN, clock_ms: i64::MIN }
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
        if now_ms < self.clock_ms.saturating_sub(BACK_MS) {
            // What was judged in a future that is none would make the watches blind until it comes.
            tracing::warn!(from = self.clock_ms, to = now_ms, "the clock was put back: alarms are judged again from the stored readings");
            self.watching.forget_all();
            self.peaks.clear();
            self.escalated_ms = i64::MIN;
        }
        self.clock_ms = now_ms;
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
        let mut known = records(&door, &device.no, Filter::field("started_on", Op::Gte, &since)).await?;
        // An alarm may last longer than readings are judged again.
        for lasting in records(&door, &device.no, Filter::field("ended_at", Op::Empty, "")).await? {
            if known.iter().all(|stored| stored.id != lasting.id) {
                known.push(lasting);
            }
        }
        let series = device.series();
        let begin = self.watching.oldest(&series).unwrap_or(i64::MAX);
        for episode in self.watching.episodes(&series).to_vec() {
            let started = moment(episode.since_ms);
            let same = |stored: &Stored| text(stored, "started_at") == started;
            // What stands since the first reading that is known began before it: the alarm that was open then.
            let older = |stored: &Stored| episode.since_ms <= begin && ended_at(stored).is_none() && started_ms(stored) < begin;
            let place = known.iter().position(same).or_else(|| known.iter().position(older));
            match place.map(|place| known.swap_remove(place)) {
                Some(stored) => self.change(&door, device, &stored, &episode, now_ms).await?,
                None => raise(&door, device, &episode).await?,
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
        let mut wanted = fields(device, episode);
        if text(stored, "started_at") != moment(episode.since_ms) {
            // What it was before the readings that are known stays.
            let told = |name: &str| document.get(name).cloned().unwrap_or(Value::Null);
            if wanted.get("peak_note").is_none() {
                wanted.insert("peak_note".into(), told("peak_note"));
            }
            for name in ["level", "raised_at", "peak", "set_point", "ack_due_at"] {
                let before = told(name);
                let higher = name == "peak" && before.as_f64() < wanted.get(name).and_then(Value::as_f64);
                if !higher
                    && (name != "level"
                        || text(stored, "level").as_str() >= wanted.get("level").and_then(Value::as_str).unwrap_or_default())
                {
                    wanted.insert(name.into(), before);
                }
            }
        }
        let differs = |name: &str| document.get(name).unwrap_or(&Value::Null) != wanted.get(name).unwrap_or(&Value::Null);
        let weighty = ["level", "level_now", "ended_at", "raised_at", "peak_note"].into_iter().any(differs);
        let written = self.peaks.get(&stored.id).copied().unwrap_or(i64::MIN);
        if !(weighty || (differs("peak") && now_ms.saturating_sub(written) >= PEAK_MS)) {
            return Ok(());
        }
        let kind = door.kind(KIND)?;
        let mut draft = Map::new();
        for name in ["level", "level_now", "raised_at", "ended_at", "peak", "peak_note", "set_point", "ack_due_at"] {
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
        if now_ms.saturating_sub(self.escalated_ms) < ESCALATE_MS {
            return Ok(());
        }
        let door = self.hub.register.door().clone();
        let filters = vec![
            Filter::system("state", Op::In, "raised,pushed"),
            Filter::field("ack_due_at", Op::Lte, &moment(now_ms)),
            Filter::field("escalated_at", Op::Empty, ""),
        ];
        let late = door.store.all(Query::everything(KIND, filters)).await.map_err(Door::store_error(KIND))?;
        let kind = door.kind(KIND)?;
        for stored in late.iter().filter(|stored| !text(stored, "ack_due_at").is_empty()) {
            let given = Map::from_iter([("escalated_at".to_owned(), Value::from(moment(now_ms)))]);
            let entry = Entry { source: "system", reason: "逾期未确认，上报区县", idempotency: None };
            match door.amend(&caller(&stored.region), KIND, &stored.id, stored.rev, &Draft::from_json(&kind, &given), entry).await {
                Ok(_) | Err(DoorError::Stale { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.escalated_ms = now_ms;
        Ok(())
    }
}

/// The alarms of a device that a filter leaves.
async fn records(door: &Door, device: &str, filter: Filter) -> Result<Vec<Stored>, DoorError> {
    let query = Query::everything(KIND, vec![Filter::field("device_no", Op::Eq, device), filter]);
    door.store.all(query).await.map_err(Door::store_error(KIND))
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

fn caller(region: &str) -> Caller {
    Caller { region: region.to_owned(), ..Caller::system("alarms") }
}
