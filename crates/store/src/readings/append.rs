//! A batch of readings: one transaction, each reading once whatever was sent before.

use super::rows::{KEPT, kept, seq, values};
use super::{hours, quarantine};
use crate::backend::{Backend, Writing};
use crate::sql::{Sql, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use zhijian_records::port::StoreError;
use zhijian_telemetry::readings::{Arrival, Batch, DROPPED, Fate, Held, Reason, Refused, Room, Series, Tally};
use zhijian_telemetry::windows::Reading;

const DOING: &str = "保存监测数据";
/// Rows of the largest statement; fewer go in statements of half the size, a quarter, … so that few different ones are prepared.
const ROWS: usize = 64;
/// Attempts when the database asks to try again (deadlock: two batches that share readings).
const ATTEMPTS: u32 = 6;

/// A reading that is older than this when it arrives may belong to a day that is kept elsewhere already; only what was asked for does.
pub(super) const OLD_MS: i64 = zhijian_telemetry::windows::Readings::HORIZON_MS;

/// Names a reading.
type Key = (Series, i64);

/// What a store remembers between batches.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Series that are in `reading_summed` for certain.
    known: Mutex<HashSet<Series>>,
    /// Room of the quarantine.
    room: Room,
}

/// Writes a batch.
pub(super) async fn append(backend: &dyn Backend, memory: &Memory, batch: &Batch) -> Result<Vec<Fate>, StoreError> {
    let mut attempt = 1;
    loop {
        match once(backend, memory, batch).await {
            Err(error) if attempt < ATTEMPTS && backend.worth_retrying(&error) => {
                tokio::time::sleep(Duration::from_millis(u64::from(attempt) * 10)).await;
                attempt += 1;
            }
            done => return done,
        }
    }
}

async fn once(backend: &dyn Backend, memory: &Memory, batch: &Batch) -> Result<Vec<Fate>, StoreError> {
    let strange = memory.strange(batch);
    let mut tx = backend.begin().await?;
    let mark = hours::mark(&mut *tx, backend.dialect()).await?;
    hours::know(&mut *tx, &strange).await?;
    let mut state = State::default();
    state.insert(&mut *tx, &batch.arrivals).await?;
    let fates: Vec<Fate> = batch.arrivals.iter().map(|arrival| state.settle(arrival)).collect();
    state.replace(&mut *tx).await?;
    super::keeper::reopen(&mut *tx, &batch.arrivals, &fates).await?;
    let gone = quarantine::hold(&mut *tx, batch.refused.iter().chain(&state.losers), memory.room).await?;
    let changed = batch.arrivals.iter().zip(&fates).filter(|(_, fate)| fate.changed());
    let hour = |arrival: &Arrival| arrival.reading.at_ms.div_euclid(hours::HOUR_MS);
    let late = changed.map(|(arrival, _)| (&arrival.series, hour(arrival))).filter(|(_, hour)| *hour < mark).collect();
    hours::again(&mut *tx, backend.dialect(), &late).await?;
    count(&mut *tx, batch, &fates, &gone).await?;
    tx.commit().await?;
    memory.learn(&strange);
    Ok(fates)
}

/// Writes rows, quarantine and counts as a backup holds them.
pub(super) async fn put_back(backend: &dyn Backend, rows: &[Arrival], held: &[Held], tallies: &[Tally]) -> Result<(), StoreError> {
    let mut tx = backend.begin().await?;
    for chunk in chunks(rows) {
        let mut sql = Sql::new(DOING, insert_text(chunk.len()));
        sql.values = chunk.iter().flat_map(values).collect();
        tx.fetch(sql).await?;
    }
    hours::know(&mut *tx, &rows.iter().map(|row| &row.series).collect()).await?;
    quarantine::put_back(&mut *tx, held).await?;
    let text = "INSERT INTO reading_tallies (device, what, times) VALUES ($1, $2, $3) ON CONFLICT (device, what) DO NOTHING";
    for tally in tallies {
        let times = i64::try_from(tally.count).unwrap_or(i64::MAX);
        tx.run(Sql::with(DOING, text, [tally.device.as_str().into(), tally.what.as_str().into(), times.into()])).await?;
    }
    tx.commit().await
}

impl Memory {
    /// Remembers nothing yet.
    pub fn new(room: Room) -> Self {
        Self { room, ..Self::default() }
    }

    fn strange<'a>(&self, batch: &'a Batch) -> BTreeSet<&'a Series> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        batch.arrivals.iter().map(|arrival| &arrival.series).filter(|series| !known.contains(series)).collect()
    }

    fn learn(&self, series: &BTreeSet<&Series>) {
        if !series.is_empty() {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).extend(series.iter().copied().cloned());
        }
    }
}

/// What the database holds of a batch's moments.
#[derive(Default)]
struct State {
    /// By name: what holds now.
    now: HashMap<Key, Reading>,
    /// Names that were not there before and whose first arrival is not settled yet.
    fresh: HashMap<Key, ()>,
    /// What replaces a row.
    changed: BTreeMap<(String, String, i64), Arrival>,
    /// What lost its moment.
    losers: Vec<Refused>,
}

fn key(arrival: &Arrival) -> Key {
    (arrival.series.clone(), arrival.reading.at_ms)
}

