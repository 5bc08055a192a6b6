//! Opening a file: make sure that it is a healthy database of ours before anything is written to it.

use super::{Sqlite, fault, value};
use crate::backend::Backend;
use crate::sql::bad;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use zhijian_records::port::StoreError;

const DOING: &str = "打开数据库";

/// Readers beside the writer.
const READERS: u32 = 6;

/// Memory for pages, in KiB (SQLite wants it negative): the writer holds the indexes of a bulk import, readers the upper pages.
const WRITER_CACHE: &str = "-65536";
const READER_CACHE: &str = "-16384";

/// Pages (of 4 KiB) in the write-ahead log before they are copied into the file. A bulk import rewrites the same index pages in every
/// transaction; the larger the log, the fewer times they are copied, and the fewer times the file is flushed to the disk.
const WAL_PAGES: &str = "16000";

/// Opens or creates the file of `sqlite:///path?max_page_count=N`.
pub(crate) async fn open(url: &str) -> Result<Arc<dyn Backend>, StoreError> {
    let (options, most_pages) = options(url)?;
    let path = options.get_filename().to_owned();
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| StoreError::Failed { doing: DOING.into(), source: error.into() })?;
    }
    let mut writer_options = options.clone().pragma("cache_size", WRITER_CACHE);
    if let Some(pages) = most_pages {
        writer_options = writer_options.pragma("max_page_count", pages.to_string());
    }
    let fault = |error| fault::translate(&path, DOING, error);
    let mut writer = SqliteConnection::connect_with(&writer_options).await.map_err(fault)?;
    refuse_strangers(&path, &mut writer).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(None)
        // A reader learns of new planner statistics when it opens the file.
        .max_lifetime(Duration::from_secs(600))
        .acquire_timeout(Duration::from_secs(60))
        .connect_with(options.pragma("cache_size", READER_CACHE).pragma("query_only", "ON"))
        .await
        .map_err(fault)?;
    let writer = Arc::new(Mutex::new(Some(writer)));
    Ok(Arc::new(Sqlite { path, options: writer_options, writer, readers }))
}

/// Connection options, and the largest number of pages.
fn options(url: &str) -> Result<(SqliteConnectOptions, Option<u32>), StoreError> {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    if address.contains(":memory:") {
        return Err(bad("不支持内存数据库，请给出文件"));
    }
    let mut most_pages = None;
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("max_page_count", pages)) => most_pages = Some(pages.parse().map_err(|_| bad("max_page_count 须为整数"))?),
            _ => return Err(bad(format!("数据库地址中的参数无效：{parameter}"))),
        }
    }
    let options = SqliteConnectOptions::from_str(address)
        .map_err(|error| bad(format!("数据库地址无效：{error}")))?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(30))
        .statement_cache_capacity(200)
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", WAL_PAGES)
        .pragma("journal_size_limit", "134217728")
        .disable_statement_logging();
    Ok((options, most_pages))
}

/// A database that has tables but not ours belongs to somebody else.
async fn refuse_strangers(path: &Path, writer: &mut SqliteConnection) -> Result<(), StoreError> {
    let fault = |error| fault::translate(path, DOING, error);
    let text = "SELECT count(*), count(*) FILTER (WHERE name = 'schema_version') FROM sqlite_schema WHERE type = 'table'";
    let row = sqlx::query(text).fetch_one(writer).await.map_err(fault)?;
    let mut row = value::row(&row).map_err(fault)?;
    let (tables, ours) = (row.int(0), row.int(1));
    if tables > 0 && ours == 0 { Err(fault::corrupt(path)) } else { Ok(()) }
}
