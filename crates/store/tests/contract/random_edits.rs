//! Random sequences of edits against a model that is too simple to be wrong.

use crate::sample::*;
use crate::setup::Base;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use zhijian_records::port::{Commit, NewRevision, Outcome, Query};

/// One thing that somebody tries: which record, under which key, having seen which revision.
#[derive(Debug, Clone)]
struct Attempt {
    record: usize,
    key: usize,
    seen: Option<u32>,
    retracted: bool,
}

fn attempts() -> impl Strategy<Value = Vec<(bool, Vec<Attempt>)>> {
    let attempt = (0..4usize, 0..4usize, proptest::option::of(1..5u32), proptest::bool::weighted(0.2))
        .prop_map(|(record, key, seen, retracted)| Attempt { record, key, seen, retracted });
    proptest::collection::vec((any::<bool>(), proptest::collection::vec(attempt, 1..6)), 1..12)
}

/// The newest revision, key and state of each record.
type Model = BTreeMap<usize, (u32, usize, bool)>;

fn expected(model: &mut Model, attempt: &Attempt, ids: &[String]) -> Outcome {
    let newest = model.get(&attempt.record).map(|(rev, _, _)| *rev);
    if newest != attempt.seen {
        return Outcome::Stale { newest: newest.unwrap_or(0) };
    }
    let holder = model.iter().find(|(record, (_, key, _))| **record != attempt.record && *key == attempt.key);
    if let Some((record, _)) = holder {
        return Outcome::KeyTaken { id: ids[*record].clone() };
    }
    let rev = newest.unwrap_or(0) + 1;
    model.insert(attempt.record, (rev, attempt.key, attempt.retracted));
    Outcome::Written { rev }
}

pub async fn any_sequence_of_edits_keeps_history_whole(base: &Base) {
    let mut runner = TestRunner::deterministic();
    for round in 0..12 {
        let commits = attempts().new_tree(&mut runner).unwrap().current();
        run(base, round, &commits).await;
    }
}

async fn run(base: &Base, round: usize, commits: &[(bool, Vec<Attempt>)]) {
    let store = &*base.store;
    let ids: Vec<String> = (0..4).map(|_| id()).collect();
    let mut model = Model::new();
    let mut revisions = 0;
    for (at, (skip_conflicts, attempts)) in (1..).zip(commits) {
        let mut after = model.clone();
        let outcomes: Vec<_> = attempts.iter().map(|attempt| expected(&mut after, attempt, &ids)).collect();
        let written = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Written { .. })).count();
        let revision = |attempt: &Attempt| NewRevision {
            id: ids[attempt.record].clone(),
            seen: attempt.seen,
            retracted: attempt.retracted,
            key: key(&format!("{round}-{}", attempt.key)),
            search: format!("round{round}"),
            ..exam("x", named(&attempt.key.to_string()))
        };
        let records = attempts.iter().map(revision).map(sealed).collect();
        let done = store.append(Commit { skip_conflicts: *skip_conflicts, ..commit(at, records) }, "").await.unwrap();
        assert_eq!(done.outcomes, outcomes, "{commits:?}");
        if *skip_conflicts || written == attempts.len() {
            model = after;
            revisions += written;
        }
    }
    let shown = model.values().filter(|(_, _, retracted)| !retracted).count();
    let query = Query { search: vec![vec![format!("round{round}")]], ..exams() };
    assert_eq!(store.query(&query).await.unwrap().rows.len(), shown, "{commits:?}");
    let mut kept = 0;
    for (record, id) in ids.iter().enumerate() {
        let history = store.history("exam", id).await.unwrap();
        kept += history.len();
        assert_eq!(history.last().map(|row| row.rev), model.get(&record).map(|(rev, _, _)| *rev));
        for (row, rev) in history.iter().zip(1..) {
            assert_eq!(row.rev, rev);
        }
        for pair in history.windows(2) {
            assert_eq!(pair[0].recorded_to, Some(pair[1].recorded_from), "no gap and no overlap");
        }
    }
    assert_eq!(kept, revisions, "{commits:?}");
    crate::audit::verify(store).await.unwrap();
}
