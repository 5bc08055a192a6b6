//! The port for readings: what a gateway needs from a store before it may acknowledge. Adapters are in crate `store`; one contract suite runs on both.
//!
//! - [`ReadingStore::append`] is one transaction: when it returns `Ok`, everything in the batch is on the disk; otherwise nothing is.
//! - A reading is named by device, factor and moment: sent again it is a duplicate, never a second row.
//! - What cannot be kept as a reading is kept in quarantine with a [`Reason`], counted however often it comes.

mod fate;
mod judge;
mod keeper;

pub use fate::{Fate, Reason};
pub use judge::{Sent, Verdict, judge};
pub use keeper::{ReadingKeeper, Reopened, day_of};

use crate::windows::Reading;
use async_trait::async_trait;
use zhijian_records::port::StoreError;

/// Names a series: a device of the register and what it measures (code of the list HAZARD).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Series {
    /// Number of the device.
    pub device: String,
    /// Code of the hazard.
    pub factor: String,
}

/// A reading with its name and the moment of its arrival.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// Whose.
    pub series: Series,
    /// What.
    pub reading: Reading,
    /// When it arrived, Unix milliseconds.
    pub arrived_ms: i64,
}

/// Something that came and is no reading of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The device as it called itself; may be empty.
    pub device: String,
    /// Why.
    pub reason: Reason,
    /// Which gateway: `mqtt`, `hj212`, `http`.
    pub source: String,
    /// What was sent, cut off where it is long. Never a secret.
    pub detail: String,
    /// When it arrived, Unix milliseconds.
    pub arrived_ms: i64,
}

/// What is committed together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Readings.
    pub arrivals: Vec<Arrival>,
    /// Things for quarantine.
    pub refused: Vec<Refused>,
}

/// A reading as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// What.
    pub reading: Reading,
    /// When it arrived, Unix milliseconds.
    pub arrived_ms: i64,
}

/// A piece of a chart: what a stretch of time held at least and at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Its beginning, Unix milliseconds.
    pub start_ms: i64,
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// Sum of the values.
    pub total: f64,
    /// Number of readings.
    pub count: u64,
}

impl Bucket {
    /// Mean of the values.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a number of readings is far below 2^52")]
    pub fn mean(&self) -> f64 {
        self.total / self.count as f64
    }

    /// Two parts of the same piece as one.
    #[must_use]
    pub fn with(self, other: &Self) -> Self {
        let (low, high) = (self.low.min(other.low), self.high.max(other.high));
        Self { low, high, total: self.total + other.total, count: self.count + other.count, ..self }
    }
}

/// How many entries the quarantine may have (design: an entry is 1.5 kB at most, all of them 300 MB).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Of one device; of all who are not in the register together.
    pub of_device: u64,
    /// In all.
    pub in_all: u64,
}

impl Default for Room {
    fn default() -> Self {
        Self { of_device: 2_000, in_all: 200_000 }
    }
}

/// Under what it is counted that entries had to go out of the quarantine.
pub const DROPPED: &str = "dropped";

/// An entry of the quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it is.
    pub refused: Refused,
    /// How often the very same came.
    pub times: u64,
    /// When it came last, Unix milliseconds.
    pub last_ms: i64,
}

/// How often something happened to what a device sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The device as it called itself.
    pub device: String,
    /// `new`, `duplicate`, `corrected`, `superseded`, or a reason of the quarantine.
    pub what: String,
    /// How often.
    pub count: u64,
}

/// Which entries of the quarantine are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldQuery {
    /// Devices; `None` is all.
    pub devices: Option<Vec<String>>,
    /// Reason, by its code; empty is all.
    pub reason: String,
    /// Entries left out before the first.
    pub skip: u32,
    /// Most entries.
    pub limit: u32,
}

/// Keeps readings and the quarantine.
#[async_trait]
pub trait ReadingStore: Send + Sync {
    /// Writes a batch durably; the fate of each arrival, in order.
    async fn append(&self, batch: &Batch) -> Result<Vec<Fate>, StoreError>;
    /// The newest reading of each of these series, in their order.
    async fn last(&self, series: &[Series]) -> Result<Vec<Option<Kept>>, StoreError>;
    /// Readings of `[from_ms, to_ms)` in order of their moments, at most so many.
    async fn range(&self, series: &Series, from_ms: i64, to_ms: i64, limit: u32) -> Result<Vec<Kept>, StoreError>;
    /// The same stretch cut into pieces of `width_ms`, those without a usable reading left out. Only readings of good quality count. Where the stretch begins
    /// with an hour and pieces are whole hours, it is read by hours and a year takes no longer than a day.
    async fn buckets(&self, series: &Series, from_ms: i64, to_ms: i64, width_ms: i64) -> Result<Vec<Bucket>, StoreError>;
    /// Sums up the hours that are over, for [`Self::buckets`]; how many pieces of series there were. To be called every few minutes; as often as one likes.
    async fn sum_up(&self, now_ms: i64) -> Result<u64, StoreError>;
    /// Number of readings kept.
    async fn count(&self) -> Result<u64, StoreError>;
    /// Entries of the quarantine, the latest first.
    async fn held(&self, query: &HeldQuery) -> Result<Vec<Held>, StoreError>;
    /// What happened to what these devices sent; `None` is all of them.
    async fn tallies(&self, devices: Option<&[String]>) -> Result<Vec<Tally>, StoreError>;
    /// How many entries of the quarantine had to go for lack of room; `None` is of all devices and strangers.
    async fn dropped(&self, devices: Option<&[String]>) -> Result<u64, StoreError>;
}
