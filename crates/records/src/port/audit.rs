//! The audit chain: who did what, from where, and reading it.

use super::{Instant, RecordId, Revision, StoreError, Stored};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

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
    /// Two records of one thing became one.
    Merge,
    /// A merge was undone.
    Unmerge,
    /// A record went to another county with what belongs to it.
    Transfer,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 23] = [
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
        Self::Merge,
        Self::Unmerge,
        Self::Transfer,
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
            Self::Merge => "merge",
            Self::Unmerge => "unmerge",
            Self::Transfer => "transfer",
        }
    }

    /// The action of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }
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
