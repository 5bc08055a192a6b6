//! The whole content of a store, out and in: for backups, and for moving from one database to the other.
//!
//! Records go by the chain: audit lines in order, each with the revisions that its commit wrote, so that a backup continues where the
//! last one ended and a restore can stop at any line. What can be made again (lookup keys, partitions, positions of consumers) and what
//! ends with the machine (sessions) is left out; every other table goes whole.

mod intake;
mod snapshot;
mod tables;

use crate::engine::Engine;
use async_trait::async_trait;
use zhijian_records::port::{ArchiveStore, RecordId, Sheet, Snapshot, StoreError, Stored};

/// Name of the sheet of audit lines.
const AUDIT: &str = "audit";
/// Names of sheets of revisions begin with this.
const REVISIONS: &str = "revisions:";
/// The end of a revision whose successor has not come yet.
const OPEN_END: i64 = -1;

#[async_trait]
impl ArchiveStore for Engine {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        snapshot::begin(self).await
    }

    async fn is_empty(&self) -> Result<bool, StoreError> {
        intake::is_empty(self).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        intake::clear(self).await
    }

    async fn take_in(&self, sheets: &[Sheet], up_to: i64) -> Result<(), StoreError> {
        intake::take_in(self, sheets, up_to).await
    }

    async fn take_tables(&self, sheets: &[Sheet]) -> Result<(), StoreError> {
        intake::take_tables(self, sheets).await
    }

    async fn settle(&self) -> Result<(), StoreError> {
        intake::settle(self).await
    }

    async fn newest(&self, kind: &str, after: &str, limit: u32) -> Result<Vec<Stored>, StoreError> {
        intake::newest(self, kind, after, limit).await
    }

    async fn put_lookups(&self, kind: &str, keys: &[(RecordId, String, String)]) -> Result<(), StoreError> {
        intake::put_lookups(self, kind, keys).await
    }
}
