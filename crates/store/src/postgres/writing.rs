//! A writing transaction in PostgreSQL.

use super::{fault, value};
use crate::backend::Writing;
use crate::row::Row;
use crate::schema::{ColumnType, Target};
use crate::sql::{Sql, Value};
use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Transaction};
use tokio::sync::OwnedSemaphorePermit;
use zhijian_records::port::StoreError;

/// The transaction; dropping it undoes it.
pub(super) struct PostgresWriting {
    pub transaction: Transaction<'static, sqlx::Postgres>,
    pub _permit: OwnedSemaphorePermit,
}

#[async_trait]
impl Writing for PostgresWriting {
    async fn fetch(&mut self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        value::fetch(&mut self.transaction, sql).await
    }

    async fn run(&mut self, sql: Sql) -> Result<u64, StoreError> {
        let doing = sql.doing;
        let fault = |error| fault::translate(doing, error);
        let arguments = value::arguments(sql.values).map_err(fault)?;
        let done = sqlx::query_with(AssertSqlSafe(sql.text), arguments).execute(&mut *self.transaction).await.map_err(fault)?;
        Ok(done.rows_affected())
    }

    async fn script(&mut self, doing: &'static str, text: &str) -> Result<(), StoreError> {
        let run = sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *self.transaction).await;
        run.map(drop).map_err(|error| fault::translate(doing, error))
    }

    /// One statement with one array a column, however many rows there are.
    async fn insert(&mut self, doing: &'static str, target: &Target, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut sql = Sql::new(doing, statement(target));
        sql.values = columns(target, rows);
        self.run(sql).await.map(drop)
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(|error| fault::translate("提交", error))
    }

    async fn rollback(self: Box<Self>) -> Result<(), StoreError> {
        self.transaction.rollback().await.map_err(|error| fault::translate("撤销", error))
    }
}

fn statement(target: &Target) -> String {
    let mut selected = Vec::new();
    let mut arrays = Vec::new();
    let mut names = Vec::new();
    for (index, (_, column_type)) in target.columns.iter().enumerate() {
        let number = index + 1;
        let (array, cast) = match column_type {
            ColumnType::Text => ("text", ""),
            ColumnType::Json => ("text", "::json"),
            ColumnType::Int => ("bigint", ""),
            ColumnType::Blob => ("bytea", ""),
        };
        selected.push(format!("c{number}{cast}"));
        arrays.push(format!("${number}::{array}[]"));
        names.push(format!("c{number}"));
    }
    let (selected, arrays, names) = (selected.join(", "), arrays.join(", "), names.join(", "));
    format!("{} SELECT {selected} FROM unnest({arrays}) AS rows({names}){}", target.insert_into(), target.ending())
}

/// Turns rows into one array a column.
fn columns(target: &Target, rows: Vec<Vec<Value>>) -> Vec<Value> {
    let mut columns: Vec<Value> = target
        .columns
        .iter()
        .map(|(_, column_type)| match column_type {
            ColumnType::Text | ColumnType::Json => Value::Texts(Vec::with_capacity(rows.len())),
            ColumnType::Int => Value::Ints(Vec::with_capacity(rows.len())),
            ColumnType::Blob => Value::Blobs(Vec::with_capacity(rows.len())),
        })
        .collect();
    for (column, value) in rows.into_iter().flat_map(|row| (0..).zip(row)) {
        match (columns.get_mut(column), value) {
            (Some(Value::Texts(texts)), Value::Text(text)) => texts.push(text),
            (Some(Value::Ints(numbers)), Value::Int(number)) => numbers.push(number),
            (Some(Value::Blobs(blobs)), Value::Blob(blob)) => blobs.push(blob),
            (_, value) => debug_assert!(false, "column {column} does not take {value:?}"),
        }
    }
    columns
}
