//! Commits: conflicts, all or nothing, requests that come twice.

use crate::sample::*;
use crate::setup::Base;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use zhijian_records::port::{Action, Checkpoint, Commit, Job, NewRevision, Outcome, Store, StoreError};

const WRITTEN: Outcome = Outcome::Written { rev: 1 };

pub async fn the_second_writer_is_stale(base: &Base) {
    let record = exam("K1", named("first"));
    write(&*base.store, 1, vec![record.clone()]).await;
    assert_eq!(write_one(&*base.store, 2, revised(&record, 1, named("A"))).await, Outcome::Written { rev: 2 });
    assert_eq!(write_one(&*base.store, 3, revised(&record, 1, named("B"))).await, Outcome::Stale { newest: 2 });
    assert_eq!(name(&base.store.find("exam", &record.id).await.unwrap().unwrap()), "A");
    assert_eq!(base.store.history("exam", &record.id).await.unwrap().len(), 2);
}

pub async fn a_revision_of_a_record_that_does_not_exist_is_stale(base: &Base) {
    assert_eq!(write_one(&*base.store, 1, revised(&exam("K1", json!({})), 1, json!({}))).await, Outcome::Stale { newest: 0 });
    assert!(base.store.query(&exams()).await.unwrap().rows.is_empty());
}

pub async fn a_new_record_with_a_known_id_is_stale(base: &Base) {
    let record = exam("K1", json!({}));
    write(&*base.store, 1, vec![record.clone()]).await;
    let twin = NewRevision { id: record.id.clone(), ..exam("K2", json!({})) };
    assert_eq!(write_one(&*base.store, 2, twin).await, Outcome::Stale { newest: 1 });
}

pub async fn a_natural_key_belongs_to_one_record(base: &Base) {
    let (first, second) = (exam("K1", json!({})), exam("K2", json!({})));
    write(&*base.store, 1, vec![first.clone(), second.clone()]).await;
    assert_eq!(write_one(&*base.store, 2, exam("K1", json!({}))).await, Outcome::KeyTaken { id: first.id.clone() });
    let renamed = NewRevision { key: key("K1"), ..revised(&second, 1, json!({})) };
    assert_eq!(write_one(&*base.store, 3, renamed).await, Outcome::KeyTaken { id: first.id.clone() });
    let moved_on = NewRevision { key: key("K9"), ..revised(&first, 1, json!({})) };
    assert_eq!(write_one(&*base.store, 4, moved_on).await, Outcome::Written { rev: 2 });
    assert_eq!(write_one(&*base.store, 5, exam("K1", json!({}))).await, WRITTEN, "a key that was given up is free");
}

pub async fn the_key_of_a_retracted_record_stays_taken(base: &Base) {
    let record = exam("K1", json!({}));
    write(&*base.store, 1, vec![record.clone()]).await;
    write(&*base.store, 2, vec![NewRevision { retracted: true, ..revised(&record, 1, json!({})) }]).await;
    assert_eq!(write_one(&*base.store, 3, exam("K1", json!({}))).await, Outcome::KeyTaken { id: record.id.clone() });
    assert_eq!(write_one(&*base.store, 4, revised(&record, 2, named("back"))).await, Outcome::Written { rev: 3 });
    assert_eq!(names(&*base.store, &exams()).await, ["back"]);
}

pub async fn a_key_can_be_given_up_and_taken_in_one_commit(base: &Base) {
    let (first, second) = (exam("K1", named("1")), exam("K2", named("2")));
    write(&*base.store, 1, vec![first.clone(), second.clone()]).await;
    let give_up = NewRevision { key: key("K3"), ..revised(&first, 1, named("1")) };
    let take = NewRevision { key: key("K1"), ..revised(&second, 1, named("2")) };
    let new = exam("K2", named("3"));
    write(&*base.store, 2, vec![give_up, take, new.clone()]).await;
    let holder = |rows: Vec<zhijian_records::port::Stored>| rows[0].id.clone();
    assert_eq!(holder(base.store.find_by_keys("exam", &[key("K1")]).await.unwrap()), second.id);
    assert_eq!(holder(base.store.find_by_keys("exam", &[key("K2")]).await.unwrap()), new.id);
    assert_eq!(holder(base.store.find_by_keys("exam", &[key("K3")]).await.unwrap()), first.id);
}

