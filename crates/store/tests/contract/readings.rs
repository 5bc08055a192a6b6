//! Readings of on-line devices.

use crate::setup::{Base, Database};
use std::sync::Arc;
use zhijian_telemetry::readings::{Arrival, Batch, Fate, HeldQuery, ReadingStore, Reason, Refused, Room, Series};
use zhijian_telemetry::windows::{Quality, Reading};

/// The readings beside a case's database.
pub async fn open(base: &Base) -> Arc<dyn ReadingStore> {
    open_with(base, Room::default()).await
}

pub async fn open_with(base: &Base, room: Room) -> Arc<dyn ReadingStore> {
    let url = match base.database {
        Database::Sqlite => base.url.replace("base.sqlite", "readings.db"),
        Database::Postgres => base.url.clone(),
    };
    zhijian_store::open_readings_with(&url, room).await.unwrap()
}

pub fn series(device: &str) -> Series {
    Series { device: device.into(), factor: "P001".into() }
}

pub fn arrival(device: &str, at_ms: i64, value: f64, seq: u64) -> Arrival {
    Arrival { series: series(device), reading: Reading { at_ms, value, quality: Quality::Ok, seq }, arrived_ms: at_ms + 5 }
}

pub fn batch(arrivals: Vec<Arrival>) -> Batch {
    Batch { arrivals, refused: Vec::new() }
}

async fn values(store: &dyn ReadingStore, device: &str) -> Vec<(i64, f64)> {
    let kept = store.range(&series(device), i64::MIN, i64::MAX, 1000).await.unwrap();
    kept.iter().map(|kept| (kept.reading.at_ms, kept.reading.value)).collect()
}

pub async fn rq_026_a_reading_is_named_by_device_factor_and_moment(base: &Base) {
    let store = open(base).await;
    let first =
        batch(vec![arrival("A", 1000, 80.5, 0), arrival("A", 2000, -0.25, 0), arrival("B", 1000, 1e-12, 0), arrival("A", 1000, 80.5, 0)]);
    let fates = store.append(&first).await.unwrap();
    assert_eq!(fates, [Fate::New, Fate::New, Fate::New, Fate::Duplicate], "also within a batch");
    assert_eq!(store.append(&first).await.unwrap(), [Fate::Duplicate; 4]);
    assert_eq!(values(&*store, "A").await, [(1000, 80.5), (2000, -0.25)]);
    assert_eq!(values(&*store, "B").await, [(1000, 1e-12)], "to the last bit");
    assert_eq!(store.count().await.unwrap(), 3);
    let tallies = store.tallies(Some(&["A".to_owned()])).await.unwrap();
    let told: Vec<(&str, u64)> = tallies.iter().map(|tally| (tally.what.as_str(), tally.count)).collect();
    assert_eq!(told, [("duplicate", 4), ("new", 2)]);
    let many: Vec<Arrival> = (0..333).map(|n| arrival("C", n * 1000, 70.0, 0)).collect();
    assert!(store.append(&batch(many.clone())).await.unwrap().iter().all(|fate| *fate == Fate::New));
    assert!(store.append(&batch(many)).await.unwrap().iter().all(|fate| *fate == Fate::Duplicate));
    assert_eq!(store.append(&Batch::default()).await.unwrap(), []);
}

pub async fn rq_026_a_higher_count_corrects_and_a_contradiction_keeps_what_protects(base: &Base) {
    let store = open(base).await;
    store.append(&batch(vec![arrival("A", 1000, 80.0, 5)])).await.unwrap();
    let rows = [
        (arrival("A", 1000, 70.0, 6), Fate::Corrected, 70.0),
        (arrival("A", 1000, 90.0, 4), Fate::Superseded, 70.0),
        (arrival("A", 1000, 60.0, 6), Fate::Contradicts { kept: false }, 70.0),
        (arrival("A", 1000, 95.0, 6), Fate::Contradicts { kept: true }, 95.0),
    ];
    for (arrival, fate, value) in rows {
        assert_eq!(store.append(&batch(vec![arrival])).await.unwrap(), [fate]);
        assert_eq!(values(&*store, "A").await, [(1000, value)]);
    }
    // The same in one batch, in any order, ends the same.
    let all = vec![arrival("B", 1000, 95.0, 6), arrival("B", 1000, 80.0, 5), arrival("B", 1000, 60.0, 6), arrival("B", 1000, 70.0, 6)];
    store.append(&batch(all)).await.unwrap();
    assert_eq!(values(&*store, "B").await, [(1000, 95.0)]);
    let held = store.held(&HeldQuery { devices: Some(vec!["A".into()]), reason: "superseded".into(), skip: 0, limit: 10 }).await.unwrap();
    assert_eq!(held.len(), 2, "what lost its moment is not deleted in silence");
}

