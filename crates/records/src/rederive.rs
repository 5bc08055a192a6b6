//! Derived values computed again (重算) under the present rules and tables: first the differences, then, if asked for, a revision for each record
//! that differs. Editions go by the record's own event date, so a record keeps the edition of its day; what changes is what was computed with a
//! table or formula that has since been corrected.

mod compare;
mod job;

pub use compare::{Change, differences};
pub use job::{Order, Target, apply, plan};

use crate::access;
use crate::bulk::in_parallel;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Checkpoint, Commit, Filter, NewRevision, Outcome, Query, Stored};
use crate::prepare::{self, Prepared};
use crate::{derive, port::Job};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use zhijian_kinds::{Kind, Level};

/// Records looked at in one step, and written in one transaction.
pub const STEP: u32 = 500;
/// `what` of the job of a recomputation.
pub const JOB: &str = "rederive";

/// What a recomputation of one kind came to so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Records looked at.
    pub records: u64,
    /// Records with a value that differs.
    pub changed: u64,
    /// Records whose values stay and only whose basis (version, edition, fields used) differs.
    pub basis_only: u64,
    /// Changes by field.
    pub fields: BTreeMap<String, u64>,
    /// Changes of codes and yes/no answers, `field: old → new`.
    pub turns: BTreeMap<String, u64>,
    /// Revisions written.
    pub written: u64,
    /// Left alone because somebody saved meanwhile; another run takes them up.
    pub stale: u64,
    /// Left alone because the new value breaks the definition.
    pub refused: u64,
}

/// A record that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: String,
    /// Revision that was looked at.
    pub rev: u32,
    /// Event date.
    pub event_date: String,
    /// Region.
    pub region: String,
    /// Values that differ; empty when only the basis does.
    pub changes: Vec<Change>,
    /// Why it cannot be written, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refused: String,
}

/// Where an interrupted run goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Kinds done and under way.
    pub tallies: Vec<Tally>,
    /// Position in the kind under way.
    pub cursor: Option<String>,
    /// Findings written so far.
    pub findings: i64,
    /// Reason given.
    pub reason: String,
}

/// A recomputation of one kind, a step at a time.
#[derive(Debug)]
pub struct Rederive {
    door: Door,
    caller: Caller,
    kind: Arc<Kind>,
    filters: Vec<Filter>,
    /// Position after which the next step begins.
    pub cursor: Option<String>,
    /// What it came to so far.
    pub tally: Tally,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    /// Records that differ.
    pub differences: Vec<Difference>,
    /// There is nothing after it.
    pub last: bool,
}

/// Under what name a step is written.
#[derive(Debug)]
pub struct Writing<'a> {
    /// The job, as kept.
    pub job: &'a Job,
    /// Progress of the whole job before this step.
    pub progress: &'a mut Progress,
    /// Entrance: `console`.
    pub source: &'a str,
}

/// A record that differs, and its revision unless it cannot be written.
struct Found {
    difference: Difference,
    revision: Option<NewRevision>,
}

impl Rederive {
    /// Begins with the first record of a kind.
    ///
    /// # Errors
    /// Unknown kind, or the caller is not the system itself: records of all offices are touched.
    pub fn new(door: &Door, caller: &Caller, kind: &str, filters: Vec<Filter>) -> Result<Self, DoorError> {
        let kind = door.kind(kind)?;
        if !caller.system {
            return Err(DoorError::NotAllowed { kind: kind.title.clone() });
        }
        let tally = Tally { kind: kind.kind.clone(), title: kind.title.clone(), ..Tally::default() };
        Ok(Self { door: door.clone(), caller: caller.clone(), kind, filters, cursor: None, tally })
    }

    /// Looks at the next records; with `writing` the differences become revisions, in one transaction with the job's progress.
    ///
    /// # Errors
    /// The store failed; nothing of the step was written.
    pub async fn step(&mut self, writing: Option<Writing<'_>>) -> Result<Step, DoorError> {
        let kind = Arc::clone(&self.kind);
        let mut page = self.door.store.query(&self.query()).await.map_err(Door::store_error(&kind.kind))?;
        let today = self.door.today();
        let found: Result<Vec<Option<Found>>, DoorError> =
            in_parallel(&mut page.rows, |stored| again(&self.door, &kind, stored, &today, writing.is_some())).into_iter().collect();
        let mut found: Vec<Found> = found?.into_iter().flatten().collect();
        self.tally.records += page.rows.len() as u64;
        self.count(&found);
        self.cursor.clone_from(&page.next);
        if let Some(writing) = writing {
            self.write(&mut found, writing).await?;
        }
        Ok(Step { differences: found.into_iter().map(|f| f.difference).collect(), last: page.next.is_none() })
    }

