//! A reading transaction in PostgreSQL: repeatable read, so that it sees one state until it ends.

use super::value;
use crate::backend::Reading;
use crate::row::Row;
use crate::sql::Sql;
use async_trait::async_trait;
use sqlx::Transaction;
use zhijian_records::port::StoreError;

/// The transaction; dropping it ends it.
pub(super) struct PostgresReading {
    pub transaction: Transaction<'static, sqlx::Postgres>,
}

#[async_trait]
impl Reading for PostgresReading {
    async fn fetch(&mut self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        value::fetch(&mut self.transaction, sql).await
    }
}
