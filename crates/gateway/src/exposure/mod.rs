//! From readings to exposure: shifts and days with their availability, the eight-hour figure of a shift, the highest quarter of an hour, each beside the limit
//! that was in force on the day.
//!
//! All of it is a function of the readings, the register and the date; [`tend`] keeps what came out as `online_shift` records, once a shift. On-line values are an
//! indication, not a legal test (domain B5).

mod clerk;
mod figure;
mod limits;
mod peaks;
mod plan;
mod record;

pub use clerk::{Clerk, tend};
pub use figure::{Figure, Measure, SHORT_SHARE, Short};
pub use limits::{Against, Limits};
pub use peaks::Peaks;
pub use plan::{Shift, shifts};

use crate::register::Device;
use time::{Date, UtcOffset};
use zhijian_kinds::Catalogue;
use zhijian_records::port::StoreError;
use zhijian_telemetry::readings::ReadingStore;
use zhijian_telemetry::windows::{Grid, Readings, Span, VALID_DAY, Window, day, span};

/// China time, in which days and shifts are counted.
pub(crate) const CHINA: UtcOffset = time::macros::offset!(+8);
/// Readings read from the store at a time.
const PAGE: u32 = 10_000;

/// A day of a device.
#[derive(Debug, Clone)]
pub struct Day {
    /// Which.
    pub on: Date,
    /// All of it: its mean and how much of it there is.
    pub window: Window,
    /// Readings over the range of the device, which are left out.
    pub over_range: usize,
    /// The highest quarter of an hour.
    pub short: Option<Short>,
    /// Its shifts, as the register names them; those that have not begun are left out.
    pub shifts: Vec<Figure>,
    /// The limits of the day.
    pub limits: Limits,
}

impl Day {
    /// Reckons a day from the stored readings.
    ///
    /// # Errors
    /// The store failed.
    pub async fn of(catalogue: &Catalogue, store: &dyn ReadingStore, device: &Device, on: Date, now_ms: i64) -> Result<Self, StoreError> {
        let whole = day(on, CHINA);
        let shifts = shifts(device, on);
        let end_ms = shifts.iter().map(|shift| shift.span.end_ms).fold(whole.end_ms, i64::max);
        let readings = readings(store, device, Span { start_ms: whole.start_ms, end_ms }).await?;
        let limits = Limits::of(catalogue, device, on);
        let grid = grid(device);
        Ok(Self {
            on,
            window: span(&readings, &grid, whole, VALID_DAY),
            over_range: figure::over_range(&readings, whole),
            short: Short::of(&readings, &grid, whole, &limits),
            shifts: shifts
                .into_iter()
                .filter(|shift| shift.span.start_ms <= now_ms)
                .map(|shift| Figure::of(device, &readings, &grid, shift, &limits))
                .collect(),
            limits,
        })
    }
}

/// How time is cut for a device: minutes, or its interval where that is longer (five minutes for heat).
#[must_use]
pub fn grid(device: &Device) -> Grid {
    Grid { step_ms: device.interval_ms.max(60_000), ..Grid::minutes(device.averaging()) }
}

/// A device's readings of a span.
async fn readings(store: &dyn ReadingStore, device: &Device, span: Span) -> Result<Readings, StoreError> {
    let series = device.series();
    let mut readings = Readings::default();
    let mut from = span.start_ms;
    loop {
        let page = store.range(&series, from, span.end_ms, PAGE).await?;
        for kept in &page {
            // It is kept, so it was in time when it came.
            readings.add(kept.reading, kept.reading.at_ms);
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => from = last.reading.at_ms + 1,
            _ => return Ok(readings),
        }
    }
}
