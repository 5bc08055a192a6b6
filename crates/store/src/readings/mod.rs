//! Readings of on-line devices: a file of their own for SQLite, tables of the same database for PostgreSQL.

mod append;
mod ask;
mod hours;
mod keeper;
mod quarantine;
mod rows;

use crate::backend::Backend;
use crate::dialect::Dialect;
use crate::sql::{Sql, bad};
use crate::{postgres, schema, sqlite};
use async_trait::async_trait;
use std::sync::Arc;
use zhijian_records::port::StoreError;
use zhijian_telemetry::readings::{
    Arrival, Batch, Bucket, Fate, Held, HeldQuery, Kept, ReadingKeeper, ReadingStore, Reopened, Room, Series, Tally,
};

const DOING: &str = "打开监测数据库";
/// Steps of the file's tables, each taken once.
const STEPS: [&str; 3] = [
    include_str!("../../migrations/readings/0001_readings.sql"),
    include_str!("../../migrations/readings/0002_hours.sql"),
    include_str!("../../migrations/readings/0003_reopened.sql"),
];

/// Where readings are.
struct ReadingsBase {
    backend: Arc<dyn Backend>,
    memory: append::Memory,
}

/// Opens the readings of a deployment, making their tables at the first start.
///
/// `url` is `sqlite:///path/readings.db` (a file beside the database; `?max_page_count=N` limits it as a full disk would), or the address of the
/// deployment's PostgreSQL.
///
/// # Errors
/// As [`crate::open`].
pub async fn open(url: &str) -> Result<Arc<dyn ReadingStore>, StoreError> {
    open_with(url, Room::default()).await
}

/// As [`open`], with a room for the quarantine.
///
/// # Errors
/// As [`crate::open`].
pub async fn open_with(url: &str, room: Room) -> Result<Arc<dyn ReadingStore>, StoreError> {
    Ok(base(url, room).await?)
}

/// As [`open_with`], for whoever keeps old readings elsewhere.
///
/// # Errors
/// As [`crate::open`].
pub async fn open_keeper(url: &str, room: Room) -> Result<Arc<dyn ReadingKeeper>, StoreError> {
    Ok(base(url, room).await?)
}

async fn base(url: &str, room: Room) -> Result<Arc<ReadingsBase>, StoreError> {
    let backend = if url.starts_with("sqlite:") {
        let backend = sqlite::open(url).await?;
        prepare(&*backend).await?;
        backend
    } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        let backend = postgres::open(url).await?;
        schema::migrate(&*backend).await?;
        backend
    } else {
        return Err(bad("数据库地址须以 sqlite:// 或 postgres:// 开头"));
    };
    Ok(Arc::new(ReadingsBase { backend, memory: append::Memory::new(room) }))
}

async fn prepare(backend: &dyn Backend) -> Result<(), StoreError> {
    let mut tx = backend.begin().await?;
    tx.script(DOING, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)").await?;
    let rows = tx.fetch(Sql::new(DOING, "SELECT version FROM schema_version")).await?;
    let found = rows.into_iter().next().map_or(0, |mut row| row.int(0));
    let supported = i64::try_from(STEPS.len()).unwrap_or_default();
    if found > supported {
        tx.rollback().await?;
        return Err(StoreError::TooNew { found, supported });
    }
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        tx.script(DOING, step).await?;
    }
    if found < supported {
        tx.run(Sql::new(DOING, "DELETE FROM schema_version")).await?;
        tx.run(Sql::with(DOING, "INSERT INTO schema_version (version) VALUES ($1)", [supported.into()])).await?;
    }
    tx.commit().await
}

impl ReadingsBase {
    fn dialect(&self) -> Dialect {
        self.backend.dialect()
    }
}

#[async_trait]
impl ReadingStore for ReadingsBase {
    async fn append(&self, batch: &Batch) -> Result<Vec<Fate>, StoreError> {
        append::append(&*self.backend, &self.memory, batch).await
    }

    async fn last(&self, series: &[Series]) -> Result<Vec<Option<Kept>>, StoreError> {
        ask::last(&*self.backend, series).await
    }

    async fn range(&self, series: &Series, from_ms: i64, to_ms: i64, limit: u32) -> Result<Vec<Kept>, StoreError> {
        ask::range(&*self.backend, series, from_ms, to_ms, limit).await
    }

    async fn buckets(&self, series: &Series, from_ms: i64, to_ms: i64, width_ms: i64) -> Result<Vec<Bucket>, StoreError> {
        if hours::fits(from_ms, width_ms) {
            return hours::buckets(&*self.backend, series, from_ms, to_ms, width_ms).await;
        }
        ask::buckets(&*self.backend, series, from_ms, to_ms, width_ms).await
    }

    async fn sum_up(&self, now_ms: i64) -> Result<u64, StoreError> {
        hours::sum_up(&*self.backend, now_ms).await
    }

    async fn count(&self) -> Result<u64, StoreError> {
        ask::count(&*self.backend).await
    }

    async fn held(&self, query: &HeldQuery) -> Result<Vec<Held>, StoreError> {
        ask::held(&*self.backend, self.dialect(), query).await
    }

    async fn tallies(&self, devices: Option<&[String]>) -> Result<Vec<Tally>, StoreError> {
        ask::tallies(&*self.backend, self.dialect(), devices).await
    }

    async fn dropped(&self, devices: Option<&[String]>) -> Result<u64, StoreError> {
        ask::dropped(&*self.backend, self.dialect(), devices).await
    }
}

#[async_trait]
impl ReadingKeeper for ReadingsBase {
    async fn series(&self, after: Option<&Series>, limit: u32) -> Result<Vec<Series>, StoreError> {
        keeper::series(&*self.backend, after, limit).await
    }

    async fn first(&self, series: &Series) -> Result<Option<i64>, StoreError> {
        keeper::first(&*self.backend, series).await
    }

    async fn reopened(&self) -> Result<Vec<Reopened>, StoreError> {
        keeper::reopened(&*self.backend).await
    }

    async fn settle(&self, days: &[Reopened]) -> Result<(), StoreError> {
        keeper::settle(&*self.backend, days).await
    }

    async fn remove(&self, series: &Series, before_ms: i64) -> Result<u64, StoreError> {
        keeper::remove(&*self.backend, series, before_ms).await
    }

    async fn put_back(&self, rows: &[Arrival], held: &[Held], tallies: &[Tally]) -> Result<(), StoreError> {
        append::put_back(&*self.backend, rows, held, tallies).await
    }
}
