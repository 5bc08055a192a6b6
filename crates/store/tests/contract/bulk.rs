//! Commits of the size that an import makes.

use crate::sample::*;
use crate::setup::Base;
use serde_json::json;
use zhijian_records::port::{Action, Commit, Outcome};

pub async fn a_large_commit_is_one_transaction(base: &Base) {
    let store = &*base.store;
    // A number of rows that is no round number of statements.
    let records: Vec<_> = (0..1999).map(|n| exam(&n.to_string(), json!({"n": n.to_string(), "score": n}))).collect();
    let mut bulk = Commit { skip_conflicts: true, action: Action::Import, ..commit(1, records.clone()) };
    let done = store.append(bulk.clone(), "").await.unwrap();
    assert_eq!(done.outcomes.len(), 1999);
    assert_eq!(store.count(&exams(), 10_000).await.unwrap(), 1999);
    let rows = store.of_commit("exam", done.seq).await.unwrap();
    assert!(rows.iter().map(|row| &row.id).eq(records.iter().map(|record| &record.id)), "in the order of the commit");
    // The same file again: every key is taken.
    for record in &mut bulk.revisions {
        record.id = id();
    }
    let again = store.append(bulk, "").await.unwrap();
    assert_eq!(again.seq, 0);
    assert!(again.outcomes.iter().zip(&records).all(|(outcome, record)| *outcome == Outcome::KeyTaken { id: record.id.clone() }));
    crate::audit::verify(store).await.unwrap();
}

pub async fn a_large_correction_keeps_all_revisions(base: &Base) {
    let store = &*base.store;
    let records: Vec<_> = (0..1500).map(|n| exam(&n.to_string(), named("old"))).collect();
    write(store, 1, records.clone()).await;
    let mixed =
        records.iter().rev().map(|record| revised(record, 1, named("new"))).chain((0..100).map(|n| exam(&format!("new{n}"), named("new"))));
    let seq = write(store, 2, mixed.collect()).await;
    assert_eq!(store.count_by(&exams(), &field("n")).await.unwrap(), [("new".to_owned(), 1600)]);
    assert_eq!(store.of_commit("exam", 1).await.unwrap().len(), 1500);
    assert_eq!(store.of_commit("exam", seq).await.unwrap().len(), 1600);
    assert_eq!(store.history("exam", &records[7].id).await.unwrap().len(), 2);
    assert_eq!(store.lookup("exam", "no", &["7".into()]).await.unwrap().len(), 1);
    crate::audit::verify(store).await.unwrap();
}
