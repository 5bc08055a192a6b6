//! What the engine needs from a database connection. The two adapters do this and nothing else.

use crate::dialect::Dialect;
use crate::row::Row;
use crate::schema::Target;
use crate::sql::{Sql, Value};
use async_trait::async_trait;
use zhijian_records::port::{Lease, StoreError};

/// An open database.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// Its SQL.
    fn dialect(&self) -> Dialect;
    /// Runs a query outside a transaction; the answer is one consistent state.
    async fn read(&self, sql: Sql) -> Result<Vec<Row>, StoreError>;
    /// Begins a writing transaction. Dropping it undoes it.
    async fn begin(&self) -> Result<Box<dyn Writing>, StoreError>;
    /// Begins to read one consistent state, whatever is written meanwhile.
    async fn snapshot(&self) -> Result<Box<dyn Reading>, StoreError>;
    /// Takes a lease.
    async fn lease(&self, name: &str) -> Result<Option<Box<dyn Lease>>, StoreError>;
    /// Whether a failed transaction may succeed when it is simply tried again.
    fn worth_retrying(&self, error: &StoreError) -> bool;
    /// Renews what the query planner knows about a table: right after a large import it would read lists the long way.
    async fn analyze(&self, table: &str) -> Result<(), StoreError>;
    /// Tables whose statistics are known, with the number of rows that they had.
    async fn analyzed_rows(&self) -> Result<Vec<(String, usize)>, StoreError>;
}

/// A reading transaction. Dropping it ends it.
#[async_trait]
pub(crate) trait Reading: Send {
    /// Runs a query.
    async fn fetch(&mut self, sql: Sql) -> Result<Vec<Row>, StoreError>;
}

/// A writing transaction.
#[async_trait]
pub(crate) trait Writing: Send {
    /// Runs a query.
    async fn fetch(&mut self, sql: Sql) -> Result<Vec<Row>, StoreError>;
    /// Runs a statement and returns the number of rows it touched.
    async fn run(&mut self, sql: Sql) -> Result<u64, StoreError>;
    /// Runs statements separated by semicolons.
    async fn script(&mut self, doing: &'static str, text: &str) -> Result<(), StoreError>;
    /// Inserts rows in as few statements as the database likes best.
    async fn insert(&mut self, doing: &'static str, target: &Target, rows: Vec<Vec<Value>>) -> Result<(), StoreError>;
    /// Makes everything durable.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
    /// Undoes everything.
    async fn rollback(self: Box<Self>) -> Result<(), StoreError>;
}
