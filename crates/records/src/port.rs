//! The ports: what the door needs from a store. Two adapters implement them (crate `store`), one contract suite runs on both.
//!
//! Rules for every implementation:
//! * absence is `Ok(None)` or an empty list, never an error;
//! * time comes in as a parameter ([`Stamp`], microseconds UTC), never from the database clock;
//! * [`RecordStore::append`] is one transaction: revisions, lookup keys, audit line and outbox event, all or nothing;
//! * a [`Scope`] is applied in the database, to rows, counts and searches alike.

pub use crate::duties::port::DutyStore;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Record id: UUID v7 as 32 lower-case hex digits.
pub type RecordId = String;
/// Revision number, from 1.
pub type Revision = u32;
/// Microseconds since 1970 UTC.
pub type Instant = i64;
/// Hash of a natural key (first 16 bytes of a keyed SM3), so that private parts of keys stay secret.
pub type KeyHash = [u8; 16];

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

/// Who wrote, when, why.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct Stamp {
    /// When.
    pub at: Instant,
    /// Account id, or a system name such as `system:import`.
    pub actor: String,
    /// Reason, purpose or comment; may be empty.
    pub reason: String,
    /// Entrance: `web`, `api`, `excel`, `system`.
    pub source: String,
    /// From where and in which capacity.
    #[serde(default)]
    pub trace: Trace,
}

/// In which capacity and from where something was done; empty where it is not known.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Trace {
    /// Roles of the account at that moment, separated by `,`.
    pub role: String,
    /// First digits of the session's token hash: tells sessions of one account apart, and is no secret.
    pub session: String,
    /// Network address.
    pub address: String,
    /// Region of the record, or of duty of the account where there is no single record.
    pub region: String,
    /// Revision of the record that was seen or written, 0 when there is no single one.
    pub rev: Revision,
}

/// What an audit line says happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// New record.
    Submit,
    /// New revision.
    Amend,
    /// Workflow step.
    Advance,
    /// Retracted.
    Retract,
    /// Bulk write.
    Import,
    /// Derived values were computed again under the present rules.
    Rederive,
    /// Identified data were looked at.
    View,
    /// Data left the platform.
    Export,
    /// Somebody signed in.
    SignIn,
    /// A sign-in failed.
    SignInFailed,
    /// Somebody signed out.
    SignOut,
    /// Accounts, settings or rules changed.
    Administer,
    /// Definitions or the access policy of the running program are others than before.
    Define,
    /// A backup was made.
    Backup,
    /// The store was made from backups.
    Restore,
    /// A record outside the scope was opened in an emergency, or somebody tried to.
    BreakGlass,
    /// A record was assigned to somebody (a case, an appraisal, a review).
    Assign,
    /// Data keys were changed, or values sealed again.
    Reseal,
    /// Private parts were destroyed when their time was over.
    Erase,
    /// A legal hold was placed on a record or lifted.
    Hold,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Submit,
        Self::Amend,
        Self::Advance,
        Self::Retract,
        Self::Import,
        Self::Rederive,
        Self::View,
        Self::Export,
        Self::SignIn,
        Self::SignInFailed,
        Self::SignOut,
        Self::Administer,
        Self::Define,
        Self::Backup,
        Self::Restore,
        Self::BreakGlass,
        Self::Assign,
        Self::Reseal,
        Self::Erase,
        Self::Hold,
    ];

    /// Its word in the database and in files, the same as serde's.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Amend => "amend",
            Self::Advance => "advance",
            Self::Retract => "retract",
            Self::Import => "import",
            Self::Rederive => "rederive",
            Self::View => "view",
            Self::Export => "export",
            Self::SignIn => "sign_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignOut => "sign_out",
            Self::Administer => "administer",
            Self::Define => "define",
            Self::Backup => "backup",
            Self::Restore => "restore",
            Self::BreakGlass => "break_glass",
            Self::Assign => "assign",
            Self::Reseal => "reseal",
            Self::Erase => "erase",
            Self::Hold => "hold",
        }
    }

    /// The action of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }
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

