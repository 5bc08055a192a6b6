//! The smallest windows: minutes (five minutes for heat), and rolling means over them.

use super::reading::{Quality, Readings};

/// How values make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Averaging {
    /// Concentrations, temperatures: the mean.
    Mean,
    /// Sound levels: the energy mean, `10·lg(mean 10^(0.1·L))`.
    Energy,
}

impl Averaging {
    pub(crate) fn of(self, values: impl IntoIterator<Item = f64>) -> Option<f64> {
        let (sum, count) = values.into_iter().fold((0.0, 0_u32), |(sum, count), value| (sum + self.into_sum(value), count + 1));
        (count > 0).then(|| match self {
            Self::Mean => sum / f64::from(count),
            Self::Energy => 10.0 * (sum / f64::from(count)).log10(),
        })
    }

    fn into_sum(self, value: f64) -> f64 {
        match self {
            Self::Mean => value,
            Self::Energy => 10_f64.powf(value / 10.0),
        }
    }
}

/// How time is cut and which readings count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Length of a slot, milliseconds: one minute; five for heat (domain B5).
    pub step_ms: i64,
    /// How readings of a slot make one value.
    pub averaging: Averaging,
    /// Whether suspect readings count. The others of lower quality never do.
    pub suspect_counts: bool,
}

impl Grid {
    /// Minutes.
    #[must_use]
    pub const fn minutes(averaging: Averaging) -> Self {
        Self { step_ms: 60_000, averaging, suspect_counts: false }
    }

    /// The beginning of the slot that holds a moment.
    #[must_use]
    pub const fn floor(&self, at_ms: i64) -> i64 {
        at_ms - at_ms.rem_euclid(self.step_ms)
    }

    /// The slots of `[from_ms, to_ms)`, whole ones from the one that holds `from_ms`; empty ones are there without a value.
    pub fn slots(&self, readings: &Readings, from_ms: i64, to_ms: i64) -> Vec<Slot> {
        let mut slots = Vec::new();
        let mut start = self.floor(from_ms);
        while start < to_ms {
            let end = start + self.step_ms;
            let value = self.averaging.of(readings.between(start, end).filter(|r| self.counts(r.quality)).map(|r| r.value));
            slots.push(Slot { start_ms: start, value });
            start = end;
        }
        slots
    }

    const fn counts(&self, quality: Quality) -> bool {
        match quality {
            Quality::Ok => true,
            Quality::Suspect => self.suspect_counts,
            Quality::Calibration | Quality::Fault | Quality::Maintenance => false,
        }
    }
}

/// A slot of time and what was read in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// Its beginning, Unix milliseconds; it ends before the next one's.
    pub start_ms: i64,
    /// The average of the readings that count; `None` when there is none.
    pub value: Option<f64>,
}

/// At each slot the mean of it and the ones before it, `width` in all (15 minutes: 15 slots of a minute).
///
/// No value where fewer than `min_share` of them have one. The rules name no share for 15 minutes: it is a setting, to be shown as such.
#[must_use]
pub fn rolling(slots: &[Slot], width: usize, averaging: Averaging, min_share: f64) -> Vec<Slot> {
    let mut means = Vec::with_capacity(slots.len());
    for (index, slot) in slots.iter().enumerate() {
        let first = (index + 1).saturating_sub(width);
        let present = slots[first..=index].iter().filter_map(|slot| slot.value);
        let count = present.clone().count();
        let enough = count as f64 >= min_share * width as f64;
        means.push(Slot { start_ms: slot.start_ms, value: if enough { averaging.of(present) } else { None } });
    }
    means
}
