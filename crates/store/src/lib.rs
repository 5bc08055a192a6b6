#![doc = include_str!("../README.md")]

mod accounts;
mod append;
mod archive;
mod audit;
mod backend;
mod dialect;
mod engine;
mod factors;
mod history;
mod jobs;
mod lookup;
mod notices;
mod outbox;
mod partitions;
mod postgres;
mod query;
mod readings;
mod row;
mod schema;
mod settings;
mod sql;
mod sqlite;
mod statistics;
mod throttle;
mod tokens;

pub use readings::{open as open_readings, open_keeper as open_reading_keeper, open_with as open_readings_with};

use std::sync::Arc;
use zhijian_records::port::{Column, Store, StoreError};

/// What a kind asks of its tables.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// Kind.
    pub kind: String,
    /// Columns and fields that are filtered or sorted by, each of which gets an index.
    pub indexes: Vec<Column>,
}

/// Opens a database, brings its schema up to date and creates the tables and indexes of the kinds.
///
/// `url` is `sqlite:///path/file.sqlite` or `postgres://user@host/database`. For SQLite `?max_page_count=N` limits the file's size
/// (as a full disk would); for PostgreSQL `?options[search_path]=name` chooses the schema.
///
/// # Errors
/// [`StoreError::Corrupt`] when the file is damaged or no database of ours, [`StoreError::TooNew`] when a newer version wrote
/// it, [`StoreError::BadQuery`] when the URL or a table's name makes no sense.
pub async fn open(url: &str, tables: &[TableSpec]) -> Result<Arc<dyn Store>, StoreError> {
    let backend: Arc<dyn backend::Backend> = if url.starts_with("sqlite:") {
        sqlite::open(url).await?
    } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        postgres::open(url).await?
    } else {
        return Err(StoreError::BadQuery("数据库地址须以 sqlite:// 或 postgres:// 开头".into()));
    };
    Ok(Arc::new(engine::Engine::open(backend, tables).await?))
}