impl State {
    /// Inserts what is not there, and reads what is.
    async fn insert(&mut self, tx: &mut dyn Writing, arrivals: &[Arrival]) -> Result<(), StoreError> {
        let mut first: HashMap<Key, &Arrival> = HashMap::with_capacity(arrivals.len());
        for arrival in arrivals {
            first.entry(key(arrival)).or_insert(arrival);
        }
        // In order of the names: two batches that share readings wait for each other instead of both giving up.
        let mut rows: Vec<&Arrival> = first.values().copied().collect();
        rows.sort_by(|a, b| (&a.series, a.reading.at_ms).cmp(&(&b.series, b.reading.at_ms)));
        for chunk in chunks(&rows) {
            let mut sql = Sql::new(DOING, insert_text(chunk.len()));
            sql.values = chunk.iter().flat_map(|arrival| values(arrival)).collect();
            for mut row in tx.fetch(sql).await? {
                let name = (Series { device: row.text(0), factor: row.text(1) }, row.int(2));
                if let Some(arrival) = first.get(&name) {
                    self.now.insert(name.clone(), arrival.reading);
                    self.fresh.insert(name, ());
                }
            }
        }
        let there: Vec<&&Arrival> = rows.iter().filter(|arrival| !self.now.contains_key(&key(arrival))).collect();
        for chunk in chunks(&there) {
            let mut sql = Sql::new(DOING, select_text(chunk.len()));
            for arrival in chunk {
                sql.values.extend([
                    Value::from(arrival.series.device.as_str()),
                    arrival.series.factor.as_str().into(),
                    arrival.reading.at_ms.into(),
                ]);
            }
            for mut row in tx.fetch(sql).await? {
                let series = Series { device: row.text(0), factor: row.text(1) };
                let reading = kept(&mut row, 2).reading;
                self.now.insert((series, reading.at_ms), reading);
            }
        }
        Ok(())
    }

    /// The fate of one arrival, after those before it.
    fn settle(&mut self, arrival: &Arrival) -> Fate {
        let name = key(arrival);
        if self.fresh.remove(&name).is_some() {
            return Fate::New;
        }
        // What the database may keep of a count is what is compared.
        let reading = Reading { seq: seq(&arrival.reading).unsigned_abs(), ..arrival.reading };
        let Some(known) = self.now.get(&name).copied() else { return Fate::Duplicate };
        if known.same(&reading) {
            return Fate::Duplicate;
        }
        let wins = reading.outranks(&known);
        let contradicts = known.seq == reading.seq;
        let (loser, reason) = (if wins { known } else { reading }, if contradicts { Reason::Contradiction } else { Reason::Superseded });
        self.losers.push(lost(arrival, &loser, reason));
        if wins {
            self.now.insert(name, reading);
            let place = (arrival.series.device.clone(), arrival.series.factor.clone(), reading.at_ms);
            self.changed.insert(place, Arrival { reading, ..arrival.clone() });
        }
        match (contradicts, wins) {
            (true, kept) => Fate::Contradicts { kept },
            (false, true) => Fate::Corrected,
            (false, false) => Fate::Superseded,
        }
    }

    async fn replace(&self, tx: &mut dyn Writing) -> Result<(), StoreError> {
        let text = "UPDATE readings SET value = $4, quality = $5, seq = $6, arrived = $7 WHERE device = $1 AND factor = $2 AND at = $3";
        for arrival in self.changed.values() {
            tx.run(Sql::with(DOING, text, values(arrival))).await?;
        }
        Ok(())
    }
}

/// A reading that lost its moment, for quarantine.
fn lost(arrival: &Arrival, loser: &Reading, reason: Reason) -> Refused {
    Refused {
        device: arrival.series.device.clone(),
        reason,
        source: "store".into(),
        detail: format!(
            "{{\"factor\":\"{}\",\"ts\":{},\"value\":{},\"q\":{},\"seq\":{}}}",
            arrival.series.factor,
            loser.at_ms,
            loser.value,
            loser.quality.code(),
            loser.seq
        ),
        arrived_ms: arrival.arrived_ms,
    }
}

/// Counts what happened.
async fn count(tx: &mut dyn Writing, batch: &Batch, fates: &[Fate], gone: &BTreeMap<String, i64>) -> Result<(), StoreError> {
    let mut times: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (arrival, fate) in batch.arrivals.iter().zip(fates) {
        *times.entry((&arrival.series.device, fate.code())).or_default() += 1;
    }
    for refused in &batch.refused {
        // Numbers of strangers are of their own choice: each would get a count of its own.
        let device = if refused.reason == Reason::Unknown { "" } else { &refused.device };
        *times.entry((device, refused.reason.code())).or_default() += 1;
    }
    for (device, count) in gone {
        *times.entry((device, DROPPED)).or_default() += count;
    }
    let rows: Vec<((&str, &str), i64)> = times.into_iter().collect();
    for chunk in chunks(&rows) {
        let rows = placeholders(chunk.len(), 3);
        let text = format!(
            "INSERT INTO reading_tallies (device, what, times) VALUES {rows} \
             ON CONFLICT (device, what) DO UPDATE SET times = reading_tallies.times + excluded.times"
        );
        let mut sql = Sql::new(DOING, text);
        sql.values = chunk.iter().flat_map(|((device, what), times)| [Value::from(*device), (*what).into(), (*times).into()]).collect();
        tx.run(sql).await?;
    }
    Ok(())
}

fn insert_text(rows: usize) -> String {
    let values = placeholders(rows, 7);
    format!("INSERT INTO readings (device, factor, {KEPT}) VALUES {values} ON CONFLICT DO NOTHING RETURNING device, factor, at")
}

fn select_text(rows: usize) -> String {
    let values = placeholders(rows, 3);
    format!("SELECT device, factor, {KEPT} FROM readings WHERE (device, factor, at) IN (VALUES {values})")
}

/// `($1, $2), ($3, $4), …`
fn placeholders(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let names: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", names.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Cuts rows into pieces of 64, 32, … so that few different statements come about.
fn chunks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let (mut rest, mut size) = (rows, ROWS);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        while size > rest.len() {
            size /= 2;
        }
        let (chunk, after) = rest.split_at(size);
        rest = after;
        Some(chunk)
    })
}
