//! One signal watched: readings in, changes of alarms out, whatever the order and however late.

use super::alarm::Episode;
use super::machine::{Machine, Rule};
use super::reading::{Added, Reading, Readings};
use super::slot::Grid;

/// What is different from before. A receiver that applies each in turn always holds exactly [`Watch::episodes`].
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An alarm that was not there.
    Raised(Episode),
    /// The alarm that is named `since_ms` is now this: another level, over, or otherwise known by late readings.
    Became {
        /// Its name so far.
        since_ms: i64,
        /// What it is; its name may be another.
        now: Episode,
    },
    /// Late or corrected readings show that it was never there, or was one with another that stays. To be told to whoever knew of it, not deleted.
    Withdrawn {
        /// Its name.
        since_ms: i64,
    },
}

/// Readings, slots and the machine for one device and hazard.
#[derive(Debug, Clone)]
pub struct Watch {
    grid: Grid,
    readings: Readings,
    /// The state before the oldest slot that may still change.
    base: Machine,
    base_ms: Option<i64>,
    /// Slots that end by then are judged.
    until_ms: i64,
    /// The state then.
    head: Machine,
    /// All but those that [`Self::forget`] handed over.
    episodes: Vec<Episode>,
}

impl Watch {
    /// Nothing read yet.
    #[must_use]
    pub fn new(grid: Grid, rule: Rule) -> Self {
        let base = Machine::new(rule);
        let head = base.clone();
        Self { grid, readings: Readings::default(), base, base_ms: None, until_ms: i64::MIN, head, episodes: Vec::new() }
    }

    /// The alarms known, oldest first, without those that [`Self::forget`] handed over.
    #[must_use]
    pub fn episodes(&self) -> &[Episode] {
        &self.episodes
    }

    /// The readings kept.
    #[must_use]
    pub fn readings(&self) -> &Readings {
        &self.readings
    }

    /// Takes a reading in that arrived at `now_ms`. A slot is judged when a later one has a reading, or when [`Self::advance`] says that it is over.
    pub fn add(&mut self, reading: Reading, now_ms: i64) -> (Added, Vec<Change>) {
        if self.base_ms.is_some_and(|base| reading.at_ms < base) {
            return (Added::TooLate, Vec::new());
        }
        let added = self.readings.add(reading, now_ms);
        let changes = match added {
            Added::New | Added::Corrected | Added::Contradicts => {
                let slot = self.grid.floor(reading.at_ms);
                if slot < self.until_ms { self.judge_again() } else { self.judge_on(slot) }
            }
            _ => Vec::new(),
        };
        (added, changes)
    }

    /// Time has come to `now_ms`: slots that ended by then are judged.
    pub fn advance(&mut self, now_ms: i64) -> Vec<Change> {
        self.judge_on(self.grid.floor(now_ms))
    }

    /// Lets go of what can no longer change at `now_ms` (readings older than the horizon); gives the episodes that are settled for good.
    pub fn forget(&mut self, now_ms: i64) -> Vec<Episode> {
        let before = self.grid.floor(now_ms.saturating_sub(Readings::HORIZON_MS)).min(self.until_ms);
        let Some(from) = self.start().filter(|from| *from < before) else { return Vec::new() };
        let mut settled = 0;
        for slot in self.grid.slots(&self.readings, from, before) {
            settled += usize::from(self.base.step(&self.grid, &slot).is_some());
        }
        self.readings.forget(before);
        self.base_ms = Some(before);
        // They come first, and are what was judged before: the readings are the same.
        self.episodes.drain(..settled.min(self.episodes.len())).collect()
    }

    fn start(&self) -> Option<i64> {
        self.base_ms.or_else(|| self.readings.oldest().map(|oldest| self.grid.floor(oldest)))
    }

    /// Nothing judged has changed: goes on to `until`.
    fn judge_on(&mut self, until: i64) -> Vec<Change> {
        if until <= self.until_ms {
            return Vec::new();
        }
        let from = self.start().map_or(until, |start| start.max(self.until_ms));
        // Only the alarm that lasts can become another.
        let over = self.episodes.len() - usize::from(self.head.open().is_some());
        let before = self.episodes.split_off(over);
        self.until_ms = until;
        self.run(from);
        differences(&before, &self.episodes[over..])
    }

    /// Something judged has changed: all of it once more, from where nothing changes.
    fn judge_again(&mut self) -> Vec<Change> {
        let before = std::mem::take(&mut self.episodes);
        self.head = self.base.clone();
        if let Some(start) = self.start() {
            self.run(start);
        }
        differences(&before, &self.episodes)
    }

    fn run(&mut self, from: i64) {
        for slot in self.grid.slots(&self.readings, from, self.until_ms) {
            self.episodes.extend(self.head.step(&self.grid, &slot));
        }
        self.episodes.extend(self.head.open().cloned());
    }
}

/// Pairs episodes that share time, oldest first; each at most once. Episodes of a side share no time with each other, so a name is never taken while another
/// alarm still has it.
fn differences(before: &[Episode], after: &[Episode]) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut old = before.iter().peekable();
    for new in after {
        // What ended before this one began is gone.
        while let Some(gone) = old.next_if(|old| old.ended_ms().is_some_and(|end| end <= new.since_ms)) {
            changes.push(Change::Withdrawn { since_ms: gone.since_ms });
        }
        match old.next_if(|old| new.ended_ms().is_none_or(|end| old.since_ms < end)) {
            Some(old) if old == new => {}
            Some(old) => changes.push(Change::Became { since_ms: old.since_ms, now: new.clone() }),
            None => changes.push(Change::Raised(new.clone())),
        }
    }
    changes.extend(old.map(|gone| Change::Withdrawn { since_ms: gone.since_ms }));
    changes
}
