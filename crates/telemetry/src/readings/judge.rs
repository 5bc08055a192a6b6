//! Whether a reading may be kept, before the store sees it.

use super::Reason;
use crate::windows::{Quality, Reading, Readings};

/// A reading as a device sent it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// When it was read, Unix milliseconds.
    pub at_ms: i64,
    /// Value in the unit that was sent.
    pub value: f64,
    /// The unit's text; `None`: none was sent, which means that of the register.
    pub unit: Option<String>,
    /// What it is worth.
    pub quality: Quality,
    /// The device's count; 0 where it has none.
    pub seq: u64,
}

/// What is to be done with it.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Keep it.
    Keep(Reading),
    /// To quarantine.
    Hold(Reason),
}

/// Judges what arrived at `now_ms` from a device whose unit in the register is `unit`; `same_unit` says whether a text names that unit.
#[must_use]
pub fn judge(sent: &Sent, same_unit: impl Fn(&str) -> bool, now_ms: i64) -> Verdict {
    if !sent.value.is_finite() {
        return Verdict::Hold(Reason::Malformed);
    }
    if sent.unit.as_deref().is_some_and(|unit| !same_unit(unit)) {
        return Verdict::Hold(Reason::Unit);
    }
    if sent.at_ms < now_ms.saturating_sub(Readings::HORIZON_MS) {
        return Verdict::Hold(Reason::Late);
    }
    if sent.at_ms > now_ms.saturating_add(Readings::AHEAD_MS) {
        return Verdict::Hold(Reason::Clock);
    }
    // Minus zero becomes zero: databases do not keep the difference.
    Verdict::Keep(Reading { at_ms: sent.at_ms, value: sent.value + 0.0, quality: sent.quality, seq: sent.seq })
}