pub async fn any_conflict_undoes_a_strict_commit(base: &Base) {
    let store = &*base.store;
    let old = exam("K1", named("old"));
    write(store, 1, vec![old.clone()]).await;
    let done =
        store.append(commit(2, vec![exam("K2", json!({})), revised(&old, 1, named("new")), exam("K1", json!({}))]), "").await.unwrap();
    assert_eq!((done.seq, done.replayed), (0, false));
    assert_eq!(done.outcomes, [WRITTEN, Outcome::Written { rev: 2 }, Outcome::KeyTaken { id: old.id.clone() }]);
    assert_eq!(names(store, &exams()).await, ["old"]);
    assert_eq!(all_revisions(store).await.len(), 1);
    assert_eq!(store.audit(0, 10).await.unwrap().len(), 1);
    assert_eq!(store.events(0, 10).await.unwrap().len(), 1);
    assert_eq!(store.lookup("exam", "no", &["K2".into()]).await.unwrap(), []);
    assert_eq!(write(store, 3, vec![exam("K2", json!({}))]).await, 2, "its number was not used up");
}

pub async fn a_bulk_commit_skips_conflicts_and_reports_them(base: &Base) {
    let store = &*base.store;
    let old = exam("K1", named("old"));
    write(store, 1, vec![old.clone()]).await;
    let first = exam("K2", named("first"));
    let bulk = Commit {
        skip_conflicts: true,
        action: Action::Import,
        ..commit(
            2,
            vec![exam("K1", json!({})), first.clone(), exam("K2", named("second")), revised(&old, 5, json!({})), exam("K3", named("last"))],
        )
    };
    let done = store.append(bulk, "").await.unwrap();
    assert_eq!(
        done.outcomes,
        [
            Outcome::KeyTaken { id: old.id.clone() },
            WRITTEN,
            Outcome::KeyTaken { id: first.id.clone() },
            Outcome::Stale { newest: 1 },
            WRITTEN
        ]
    );
    assert_eq!(done.seq, 2);
    assert_eq!(names(store, &exams()).await, ["old", "first", "last"]);
    let line = store.audit(1, 1).await.unwrap().remove(0);
    assert_eq!((line.count, line.action), (2, Action::Import));
}

pub async fn a_bulk_commit_that_is_all_conflicts_writes_no_audit_line(base: &Base) {
    let store = &*base.store;
    write(store, 1, vec![exam("K1", json!({}))]).await;
    store.put_job(&job("J", "sheet.xlsx", 1)).await.unwrap();
    let bulk = Commit {
        skip_conflicts: true,
        checkpoint: Some(Checkpoint { job: "J".into(), progress: "{\"row\":1}".into(), findings: vec![(1, "\"重复\"".into())] }),
        ..commit(2, vec![exam("K1", json!({}))])
    };
    let done = store.append(bulk, "").await.unwrap();
    assert_eq!(done.seq, 0);
    assert_eq!(store.audit(0, 10).await.unwrap().len(), 1);
    assert_eq!(store.job("J").await.unwrap().unwrap().progress, "{\"row\":1}", "but its progress is saved");
    assert_eq!(store.findings("J", 0, 10).await.unwrap().len(), 1);
}

pub async fn one_commit_can_revise_a_record_twice(base: &Base) {
    let store = &*base.store;
    let record = exam("K1", named("1"));
    let seq = write(store, 100, vec![record.clone(), revised(&record, 1, named("2"))]).await;
    write(store, 200, vec![revised(&record, 2, named("3")), revised(&record, 3, named("4"))]).await;
    let history = store.history("exam", &record.id).await.unwrap();
    let seen: Vec<_> = history.iter().map(|row| (row.rev, name(row), row.recorded_from, row.recorded_to)).collect();
    let text = str::to_owned;
    assert_eq!(
        seen,
        [(1, text("1"), 100, Some(100)), (2, text("2"), 100, Some(200)), (3, text("3"), 200, Some(200)), (4, text("4"), 200, None)]
    );
    assert_eq!(store.of_commit("exam", seq).await.unwrap().len(), 2);
    crate::audit::verify(store).await.unwrap();
}

pub async fn a_commit_without_records_adds_its_audit_line_only(base: &Base) {
    let store = &*base.store;
    let view = Commit { action: Action::View, ..commit(1, vec![]) };
    let done = store.append(view, "someone").await.unwrap();
    assert_eq!((done.seq, done.outcomes.len()), (1, 0));
    let sign_in = Commit { kind: String::new(), action: Action::SignIn, ..commit(2, vec![]) };
    store.append(sign_in, "").await.unwrap();
    let lines = store.audit(0, 10).await.unwrap();
    assert_eq!((lines[0].action, lines[0].record.as_str(), lines[0].count), (Action::View, "someone", 0));
    assert_eq!((lines[1].action, lines[1].kind.as_str()), (Action::SignIn, ""));
    assert!(store.events(0, 10).await.unwrap().is_empty(), "nothing for the outbox");
    crate::audit::verify(store).await.unwrap();
}

