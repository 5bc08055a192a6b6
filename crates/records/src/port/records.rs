//! Revisions of records, commits, the outbox: what is kept and how it is written and found.

use super::{Action, AuditLine, Column, Instant, KeyHash, Page, Query, RecordId, Revision, Stamp, StoreError};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One revision as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Kind.
    pub kind: String,
    /// Id.
    pub id: RecordId,
    /// Revision.
    pub rev: Revision,
    /// Responsible county or zone (6 digits).
    pub region: String,
    /// Township (9 digits), empty when unknown.
    pub town: String,
    /// Year of the event date, 0 when there is none: the lake's partition.
    pub year: i32,
    /// Event date, ISO, empty when there is none.
    pub event_date: String,
    /// Organisation that owns the record (record id of the employer or institution), or empty.
    pub owner: String,
    /// Workflow state, or empty.
    pub state: String,
    /// Natural key.
    pub key: KeyHash,
    /// Public document, JSON text. Private fields are absent; blind ones hold their token.
    pub data: String,
    /// Encrypted private fields.
    pub secret: Vec<u8>,
    /// Retracted: kept, but not shown or counted.
    pub retracted: bool,
    /// When this revision became the newest.
    pub recorded_from: Instant,
    /// When the next one did.
    pub recorded_to: Option<Instant>,
    /// Audit sequence number of the commit that wrote it.
    pub commit: i64,
}

impl Stored {
    /// The public document.
    #[must_use]
    pub fn document(&self) -> Map<String, Value> {
        serde_json::from_str(&self.data).unwrap_or_default()
    }
}

/// A revision to write.
#[derive(Debug, Clone)]
pub struct NewRevision {
    /// Id (new or existing).
    pub id: RecordId,
    /// Revision that the writer saw, `None` for a new record.
    pub seen: Option<Revision>,
    /// See [`Stored`].
    pub region: String,
    /// See [`Stored`].
    pub town: String,
    /// See [`Stored`].
    pub year: i32,
    /// See [`Stored`].
    pub event_date: String,
    /// See [`Stored`].
    pub owner: String,
    /// See [`Stored`].
    pub state: String,
    /// See [`Stored`].
    pub key: KeyHash,
    /// See [`Stored`].
    pub data: String,
    /// See [`Stored`].
    pub secret: Vec<u8>,
    /// See [`Stored`].
    pub retracted: bool,
    /// Normalised text of the search fields and hashed fragments of private ones, separated by blanks; empty when not searchable.
    pub search: String,
    /// Lookup keys `(way, value)` under which references find this record; replace the previous ones.
    pub lookups: Vec<(String, String)>,
    /// SM3 over data and secret ([`crate::audit::content_hash`]).
    pub hash: [u8; 32],
}

/// One transaction.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Kind of all its revisions.
    pub kind: String,
    /// What is done.
    pub action: Action,
    /// Who, when, why.
    pub stamp: Stamp,
    /// Revisions, written in this order.
    pub revisions: Vec<NewRevision>,
    /// `false`: any conflict undoes the whole transaction and nothing is written. `true` (bulk): conflicting revisions are skipped and reported.
    pub skip_conflicts: bool,
    /// Progress of a job saved in the same transaction.
    pub checkpoint: Option<Checkpoint>,
    /// Key of an idempotent request; a second commit with it writes nothing and returns the first one's outcome.
    pub idempotency: Option<String>,
}

/// A kept revision whose private part is sealed again or destroyed. What the audit chain covers stays as it is; the store refuses anything else.
#[derive(Debug, Clone, PartialEq)]
pub struct Rewrite {
    /// Record.
    pub id: RecordId,
    /// Revision, newest or older.
    pub rev: Revision,
    /// Its sealed part and its document as they were read: a revision that looks otherwise by now is left alone.
    pub was: (Vec<u8>, String),
    /// Its sealed part from now on.
    pub secret: Vec<u8>,
    /// Its document from now on; only blind tokens may differ.
    pub data: String,
    /// Its natural key from now on; `None` leaves it.
    pub key: Option<KeyHash>,
    /// What finds the record: search text and lookup keys, of the newest revision only; `None` leaves them.
    pub found_by: Option<(String, Vec<(String, String)>)>,
}

/// Rewrites of one kind in one transaction.
#[derive(Debug, Clone)]
pub struct Rewriting {
    /// Kind.
    pub kind: String,
    /// Revisions.
    pub rewrites: Vec<Rewrite>,
    /// Line of the audit chain, when this is to be on it: what, who and why, which record, and the partitions whose facts change.
    pub line: Option<RewriteLine>,
    /// Progress of a job saved in the same transaction.
    pub checkpoint: Option<Checkpoint>,
    /// When.
    pub at: Instant,
}

/// The audit line of a rewriting.
#[derive(Debug, Clone)]
pub struct RewriteLine {
    /// What.
    pub action: Action,
    /// Who, when, why.
    pub stamp: Stamp,
    /// Record when it is about one, else empty.
    pub record: String,
    /// `(region, year)` of lake partitions to be read again.
    pub partitions: Vec<(String, i32)>,
}

/// Progress of a job, saved with the rows it stands for.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Job id.
    pub job: String,
    /// Progress as JSON.
    pub progress: String,
    /// Findings of the chunk: `(row number, JSON)`.
    pub findings: Vec<(i64, String)>,
}

