//! What a signal does to the warning about its subject: a pure function of the newest warning, the observation and the day.
//!
//! A warning keeps the last observation of each source. Its level is that of the newest observation, its peak the highest of all, so the
//! order in which observations arrive, and how often, makes no difference. A signal that is gone marks the warning as cleared; only people
//! close it. After closing, the same level is held for the quiet period and then, if it still stands, raised as the next episode; a
//! graver level does not wait.

use super::SCAN;
use zhijian_kinds::dates::add_days;
use zhijian_kinds::warning::Level;

/// One look at the subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The record, or [`SCAN`].
    pub source: String,
    /// Its day, ISO.
    pub on: String,
    /// Level reached; `None`: nothing to warn of.
    pub level: Option<Level>,
    /// Measured value.
    pub value: Option<f64>,
    /// It came after the warning was closed.
    pub late: bool,
}

/// Is there still something to warn of?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The newest observation reaches a level.
    Present,
    /// It does not any more.
    Cleared,
    /// The warning is closed, the signal came again within the quiet period.
    Held,
}

impl Standing {
    /// Its word in the record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Cleared => "cleared",
            Self::Held => "held",
        }
    }

    /// The standing of a word; an unknown one counts as present, so that nothing is lost.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word {
            "cleared" => Self::Cleared,
            "held" => Self::Held,
            _ => Self::Present,
        }
    }

    /// Its word on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Present => "存在",
            Self::Cleared => "已消除",
            Self::Held => "静默期内再现",
        }
    }
}

/// An entry of a warning's course.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Day.
    pub on: String,
    /// `opened`, `raised`, `lowered`, `cleared`, `returned`, `held`, `late`.
    pub what: &'static str,
    /// Level then.
    pub level: Option<Level>,
    /// Value then.
    pub value: Option<f64>,
}

/// A warning as far as signals go.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// Which one about this subject, from 1.
    pub number: u32,
    /// The day on which somebody closed it.
    pub closed_on: Option<String>,
    /// Level of the newest observation that reached one.
    pub level: Level,
    /// Highest level of any observation.
    pub peak: Level,
    /// Does the signal stand?
    pub standing: Standing,
    /// Last observation of each source.
    pub observations: Vec<Observation>,
    /// What changed, oldest first.
    pub changes: Vec<Change>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing is new.
    Nothing,
    /// A new warning.
    Open(Episode),
    /// The newest warning, changed.
    Update(Episode),
}

/// What an observation does on a day, given the newest warning about its subject.
#[must_use]
pub fn step(latest: Option<&Episode>, seen: &Observation, today: &str, quiet_days: u32) -> Step {
    let Some(latest) = latest else {
        return seen.level.map_or(Step::Nothing, |level| Step::Open(first(1, level, vec![seen.clone()], today)));
    };
    match &latest.closed_on {
        None => while_open(latest, seen, today),
        Some(closed_on) => after_closing(latest, closed_on, seen, today, quiet_days),
    }
}

/// A held signal whose quiet period is over: the next episode.
#[must_use]
pub fn wake(latest: &Episode, today: &str, quiet_days: u32) -> Option<Episode> {
    let closed_on = latest.closed_on.as_deref()?;
    if latest.standing != Standing::Held || !quiet_is_over(closed_on, quiet_days, today) {
        return None;
    }
    let held: Vec<Observation> = latest.observations.iter().filter(|o| o.late).map(|o| Observation { late: false, ..o.clone() }).collect();
    let level = newest(held.iter())?.level?;
    Some(first(latest.number + 1, level, held, today))
}

/// A new episode. What is held from before it may be newer than what raised it: the level is that of the newest all the same.
fn first(number: u32, level: Level, observations: Vec<Observation>, today: &str) -> Episode {
    let now = newest(observations.iter()).cloned();
    let reached = now.as_ref().and_then(|o| o.level);
    let value = now.and_then(|o| o.value);
    let peak = observations.iter().filter_map(|o| o.level).max().unwrap_or(level);
    let level = reached.unwrap_or(level);
    let standing = if reached.is_some() { Standing::Present } else { Standing::Cleared };
    let changes = vec![Change { on: today.to_owned(), what: "opened", level: Some(level), value }];
    Episode { number, closed_on: None, level, peak, standing, observations, changes }
}