pub async fn a_repeated_request_writes_nothing_and_gives_the_first_answer(base: &Base) {
    let store = &*base.store;
    let taken = exam("K1", json!({}));
    write(store, 1, vec![taken.clone()]).await;
    let request = || Commit {
        idempotency: Some("zhang/request-1".into()),
        skip_conflicts: true,
        ..commit(2, vec![exam("K2", json!({})), exam("K1", json!({})), revised(&taken, 7, json!({}))])
    };
    let first = store.append(request(), "").await.unwrap();
    assert_eq!((first.seq, first.replayed), (2, false));
    let second = store.append(request(), "").await.unwrap();
    assert_eq!((second.seq, second.replayed, &second.outcomes), (2, true, &first.outcomes));
    assert_eq!(store.audit(0, 10).await.unwrap().len(), 2);
    // A strict commit that was refused may be sent again after the conflict is gone.
    let refused = || Commit { idempotency: Some("zhang/request-2".into()), ..commit(3, vec![exam("K1", json!({}))]) };
    assert_eq!(store.append(refused(), "").await.unwrap().seq, 0);
    write(store, 4, vec![NewRevision { key: key("K8"), ..revised(&taken, 1, json!({})) }]).await;
    let done = store.append(refused(), "").await.unwrap();
    assert_eq!((done.outcomes, done.replayed), (vec![WRITTEN], false));
}

pub async fn a_checkpoint_is_saved_with_its_rows_or_not_at_all(base: &Base) {
    let store = &*base.store;
    store.put_job(&job("J", "sheet.xlsx", 1)).await.unwrap();
    let checkpoint = |progress: &str, rows: &[i64]| {
        Some(Checkpoint {
            job: "J".into(),
            progress: progress.into(),
            findings: rows.iter().map(|row| (*row, format!("\"第{row}行\""))).collect(),
        })
    };
    let first = exam("K1", json!({}));
    store.append(Commit { checkpoint: checkpoint("10", &[2, 1]), ..commit(5, vec![first.clone()]) }, "").await.unwrap();
    let undone = store.append(Commit { checkpoint: checkpoint("20", &[3]), ..commit(6, vec![exam("K1", json!({}))]) }, "").await.unwrap();
    assert_eq!(undone.seq, 0);
    let job = store.job("J").await.unwrap().unwrap();
    assert_eq!((job.progress.as_str(), job.updated), ("10", 5));
    let findings = store.findings("J", 0, 10).await.unwrap();
    assert_eq!(findings, [(1, 1, "\"第1行\"".to_owned()), (2, 2, "\"第2行\"".to_owned())]);
    let unknown = Some(Checkpoint { job: "none".into(), progress: String::new(), findings: vec![] });
    let refused = store.append(Commit { checkpoint: unknown, ..commit(7, vec![exam("K2", json!({}))]) }, "").await;
    assert!(matches!(refused, Err(StoreError::BadQuery(_))), "{refused:?}");
    assert_eq!(store.count(&exams(), 10).await.unwrap(), 1, "nor are its rows");
}

pub async fn documents_that_would_break_every_query_are_refused(base: &Base) {
    let store = &*base.store;
    let rows: &[(&str, NewRevision)] = &[
        ("no JSON", NewRevision { data: "{broken".into(), ..exam("K1", json!({})) }),
        ("an escaped NUL", exam("K2", json!({"n": "a\u{0}b"}))),
        ("a NUL in a column", NewRevision { state: "a\u{0}".into(), ..exam("K3", json!({})) }),
        ("a NUL in a lookup key", NewRevision { lookups: vec![("no".into(), "\u{0}".into())], ..exam("K4", json!({})) }),
    ];
    for (why, record) in rows {
        let refused = store.append(commit(1, vec![record.clone()]), "").await;
        assert!(matches!(refused, Err(StoreError::BadQuery(_))), "{why}: {refused:?}");
    }
    assert_eq!(store.count_by(&exams(), &field("n")).await.unwrap(), []);
}

