//! A writing transaction in SQLite.

use super::{fault, value};
use crate::backend::Writing;
use crate::row::Row;
use crate::schema::Target;
use crate::sql::{Sql, Value};
use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Error};
use std::fmt::Write as _;
use std::path::PathBuf;
use tokio::sync::OwnedMutexGuard;
use zhijian_records::port::StoreError;

/// Rows of the largest insert statement. Fewer rows go in statements of half the size, a quarter, … so that few
/// different statements are ever prepared.
const ROWS_A_STATEMENT: usize = 64;

/// The transaction has the writer's connection to itself and puts it back when it ends well. One that is dropped closes the
/// connection instead, which undoes the transaction whatever state it is in: on a full disk SQLite may have undone it already.
pub(super) struct SqliteWriting {
    path: PathBuf,
    slot: OwnedMutexGuard<Option<SqliteConnection>>,
    connection: SqliteConnection,
}

impl SqliteWriting {
    /// A transaction that has begun.
    pub fn new(path: PathBuf, slot: OwnedMutexGuard<Option<SqliteConnection>>, connection: SqliteConnection) -> Self {
        Self { path, slot, connection }
    }

    fn fault(&self, doing: &str) -> impl Fn(Error) -> StoreError + use<> {
        let (path, doing) = (self.path.clone(), doing.to_owned());
        move |error| fault::translate(&path, &doing, error)
    }

    async fn end(mut self: Box<Self>, doing: &str, statement: &'static str) -> Result<(), StoreError> {
        let fault = self.fault(doing);
        sqlx::query(statement).execute(&mut self.connection).await.map_err(fault)?;
        let Self { mut slot, connection, .. } = *self;
        *slot = Some(connection);
        Ok(())
    }
}

#[async_trait]
impl Writing for SqliteWriting {
    async fn fetch(&mut self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        let fault = self.fault(sql.doing);
        let arguments = value::arguments(sql.values).map_err(&fault)?;
        let rows = sqlx::query_with(AssertSqlSafe(sql.text), arguments).fetch_all(&mut self.connection).await.map_err(&fault)?;
        rows.iter().map(value::row).collect::<Result<_, _>>().map_err(fault)
    }

    async fn run(&mut self, sql: Sql) -> Result<u64, StoreError> {
        let fault = self.fault(sql.doing);
        let arguments = value::arguments(sql.values).map_err(&fault)?;
        let done = sqlx::query_with(AssertSqlSafe(sql.text), arguments).execute(&mut self.connection).await.map_err(fault)?;
        Ok(done.rows_affected())
    }

    async fn script(&mut self, doing: &'static str, text: &str) -> Result<(), StoreError> {
        let fault = self.fault(doing);
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut self.connection).await.map_err(fault)?;
        Ok(())
    }

    async fn insert(&mut self, doing: &'static str, target: &Target, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        let mut rows = rows.into_iter();
        let mut size = ROWS_A_STATEMENT;
        while rows.len() > 0 {
            if rows.len() < size {
                size /= 2;
                continue;
            }
            let mut sql = Sql::new(doing, statement(target, size));
            sql.values = rows.by_ref().take(size).flatten().collect();
            self.run(sql).await?;
        }
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.end("提交", "COMMIT").await
    }

    async fn rollback(self: Box<Self>) -> Result<(), StoreError> {
        self.end("撤销", "ROLLBACK").await
    }
}

/// `INSERT INTO … VALUES (?, …), …` with so many rows.
fn statement(target: &Target, rows: usize) -> String {
    let row = format!("({})", vec!["?"; target.columns.len()].join(","));
    let mut text = target.insert_into();
    for index in 0..rows {
        let before = if index == 0 { " VALUES " } else { "," };
        let _ = write!(text, "{before}{row}");
    }
    text + target.ending()
}
