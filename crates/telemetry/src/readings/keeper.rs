//! What keeps readings for years needs of a store: to go through its series, to know which closed days changed after all, and to let rows go.

use super::{Arrival, Held, ReadingStore, Series, Tally};
use async_trait::async_trait;
use zhijian_records::port::StoreError;

/// A day of a series to which readings came when it was long over: asked-for history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopened {
    /// Which series.
    pub series: Series,
    /// The day, counted from 1970-01-01 in China.
    pub day: i64,
    /// How often; tells whether more came since it was looked at.
    pub times: i64,
}

/// Milliseconds by which China's days begin before those of UTC.
const OFFSET_MS: i64 = 8 * 3_600_000;

/// The day in China of a moment in Unix milliseconds, counted from 1970-01-01.
#[must_use]
pub const fn day_of(at_ms: i64) -> i64 {
    at_ms.saturating_add(OFFSET_MS).div_euclid(86_400_000)
}

/// A store whose old rows are kept elsewhere.
#[async_trait]
pub trait ReadingKeeper: ReadingStore {
    /// The next series in order, at most so many.
    async fn series(&self, after: Option<&Series>, limit: u32) -> Result<Vec<Series>, StoreError>;
    /// Moment of the first reading of a series.
    async fn first(&self, series: &Series) -> Result<Option<i64>, StoreError>;
    /// Days that changed after they were over.
    async fn reopened(&self) -> Result<Vec<Reopened>, StoreError>;
    /// Forgets these, unless more came since.
    async fn settle(&self, days: &[Reopened]) -> Result<(), StoreError>;
    /// Removes readings of a series before a moment; its newest reading always stays. How many went.
    async fn remove(&self, series: &Series, before_ms: i64) -> Result<u64, StoreError>;
    /// Puts back what a backup holds, as it was: nothing is judged or counted anew. What is there already stays.
    async fn put_back(&self, rows: &[Arrival], held: &[Held], tallies: &[Tally]) -> Result<(), StoreError>;
}
