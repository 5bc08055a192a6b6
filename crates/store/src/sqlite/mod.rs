//! SQLite: one file, one writer, a few readers (WAL). A commit is on the disk before it is acknowledged.

mod fault;
mod lease;
mod open;
mod reading;
mod value;
mod writing;

pub(crate) use open::open;

use crate::backend::{Backend, Reading, Writing};
use crate::dialect::Dialect;
use crate::row::Row;
use crate::sql::Sql;
use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{AssertSqlSafe, Connection};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Mutex;
use writing::SqliteWriting;
use zhijian_records::port::{Lease, StoreError};

/// An open file.
pub(crate) struct Sqlite {
    path: PathBuf,
    options: SqliteConnectOptions,
    /// The writer's connection; `None` after a transaction that was neither committed nor undone: it is then opened anew.
    writer: Arc<Mutex<Option<SqliteConnection>>>,
    readers: SqlitePool,
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

    async fn snapshot(&self) -> Result<Box<dyn Reading>, StoreError> {
        let fault = |error| fault::translate(&self.path, "开始读取快照", error);
        // A connection of its own: the transaction lasts as long as a backup does.
        let options = self.options.clone().pragma("query_only", "ON");
        let mut connection = SqliteConnection::connect_with(&options).await.map_err(fault)?;
        sqlx::query("BEGIN").execute(&mut connection).await.map_err(fault)?;
        Ok(Box::new(reading::SqliteReading::new(self.path.clone(), connection)))
    }

    async fn analyzed_rows(&self) -> Result<Vec<(String, usize)>, StoreError> {
        let known = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'";
        let doing = "读取统计信息";
        if self.read(Sql::new(doing, known)).await?.first_mut().map_or(0, |row| row.int(0)) == 0 {
            return Ok(Vec::new());
        }
        // The first number of an index's statistics is its number of rows.
        let text = "SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl";
        let rows = self.read(Sql::new(doing, text)).await?;
        Ok(rows.into_iter().map(|mut row| (row.text(0), usize::try_from(row.int(1)).unwrap_or_default())).collect())
    }

    async fn lease(&self, name: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
        lease::take(&self.path, name)
    }

    fn worth_retrying(&self, _error: &StoreError) -> bool {
        // Transactions begin exclusively and wait for one another, so they cannot get in each other's way later.
        false
    }

    /// Reads every index, so that the planner knows how common each value is (`sqlite_stat4`, which a limited analysis leaves
    /// out): a list of a whole province and one of a single county want different indexes.
    async fn analyze(&self, table: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.run(Sql::new("更新统计信息", format!("ANALYZE {table}"))).await?;
        tx.commit().await
    }
}