fn while_open(latest: &Episode, seen: &Observation, today: &str) -> Step {
    let mut next = latest.clone();
    if !put(&mut next.observations, seen) {
        return Step::Nothing;
    }
    let Some(now) = newest(next.observations.iter()).cloned() else { return Step::Nothing };
    let mut note = |what| next.changes.push(Change { on: today.to_owned(), what, level: now.level, value: now.value });
    match now.level {
        None if latest.standing == Standing::Present => note("cleared"),
        Some(level) if latest.standing != Standing::Present => {
            note("returned");
            next.level = level;
        }
        Some(level) if level > latest.level => {
            note("raised");
            next.level = level;
        }
        Some(level) if level < latest.level => {
            note("lowered");
            next.level = level;
        }
        // What arrived is older than what is known: it is kept, and counts for the peak.
        _ if now.source != seen.source && seen.level.is_some() => note("late"),
        _ => {}
    }
    next.standing = if now.level.is_some() { Standing::Present } else { Standing::Cleared };
    next.peak = next.observations.iter().filter_map(|o| o.level).chain([latest.peak]).max().unwrap_or(latest.peak);
    Step::Update(next)
}

fn after_closing(latest: &Episode, closed_on: &str, seen: &Observation, today: &str, quiet_days: u32) -> Step {
    let known = latest.observations.iter().find(|o| o.source == seen.source);
    let scanned = seen.source == SCAN;
    // A record's observation seen again. What a scan finds is a new look each time.
    if !scanned && known.is_some_and(|k| k.on == seen.on && k.level >= seen.level) && seen.level.is_some() {
        return Step::Nothing;
    }
    let mut next = latest.clone();
    let Some(level) = seen.level else {
        // Gone while it was held, or newer than what is held.
        if latest.standing != Standing::Held {
            return Step::Nothing;
        }
        put(&mut next.observations, &Observation { late: true, ..seen.clone() });
        return settle_held(latest, next, today);
    };
    // What a record tells of days before the closing was dealt with there, unless it is graver.
    let covered = !scanned && seen.on.as_str() < closed_on && level <= latest.peak;
    if covered {
        put(&mut next.observations, seen);
        next.changes.push(Change { on: today.to_owned(), what: "late", level: Some(level), value: seen.value });
        return Step::Update(next);
    }
    if level > latest.peak || quiet_is_over(closed_on, quiet_days, today) {
        let mut held: Vec<Observation> = latest
            .observations
            .iter()
            .filter(|o| o.late && o.source != seen.source)
            .map(|o| Observation { late: false, ..o.clone() })
            .collect();
        held.push(seen.clone());
        return Step::Open(first(latest.number + 1, level, held, today));
    }
    if !put(&mut next.observations, &Observation { late: true, ..seen.clone() }) {
        return Step::Nothing;
    }
    settle_held(latest, next, today)
}

/// Is what came after the closing still something to warn of?
fn settle_held(latest: &Episode, mut next: Episode, today: &str) -> Step {
    let now = newest(next.observations.iter().filter(|o| o.late)).cloned();
    let level = now.as_ref().and_then(|o| o.level);
    next.standing = if level.is_some() { Standing::Held } else { Standing::Cleared };
    if next.standing != latest.standing {
        let what = if level.is_some() { "held" } else { "cleared" };
        next.changes.push(Change { on: today.to_owned(), what, level, value: now.and_then(|o| o.value) });
    }
    Step::Update(next)
}

/// Replaces the observation of the same source; `false` when it says nothing new. The day of a scan that finds the same is nothing new.
fn put(observations: &mut Vec<Observation>, seen: &Observation) -> bool {
    match observations.iter_mut().find(|o| o.source == seen.source) {
        Some(known) if known.level == seen.level && known.late == seen.late && (seen.source == SCAN || known.on == seen.on) => false,
        Some(known) => {
            *known = seen.clone();
            true
        }
        None => {
            observations.push(seen.clone());
            true
        }
    }
}

fn newest<'a>(observations: impl Iterator<Item = &'a Observation>) -> Option<&'a Observation> {
    observations.max_by(|a, b| (&a.on, &a.source).cmp(&(&b.on, &b.source)))
}

fn quiet_is_over(closed_on: &str, quiet_days: u32, today: &str) -> bool {
    add_days(closed_on, i64::from(quiet_days)).is_none_or(|end| end.as_str() < today)
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
