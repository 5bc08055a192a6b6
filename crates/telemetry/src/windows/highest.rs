//! The highest short-time mean of a span.

use super::reading::Readings;
use super::slot::{Grid, rolling};
use super::span::Span;

/// A mean over some minutes, the highest of a span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Highest {
    /// When it began, Unix milliseconds.
    pub start_ms: i64,
    /// The mean over it.
    pub mean: f64,
}

/// The highest mean over `minutes` that lies wholly in a span; of equal ones the first. `None` where the slots are longer than that, the span is shorter,
/// or nowhere so many as `min_share` of the slots have a value. No source names a share for 15 minutes: it is a setting, to be shown as such.
#[must_use]
pub fn highest(readings: &Readings, grid: &Grid, span: Span, minutes: u16, min_share: f64) -> Option<Highest> {
    let width_ms = i64::from(minutes) * 60_000;
    let width = usize::try_from(width_ms / grid.step_ms).ok().filter(|width| *width > 0 && width_ms % grid.step_ms == 0)?;
    let first = grid.floor(span.start_ms + grid.step_ms - 1);
    let slots = grid.slots(readings, first, grid.floor(span.end_ms));
    let means = rolling(&slots, width, grid.averaging, min_share);
    // A mean stands at its last slot; those before the first full width reach out of the span.
    let whole = means.iter().skip(width - 1).filter_map(|slot| Some((slot.start_ms, slot.value?)));
    whole.fold(None, |best: Option<Highest>, (last_ms, mean)| match best {
        Some(best) if best.mean >= mean => Some(best),
        _ => Some(Highest { start_ms: last_ms + grid.step_ms - width_ms, mean }),
    })
}