/// What a caller may see, compiled by [`crate::access`]: the union of its parts. Empty lists allow nothing by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Scope {
    /// Everything (system tasks).
    pub all: bool,
    /// Region prefixes: `1303` allows 130300–1303xx. A nine-digit prefix restricts to a township.
    pub regions: Vec<String>,
    /// Owner ids.
    pub owners: Vec<String>,
    /// Ids of single records: an employer's own register entry, cases that were opened to somebody.
    pub ids: Vec<String>,
    /// Records in which a field has a value: the institution that made them, the person they are about.
    pub fields: Vec<Held>,
}

/// A field of the public document that must have a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Held {
    /// Path, dots between levels.
    pub path: String,
    /// Value as text; of blind fields the token.
    pub value: String,
    /// The record must lie in this region too (prefix), or anywhere when empty.
    pub region: String,
}

/// Comparison of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Equal.
    Eq,
    /// One of several (values separated by `,`).
    In,
    /// Begins with.
    Prefix,
    /// Contains (texts; arrays of codes contain the code).
    Contains,
    /// At least.
    Gte,
    /// At most.
    Lte,
    /// Is empty.
    Empty,
}

/// What a filter or sort key looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// A column of the record table: `id`, `region`, `town`, `year`, `event_date`, `owner`, `state`, `recorded_from`.
    System(String),
    /// A field of the document.
    Field {
        /// Path, dots between levels.
        path: String,
        /// Compare as number.
        numeric: bool,
    },
}

/// One filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// What.
    pub column: Column,
    /// How.
    pub op: Op,
    /// With what.
    pub value: String,
}

/// A list query. Retracted records are left out.
#[derive(Debug, Clone)]
pub struct Query {
    /// Kind.
    pub kind: String,
    /// Access scope of the caller.
    pub scope: Scope,
    /// All must hold.
    pub filters: Vec<Filter>,
    /// Search fragments: each inner list is a set of alternatives (public text, hashed fragments joined by `&`), all outer ones must hold.
    pub search: Vec<Vec<String>>,
    /// Sort column.
    pub sort: Column,
    /// Descending.
    pub descending: bool,
    /// Opaque position after which to continue.
    pub cursor: Option<String>,
    /// Most rows.
    pub limit: u32,
    /// State of the records at this instant; `None`: now.
    pub as_of: Option<Instant>,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// Rows.
    pub rows: Vec<Stored>,
    /// Position of the next page.
    pub next: Option<String>,
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

/// A line of the audit chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Sequence number, from 1 without gaps.
    pub seq: i64,
    /// Who, when, why.
    pub stamp: Stamp,
    /// What.
    pub action: Action,
    /// Kind, or empty.
    pub kind: String,
    /// Record id when the line is about one record, else empty.
    pub record: String,
    /// Number of revisions.
    pub count: u32,
    /// Digest of the revisions written ([`crate::audit::commit_digest`]).
    pub digest: String,
    /// Hash of the previous line.
    pub prev: String,
    /// Hash of this line ([`crate::audit::line_hash`]).
    pub hash: String,
}

/// Errors of a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be reached or answered with an error.
    #[error("数据库操作失败：{doing}")]
    Failed {
        /// What we were doing.
        doing: String,
        /// Cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The disk is full.
    #[error("磁盘空间不足，未写入任何内容：{doing}")]
    Full {
        /// What we were doing.
        doing: String,
    },
    /// The file is no database or is damaged.
    #[error("数据库文件损坏或不是职健数据库：{path}")]
    Corrupt {
        /// File.
        path: String,
    },
    /// The database was written by a newer version.
    #[error("数据库结构版本 {found} 高于本程序支持的 {supported}，请升级程序")]
    TooNew {
        /// Found.
        found: i64,
        /// Supported.
        supported: i64,
    },
    /// A query names an unknown column or a broken cursor.
    #[error("查询参数无效：{0}")]
    BadQuery(String),
}

