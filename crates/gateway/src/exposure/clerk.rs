//! Keeps the figures of ended shifts as `online_shift` records: one a device and shift, amended when readings come late, never written twice.

use super::figure::Figure;
use super::limits::Limits;
use super::plan::{Shift, shifts};
use super::record::{CHANGING, fields};
use super::{CHINA, grid, readings};
use crate::hub::{Hub, Live};
use crate::register::Device;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use time::{Date, OffsetDateTime};
use tokio::sync::broadcast::error::RecvError;
use zhijian_kinds::intake::Draft;
use zhijian_records::port::{Filter, Op, Query};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError};
use zhijian_telemetry::readings::Arrival;
use zhijian_telemetry::windows::Readings;

const KIND: &str = "online_shift";
/// Only one process writes shifts.
const LEASE: &str = "online shifts";
/// How often shifts that have ended are looked at.
const TICK: Duration = Duration::from_secs(20);
/// How long after its end a shift is reckoned: time for what is under way.
const GRACE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// Shifts whose readings are not in their records yet.
#[derive(Debug)]
pub struct Clerk {
    hub: Hub,
    /// By device and beginning.
    waiting: BTreeMap<(String, i64), Shift>,
}

/// Watches readings and writes ended shifts until the task is ended. Waits while another process does it.
pub async fn tend(hub: Hub) {
    let store = Arc::clone(&hub.register.door().store);
    let _lease = loop {
        match store.lease(LEASE).await {
            Ok(Some(lease)) => break lease,
            Ok(None) => {}
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot take the lease of the shifts"),
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    };
    let mut live = hub.watch();
    let mut clerk = Clerk::new(hub);
    clerk.look_back();
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            received = live.recv() => match received {
                Ok(Live(arrival)) => clerk.note(&arrival),
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "shifts fell behind: those of three days are reckoned again");
                    clerk.look_back();
                }
                Err(RecvError::Closed) => return,
            },
            _ = tick.tick() => {
                if let Err(error) = clerk.round().await {
                    tracing::error!(error = &error as &dyn std::error::Error, "cannot keep the figures of shifts");
                }
            }
        }
    }
}

impl Clerk {
    /// A clerk who waits for nothing yet.
    #[must_use]
    pub fn new(hub: Hub) -> Self {
        Self { hub, waiting: BTreeMap::new() }
    }

    /// All shifts whose readings may have come while nobody watched: those that a reading of the last 72 hours may lie in.
    pub fn look_back(&mut self) {
        let now_ms = self.now_ms();
        for device in self.hub.register.devices() {
            let mut at = now_ms - Readings::HORIZON_MS - DAY_MS;
            while at <= now_ms {
                self.wait(&device, at, None);
                at += DAY_MS;
            }
        }
    }

    /// A reading has come: the shifts that it lies in are to be reckoned.
    pub fn note(&mut self, arrival: &Arrival) {
        let Some(device) = self.hub.register.device(&arrival.series.device) else { return };
        if device.series() != arrival.series {
            return;
        }
        let at_ms = arrival.reading.at_ms;
        // A shift of yesterday may reach over midnight.
        for day in [at_ms - DAY_MS, at_ms] {
            self.wait(&device, day, Some(at_ms));
        }
    }

    fn wait(&mut self, device: &Device, day_ms: i64, holds: Option<i64>) {
        let Some(on) = date(day_ms) else { return };
        for shift in shifts(device, on) {
            if holds.is_none_or(|at| (shift.span.start_ms..shift.span.end_ms).contains(&at)) {
                self.waiting.insert((device.no.clone(), shift.span.start_ms), shift);
            }
        }
    }

    /// Reckons what waits and has ended; what is still going on waits further.
    ///
    /// # Errors
    /// The store or the door failed; what is not done is done in the next round.
    pub async fn round(&mut self) -> Result<(), DoorError> {
        let ended = self.now_ms() - GRACE_MS;
        let due: Vec<(String, i64)> =
            self.waiting.iter().filter(|(_, shift)| shift.span.end_ms <= ended).map(|(key, _)| key.clone()).collect();
        for key in due {
            let Some(shift) = self.waiting.get(&key).cloned() else { continue };
            if let Some(device) = self.hub.register.device(&key.0)
                && !self.keep(&device, shift).await?
            {
                continue;
            }
            self.waiting.remove(&key);
        }
        Ok(())
    }

    /// Makes the record of a shift say what its readings say; `false` when somebody else was quicker and it is to be tried again.
    async fn keep(&self, device: &Device, shift: Shift) -> Result<bool, DoorError> {
        let door = self.hub.register.door();
        let readings = readings(&*self.hub.store, device, shift.span).await.map_err(Door::store_error("readings"))?;
        if readings.is_empty() {
            return Ok(true);
        }
        let on = date(shift.span.start_ms).ok_or_else(|| DoorError::BadRequest("班次日期无效".into()))?;
        let limits = Limits::of(&door.catalogue, device, on);
        let wanted = fields(device, &Figure::of(device, &readings, &grid(device), shift, &limits));
        let kind = door.kind(KIND)?;
        let began = wanted.get("began_at").and_then(Value::as_str).unwrap_or_default();
        let filters = vec![Filter::field("device_no", Op::Eq, &device.no), Filter::field("began_at", Op::Eq, began)];
        let known = door.store.query(&Query::everything(KIND, filters)).await.map_err(Door::store_error(KIND))?;
        let by = Caller { region: device.region.clone(), ..Caller::system("online shifts") };
        let Some(stored) = known.rows.first() else {
            let entry = Entry { source: "system", reason: "班次结束", idempotency: None };
            return match door.submit(&by, KIND, &Draft::from_json(&kind, &wanted), entry).await {
                Ok(_) => Ok(true),
                Err(DoorError::Exists { .. }) => Ok(false),
                Err(DoorError::Invalid(problems)) => {
                    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
                    tracing::error!(device = device.no, ?fields, "the figures of a shift could not be filed");
                    Ok(true)
                }
                Err(error) => Err(error),
            };
        };
        let document = stored.document();
        let mut draft = Map::new();
        for name in CHANGING {
            let (before, now) = (document.get(name).unwrap_or(&Value::Null), wanted.get(name).unwrap_or(&Value::Null));
            if before != now && before.as_f64().zip(now.as_f64()).is_none_or(|(before, now)| before.total_cmp(&now).is_ne()) {
                draft.insert(name.to_owned(), now.clone());
            }
        }
        if draft.is_empty() {
            return Ok(true);
        }
        let entry = Entry { source: "system", reason: "后到的监测数据", idempotency: None };
        match door.amend(&by, KIND, &stored.id, stored.rev, &Draft::from_json(&kind, &draft), entry).await {
            Ok(_) => Ok(true),
            Err(DoorError::Stale { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn now_ms(&self) -> i64 {
        self.hub.register.door().now().div_euclid(1000)
    }
}

/// The day of a moment in China.
fn date(at_ms: i64) -> Option<Date> {
    OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1000)).ok().map(|at| at.to_offset(CHINA).date())
}
