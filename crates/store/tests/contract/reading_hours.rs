//! Readings summed up by hours.

use crate::readings::{arrival, batch, open, series};
use crate::setup::Base;
use std::collections::BTreeMap;
use std::sync::Arc;
use zhijian_telemetry::readings::{Arrival, Bucket, ReadingStore};
use zhijian_telemetry::windows::Quality;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

/// Pieces worked out from the readings themselves.
async fn expected(store: &dyn ReadingStore, device: &str, from: i64, to: i64, width: i64) -> Vec<Bucket> {
    let mut pieces: BTreeMap<i64, Bucket> = BTreeMap::new();
    for kept in store.range(&series(device), from, to, 1_000_000).await.unwrap() {
        let (at, value) = (kept.reading.at_ms, kept.reading.value);
        if kept.reading.quality != Quality::Ok {
            continue;
        }
        let one = Bucket { start_ms: from + (at - from) / width * width, low: value, high: value, total: value, count: 1 };
        pieces.entry(one.start_ms).and_modify(|piece| *piece = piece.with(&one)).or_insert(one);
    }
    pieces.into_values().collect()
}

/// Sums may be added up in another order.
fn same(found: &[Bucket], expected: &[Bucket]) -> bool {
    let alike = |a: &Bucket, b: &Bucket| {
        (a.start_ms, a.low, a.high, a.count) == (b.start_ms, b.low, b.high, b.count) && (a.mean() - b.mean()).abs() < 1e-9
    };
    found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| alike(a, b))
}

async fn hold(store: &dyn ReadingStore, device: &str, from: i64, to: i64, width: i64) {
    let (found, expected) =
        (store.buckets(&series(device), from, to, width).await.unwrap(), expected(store, device, from, to, width).await);
    assert!(same(&found, &expected), "{from}..{to} by {width}: {found:?} for {expected:?}");
}

/// Chance that is the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.unsigned_abs()) as i64
    }

    /// A reading somewhere in the hours `[from, to)`, good or not.
    fn reading(&mut self, device: &str, from: i64, to: i64) -> Arrival {
        let at = from * HOUR + self.below((to - from) * 60) * MINUTE;
        let mut arrival = arrival(device, at, 60.0 + self.below(400) as f64 / 8.0, self.below(4).unsigned_abs());
        if self.below(9) == 0 {
            arrival.reading.quality = Quality::Fault;
        }
        arrival
    }
}

pub async fn hours_that_are_summed_up_say_what_the_readings_say(base: &Base) {
    let store = open(base).await;
    let mut chance = Chance(77);
    let mut hour = 480_000;
    for round in 0..40 {
        hour += chance.below(30);
        // Some come on time, some late, some correct what was there, some take the only good reading of an hour away.
        let arrivals = (0..60).map(|n| chance.reading(if n % 3 == 0 { "B" } else { "A" }, hour - 40, hour + 1)).collect();
        store.append(&batch(arrivals)).await.unwrap();
        if chance.below(3) > 0 {
            let now = hour * HOUR + chance.below(HOUR);
            store.sum_up(now).await.unwrap();
            assert_eq!(store.sum_up(now).await.unwrap(), 0, "nothing is left to do");
        }
        let from = (480_000 - 40) * HOUR;
        for (device, width, end) in [("A", HOUR, 0), ("A", 6 * HOUR, 17 * MINUTE), ("B", 25 * HOUR, -3 * HOUR), ("NOBODY", HOUR, 0)] {
            hold(&*store, device, from, (hour + 1) * HOUR + end, width).await;
        }
        hold(&*store, "A", from + round * HOUR, hour * HOUR, 2 * HOUR).await;
        hold(&*store, "A", from + 1, hour * HOUR, 7 * MINUTE).await;
    }
}

pub async fn hours_stay_exact_while_many_write_and_sum_up_at_once(base: &Base) {
    let store = open(base).await;
    let begin = 480_000;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..4_u64 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let mut chance = Chance(writer + 5);
            for _ in 0..25 {
                let arrivals = (0..12).map(|_| chance.reading("A", begin, begin + 6)).collect();
                store.append(&batch(arrivals)).await.unwrap();
            }
        });
    }
    for summer in 0..2 {
        // As another process would.
        let store = if summer == 0 { Arc::clone(&store) } else { open(base).await };
        tasks.spawn(async move {
            for step in 0..20 {
                store.sum_up((begin + 2 + step % 7) * HOUR).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    hold(&*store, "A", begin * HOUR, (begin + 7) * HOUR, HOUR).await;
    store.sum_up((begin + 9) * HOUR).await.unwrap();
    hold(&*store, "A", begin * HOUR, (begin + 7) * HOUR, HOUR).await;
}

pub async fn a_clock_that_is_put_back_makes_hours_open_again(base: &Base) {
    let store = open(base).await;
    let hour = 480_000;
    store.append(&batch(vec![arrival("A", hour * HOUR, 70.0, 0)])).await.unwrap();
    store.sum_up((hour + 1000) * HOUR).await.unwrap();
    // On time by the right clock, though the wrong one had closed the hour.
    store.append(&batch(vec![arrival("A", hour * HOUR + MINUTE, 90.0, 0)])).await.unwrap();
    hold(&*store, "A", hour * HOUR, (hour + 2) * HOUR, HOUR).await;
    store.sum_up((hour + 1) * HOUR).await.unwrap();
    store.append(&batch(vec![arrival("A", (hour + 1) * HOUR, 95.0, 0)])).await.unwrap();
    hold(&*store, "A", hour * HOUR, (hour + 2) * HOUR, HOUR).await;
    store.sum_up((hour + 5) * HOUR).await.unwrap();
    hold(&*store, "A", hour * HOUR, (hour + 2) * HOUR, HOUR).await;
    assert_eq!(store.buckets(&series("A"), hour * HOUR, (hour + 2) * HOUR, HOUR).await.unwrap().len(), 2);
}