pub async fn what_is_refused_is_counted_and_found_by_device_and_reason(base: &Base) {
    let store = open(base).await;
    let refused = |device: &str, reason: Reason, detail: &str, at: i64| Refused {
        device: device.into(),
        reason,
        source: "mqtt".into(),
        detail: detail.into(),
        arrived_ms: at,
    };
    let rows = vec![
        refused("A", Reason::Late, "x", 10),
        refused("A", Reason::Late, "x", 20),
        refused("A", Reason::Unit, "x", 30),
        refused("B", Reason::Late, "尘'; --", 40),
    ];
    store.append(&Batch { refused: rows.clone(), ..Batch::default() }).await.unwrap();
    store.append(&Batch { refused: vec![refused("A", Reason::Late, "x", 50)], ..Batch::default() }).await.unwrap();
    let ask = |devices: Option<Vec<String>>, reason: &str| HeldQuery { devices, reason: reason.into(), skip: 0, limit: 10 };
    let all = store.held(&ask(None, "")).await.unwrap();
    assert_eq!(all.iter().map(|held| held.times).collect::<Vec<_>>(), [3, 1, 1], "the latest first, the very same counted");
    assert_eq!((all[0].refused.arrived_ms, all[0].last_ms), (10, 50));
    assert_eq!(store.held(&ask(Some(vec!["B".into()]), "")).await.unwrap()[0].refused.detail, "尘'; --");
    assert!(store.held(&ask(Some(Vec::new()), "")).await.unwrap().is_empty(), "nobody's devices, nobody's entries");
    assert_eq!(store.held(&ask(None, "unit")).await.unwrap().len(), 1);
    assert_eq!(store.held(&HeldQuery { skip: 1, limit: 1, ..ask(None, "") }).await.unwrap().len(), 1);
}

pub async fn ranges_and_pieces_give_what_was_kept(base: &Base) {
    let store = open(base).await;
    let mut arrivals: Vec<Arrival> = (0..100).map(|n| arrival("A", n * 1000, (n % 10) as f64, 0)).collect();
    arrivals[55].reading.quality = Quality::Fault;
    arrivals[55].reading.value = 999.0;
    store.append(&batch(arrivals)).await.unwrap();
    let page = store.range(&series("A"), 10_000, 20_000, 5).await.unwrap();
    assert_eq!(page.iter().map(|kept| kept.reading.at_ms).collect::<Vec<_>>(), [10_000, 11_000, 12_000, 13_000, 14_000]);
    assert_eq!(page[0].arrived_ms, 10_005);
    let pieces = store.buckets(&series("A"), 0, 100_000, 10_000).await.unwrap();
    assert_eq!(pieces.len(), 10);
    assert!(pieces.iter().all(|piece| (piece.low, piece.high) == (0.0, 9.0)), "a faulty value is kept but not drawn");
    assert_eq!((pieces[5].start_ms, pieces[5].count), (50_000, 9));
    let last = store.last(&[series("A"), series("NOBODY")]).await.unwrap();
    assert_eq!(last.iter().map(|kept| kept.as_ref().map(|kept| kept.reading.at_ms)).collect::<Vec<_>>(), [Some(99_000), None]);
}

