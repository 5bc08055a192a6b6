//! An alarm from its first crossing to its end.

use super::set_points::Level;

/// A change of an episode's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When it held, Unix milliseconds.
    pub at_ms: i64,
    /// The level from then on; `None` when the alarm is over.
    pub level: Option<Level>,
}

/// An alarm: from when it was raised until its lowest level ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// When the value first crossed (the minimum duration begins here). Names the episode: a signal has one a moment.
    pub since_ms: i64,
    /// Levels, in order: the first is how it was raised, the last `None` when it is over.
    pub steps: Vec<Step>,
    /// The highest value from the first crossing on.
    pub peak: f64,
    /// Some of it was over the range of the device: the peak is a bound, the highest value was at least that.
    pub at_least: bool,
}

impl Episode {
    /// When it was raised.
    #[must_use]
    pub fn raised_ms(&self) -> i64 {
        self.steps.first().map_or(self.since_ms, |step| step.at_ms)
    }

    /// When it ended; `None` while it lasts.
    #[must_use]
    pub fn ended_ms(&self) -> Option<i64> {
        self.steps.last().filter(|step| step.level.is_none()).map(|step| step.at_ms)
    }

    /// Its level now; `None` when it is over.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.steps.last().and_then(|step| step.level)
    }

    /// The highest level it had.
    #[must_use]
    pub fn highest(&self) -> Option<Level> {
        self.steps.iter().filter_map(|step| step.level).max()
    }
}
