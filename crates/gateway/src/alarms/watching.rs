//! The watches of all devices.

use crate::register::{Device, Register};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use zhijian_records::port::StoreError;
use zhijian_telemetry::readings::{Arrival, ReadingStore, Series};
use zhijian_telemetry::windows::{Episode, Grid, Readings, Rule, Watch};

/// Readings read from the store at a time.
const PAGE: u32 = 10_000;
/// How long after its end a slot is judged when no later reading came: time for what is under way.
const GRACE_MS: i64 = 2_000;

struct Watched {
    rule: Rule,
    grid: Grid,
    watch: Watch,
}

/// One watch a series.
#[derive(Default)]
pub struct Watching {
    series: HashMap<Series, Watched>,
    /// Devices whose alarms may be others than their records say.
    touched: BTreeSet<String>,
}

impl std::fmt::Debug for Watching {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watching").field("series", &self.series.len()).finish()
    }
}

impl Watching {
    /// Brings the watches up to the register: new devices and changed rules are watched from the stored readings on.
    ///
    /// # Errors
    /// The store failed.
    pub async fn follow(&mut self, register: &Register, store: &dyn ReadingStore, now_ms: i64) -> Result<(), StoreError> {
        let devices = register.devices();
        let ruled: HashMap<Series, Rule> = devices
            .iter()
            .filter(|device| !device.stopped)
            .filter_map(|device| Some((device.series(), device.points.as_ref().ok()?.rule)))
            .collect();
        self.series.retain(|series, _| ruled.contains_key(series));
        for device in &devices {
            let series = device.series();
            let Some(rule) = ruled.get(&series) else { continue };
            if self.series.get(&series).is_some_and(|watched| watched.rule == *rule && watched.grid == device.watch_grid()) {
                continue;
            }
            let watch = rebuilt(device, *rule, store, now_ms).await?;
            self.series.insert(series, Watched { rule: *rule, grid: device.watch_grid(), watch });
            self.touched.insert(device.no.clone());
        }
        Ok(())
    }

    /// Reads everything again: after readings were missed.
    pub fn forget_all(&mut self) {
        self.series.clear();
    }

    /// Takes a reading in that is durable.
    pub fn add(&mut self, arrival: &Arrival) {
        let Some(watched) = self.series.get_mut(&arrival.series) else { return };
        let (_, changes) = watched.watch.add(arrival.reading, arrival.arrived_ms);
        if !changes.is_empty() {
            self.touched.insert(arrival.series.device.clone());
        }
    }

    /// Time has come to `now_ms`.
    pub fn advance(&mut self, now_ms: i64) {
        for (series, watched) in &mut self.series {
            if !watched.watch.advance(now_ms - GRACE_MS).is_empty() {
                self.touched.insert(series.device.clone());
            }
            watched.watch.forget(now_ms);
        }
    }

    /// The devices whose alarms changed since the last call.
    pub fn take_touched(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.touched)
    }

    /// These are to be looked at again.
    pub fn touch(&mut self, device: &str) {
        self.touched.insert(device.to_owned());
    }

    /// The oldest reading that a series is judged from.
    #[must_use]
    pub fn oldest(&self, series: &Series) -> Option<i64> {
        self.series.get(series)?.watch.readings().oldest()
    }

    /// The alarms of a series that may still change.
    #[must_use]
    pub fn episodes(&self, series: &Series) -> &[Episode] {
        self.series.get(series).map_or(&[], |watched| watched.watch.episodes())
    }
}

async fn rebuilt(device: &Arc<Device>, rule: Rule, store: &dyn ReadingStore, now_ms: i64) -> Result<Watch, StoreError> {
    let mut watch = Watch::new(device.watch_grid(), rule);
    let series = device.series();
    let mut from = now_ms - Readings::HORIZON_MS;
    loop {
        let page = store.range(&series, from, i64::MAX, PAGE).await?;
        for kept in &page {
            // It was right for the clock of its arrival; should the clock have been put back since, it is still a reading.
            watch.add(kept.reading, kept.arrived_ms);
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => from = last.reading.at_ms + 1,
            _ => break,
        }
    }
    watch.advance(now_ms - GRACE_MS);
    Ok(watch)
}
