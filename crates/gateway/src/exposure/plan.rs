//! When people work at a device's post, as the register says.

use super::CHINA;
use crate::register::Device;
use time::{Date, Time};
use zhijian_telemetry::windows::{Span, shift};

/// A shift of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// When it begins, as registered: `08:00`.
    pub begins: String,
    /// From when to when.
    pub span: Span,
}

/// The shifts that begin on a day, in order; none where the register names none. Without shifts nobody can say over how many hours an exposure is to be
/// taken, so nothing is taken for granted.
#[must_use]
pub fn shifts(device: &Device, on: Date) -> Vec<Shift> {
    let Some(hours) = device.number("shift_hours").filter(|hours| *hours > 0.0 && *hours <= 24.0) else { return Vec::new() };
    // At most a day: 1440 minutes.
    let minutes = (hours * 60.0).round() as u16;
    let mut all: Vec<Shift> = device
        .text("shift_begins")
        .split(',')
        .filter_map(|text| Some(Shift { begins: text.to_owned(), span: shift(on, time_of(text)?, minutes, CHINA) }))
        .collect();
    all.sort_by_key(|shift| shift.span.start_ms);
    all.dedup();
    all
}

fn time_of(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    Time::from_hms(hour.parse().ok()?, minute.parse().ok()?, 0).ok()
}
