//! The whole content of a store goes out and comes in, also into the other database.

use crate::sample::*;
use crate::setup::{Base, tables};
use serde_json::json;
use std::sync::Arc;
use zhijian_records::port::{Action, Commit, Sheet, Store, Stored};
use zhijian_records::verify;

/// Sheets of the chain and of the other tables.
async fn everything_of(store: &dyn Store, after: i64, limit: u32) -> (Vec<Sheet>, Vec<Sheet>) {
    let mut snapshot = store.snapshot().await.unwrap();
    let (mut chain, mut others, mut at) = (Vec::new(), Vec::new(), after);
    while let Some(commits) = snapshot.commits(at, limit).await.unwrap() {
        chain.extend(commits.sheets);
        at = commits.last;
    }
    assert_eq!(at, snapshot.head().0);
    while let Some(sheet) = snapshot.table().await.unwrap() {
        others.push(sheet);
    }
    (chain, others)
}

async fn fill(store: &dyn Store) {
    let first = exam("K1", json!({"n": "甲", "score": 1.5}));
    write(store, 10, vec![first.clone(), exam("K2", json!({"n": "b"}))]).await;
    store.append(Commit { action: Action::View, ..commit(20, vec![]) }, &first.id).await.unwrap();
    write(store, 30, vec![revised(&first, 1, json!({"n": "c"}))]).await;
    write(store, 40, vec![revised(&first, 2, json!({"n": "d"})), exam("K3", json!({"n": "\u{4e00}'\"\\"}))]).await;
    let mut gone = revised(&first, 3, json!({"n": "d"}));
    gone.retracted = true;
    gone.lookups.clear();
    write(store, 50, vec![gone]).await;
    store.set_setting("region", "130300").await.unwrap();
    store.put_account(&crate::people::account("wang")).await.unwrap();
}

async fn revisions(store: &dyn Store) -> Vec<Stored> {
    let mut rows = all_revisions(store).await;
    rows.sort_by(|a, b| (&a.id, a.rev).cmp(&(&b.id, b.rev)));
    rows
}

async fn pour(store: &Arc<dyn Store>, (chain, others): &(Vec<Sheet>, Vec<Sheet>), up_to: i64) {
    for sheet in chain {
        store.take_in(std::slice::from_ref(sheet), up_to).await.unwrap();
    }
    store.take_tables(others).await.unwrap();
    store.settle().await.unwrap();
}

pub async fn a_store_moves_to_another_database_and_back(base: &Base) {
    fill(&*base.store).await;
    let before = revisions(&*base.store).await;
    let lines = base.store.audit(0, 100).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let other = zhijian_store::open(&format!("sqlite://{}/other.sqlite", folder.path().display()), &tables()).await.unwrap();
    assert!(other.is_empty().await.unwrap() && !base.store.is_empty().await.unwrap());
    pour(&other, &everything_of(&*base.store, 0, 2).await, i64::MAX).await;
    assert_eq!(revisions(&*other).await, before);
    assert_eq!(other.audit(0, 100).await.unwrap(), lines);
    assert_eq!(other.account("wang").await.unwrap(), base.store.account("wang").await.unwrap());
    assert_eq!(other.setting("region").await.unwrap().as_deref(), Some("130300"));
    assert_eq!(verify::chain(&other).await.unwrap().faults, Vec::<String>::new());
    base.store.clear().await.unwrap();
    assert!(base.store.is_empty().await.unwrap());
    pour(&base.store, &everything_of(&*other, 0, 100).await, i64::MAX).await;
    assert_eq!(revisions(&*base.store).await, before);
    assert_eq!(verify::chain(&base.store).await.unwrap().faults, Vec::<String>::new());
    // It goes on where it stopped.
    write(&*base.store, 60, vec![exam("K9", json!({"n": "z"}))]).await;
    assert_eq!(verify::chain(&base.store).await.unwrap().lines, lines.len() as u64 + 1);
}

pub async fn increments_continue_and_any_line_can_be_the_last(base: &Base) {
    fill(&*base.store).await;
    let whole = everything_of(&*base.store, 0, 100).await;
    let (first, _) = everything_of(&*base.store, 0, 100).await;
    let (later, others) = everything_of(&*base.store, 3, 100).await;
    assert!(later.iter().all(|sheet| sheet.rows.len() < 4), "an increment holds what came after");
    let as_of = |at: i64| zhijian_records::port::Query { as_of: Some(at), ..exams() };
    let was = names(&*base.store, &as_of(30)).await;
    base.store.clear().await.unwrap();
    pour(&base.store, &whole, 3).await;
    assert_eq!(base.store.audit_head().await.unwrap().0, 3, "it stops at the line");
    assert_eq!(names(&*base.store, &exams()).await, was, "and is as it was then");
    assert_eq!(verify::chain(&base.store).await.unwrap().faults, Vec::<String>::new());
    base.store.clear().await.unwrap();
    for sheet in &first {
        base.store.take_in(std::slice::from_ref(sheet), 3).await.unwrap();
    }
    pour(&base.store, &(later, others), i64::MAX).await;
    let verdict = verify::chain(&base.store).await.unwrap();
    assert_eq!((verdict.lines, verdict.faults.len()), (5, 0), "{verdict:?}");
}

pub async fn a_snapshot_sees_nothing_of_what_is_written_meanwhile(base: &Base) {
    fill(&*base.store).await;
    let mut snapshot = base.store.snapshot().await.unwrap();
    let first = snapshot.commits(0, 1).await.unwrap().unwrap();
    write(&*base.store, 70, vec![exam("K7", json!({"n": "later"}))]).await;
    let rest = snapshot.commits(first.last, 100).await.unwrap().unwrap();
    assert_eq!((first.last, rest.last, snapshot.head().0), (1, 5, 5));
    assert!(snapshot.commits(rest.last, 100).await.unwrap().is_none());
    drop(snapshot);
    assert_eq!(base.store.audit_head().await.unwrap().0, 6);
}
