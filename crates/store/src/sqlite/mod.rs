//! SQLite: one file, one writer, a few readers (WAL). A commit is on the disk before it is acknowledged.

mod fault;
mod lease;
mod open;
mod value;
mod writing;

pub(crate) use open::open;

use crate::backend::{Backend, Writing};
use crate::dialect::Dialect;
use crate::row::Row;
use crate::sql::Sql;
use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{AssertSqlSafe, Connection};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Mutex;
use writing::SqliteWriting;
use zhijian_records::port::{Lease, StoreError};

/// Renew the planner's statistics after this many revisions.
const RENEW_AFTER: usize = 50_000;

/// An open file.
pub(crate) struct Sqlite {
    path: PathBuf,
    options: SqliteConnectOptions,
    /// The writer's connection; `None` after a transaction that was neither committed nor undone: it is then opened anew.
    writer: Arc<Mutex<Option<SqliteConnection>>>,
    readers: SqlitePool,
    written: AtomicUsize,
}

#[async_trait]
impl Backend for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn read(&self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        let doing = sql.doing;
        let fault = |error| fault::translate(&self.path, doing, error);
        let arguments = value::arguments(sql.values).map_err(fault)?;
        let rows = sqlx::query_with(AssertSqlSafe(sql.text), arguments).fetch_all(&self.readers).await.map_err(fault)?;
        rows.iter().map(value::row).collect::<Result<_, _>>().map_err(fault)
    }

    async fn begin(&self) -> Result<Box<dyn Writing>, StoreError> {
        let mut slot = Arc::clone(&self.writer).lock_owned().await;
        let fault = |error| fault::translate(&self.path, "开始写入", error);
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => SqliteConnection::connect_with(&self.options).await.map_err(fault)?,
        };
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.map_err(fault)?;
        Ok(Box::new(SqliteWriting::new(self.path.clone(), slot, connection)))
    }

    async fn lease(&self, name: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
        lease::take(&self.path, name)
    }

    fn worth_retrying(&self, _error: &StoreError) -> bool {
        // Transactions begin exclusively and wait for one another, so they cannot get in each other's way later.
        false
    }

    async fn after_writing(&self, revisions: usize) {
        if self.written.fetch_add(revisions, Ordering::Relaxed) + revisions < RENEW_AFTER {
            return;
        }
        self.written.store(0, Ordering::Relaxed);
        let mut slot = self.writer.lock().await;
        if let Some(connection) = slot.as_mut()
            && let Err(error) = sqlx::query("PRAGMA optimize").execute(connection).await
        {
            tracing::warn!(%error, "cannot renew the statistics of the query planner");
        }
    }
}
