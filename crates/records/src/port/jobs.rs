//! Long pieces of work and the findings of imports.

use super::{Instant, StoreError};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

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

impl Job {
    /// A new one that runs.
    #[must_use]
    pub fn begun(what: &str, login: &str, input: &str, now: Instant) -> Self {
        Self {
            id: uuid::Uuid::now_v7().simple().to_string(),
            what: what.to_owned(),
            login: login.to_owned(),
            state: "running".into(),
            progress: String::new(),
            input: input.to_owned(),
            started: now,
            updated: now,
        }
    }
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
