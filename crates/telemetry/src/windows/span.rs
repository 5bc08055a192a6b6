//! Longer windows: shifts and days, with their availability.

use time::{Date, Time, UtcOffset};
use zhijian_calc::units::{DbA, Hours, MgM3};
use zhijian_calc::workplace::{self, ExposureError, NoiseSegment, Segment};

use super::reading::Readings;
use super::slot::Grid;

/// A day is valid with at least this share of its minutes (domain B5).
pub const VALID_DAY: f64 = 0.75;

/// A length of time, `[start_ms, end_ms)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Unix milliseconds.
    pub start_ms: i64,
    /// Unix milliseconds.
    pub end_ms: i64,
}

impl Span {
    /// Its length.
    #[must_use]
    pub fn hours(&self) -> Hours {
        Hours((self.end_ms - self.start_ms) as f64 / 3_600_000.0)
    }
}

/// A calendar day at a place.
#[must_use]
pub fn day(date: Date, offset: UtcOffset) -> Span {
    shift(date, Time::MIDNIGHT, 24 * 60, offset)
}

/// A shift that begins on a day, over midnight if it must.
#[must_use]
pub fn shift(date: Date, begins: Time, minutes: u16, offset: UtcOffset) -> Span {
    let start_ms = date.with_time(begins).assume_offset(offset).unix_timestamp() * 1000;
    Span { start_ms, end_ms: start_ms + i64::from(minutes) * 60_000 }
}

/// What a span comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// When.
    pub span: Span,
    /// The average over the slots that have a value; `None` when none has.
    pub mean: Option<f64>,
    /// How many slots have one.
    pub present: u32,
    /// How many there should be.
    pub required: u32,
    /// Enough of them to stand for the span.
    pub valid: bool,
}

impl Window {
    /// Valid minutes ÷ required minutes; 0 for an empty span.
    #[must_use]
    pub fn availability(&self) -> f64 {
        if self.required == 0 { 0.0 } else { f64::from(self.present) / f64::from(self.required) }
    }
}

/// Averages a span. Slots that lie in it only in part do not count: a shift begins with a minute.
#[must_use]
pub fn span(readings: &Readings, grid: &Grid, span: Span, min_share: f64) -> Window {
    let first = grid.floor(span.start_ms + grid.step_ms - 1);
    let last = grid.floor(span.end_ms);
    let slots = if first < last { grid.slots(readings, first, last) } else { Vec::new() };
    let values = slots.iter().filter_map(|slot| slot.value);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (present, required) = (count(values.clone().count()), count(slots.len()));
    let valid = required > 0 && f64::from(present) >= min_share * f64::from(required);
    Window { span, mean: grid.averaging.of(values), present, required, valid }
}

/// A post's noise over a shift, normalised to eight hours: the missing minutes are taken to be like the others. `None` for a window that is not valid.
///
/// # Errors
/// A level or a length that cannot be.
pub fn lex_8h(window: &Window) -> Result<Option<DbA>, ExposureError> {
    let Some(level) = window.mean.filter(|_| window.valid) else { return Ok(None) };
    workplace::lex_8h(&[NoiseSegment { level: DbA(level), lasts: window.span.hours() }]).map(Some)
}

/// A post's concentration over a shift as eight-hour average; `None` for a window that is not valid.
///
/// # Errors
/// A concentration or a length that cannot be.
pub fn twa8(window: &Window) -> Result<Option<MgM3>, ExposureError> {
    let Some(mean) = window.mean.filter(|_| window.valid) else { return Ok(None) };
    workplace::twa8(&[Segment { reading: workplace::Reading::Measured(mean), lasts: window.span.hours() }]).map(Some)
}