/// Keeps revisions of records. Knows nothing of roles or HTTP.
#[async_trait]
pub trait RecordStore: Send + Sync {
    /// Writes a commit: for each revision, in order, checks `seen` and the natural key, moves the old revision into history,
    /// writes the new one, replaces its lookup keys; then appends the audit line and the outbox event. A commit without revisions
    /// (a view, a sign-in) appends its audit line only. `record` names the record of a single-record action.
    async fn append(&self, commit: Commit, record: &str) -> Result<Committed, StoreError>;
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

/// A user account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Sign-in name.
    pub login: String,
    /// Display name.
    pub name: String,
    /// Argon2id hash in PHC form; empty while an invitation is open.
    pub password: String,
    /// Role codes of domain A.2.
    pub roles: Vec<String>,
    /// Region of duty (code), empty for organisation accounts.
    pub region: String,
    /// Record id of the own employer or institution, or empty.
    pub organisation: String,
    /// May sign in.
    pub active: bool,
    /// Must set a new password first.
    pub must_change: bool,
    /// When the account was made.
    pub created: Instant,
    /// Last sign-in; written by [`AccountStore::touch_account`] alone.
    pub used: Instant,
    /// When the password was set.
    pub password_set: Instant,
}

impl Account {
    /// A new active account without a password.
    #[must_use]
    pub fn new(login: &str, name: &str, roles: &[&str], region: &str, organisation: &str) -> Self {
        Self {
            login: login.to_owned(),
            name: name.to_owned(),
            password: String::new(),
            roles: roles.iter().map(|r| (*r).to_owned()).collect(),
            region: region.to_owned(),
            organisation: organisation.to_owned(),
            active: true,
            must_change: false,
            created: 0,
            used: 0,
            password_set: 0,
        }
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session {
    /// SM3 of the cookie's secret, hex.
    pub token_hash: String,
    /// Account.
    pub login: String,
    /// Begin.
    pub created: Instant,
    /// Last use.
    pub seen: Instant,
    /// Token of forms.
    pub csrf: String,
    /// How it was begun: see [`crate::accounts::way`].
    pub way: String,
    /// Network address it was begun from.
    pub address: String,
    /// What the browser said it is.
    pub device: String,
}

/// What proves an account besides its password.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Factor {
    /// See [`crate::accounts::factor`].
    pub kind: String,
    /// Unique within its kind: a random id, a credential id, the hash of a code or of a subject.
    pub id: String,
    /// Account.
    pub login: String,
    /// Name that its owner gave it.
    pub name: String,
    /// What is needed to check it, sealed where it is secret.
    pub data: Vec<u8>,
    /// Only grows: the last time step or signature count used; of an invitation the instant of its end.
    pub counter: i64,
    /// Since when.
    pub created: Instant,
    /// Last use, 0 before the first.
    pub used: Instant,
}

/// A token of a script.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Token {
    /// SM3 of the token, hex.
    pub hash: String,
    /// Account.
    pub login: String,
    /// What it is for.
    pub name: String,
    /// What it may do: see [`crate::accounts::SCOPES`].
    pub scopes: Vec<String>,
    /// Since when.
    pub created: Instant,
    /// Until when.
    pub expires: Instant,
    /// Last use, 0 before the first.
    pub used: Instant,
}

/// How fast somebody may guess: some attempts are free, then pauses that double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Attempts before the first pause.
    pub free: u32,
    /// First pause.
    pub pause: Instant,
    /// Longest pause.
    pub longest: Instant,
    /// Attempts are forgotten after this long without one.
    pub forget: Instant,
}

impl Pace {
    /// The pause after this many attempts without success.
    #[must_use]
    pub fn after(&self, attempts: u32) -> Instant {
        match attempts.checked_sub(self.free) {
            Some(more) => self.pause.saturating_mul(1_i64.checked_shl(more.min(40)).unwrap_or(i64::MAX)).min(self.longest),
            None => 0,
        }
    }
}

/// Whether an attempt may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Yes. It counts as failed until it is forgiven; if it does fail, nobody may try before this instant (0: at once).
    Granted(Instant),
    /// No, not before this instant.
    Paused(Instant),
}