/// What became of one revision of a commit.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Written.
    Written {
        /// Its number.
        rev: Revision,
    },
    /// Another record has the natural key.
    KeyTaken {
        /// That record.
        id: RecordId,
    },
    /// Somebody saved meanwhile.
    Stale {
        /// Newest revision.
        newest: Revision,
    },
}

/// Result of a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// Audit sequence number; 0 when nothing was written.
    pub seq: i64,
    /// One outcome a revision, in order.
    pub outcomes: Vec<Outcome>,
    /// The idempotency key had been used before.
    pub replayed: bool,
}

/// A lake partition's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Partition {
    /// Kind.
    pub kind: String,
    /// Region.
    pub region: String,
    /// Year.
    pub year: i32,
}

/// An outbox event: one commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Audit sequence number.
    pub seq: i64,
    /// Kind.
    pub kind: String,
    /// Action.
    pub action: Action,
    /// Partitions touched, of the new revisions and of those they replaced.
    pub partitions: Vec<Partition>,
    /// When.
    pub at: Instant,
}

/// Keeps revisions of records. Knows nothing of roles or HTTP.
#[async_trait]
pub trait RecordStore: Send + Sync {
    /// Writes a commit: for each revision, in order, checks `seen` and the natural key, moves the old revision into history,
    /// writes the new one, replaces its lookup keys; then appends the audit line and the outbox event. A commit without revisions
    /// (a view, a sign-in) appends its audit line only. `record` names the record of a single-record action.
    async fn append(&self, commit: Commit, record: &str) -> Result<Committed, StoreError>;
    /// Several commits, of several kinds, in one transaction: each has its line on the chain, in this order and one after the other. Any
    /// conflict undoes all; then the outcomes up to the commit with the conflict are given, and nothing is written (sequence numbers 0).
    async fn append_all(&self, commits: Vec<(Commit, RecordId)>) -> Result<Vec<Committed>, StoreError>;
    /// Seals revisions again or destroys their private parts, without changing what the audit chain says of them; returns how many were
    /// rewritten. A revision that looks otherwise by now is left alone.
    async fn rewrite(&self, work: Rewriting) -> Result<u64, StoreError>;
    /// The newest revision, retracted ones included.
    async fn find(&self, kind: &str, id: &str) -> Result<Option<Stored>, StoreError>;
    /// All revisions of a record, oldest first.
    async fn history(&self, kind: &str, id: &str) -> Result<Vec<Stored>, StoreError>;
    /// Newest revisions with these natural keys (at most 1,000 keys).
    async fn find_by_keys(&self, kind: &str, keys: &[KeyHash]) -> Result<Vec<Stored>, StoreError>;
    /// Records found by a lookup way: `(value, id, region, town)` for each match, in order of id; retracted ones left out.
    async fn lookup(&self, kind: &str, way: &str, values: &[String]) -> Result<Vec<LookupHit>, StoreError>;
    /// A page of a list.
    async fn query(&self, query: &Query) -> Result<Page, StoreError>;
    /// Number of rows of a query (cursor and limit ignored), counted up to `at_most`.
    async fn count(&self, query: &Query, at_most: u64) -> Result<u64, StoreError>;
    /// Number of rows by value of a column, within scope and filters of the query, largest first, at most 200 values.
    async fn count_by(&self, query: &Query, column: &Column) -> Result<Vec<(String, u64)>, StoreError>;
    /// All lake partitions that have any revision.
    async fn partitions(&self) -> Result<Vec<Partition>, StoreError>;
    /// Revisions (current and past, retracted too) of a partition in a fixed order, `limit` at a time; continue with the returned position.
    async fn scan(&self, partition: &Partition, after: Option<String>, limit: u32) -> Result<(Vec<Stored>, Option<String>), StoreError>;
    /// Outbox events after a sequence number, in order.
    async fn events(&self, after: i64, limit: u32) -> Result<Vec<Event>, StoreError>;
    /// Position of an outbox consumer (0 when new).
    async fn position(&self, consumer: &str) -> Result<i64, StoreError>;
    /// Moves a consumer's position forward.
    async fn set_position(&self, consumer: &str, seq: i64) -> Result<(), StoreError>;
    /// Audit lines after a sequence number, in order.
    async fn audit(&self, after: i64, limit: u32) -> Result<Vec<AuditLine>, StoreError>;
    /// Revisions written by a commit (current or past), for verification.
    async fn of_commit(&self, kind: &str, seq: i64) -> Result<Vec<Stored>, StoreError>;
    /// Takes a named exclusive lease that dies with the process; `None` when somebody else holds it.
    async fn lease(&self, name: &str) -> Result<Option<Box<dyn Lease>>, StoreError>;
    /// Reads a setting.
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError>;
    /// Settings whose names begin with a prefix, in order of name.
    async fn settings(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError>;
    /// Writes a setting.
    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError>;
}

/// An exclusive lease; released when dropped.
pub trait Lease: Send + Sync {}

/// A record found by a lookup way.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupHit {
    /// Value asked for.
    pub value: String,
    /// Record.
    pub id: RecordId,
    /// Its region.
    pub region: String,
    /// Its township.
    pub town: String,
    /// Its owner.
    pub owner: String,
}
