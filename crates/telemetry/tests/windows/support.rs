//! A minute's readings, a rule, and a receiver of changes.

use std::collections::BTreeMap;
use zhijian_telemetry::windows::{Change, Crossing, Episode, Quality, Reading, Rule, SetPoints};

/// 2020-03-02 08:00 at UTC+8, a full minute.
pub const START: i64 = 1_583_107_200_000;
pub const MINUTE: i64 = 60_000;

/// A good reading of the minute `minute` after the start.
pub fn read(minute: i64, value: f64) -> Reading {
    Reading { at_ms: START + minute * MINUTE, value, quality: Quality::Ok, seq: 0 }
}

/// 预报 5, 警报 10, 高报 20; hysteresis 1; minutes to raise and to clear.
pub fn rule(raise: i64, clear: i64) -> Rule {
    let points = SetPoints::new([Some(5.0), Some(10.0), Some(20.0)], Crossing::Reached).unwrap();
    Rule { points, hysteresis: 1.0, raise_after_ms: raise * MINUTE, clear_after_ms: clear * MINUTE, max_gap_ms: 2 * MINUTE }
}

/// Whoever keeps alarms by their name and hears only of changes.
#[derive(Debug, Default)]
pub struct Receiver {
    pub known: BTreeMap<i64, Episode>,
}

impl Receiver {
    pub fn hear(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Raised(episode) => {
                    let name = episode.since_ms;
                    assert!(self.known.insert(name, episode).is_none(), "doubled: {name}");
                }
                Change::Became { since_ms, now } => {
                    assert!(self.known.remove(&since_ms).is_some(), "never raised: {since_ms}");
                    assert!(self.known.insert(now.since_ms, now).is_none(), "two with one name");
                }
                Change::Withdrawn { since_ms } => {
                    assert!(self.known.remove(&since_ms).is_some(), "never raised: {since_ms}");
                }
            }
        }
    }

    pub fn episodes(&self) -> Vec<Episode> {
        self.known.values().cloned().collect()
    }
}