/// Keeps accounts, what proves them, and sessions.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// One account.
    async fn account(&self, login: &str) -> Result<Option<Account>, StoreError>;
    /// All accounts by login.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;
    /// Writes an account (insert or replace); its last use stays as it is.
    async fn put_account(&self, account: &Account) -> Result<(), StoreError>;
    /// Notes the last use of an account.
    async fn touch_account(&self, login: &str, at: Instant) -> Result<(), StoreError>;
    /// One session.
    async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError>;
    /// Sessions of an account, the latest used first.
    async fn sessions(&self, login: &str) -> Result<Vec<Session>, StoreError>;
    /// Number of sessions that were used since an instant.
    async fn sessions_since(&self, since: Instant) -> Result<u64, StoreError>;
    /// Writes a session (insert or replace).
    async fn put_session(&self, session: &Session) -> Result<(), StoreError>;
    /// Notes the last use of a session, if it still lives.
    async fn touch_session(&self, token_hash: &str, at: Instant) -> Result<(), StoreError>;
    /// Ends a session; false when there was none.
    async fn end_session(&self, token_hash: &str) -> Result<bool, StoreError>;
    /// Ends all sessions of an account.
    async fn end_sessions(&self, login: &str) -> Result<(), StoreError>;
    /// Factors of an account, oldest first.
    async fn factors(&self, login: &str) -> Result<Vec<Factor>, StoreError>;
    /// One factor.
    async fn factor(&self, kind: &str, id: &str) -> Result<Option<Factor>, StoreError>;
    /// Writes a factor (insert or replace).
    async fn put_factor(&self, factor: &Factor) -> Result<(), StoreError>;
    /// Moves a factor's counter forward; false when it has been there already: of two who try, one succeeds.
    async fn advance_factor(&self, kind: &str, id: &str, counter: i64, at: Instant) -> Result<bool, StoreError>;
    /// Takes a factor away; false when it was gone already: of two who try, one succeeds.
    async fn remove_factor(&self, kind: &str, id: &str) -> Result<bool, StoreError>;
    /// Tokens of an account, newest first.
    async fn tokens(&self, login: &str) -> Result<Vec<Token>, StoreError>;
    /// One token.
    async fn token(&self, hash: &str) -> Result<Option<Token>, StoreError>;
    /// Writes a token (insert or replace).
    async fn put_token(&self, token: &Token) -> Result<(), StoreError>;
    /// Notes the last use of a token, if it is still there.
    async fn touch_token(&self, hash: &str, at: Instant) -> Result<(), StoreError>;
    /// Takes a token away; false when it was gone already.
    async fn remove_token(&self, hash: &str) -> Result<bool, StoreError>;
    /// Counts an attempt unless there is a pause, in one step: attempts side by side count one by one.
    async fn admit(&self, key: &str, now: Instant, pace: Pace) -> Result<Admission, StoreError>;
    /// Takes back attempts that succeeded: the given number, or all.
    async fn forgive(&self, key: &str, attempts: Option<u32>) -> Result<(), StoreError>;
    /// End of a pause, 0 when there is none on record.
    async fn paused(&self, key: &str) -> Result<Instant, StoreError>;
    /// Takes away sessions that were last used, and attempts that were last made, before these instants; the number of rows.
    async fn sweep(&self, sessions: Instant, attempts: Instant) -> Result<u64, StoreError>;
}

/// A long piece of work (import, export, evaluation).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Id.
    pub id: String,
    /// `import`, `export`, `evaluate`.
    pub what: String,
    /// Who started it.
    pub login: String,
    /// `running`, `done`, `failed`, `cancelled`.
    pub state: String,
    /// Progress or result as JSON.
    pub progress: String,
    /// Name of the input (file name) and its digest, for resuming.
    pub input: String,
    /// Begin.
    pub started: Instant,
    /// Last sign of life.
    pub updated: Instant,
}

/// Keeps jobs and the findings of imports.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Writes a job (insert or replace).
    async fn put_job(&self, job: &Job) -> Result<(), StoreError>;
    /// One job.
    async fn job(&self, id: &str) -> Result<Option<Job>, StoreError>;
    /// Newest jobs first; of one account when given.
    async fn jobs(&self, login: Option<&str>, limit: u32) -> Result<Vec<Job>, StoreError>;
    /// Unfinished job with this `what` and `input`.
    async fn unfinished(&self, what: &str, input: &str) -> Result<Option<Job>, StoreError>;
    /// Findings of a job after a position, in order of row: `(position, row, JSON)`.
    async fn findings(&self, job: &str, after: i64, limit: u32) -> Result<Vec<(i64, i64, String)>, StoreError>;
}

