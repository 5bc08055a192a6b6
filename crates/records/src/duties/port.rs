//! What the duties need from a store. The table is a cache of what records and rules say: it can be emptied and filled again.

use crate::port::{RecordId, Scope, StoreError};
use async_trait::async_trait;

/// An open duty of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRow {
    /// Duty, by definition.
    pub duty: String,
    /// Kind of the record.
    pub kind: String,
    /// Record.
    pub id: RecordId,
    /// County of the record.
    pub region: String,
    /// Township, or empty.
    pub town: String,
    /// Owner, or empty.
    pub owner: String,
    /// The fields by which access rules ask whose record it is, JSON.
    pub data: String,
    /// The day from which it counts, ISO.
    pub since: String,
    /// Last day, ISO.
    pub due_on: String,
    /// First warning, ISO.
    pub warn_on: String,
    /// The day from which those who watch see it, ISO.
    pub escalate_on: String,
    /// The clock stands still.
    pub paused: bool,
    /// Working days were counted in a year whose days off are not entered.
    pub doubtful: bool,
}

/// Duties of which some records are asked for: one caller's share of the table is the union of its parts.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Duties.
    pub duties: Vec<String>,
    /// Records.
    pub scope: Scope,
    /// Only those that had been escalated by this day.
    pub escalated_by: Option<String>,
}

/// A question for open duties.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Whose share.
    pub parts: Vec<Part>,
    /// One duty only.
    pub duty: Option<String>,
    /// Due on this day or later.
    pub from: Option<String>,
    /// Due on this day at the latest.
    pub until: Option<String>,
    /// Warned about by this day.
    pub warned_by: Option<String>,
    /// Not yet warned about on this day.
    pub warned_after: Option<String>,
    /// One record only: kind and id.
    pub record: Option<(String, String)>,
    /// Records of one owner only.
    pub owner: Option<RecordId>,
    /// Standing still, or running; both when not said.
    pub paused: Option<bool>,
    /// The last row of the page before: due day, record, duty.
    pub after: Option<(String, String, String)>,
    /// Most rows.
    pub limit: u32,
}

/// How many of a duty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    /// Duty.
    pub duty: String,
    /// Past their last day.
    pub overdue: u64,
    /// Warned about and not past it.
    pub soon: u64,
    /// Later.
    pub later: u64,
    /// Standing still.
    pub paused: u64,
}

/// Keeps open duties.
#[async_trait]
pub trait DutyStore: Send + Sync {
    /// In one transaction: takes away the rows of these records (kind, id) for these duties, writes the new ones.
    async fn replace_duties(&self, duties: &[String], records: &[String], rows: &[DutyRow]) -> Result<(), StoreError>;
    /// Open duties by due day, record, duty.
    async fn duties(&self, ask: &Ask) -> Result<Vec<DutyRow>, StoreError>;
    /// Numbers by duty; `today` parts them.
    async fn duty_counts(&self, ask: &Ask, today: &str) -> Result<Vec<Count>, StoreError>;
    /// Numbers by due day, in order of day.
    async fn duty_days(&self, ask: &Ask) -> Result<Vec<(String, u64)>, StoreError>;
    /// Empties the table.
    async fn clear_duties(&self) -> Result<(), StoreError>;
}
