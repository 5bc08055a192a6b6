//! A reading transaction in PostgreSQL: repeatable read, so that it sees one state until it ends.

use super::{fault, value};
use crate::backend::Reading;
use crate::row::Row;
use crate::sql::Sql;
use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Transaction};
use zhijian_records::port::StoreError;

/// The transaction; dropping it ends it.
pub(super) struct PostgresReading {
    pub transaction: Transaction<'static, sqlx::Postgres>,
}

#[async_trait]
impl Reading for PostgresReading {
    async fn fetch(&mut self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        let doing = sql.doing;
        let fault = |error| fault::translate(doing, error);
        let arguments = value::arguments(sql.values).map_err(fault)?;
        let rows = sqlx::query_with(AssertSqlSafe(sql.text), arguments).fetch_all(&mut *self.transaction).await.map_err(fault)?;
        rows.iter().map(value::row).collect::<Result<_, _>>().map_err(fault)
    }
}
