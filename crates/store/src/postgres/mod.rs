//! PostgreSQL: a pool of connections.

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
use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnectOptions, PgPool};
use std::sync::Arc;
use tokio::sync::Semaphore;
use writing::PostgresWriting;
use zhijian_records::port::{Lease, StoreError};

/// An open database.
pub(crate) struct Postgres {
    options: PgConnectOptions,
    pool: PgPool,
    writers: Arc<Semaphore>,
}

#[async_trait]
impl Backend for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn read(&self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        let doing = sql.doing;
        let fault = |error| fault::translate(doing, error);
        let arguments = value::arguments(sql.values).map_err(fault)?;
        let rows = sqlx::query_with(AssertSqlSafe(sql.text), arguments).fetch_all(&self.pool).await.map_err(fault)?;
        rows.iter().map(value::row).collect::<Result<_, _>>().map_err(fault)
    }

    async fn begin(&self) -> Result<Box<dyn Writing>, StoreError> {
        let fault = |error| fault::translate("开始写入", error);
        let permit = Arc::clone(&self.writers).acquire_owned().await.map_err(|_| fault(sqlx::Error::PoolClosed))?;
        let transaction = self.pool.begin().await.map_err(fault)?;
        Ok(Box::new(PostgresWriting { transaction, _permit: permit }))
    }

    async fn snapshot(&self) -> Result<Box<dyn Reading>, StoreError> {
        let fault = |error| fault::translate("开始读取快照", error);
        let mut transaction = self.pool.begin().await.map_err(fault)?;
        let text = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
        sqlx::query(text).execute(&mut *transaction).await.map_err(fault)?;
        Ok(Box::new(reading::PostgresReading { transaction }))
    }

    async fn analyzed_rows(&self) -> Result<Vec<(String, usize)>, StoreError> {
        let text = "SELECT c.relname::text, c.reltuples::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                    WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.reltuples > 0";
        let rows = self.read(Sql::new("读取统计信息", text)).await?;
        Ok(rows.into_iter().map(|mut row| (row.text(0), usize::try_from(row.int(1)).unwrap_or_default())).collect())
    }

    async fn lease(&self, name: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
        lease::take(&self.options, name).await
    }

    fn worth_retrying(&self, error: &StoreError) -> bool {
        fault::worth_retrying(error)
    }

    async fn analyze(&self, table: &str) -> Result<(), StoreError> {
        let run = sqlx::raw_sql(AssertSqlSafe(format!("ANALYZE {table}"))).execute(&self.pool).await;
        run.map(drop).map_err(|error| fault::translate("更新统计信息", error))
    }
}
