//! Records to write, and short ways to ask for them.

use serde_json::{Value, json};
use zhijian_records::audit::content_hash;
use zhijian_records::port::{
    Action, Column, Commit, Committed, Filter, KeyHash, NewRevision, Op, Outcome, Query, Scope, Stamp, Store, Stored,
};

/// A new id; ids grow.
pub fn id() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

/// The hash of a natural key (any function will do here).
pub fn key(text: &str) -> KeyHash {
    content_hash("", "", text, b"key")[..16].try_into().unwrap()
}

/// A new exam record whose natural key is `name`.
pub fn exam(name: &str, data: Value) -> NewRevision {
    sealed(NewRevision {
        id: id(),
        seen: None,
        region: "130302".into(),
        town: "130302001".into(),
        year: 2024,
        event_date: "2024-03-05".into(),
        owner: "e".repeat(32),
        state: "submitted".into(),
        key: key(name),
        data: data.to_string(),
        secret: vec![0, 1, 255],
        retracted: false,
        search: name.to_owned(),
        lookups: vec![("no".into(), name.to_owned())],
        hash: [0; 32],
    })
}

/// A record with its content's hash.
pub fn sealed(mut record: NewRevision) -> NewRevision {
    record.hash = content_hash(&record.region, &record.state, &record.data, &record.secret);
    record
}

/// The next revision of a record.
pub fn revised(record: &NewRevision, seen: u32, data: Value) -> NewRevision {
    sealed(NewRevision { seen: Some(seen), data: data.to_string(), ..record.clone() })
}

/// A commit at an instant; any conflict undoes it.
pub fn commit(at: i64, revisions: Vec<NewRevision>) -> Commit {
    Commit {
        kind: "exam".into(),
        action: Action::Submit,
        stamp: Stamp {
            at,
            actor: "zhang".into(),
            reason: "首次填报".into(),
            source: "web".into(),
            trace: zhijian_records::port::Trace::default(),
        },
        revisions,
        skip_conflicts: false,
        checkpoint: None,
        idempotency: None,
    }
}

/// Writes revisions that must all be accepted; returns the commit's number.
pub async fn write(store: &dyn Store, at: i64, revisions: Vec<NewRevision>) -> i64 {
    let done = store.append(commit(at, revisions), "").await.unwrap();
    let written = |outcome: &Outcome| matches!(outcome, Outcome::Written { .. });
    assert!(done.outcomes.iter().all(written), "{:?}", done.outcomes);
    done.seq
}

/// Writes one revision and returns what became of it.
pub async fn write_one(store: &dyn Store, at: i64, revision: NewRevision) -> Outcome {
    let Committed { mut outcomes, .. } = store.append(commit(at, vec![revision]), "").await.unwrap();
    outcomes.remove(0)
}

/// Everybody's scope.
pub fn everything() -> Scope {
    Scope { all: true, ..Scope::default() }
}

/// All exams, in order of id.
pub fn exams() -> Query {
    Query {
        kind: "exam".into(),
        scope: everything(),
        filters: Vec::new(),
        search: Vec::new(),
        sort: Column::System("id".into()),
        descending: false,
        cursor: None,
        limit: 1000,
        as_of: None,
    }
}

/// A field as text.
pub fn field(path: &str) -> Column {
    Column::Field { path: path.into(), numeric: false }
}

/// A field as number.
pub fn number(path: &str) -> Column {
    Column::Field { path: path.into(), numeric: true }
}

/// A column of the table.
pub fn system(name: &str) -> Column {
    Column::System(name.into())
}

/// A filter.
pub fn filter(column: Column, op: Op, value: &str) -> Filter {
    Filter { column, op, value: value.into() }
}

/// Values of the field `n` of a query's rows.
pub async fn names(store: &dyn Store, query: &Query) -> Vec<String> {
    store.query(query).await.unwrap().rows.iter().map(name).collect()
}

/// Value of the field `n`.
pub fn name(row: &Stored) -> String {
    let data: Value = serde_json::from_str(&row.data).unwrap();
    data["n"].as_str().unwrap_or_default().to_owned()
}

/// A document that only has a name.
pub fn named(name: &str) -> Value {
    json!({ "n": name })
}

/// All revisions that there are.
pub async fn all_revisions(store: &dyn Store) -> Vec<Stored> {
    let mut rows = Vec::new();
    for partition in store.partitions().await.unwrap() {
        let mut after = None;
        loop {
            let (mut part, next) = store.scan(&partition, after, 3).await.unwrap();
            rows.append(&mut part);
            if next.is_none() {
                break;
            }
            after = next;
        }
    }
    rows
}
