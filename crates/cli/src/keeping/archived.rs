//! The readings of a deployment as everybody asks for them: rows of the database, and of the archive where the database has let them go.

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use zhijian_lake::readings::{Archive, Row};
use zhijian_records::port::StoreError;
use zhijian_telemetry::readings::{Batch, Bucket, Fate, Held, HeldQuery, Kept, ReadingKeeper, ReadingStore, Series, Tally};
use zhijian_telemetry::windows::{Quality, Reading};

const DOING: &str = "读取监测数据归档";
/// How much of the archive is read at a time, milliseconds: a month.
const STEP_MS: i64 = 31 * 86_400_000;

/// Both together.
pub struct Archived {
    /// The database.
    pub keeper: Arc<dyn ReadingKeeper>,
    /// The archive.
    pub archive: Arc<Archive>,
}

fn failed(source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Failed { doing: DOING.into(), source: Box::new(source) }
}

fn kept(row: &Row) -> Kept {
    Kept {
        reading: Reading {
            at_ms: row.at_ms,
            value: row.value,
            quality: Quality::read(row.quality).unwrap_or(Quality::Fault),
            seq: u64::try_from(row.seq).unwrap_or_default(),
        },
        arrived_ms: row.arrived_ms,
    }
}

impl Archived {
    /// The moment before which the archive has to be asked.
    async fn border(&self) -> Result<i64, StoreError> {
        let archive = Arc::clone(&self.archive);
        tokio::task::spawn_blocking(move || archive.reload().map(|catalog| catalog.removed_before_ms))
            .await
            .map_err(failed)?
            .map_err(failed)
    }

    async fn old(&self, series: &Series, from: i64, to: i64) -> Result<Vec<Row>, StoreError> {
        let (archive, series) = (Arc::clone(&self.archive), series.clone());
        tokio::task::spawn_blocking(move || archive.rows(&series.device, &series.factor, from, to)).await.map_err(failed)?.map_err(failed)
    }
}

#[async_trait]
impl ReadingStore for Archived {
    async fn append(&self, batch: &Batch) -> Result<Vec<Fate>, StoreError> {
        self.keeper.append(batch).await
    }

    async fn last(&self, series: &[Series]) -> Result<Vec<Option<Kept>>, StoreError> {
        // The newest reading of a series never leaves the database.
        self.keeper.last(series).await
    }

    async fn range(&self, series: &Series, from_ms: i64, to_ms: i64, limit: u32) -> Result<Vec<Kept>, StoreError> {
        let border = self.border().await?.min(to_ms);
        // Nothing is older than the archive's first day.
        let begin = self.archive.catalog().days.first().map_or(border, |day| zhijian_lake::readings::start_of(*day));
        let mut found: BTreeMap<i64, Kept> = BTreeMap::new();
        let mut from = from_ms.max(begin);
        while from < border && found.len() < limit as usize {
            let to = from.saturating_add(STEP_MS).min(border);
            found.extend(self.old(series, from, to).await?.iter().map(|row| (row.at_ms, kept(row))));
            from = to;
        }
        // What was read of the archive ends here, unless it ends where the database begins.
        let until = if from < border { from } else { to_ms };
        found.extend(self.keeper.range(series, from_ms, until, limit).await?.into_iter().map(|kept| (kept.reading.at_ms, kept)));
        Ok(found.into_values().take(limit as usize).collect())
    }

    async fn buckets(&self, series: &Series, from_ms: i64, to_ms: i64, width_ms: i64) -> Result<Vec<Bucket>, StoreError> {
        let (border, width) = (self.border().await?.min(to_ms), width_ms.max(1));
        if from_ms >= border {
            return self.keeper.buckets(series, from_ms, to_ms, width).await;
        }
        // The first piece that is of the database alone.
        let cut = from_ms.saturating_add(((border - from_ms) + width - 1).div_euclid(width).saturating_mul(width)).min(to_ms);
        let mut pieces: BTreeMap<i64, Bucket> = BTreeMap::new();
        for kept in self.range(series, from_ms, cut, u32::MAX).await?.iter().filter(|kept| kept.reading.quality == Quality::Ok) {
            let (start_ms, value) = (from_ms + (kept.reading.at_ms - from_ms).div_euclid(width) * width, kept.reading.value);
            let one = Bucket { start_ms, low: value, high: value, total: value, count: 1 };
            pieces.entry(start_ms).and_modify(|piece| *piece = piece.with(&one)).or_insert(one);
        }
        let mut all: Vec<Bucket> = pieces.into_values().collect();
        if cut < to_ms {
            all.extend(self.keeper.buckets(series, cut, to_ms, width).await?);
        }
        Ok(all)
    }

    async fn sum_up(&self, now_ms: i64) -> Result<u64, StoreError> {
        self.keeper.sum_up(now_ms).await
    }

    async fn dropped(&self, devices: Option<&[String]>) -> Result<u64, StoreError> {
        self.keeper.dropped(devices).await
    }

    async fn count(&self) -> Result<u64, StoreError> {
        self.keeper.count().await
    }

    async fn held(&self, query: &HeldQuery) -> Result<Vec<Held>, StoreError> {
        self.keeper.held(query).await
    }

    async fn tallies(&self, devices: Option<&[String]>) -> Result<Vec<Tally>, StoreError> {
        self.keeper.tallies(devices).await
    }
}
