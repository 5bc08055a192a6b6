//! The ports: what the door needs from a store. Two adapters implement them (crate `store`), one contract suite runs on both.
//!
//! Rules for every implementation:
//! * absence is `Ok(None)` or an empty list, never an error;
//! * time comes in as a parameter ([`Stamp`], microseconds UTC), never from the database clock;
//! * [`RecordStore::append`] is one transaction: revisions, lookup keys, audit line and outbox event, all or nothing;
//! * a [`Scope`] is applied in the database, to rows, counts and searches alike.

mod accounts;
mod archive;
mod audit;
mod jobs;
mod query;
mod records;

pub use crate::duties::port::DutyStore;
pub use crate::notices::port::NoticeStore;
pub use accounts::*;
pub use archive::*;
pub use audit::*;
pub use jobs::*;
pub use query::*;
pub use records::*;

/// Record id: UUID v7 as 32 lower-case hex digits.
pub type RecordId = String;

/// Revision number, from 1.
pub type Revision = u32;

/// Microseconds since 1970 UTC.
pub type Instant = i64;

/// Hash of a natural key (first 16 bytes of a keyed SM3), so that private parts of keys stay secret.
pub type KeyHash = [u8; 16];

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

/// Everything a deployment's database offers.
pub trait Store: RecordStore + AccountStore + JobStore + AuditStore + ArchiveStore + DutyStore + NoticeStore {}

impl dyn Store {
    /// All rows of a query, page after page of its `limit`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn all(&self, mut query: Query) -> Result<Vec<Stored>, StoreError> {
        let mut rows = Vec::new();
        loop {
            let page = self.query(&query).await?;
            rows.extend(page.rows);
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(rows);
            }
        }
    }
}

impl<T: RecordStore + AccountStore + JobStore + AuditStore + ArchiveStore + DutyStore + NoticeStore> Store for T {}
