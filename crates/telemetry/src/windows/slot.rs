//! The smallest windows: minutes (five minutes for heat), and rolling means over them.

use super::reading::{Quality, Reading, Readings};

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

/// What a reading over the range counts as.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OverRange {
    /// As nothing: exposure.
    Left,
    /// As at least this, the registered upper end of the range, or as what the device sent, where that is more or nothing is registered: alarms.
    AtLeast(Option<f64>),
}

/// How time is cut and which readings count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Length of a slot, milliseconds: one minute; five for heat (domain B5).
    pub step_ms: i64,
    /// How readings of a slot make one value.
    pub averaging: Averaging,
    /// Whether suspect readings count. The others of lower quality never do.
    pub suspect_counts: bool,
    /// What a reading over the range counts as.
    pub over_range: OverRange,
}

impl Grid {
    /// Minutes.
    #[must_use]
    pub const fn minutes(averaging: Averaging) -> Self {
        Self { step_ms: 60_000, averaging, suspect_counts: false, over_range: OverRange::Left }
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
            let value = self.averaging.of(readings.between(start, end).filter_map(|reading| self.counted(reading)));
            // One bound among the values makes their mean a bound.
            let at_least = readings.between(start, end).any(|reading| self.bounds(reading));
            slots.push(Slot { start_ms: start, value, at_least });
            start = end;
        }
        slots
    }

    /// What a reading counts as; `None` for one that does not count.
    fn counted(&self, reading: &Reading) -> Option<f64> {
        match reading.quality {
            Quality::Ok => Some(reading.value),
            Quality::OverRange => match self.over_range {
                OverRange::Left => None,
                OverRange::AtLeast(upper) => Some(upper.map_or(reading.value, |upper| reading.value.max(upper))),
            },
            Quality::Suspect => self.suspect_counts.then_some(reading.value),
            Quality::Calibration | Quality::Fault | Quality::Maintenance => None,
        }
    }

    fn bounds(&self, reading: &Reading) -> bool {
        reading.quality == Quality::OverRange && matches!(self.over_range, OverRange::AtLeast(_))
    }
}

/// A slot of time and what was read in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// Its beginning, Unix milliseconds; it ends before the next one's.
    pub start_ms: i64,
    /// The average of the readings that count; `None` when there is none.
    pub value: Option<f64>,
    /// The average is a bound: it was at least this, for some of it was over the range.
    pub at_least: bool,
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
        let at_least = slots[first..=index].iter().any(|slot| slot.at_least);
        means.push(Slot { start_ms: slot.start_ms, value: if enough { averaging.of(present) } else { None }, at_least });
    }
    means
}