    fn query(&self) -> Query {
        let scope = access::scope(&self.caller, &self.kind);
        Query { scope, cursor: self.cursor.clone(), limit: STEP, ..Query::everything(&self.kind.kind, self.filters.clone()) }
    }

    fn count(&mut self, found: &[Found]) {
        for difference in found.iter().map(|f| &f.difference) {
            if difference.changes.is_empty() {
                self.tally.basis_only += 1;
            } else {
                self.tally.changed += 1;
            }
            if !difference.refused.is_empty() {
                self.tally.refused += 1;
            }
            for change in &difference.changes {
                *self.tally.fields.entry(change.field.clone()).or_default() += 1;
                if let Some(turn) = change.turn() {
                    *self.tally.turns.entry(turn).or_default() += 1;
                }
            }
        }
    }

    async fn write(&mut self, found: &mut [Found], writing: Writing<'_>) -> Result<(), DoorError> {
        let revisions: Vec<NewRevision> = found.iter_mut().filter_map(|f| f.revision.take()).collect();
        let count = revisions.len() as u64;
        // The progress that is saved with the step counts all of it as written; what turns out stale is put right in the next.
        let mut progress = writing.progress.clone();
        let tally = Tally { written: self.tally.written + count, ..self.tally.clone() };
        progress.tallies.retain(|t| t.kind != tally.kind);
        progress.tallies.push(tally);
        progress.cursor.clone_from(&self.cursor);
        let findings: Vec<(i64, String)> = found
            .iter()
            .zip(progress.findings + 1..)
            .map(|(f, row)| (row, serde_json::to_string(&f.difference).unwrap_or_default()))
            .collect();
        progress.findings += i64::try_from(findings.len()).unwrap_or(i64::MAX);
        let commit = Commit {
            kind: self.kind.kind.clone(),
            action: Action::Rederive,
            stamp: self.door.stamp(&self.caller, &writing.progress.reason, writing.source),
            revisions,
            skip_conflicts: true,
            checkpoint: Some(Checkpoint {
                job: writing.job.id.clone(),
                progress: serde_json::to_string(&progress).unwrap_or_default(),
                findings,
            }),
            idempotency: None,
        };
        if found.is_empty() {
            *writing.progress = progress;
            return Ok(());
        }
        let done = self.door.store.append(commit, "").await.map_err(Door::store_error(&self.kind.kind))?;
        let written = done.outcomes.iter().filter(|o| matches!(o, Outcome::Written { .. })).count() as u64;
        self.tally.written += written;
        self.tally.stale += count - written;
        progress.tallies.retain(|t| t.kind != self.tally.kind);
        progress.tallies.push(self.tally.clone());
        *writing.progress = progress;
        Ok(())
    }
}

/// A stored record computed again; `None` when nothing differs.
fn again(door: &Door, kind: &Kind, stored: &Stored, today: &str, write: bool) -> Result<Option<Found>, DoorError> {
    if crate::vault::is_erased(&stored.secret) {
        return Ok(None);
    }
    let old = door.clear(stored)?;
    let mut new = old.clone();
    derive::fill(kind, &door.catalogue, &mut new, today);
    let changes = differences(kind, &old, &new);
    if changes.is_empty() && same_basis(&old, &new) {
        return Ok(None);
    }
    let refused = kind.check_schema(&mut new).into_iter().find(|p| p.level == Level::Error && touched(&p.field, &changes));
    let mut difference = Difference {
        kind: kind.kind.clone(),
        id: stored.id.clone(),
        rev: stored.rev,
        event_date: stored.event_date.clone(),
        region: stored.region.clone(),
        changes,
        refused: refused.map(|p| p.message).unwrap_or_default(),
    };
    let revision = if write && difference.refused.is_empty() { Some(revision(door, kind, stored, new)?) } else { None };
    difference.changes.iter_mut().for_each(|c| c.mask(kind));
    Ok(Some(Found { difference, revision }))
}

fn revision(door: &Door, kind: &Kind, stored: &Stored, document: Map<String, Value>) -> Result<NewRevision, DoorError> {
    let prepared =
        Prepared { document, region: stored.region.clone(), town: stored.town.clone(), owner: stored.owner.clone(), ..Prepared::default() };
    Ok(prepare::revision(kind, &door.vault, prepared, stored.id.clone(), Some(stored.rev))?)
}

fn same_basis(old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    old.get(derive::BASIS) == new.get(derive::BASIS)
}

fn touched(field: &str, changes: &[Change]) -> bool {
    changes.iter().any(|c| c.field == field || c.field.starts_with(&format!("{field}.")))
}
