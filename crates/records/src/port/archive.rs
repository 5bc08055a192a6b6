//! The whole content of a store, for backups and restores.

use super::{RecordId, StoreError, Stored};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

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