pub async fn batches_side_by_side_keep_each_reading_once(base: &Base) {
    let store = open(base).await;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..4_i64 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let mut fresh = 0;
            for round in 0..10 {
                // Every batch shares half of its readings with another writer's, in another order.
                let mut arrivals: Vec<Arrival> =
                    (0..40).map(|n| arrival("A", (writer / 2 * 20 + round * 100 + n) * 1000, 80.0, 0)).collect();
                if writer % 2 == 0 {
                    arrivals.reverse();
                }
                fresh += store.append(&batch(arrivals)).await.unwrap().iter().filter(|fate| **fate == Fate::New).count();
            }
            fresh
        });
    }
    let mut fresh = 0;
    while let Some(done) = tasks.join_next().await {
        fresh += done.unwrap();
    }
    assert_eq!(fresh as u64, store.count().await.unwrap(), "each reading is new to one writer");
    assert_eq!(fresh, 600);
}

pub async fn what_was_kept_is_there_when_the_store_is_opened_again(base: &Base) {
    let store = open(base).await;
    store.append(&batch(vec![arrival("A", 1000, 80.0, 0)])).await.unwrap();
    let again = open(base).await;
    assert_eq!(values(&*again, "A").await, [(1000, 80.0)]);
    assert_eq!(again.append(&batch(vec![arrival("A", 1000, 80.0, 0)])).await.unwrap(), [Fate::Duplicate]);
}

pub async fn rq_026_days_that_were_over_are_noted_and_old_rows_go_but_the_newest_stays(base: &Base) {
    const DAY: i64 = 86_400_000;
    let url = match base.database {
        Database::Sqlite => base.url.replace("base.sqlite", "readings.db"),
        Database::Postgres => base.url.clone(),
    };
    let keeper = zhijian_store::open_reading_keeper(&url, zhijian_telemetry::readings::Room::default()).await.unwrap();
    let start = 20_000 * DAY;
    let rows = |device: &str| (0..5).map(|n| arrival(device, start + n * DAY, 80.0, 0)).collect::<Vec<_>>();
    keeper.append(&batch([rows("A"), rows("B")].concat())).await.unwrap();
    assert!(keeper.reopened().await.unwrap().is_empty(), "what comes in time opens nothing");
    assert_eq!(keeper.series(None, 10).await.unwrap(), [series("A"), series("B")]);
    assert_eq!(keeper.series(Some(&series("A")), 10).await.unwrap(), [series("B")]);
    assert_eq!(keeper.first(&series("B")).await.unwrap(), Some(start));
    // Ten days late, twice; what is a duplicate changes no day.
    let late = |at_ms: i64| Arrival { arrived_ms: at_ms + 10 * DAY, ..arrival("A", at_ms, 81.0, 0) };
    keeper.append(&batch(vec![late(start + 1000)])).await.unwrap();
    let seen = keeper.reopened().await.unwrap();
    assert_eq!(seen.iter().map(|one| (one.day, one.times)).collect::<Vec<_>>(), [(20_000, 1)]);
    keeper.append(&batch(vec![late(start + 1000), late(start + 2000)])).await.unwrap();
    keeper.settle(&seen).await.unwrap();
    let again = keeper.reopened().await.unwrap();
    assert_eq!(again.iter().map(|one| one.times).collect::<Vec<_>>(), [2], "more came since it was looked at");
    keeper.settle(&again).await.unwrap();
    assert!(keeper.reopened().await.unwrap().is_empty());
    assert_eq!(keeper.remove(&series("A"), start + 2 * DAY).await.unwrap(), 4);
    assert_eq!(keeper.remove(&series("A"), i64::MAX).await.unwrap(), 2, "the newest stays");
    assert_eq!(values(&*keeper, "A").await, [(start + 4 * DAY, 80.0)]);
    assert_eq!(values(&*keeper, "B").await.len(), 5);
    // A backup puts back what was, without counting.
    let (before, held) = (keeper.tallies(None).await.unwrap(), keeper.held(&HeldQuery { limit: 9, ..HeldQuery::default() }).await.unwrap());
    keeper.put_back(&rows("A"), &held, &before).await.unwrap();
    keeper.put_back(&rows("A"), &held, &before).await.unwrap();
    assert_eq!(values(&*keeper, "A").await.len(), 5);
    assert_eq!(keeper.tallies(None).await.unwrap(), before);
}
