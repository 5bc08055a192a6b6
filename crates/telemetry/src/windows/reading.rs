//! One device's readings of one hazard.

use std::collections::BTreeMap;

/// What a reading is worth (domain B5). In order of which of two contradicting readings of a moment holds: the one that protects, then the usable one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quality {
    /// 5: over the upper end of the range (HJ 212 flag T). No value of the exposure, but a bound: it was at least as much as could be measured.
    OverRange,
    /// 0
    Ok,
    /// 1
    Suspect,
    /// 2
    Calibration,
    /// 3
    Fault,
    /// 4
    Maintenance,
}

impl Quality {
    /// Its number (list QFLAG).
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Suspect => 1,
            Self::Calibration => 2,
            Self::Fault => 3,
            Self::Maintenance => 4,
            Self::OverRange => 5,
        }
    }

    /// From its number.
    #[must_use]
    pub const fn read(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Ok,
            1 => Self::Suspect,
            2 => Self::Calibration,
            3 => Self::Fault,
            4 => Self::Maintenance,
            5 => Self::OverRange,
            _ => return None,
        })
    }
}

/// A value at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// When it was read, Unix milliseconds.
    pub at_ms: i64,
    /// In the unit of the device's hazard.
    pub value: f64,
    /// What it is worth.
    pub quality: Quality,
    /// The device's count: of two readings of a moment the higher one is the newer. 0 where the device has none.
    pub seq: u64,
}

impl Reading {
    /// The very same.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.at_ms == other.at_ms && self.seq == other.seq && self.quality == other.quality && self.value.total_cmp(&other.value).is_eq()
    }

    /// Newer first; of contradicting ones that over the range, then the usable, then the higher: whichever came first, the same one holds, and it is the one
    /// that protects.
    #[must_use]
    pub fn outranks(&self, other: &Self) -> bool {
        self.seq.cmp(&other.seq).then(other.quality.cmp(&self.quality)).then(self.value.total_cmp(&other.value)).is_gt()
    }
}

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// A moment that had none.
    New,
    /// The very same again: nothing changes.
    Duplicate,
    /// Newer than what the moment had, and in its place now.
    Corrected,
    /// Older than what the moment has: nothing changes.
    Superseded,
    /// The moment has another reading of the same count. Both are told; the usable, then the higher holds.
    Contradicts,
    /// Older than the horizon: to quarantine.
    TooLate,
    /// Further ahead of the clock than the tolerance: to quarantine, or it would pull time forward.
    Ahead,
    /// Not a finite number: to quarantine.
    NotANumber,
}

/// Readings by moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readings {
    by_time: BTreeMap<i64, Reading>,
}

impl Readings {
    /// How late a reading may come (domain B5: 72 h).
    pub const HORIZON_MS: i64 = 72 * 3_600_000;
    /// How far ahead of our clock a device may be (the protocol's limit for a device event: 10 min).
    pub const AHEAD_MS: i64 = 10 * 60_000;

    /// Takes a reading in that arrived at `now_ms`.
    pub fn add(&mut self, reading: Reading, now_ms: i64) -> Added {
        if !reading.value.is_finite() {
            return Added::NotANumber;
        }
        if reading.at_ms < now_ms.saturating_sub(Self::HORIZON_MS) {
            return Added::TooLate;
        }
        if reading.at_ms > now_ms.saturating_add(Self::AHEAD_MS) {
            return Added::Ahead;
        }
        let Some(known) = self.by_time.get(&reading.at_ms).copied() else {
            self.by_time.insert(reading.at_ms, reading);
            return Added::New;
        };
        if known.same(&reading) {
            return Added::Duplicate;
        }
        let newer = reading.outranks(&known);
        if newer {
            self.by_time.insert(reading.at_ms, reading);
        }
        match (known.seq == reading.seq, newer) {
            (true, _) => Added::Contradicts,
            (false, true) => Added::Corrected,
            (false, false) => Added::Superseded,
        }
    }

    /// The readings of `[from_ms, to_ms)`, in order.
    pub fn between(&self, from_ms: i64, to_ms: i64) -> impl Iterator<Item = &Reading> {
        self.by_time.range(from_ms..to_ms.max(from_ms)).map(|(_, reading)| reading)
    }

    /// The newest moment.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        self.by_time.last_key_value().map(|(at, _)| *at)
    }

    /// The oldest moment.
    #[must_use]
    pub fn oldest(&self) -> Option<i64> {
        self.by_time.first_key_value().map(|(at, _)| *at)
    }

    /// Drops what was read before `before_ms`.
    pub fn forget(&mut self, before_ms: i64) {
        self.by_time = self.by_time.split_off(&before_ms);
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_time.len()
    }

    /// None at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_time.is_empty()
    }
}
