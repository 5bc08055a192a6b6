//! Time comes in through a port, so that tests can freeze it.

use crate::port::Instant;
use time::{OffsetDateTime, UtcOffset};

/// Gives the time.
pub trait Clock: Send + Sync {
    /// Microseconds since 1970 UTC.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        micros(OffsetDateTime::now_utc())
    }
}

/// A clock that stands still (tests) or is set by hand.
#[derive(Debug, Default)]
pub struct FixedClock(pub std::sync::atomic::AtomicI64);

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}

fn micros(at: OffsetDateTime) -> Instant {
    #[expect(clippy::cast_possible_truncation, reason = "microseconds fit for 290,000 years")]
    let micros = (at.unix_timestamp_nanos() / 1_000) as i64;
    micros
}

/// China Standard Time, +08:00: days begin there.
fn beijing(at: Instant) -> OffsetDateTime {
    let offset = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH).to_offset(offset)
}

/// The day (ISO) of an instant in China Standard Time.
#[must_use]
pub fn day_of(at: Instant) -> String {
    zhijian_kinds::dates::iso(beijing(at).date())
}

/// An instant as people and files see it: `2026-01-01T00:30:00+08:00`.
#[must_use]
pub fn shown(at: Instant) -> String {
    let t = beijing(at);
    format!("{}T{:02}:{:02}:{:02}+08:00", zhijian_kinds::dates::iso(t.date()), t.hour(), t.minute(), t.second())
}

/// First instant of a day (ISO) in China Standard Time.
#[must_use]
pub fn start_of(day: &str) -> Option<Instant> {
    let date = zhijian_kinds::dates::parse_iso(day)?;
    Some((date.midnight().assume_utc().unix_timestamp() - 8 * 3600) * 1_000_000)
}

/// An instant as people write it: `2026-01-31T18:00:00+08:00`, or a day, which stands for its end.
#[must_use]
pub fn moment_of(text: &str) -> Option<Instant> {
    if let Some(begin) = start_of(text).filter(|_| text.len() == 10) {
        return Some(begin + 24 * 3_600_000_000 - 1);
    }
    let at = OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
    // The whole second that is named belongs to it.
    let whole = at.microsecond() == 0;
    Some(micros(at) + if whole { 999_999 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight_in_china() {
        let new_year = start_of("2026-01-01").unwrap_or_default();
        assert_eq!(shown(new_year), "2026-01-01T00:00:00+08:00");
        assert_eq!(day_of(new_year - 1), "2025-12-31", "one microsecond before New Year");
        assert_eq!(moment_of("2025-12-31"), Some(new_year - 1), "a day stands for its end");
        assert_eq!(moment_of("2026-01-01T00:00:00+08:00"), Some(new_year + 999_999));
        assert_eq!(moment_of("2026-01-01 00:00"), None);
        assert_eq!(day_of(new_year + 7 * 3_600_000_000), "2026-01-01", "07:00 in China is still yesterday in UTC");
    }
}