/// Which audit lines somebody asks for, newest first. Empty texts ask for nothing in particular.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Lines before this number.
    pub before: Option<i64>,
    /// Not earlier.
    pub from: Option<Instant>,
    /// Earlier than.
    pub to: Option<Instant>,
    /// Account.
    pub actor: String,
    /// What happened.
    pub action: Option<Action>,
    /// Kind.
    pub kind: String,
    /// Record.
    pub record: String,
    /// Region prefix.
    pub region: String,
    /// Most lines.
    pub limit: u32,
}

/// A revision with its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Its place inside the commit.
    pub ord: i64,
    /// The revision.
    pub stored: Stored,
}

/// Reads the audit chain in other ways than line after line.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Lines that a query asks for, newest first.
    async fn audit_page(&self, asked: &AuditQuery) -> Result<Vec<AuditLine>, StoreError>;
    /// Number and hash of the last line as the store itself keeps them beside the chain.
    async fn audit_head(&self) -> Result<(i64, String), StoreError>;
    /// Revisions of a kind (current and past) that the commits of a span of numbers wrote, in the order in which they were written;
    /// at most `limit`.
    async fn of_commits(&self, kind: &str, from: i64, to: i64, limit: u32) -> Result<Vec<Placed>, StoreError>;
    /// Revisions of a kind that name a commit which is not in the chain or wrote no record of the kind: `(id, revision, commit)`.
    async fn strays(&self, kind: &str, limit: u32) -> Result<Vec<(RecordId, Revision, i64)>, StoreError>;
    /// Kinds that have tables.
    fn kinds(&self) -> Vec<String>;
}

/// A table of a backup: name, names of its columns, rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// Table.
    pub table: String,
    /// Columns.
    pub columns: Vec<String>,
    /// Rows, values in the order of the columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A value of a backup; the same for every database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// NULL.
    Null,
    /// Whole number.
    Int(i64),
    /// Number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes, base64 in an object of one member.
    Bytes {
        /// The bytes.
        b: String,
    },
}

/// One consistent state of the store, whatever is written meanwhile.
#[async_trait]
pub trait Snapshot: Send {
    /// The audit chain's head in this state.
    fn head(&self) -> (i64, String);
    /// Audit lines after a number with all their columns, and per kind the revisions that they wrote; `None` after the last one.
    async fn commits(&mut self, after: i64, limit: u32) -> Result<Option<Commits>, StoreError>;
    /// The other tables, whole, in pieces. Call until `None`.
    async fn table(&mut self) -> Result<Option<Sheet>, StoreError>;
}

/// A piece of the chain with the revisions that belong to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Commits {
    /// Number of the last line.
    pub last: i64,
    /// Audit lines, then revisions by kind.
    pub sheets: Vec<Sheet>,
}

/// Gives out and takes in the whole content of a store.
#[async_trait]
pub trait ArchiveStore: Send + Sync {
    /// Begins to read one consistent state.
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError>;
    /// Nothing was ever written: no audit line and no account.
    async fn is_empty(&self) -> Result<bool, StoreError>;
    /// Removes everything that a restore that did not come to its end has left.
    async fn clear(&self) -> Result<(), StoreError>;
    /// Takes in audit lines and revisions, up to and including a line.
    async fn take_in(&self, sheets: &[Sheet], up_to: i64) -> Result<(), StoreError>;
    /// Takes in whole tables; rows that are there are replaced.
    async fn take_tables(&self, sheets: &[Sheet]) -> Result<(), StoreError>;
    /// After the last piece: the newest revisions find their place, and so does the head of the chain.
    async fn settle(&self) -> Result<(), StoreError>;
    /// Newest revisions of a kind after an id, in order of id.
    async fn newest(&self, kind: &str, after: &str, limit: u32) -> Result<Vec<Stored>, StoreError>;
    /// Writes lookup keys `(id, way, value)` of a kind.
    async fn put_lookups(&self, kind: &str, keys: &[(RecordId, String, String)]) -> Result<(), StoreError>;
}

/// Everything a deployment's database offers.
pub trait Store: RecordStore + AccountStore + JobStore + AuditStore + ArchiveStore + DutyStore {}
impl<T: RecordStore + AccountStore + JobStore + AuditStore + ArchiveStore + DutyStore> Store for T {}
