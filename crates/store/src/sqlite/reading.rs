//! A reading transaction in SQLite: in WAL mode it sees one state of the file until it ends.

use super::{fault, value};
use crate::backend::Reading;
use crate::row::Row;
use crate::sql::Sql;
use async_trait::async_trait;
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;
use std::path::PathBuf;
use zhijian_records::port::StoreError;

/// A connection whose transaction has begun; closing it ends the transaction.
pub(super) struct SqliteReading {
    path: PathBuf,
    connection: SqliteConnection,
}

impl SqliteReading {
    /// A transaction that has begun.
    pub fn new(path: PathBuf, connection: SqliteConnection) -> Self {
        Self { path, connection }
    }
}

#[async_trait]
impl Reading for SqliteReading {
    async fn fetch(&mut self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        let (path, doing) = (self.path.clone(), sql.doing);
        let fault = |error| fault::translate(&path, doing, error);
        let arguments = value::arguments(sql.values).map_err(fault)?;
        let rows = sqlx::query_with(AssertSqlSafe(sql.text), arguments).fetch_all(&mut self.connection).await.map_err(fault)?;
        rows.iter().map(value::row).collect::<Result<_, _>>().map_err(fault)
    }
}
