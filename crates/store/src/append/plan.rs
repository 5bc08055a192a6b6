//! What a commit will do, decided in memory: the database was asked once for everything that the revisions touch.

use std::collections::{BTreeSet, HashMap};
use zhijian_records::port::{Commit, Instant, KeyHash, NewRevision, Outcome, RecordId, Revision};

/// The newest revision of a record that a commit touches, as far as deciding needs it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub id: RecordId,
    pub rev: Revision,
    pub key: KeyHash,
    pub region: String,
    pub year: i32,
    pub recorded_from: Instant,
}

/// A revision that is written.
#[derive(Debug, PartialEq)]
pub(super) struct Write {
    /// Its place in the commit.
    pub index: usize,
    pub rev: Revision,
    pub recorded_from: Instant,
    /// Set when a later revision of the same commit replaces it at once.
    pub recorded_to: Option<Instant>,
}

/// What a commit does.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub outcomes: Vec<Outcome>,
    pub has_conflicts: bool,
    pub writes: Vec<Write>,
    /// Records whose stored newest revision moves into history.
    pub replaced: Vec<RecordId>,
    /// (region, year) of the new revisions and of those that they replace.
    pub partitions: BTreeSet<(String, i32)>,
}

/// The records as they stand while the revisions are gone through in order.
struct Standing {
    by_id: HashMap<RecordId, Known>,
    by_key: HashMap<KeyHash, RecordId>,
    /// Where in the plan the newest revision of a record is, if this commit wrote it.
    written: HashMap<RecordId, usize>,
}

impl Plan {
    /// Decides each revision in order.
    pub fn new(commit: &Commit, known: Vec<Known>) -> Self {
        let mut standing = Standing {
            by_key: known.iter().map(|record| (record.key, record.id.clone())).collect(),
            by_id: known.into_iter().map(|record| (record.id.clone(), record)).collect(),
            written: HashMap::new(),
        };
        let mut plan = Self::default();
        for (index, new) in commit.revisions.iter().enumerate() {
            let outcome = match conflict(&standing, new) {
                Some(conflict) => {
                    plan.has_conflicts = true;
                    conflict
                }
                None => Outcome::Written { rev: plan.add(&mut standing, index, new, commit.stamp.at) },
            };
            plan.outcomes.push(outcome);
        }
        plan
    }

    fn add(&mut self, standing: &mut Standing, index: usize, new: &NewRevision, at: Instant) -> Revision {
        let old = standing.by_id.remove(&new.id);
        let rev = old.as_ref().map_or(0, |old| old.rev) + 1;
        // A clock that was set back must not make two revisions the newest at one instant.
        let recorded_from = old.as_ref().map_or(at, |old| at.max(old.recorded_from));
        if let Some(old) = old {
            match standing.written.get(&new.id) {
                Some(&place) => self.writes[place].recorded_to = Some(recorded_from),
                None => self.replaced.push(new.id.clone()),
            }
            standing.by_key.remove(&old.key);
            self.partitions.insert((old.region, old.year));
        }
        self.partitions.insert((new.region.clone(), new.year));
        standing.written.insert(new.id.clone(), self.writes.len());
        standing.by_key.insert(new.key, new.id.clone());
        let known = Known { id: new.id.clone(), rev, key: new.key, region: new.region.clone(), year: new.year, recorded_from };
        standing.by_id.insert(new.id.clone(), known);
        self.writes.push(Write { index, rev, recorded_from, recorded_to: None });
        rev
    }
}

fn conflict(standing: &Standing, new: &NewRevision) -> Option<Outcome> {
    let newest = standing.by_id.get(&new.id).map(|record| record.rev);
    if newest != new.seen {
        return Some(Outcome::Stale { newest: newest.unwrap_or(0) });
    }
    let holder = standing.by_key.get(&new.key)?;
    (holder != &new.id).then(|| Outcome::KeyTaken { id: holder.clone() })
}