pub async fn eight_writers_leave_no_gap(base: &Base) {
    let mut tasks = Vec::new();
    for writer in 0..8 {
        let store = Arc::clone(&base.store);
        tasks.push(tokio::spawn(async move {
            for n in 0..10 {
                let records = (0..3).map(|m| exam(&format!("{writer}-{n}-{m}"), named("x"))).collect();
                write(&*store, 10 * n + writer, records).await;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let lines = base.store.audit(0, 1000).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.seq).collect::<Vec<_>>(), (1..=80).collect::<Vec<_>>());
    assert_eq!(base.store.count(&exams(), 1000).await.unwrap(), 240);
    crate::audit::verify(&*base.store).await.unwrap();
}

pub async fn two_writers_of_one_record_do_not_both_win(base: &Base) {
    let record = exam("K1", named("0"));
    write(&*base.store, 1, vec![record.clone()]).await;
    let race = |n: i64, store: Arc<dyn Store>, record: NewRevision| async move {
        let same_key = write_one(&*store, n, exam("same key", named("x"))).await;
        let same_record = write_one(&*store, n, revised(&record, 1, named(&n.to_string()))).await;
        (matches!(same_key, Outcome::Written { .. }), matches!(same_record, Outcome::Written { .. }))
    };
    let tasks: Vec<_> = (2..10).map(|n| tokio::spawn(race(n, Arc::clone(&base.store), record.clone()))).collect();
    let mut winners = (0, 0);
    for task in tasks {
        let (same_key, same_record) = task.await.unwrap();
        winners.0 += i32::from(same_key);
        winners.1 += i32::from(same_record);
    }
    assert_eq!(winners, (1, 1));
    assert_eq!(base.store.history("exam", &record.id).await.unwrap().len(), 2);
}

pub async fn a_writer_that_gives_up_half_way_leaves_nothing(base: &Base) {
    for n in 0..20_u64 {
        let records: Vec<_> = (0..200).map(|m| exam(&format!("{n}-{m}"), named("x"))).collect();
        let append = base.store.append(commit(1, records), "");
        let _ = tokio::time::timeout(Duration::from_micros(n * 700), append).await;
    }
    write(&*base.store, 2, vec![exam("last", named("last"))]).await;
    let counts: BTreeSet<u32> = base.store.audit(0, 100).await.unwrap().iter().map(|line| line.count).collect();
    assert!(counts.is_subset(&BTreeSet::from([1, 200])), "{counts:?}");
    let lines: u64 = base.store.audit(0, 100).await.unwrap().iter().map(|line| u64::from(line.count)).sum();
    assert_eq!(base.store.count(&exams(), 100_000).await.unwrap(), lines);
    crate::audit::verify(&*base.store).await.unwrap();
}

/// A running import.
pub fn job(id: &str, input: &str, started: i64) -> Job {
    Job {
        id: id.into(),
        what: "import".into(),
        login: "zhang".into(),
        state: "running".into(),
        progress: "{}".into(),
        input: input.into(),
        started,
        updated: started,
    }
}

pub async fn several_commits_are_one_transaction(base: &Base) {
    let (first, second, third) = (exam("K1", named("1")), exam("K2", named("2")), exam("K3", named("3")));
    let both = vec![(commit(1, vec![first.clone()]), first.id.clone()), (commit(1, vec![second.clone(), third.clone()]), String::new())];
    let done = base.store.append_all(both).await.unwrap();
    assert_eq!(done.iter().map(|d| d.seq).collect::<Vec<_>>(), [1, 2], "a line each, one after the other");
    assert_eq!(base.store.of_commit("exam", 2).await.unwrap().len(), 2);
    // The second commit of a transaction sees what the first did: the key that it gave up is free.
    let give_up = NewRevision { key: key("K9"), ..revised(&first, 1, named("1")) };
    let take = NewRevision { key: key("K1"), ..revised(&second, 1, named("2")) };
    let done =
        base.store.append_all(vec![(commit(2, vec![give_up]), String::new()), (commit(2, vec![take]), String::new())]).await.unwrap();
    assert!(done.iter().all(|d| d.outcomes == [Outcome::Written { rev: 2 }]), "{done:?}");
    // A conflict in the last undoes the first.
    let good = NewRevision { key: key("K9"), ..revised(&first, 2, named("never")) };
    let stale = revised(&third, 7, named("never"));
    let done = base.store.append_all(vec![(commit(3, vec![good]), String::new()), (commit(3, vec![stale]), String::new())]).await.unwrap();
    assert_eq!(done.last().unwrap().outcomes, [Outcome::Stale { newest: 1 }]);
    assert!(done.iter().all(|d| d.seq == 0), "nothing was written");
    assert_eq!(name(&base.store.find("exam", &first.id).await.unwrap().unwrap()), "1");
    assert_eq!(base.store.audit(0, 100).await.unwrap().len(), 4);
}
