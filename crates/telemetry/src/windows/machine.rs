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
    at_least: bool,
}

/// One level: on or off, and what speaks against it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Latch {
    on: bool,
    /// While off: the value calls for it. While on: the value is below.
    run: Option<Run>,
    /// How long nothing has been known of it.
    silent_ms: i64,
}

/// The state between two slots. A copy of it is a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    rule: Rule,
    latches: [Latch; 3],
    open: Option<Episode>,
}

impl Machine {
    /// Nothing alarmed.
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        Self { rule, latches: [Latch::default(); 3], open: None }
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
            Level::ALL.into_iter().for_each(|level| self.silent(level, grid));
            return None;
        };
        // How the lowest level that begins now began: names the episode.
        let mut began: Option<Run> = None;
        for level in Level::ALL {
            if self.undecided(level, value, slot.at_least) {
                self.silent(level, grid);
                // An alarm that begins with this run had a bound in it, although it did not begin with the bound.
                if let Some(run) = &mut self.latches[level.place()].run {
                    run.at_least = true;
                }
            } else if let Some(run) = self.latch(level, value, slot, end_ms) {
                began.get_or_insert(run);
            }
        }
        let level = Level::ALL.into_iter().rev().find(|level| self.latches[level.place()].on);
        if let (Some(level), Some(began), None) = (level, began, &self.open) {
            let steps = vec![Step { at_ms: end_ms, level: Some(level) }];
            self.open = Some(Episode { since_ms: began.since_ms, steps, peak: began.peak, at_least: began.at_least });
        }
        let open = self.open.as_mut()?;
        open.peak = open.peak.max(value);
        open.at_least |= slot.at_least;
        if open.level() != level {
            open.steps.push(Step { at_ms: end_ms, level });
        }
        if level.is_none() { self.open.take() } else { None }
    }

    /// Nothing is known of a level for a slot.
    fn silent(&mut self, level: Level, grid: &Grid) {
        let latch = &mut self.latches[level.place()];
        latch.silent_ms = latch.silent_ms.saturating_add(grid.step_ms);
        if latch.silent_ms > self.rule.max_gap_ms {
            latch.run = None;
        }
    }

    /// A bound below a level says nothing of it: the value may have been there or not. So it neither raises nor ends.
    fn undecided(&self, level: Level, value: f64, at_least: bool) -> bool {
        let points = &self.rule.points;
        at_least
            && if self.latches[level.place()].on {
                points.ends(level, value, self.rule.hysteresis) && !points.calls(level, value, true)
            } else {
                !points.calls(level, value, true)
            }
    }

    /// Moves one level on; gives the run that made it begin.
    fn latch(&mut self, level: Level, value: f64, slot: &Slot, end_ms: i64) -> Option<Run> {
        let rule = &self.rule;
        let latch = &mut self.latches[level.place()];
        latch.silent_ms = 0;
        let (speaks, after_ms) = if latch.on {
            // A bound that is not undecided stands at the level or within its hysteresis.
            (!slot.at_least && rule.points.ends(level, value, rule.hysteresis), rule.clear_after_ms)
        } else {
            (rule.points.calls(level, value, slot.at_least), rule.raise_after_ms)
        };
        if !speaks {
            latch.run = None;
            return None;
        }
        let run = latch.run.get_or_insert(Run { since_ms: slot.start_ms, peak: value, at_least: slot.at_least });
        run.peak = run.peak.max(value);
        run.at_least |= slot.at_least;
        let run = *run;
        if end_ms - run.since_ms < after_ms {
            return None;
        }
        latch.on = !latch.on;
        latch.run = None;
        latch.on.then_some(run)
    }
}
