//! The outbox and the lake's way of reading.

use crate::sample::*;
use crate::setup::Base;
use serde_json::json;
use std::collections::BTreeSet;
use zhijian_records::port::{Action, Commit, NewRevision, Partition, StoreError};

fn partition(region: &str, year: i32) -> Partition {
    Partition { kind: "exam".into(), region: region.into(), year }
}

pub async fn events_come_in_order_and_positions_only_move_forward(base: &Base) {
    let store = &*base.store;
    for n in 1..=5 {
        let commit = Commit { action: Action::Import, ..commit(n * 10, vec![exam(&n.to_string(), json!({}))]) };
        store.append(commit, "").await.unwrap();
        store.append(Commit { action: Action::View, ..crate::sample::commit(n * 10 + 1, vec![]) }, "").await.unwrap();
    }
    let events = store.events(0, 3).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 3, 5]);
    assert_eq!((events[0].kind.as_str(), events[0].action, events[0].at), ("exam", Action::Import, 10));
    assert_eq!(events[0].partitions, [partition("130302", 2024)]);
    let rest = store.events(5, 100).await.unwrap();
    assert_eq!(rest.iter().map(|event| event.seq).collect::<Vec<_>>(), [7, 9]);
    assert_eq!(store.position("lake").await.unwrap(), 0);
    for (seq, expected) in [(5, 5), (3, 5), (7, 7)] {
        store.set_position("lake", seq).await.unwrap();
        assert_eq!(store.position("lake").await.unwrap(), expected, "a consumer never goes back");
    }
    assert_eq!(store.position("warnings").await.unwrap(), 0, "each consumer has its own");
}

pub async fn an_event_names_the_partitions_that_a_move_leaves_and_enters(base: &Base) {
    let store = &*base.store;
    let record = exam("K1", json!({}));
    write(store, 1, vec![record.clone()]).await;
    let moved = NewRevision { region: "130400".into(), year: 2025, ..revised(&record, 1, json!({})) };
    write(store, 2, vec![sealed(moved), exam("K2", json!({})), exam("K3", json!({}))]).await;
    let events = store.events(1, 10).await.unwrap();
    assert_eq!(events[0].partitions, [partition("130302", 2024), partition("130400", 2025)]);
    assert_eq!(store.partitions().await.unwrap(), [partition("130302", 2024), partition("130400", 2025)]);
}

pub async fn partitions_and_scans_give_everything_that_was_written(base: &Base) {
    let store = &*base.store;
    let mut written = BTreeSet::new();
    let mut records = Vec::new();
    for n in 0..20 {
        let mut record = exam(&n.to_string(), named("1"));
        record.region = if n % 3 == 0 { "130302".into() } else { "130303".into() };
        record.year = 2020 + n % 2;
        written.insert((record.id.clone(), 1));
        records.push(sealed(record));
    }
    write(store, 1, records.clone()).await;
    for (n, record) in records.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
        let mut next = revised(record, 1, named("2"));
        next.retracted = n % 4 == 0;
        next.year += i32::from(n % 5 == 0);
        written.insert((next.id.clone(), 2));
        write(store, 2, vec![next]).await;
    }
    let scanned = all_revisions(store).await;
    let found: BTreeSet<_> = scanned.iter().map(|row| (row.id.clone(), row.rev)).collect();
    assert_eq!(found, written);
    assert_eq!(scanned.len(), written.len(), "each once");
    assert!(scanned.iter().any(|row| row.retracted));
    assert!(scanned.iter().all(|row| (row.rev == 1 && row.recorded_to == Some(2)) || row.recorded_to.is_none()));
    let (first, _) = store.scan(&partition("130303", 2021), None, 100).await.unwrap();
    assert!(first.iter().all(|row| row.region == "130303" && row.year == 2021));
    assert!(first.is_sorted_by_key(|row| (row.id.clone(), row.rev)));
    let broken = store.scan(&partition("130303", 2021), Some("nowhere".into()), 1).await;
    assert!(matches!(broken, Err(StoreError::BadQuery(_))));
}
