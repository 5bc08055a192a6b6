//! The alarm state machine of one signal. Fed with slots in order; works on their times, never on a clock.

use super::alarm::{Episode, Step};
use super::set_points::{Level, SetPoints};
use super::slot::{Grid, Slot};

/// When a level begins and ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// The levels' values.
    pub points: SetPoints,
    /// How far below its value a level ends, in the value's unit.
    pub hysteresis: f64,
    /// How long a value must call for a level before it begins, milliseconds. 0: at once.
    pub raise_after_ms: i64,
    /// How long a value must be below before a level ends. 0: at once.
    pub clear_after_ms: i64,
    /// How long nothing may be read without breaking off a duration that runs. Silence alone neither raises nor ends an alarm.
    pub max_gap_ms: i64,
}

/// A rule that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} 不能为负或非数")]
pub struct RuleError {
    /// The field at fault.
    pub field: &'static str,
}

impl Rule {
    /// Checks it.
    ///
    /// # Errors
    /// A negative duration or hysteresis.
    pub fn checked(self) -> Result<Self, RuleError> {
        let fields = [
            ("hysteresis", self.hysteresis >= 0.0 && self.hysteresis.is_finite()),
            ("raise_after_ms", self.raise_after_ms >= 0),
            ("clear_after_ms", self.clear_after_ms >= 0),
            ("max_gap_ms", self.max_gap_ms >= 0),
        ];
        match fields.iter().find(|(_, good)| !good) {
            Some((field, _)) => Err(RuleError { field }),
            None => Ok(self),
        }
    }
}

/// A condition that has held for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    since_ms: i64,
    peak: f64,
}

/// One level: on or off, and what speaks against it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Latch {
    on: bool,
    /// While off: the value calls for it. While on: the value is below.
    run: Option<Run>,
}

/// The state between two slots. A copy of it is a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    rule: Rule,
    latches: [Latch; 3],
    silent_ms: i64,
    open: Option<Episode>,
}

impl Machine {
    /// Nothing alarmed.
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        Self { rule, latches: [Latch::default(); 3], silent_ms: 0, open: None }
    }

    /// The alarm that lasts.
    #[must_use]
    pub fn open(&self) -> Option<&Episode> {
        self.open.as_ref()
    }

    /// Takes the next slot in; gives the episode that ended with it.
    pub fn step(&mut self, grid: &Grid, slot: &Slot) -> Option<Episode> {
        let end_ms = slot.start_ms + grid.step_ms;
        let Some(value) = slot.value else {
            self.silent_ms = self.silent_ms.saturating_add(grid.step_ms);
            if self.silent_ms > self.rule.max_gap_ms {
                self.latches.iter_mut().for_each(|latch| latch.run = None);
            }
            return None;
        };
        self.silent_ms = 0;
        // How the lowest level that begins now began: names the episode.
        let mut began: Option<Run> = None;
        for level in Level::ALL {
            if let Some(run) = self.latch(level, value, slot.start_ms, end_ms) {
                began.get_or_insert(run);
            }
        }
        let level = Level::ALL.into_iter().rev().find(|level| self.latches[level.place()].on);
        if let (Some(level), Some(began), None) = (level, began, &self.open) {
            self.open =
                Some(Episode { since_ms: began.since_ms, steps: vec![Step { at_ms: end_ms, level: Some(level) }], peak: began.peak });
        }
        let open = self.open.as_mut()?;
        open.peak = open.peak.max(value);
        if open.level() != level {
            open.steps.push(Step { at_ms: end_ms, level });
        }
        if level.is_none() { self.open.take() } else { None }
    }

    /// Moves one level on; gives the run that made it begin.
    fn latch(&mut self, level: Level, value: f64, start_ms: i64, end_ms: i64) -> Option<Run> {
        let rule = &self.rule;
        let latch = &mut self.latches[level.place()];
        let (speaks, after_ms) = if latch.on {
            (rule.points.ends(level, value, rule.hysteresis), rule.clear_after_ms)
        } else {
            (rule.points.calls(level, value), rule.raise_after_ms)
        };
        if !speaks {
            latch.run = None;
            return None;
        }
        let run = latch.run.get_or_insert(Run { since_ms: start_ms, peak: value });
        run.peak = run.peak.max(value);
        let run = *run;
        if end_ms - run.since_ms < after_ms {
            return None;
        }
        latch.on = !latch.on;
        latch.run = None;
        latch.on.then_some(run)
    }
}
