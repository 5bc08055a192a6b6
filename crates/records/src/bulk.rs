//! Bulk writes: the same steps as a single write, a chunk at a time, and every row finds its end.

mod join;
mod there;

use self::join::{against, merge};
use crate::access::{self, Arm, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Checkpoint, Commit, KeyHash, Outcome, Stored};
use crate::prepare::{self, Frame, Prepared};
use crate::{refs, remarks};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio::task::JoinHandle;
use zhijian_kinds::intake::{Channel, Draft, get_path};
use zhijian_kinds::kind::UniqueBy;
use zhijian_kinds::{Kind, Level, Problem};

/// A row to be filed.
#[derive(Debug, Clone)]
pub struct BulkRow {
    /// Row number in its sheet.
    pub row: u32,
    /// Cells.
    pub draft: Draft,
}

/// How a row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Kept as it came.
    Accepted,
    /// Kept; somebody should look.
    Warned,
    /// Kept after something was put right.
    Repaired,
    /// The same thing is there already (merged).
    Duplicate,
    /// Refused.
    Rejected,
}

/// What became of a row.
#[derive(Debug, Clone)]
pub struct BulkEnd {
    /// Row number.
    pub row: u32,
    /// End.
    pub end: End,
    /// Problems; for a refused row the first one names the class.
    pub problems: Vec<Problem>,
    /// Record, when there is one.
    pub id: Option<String>,
}

/// Files the rows of one table of one file.
#[derive(Debug)]
pub struct Bulk {
    reader: RowReader,
    /// What the caller may correct: a file of somebody who may only file changes no record that is there.
    amends: Vec<Arm>,
    job: String,
    source: String,
    /// Commits of this file: a record they wrote makes a later row of the same file a duplicate, not a correction.
    own: HashSet<i64>,
    /// Keys of earlier rows of this file: a further row with such a key is a duplicate to be merged, not a correction, also when the
    /// earlier row said nothing new and so wrote nothing.
    spoken: HashSet<KeyHash>,
    /// Questions that checks have asked about other records.
    questions: u64,
}

/// The steps before the decision: they ask the store only for records of other kinds, so they may run ahead of the writing.
#[derive(Debug, Clone)]
struct RowReader {
    door: Door,
    caller: Caller,
    kind: Arc<Kind>,
    /// What the caller may import, worked out once.
    arms: Vec<Arm>,
    /// Region of the office that handed the file in.
    office: String,
}

/// Rows after those steps, with their natural keys.
type Read = (Vec<Prepared>, Vec<KeyHash>);

/// A chunk that is being read while an earlier one is written.
#[derive(Debug)]
pub struct Ahead {
    rows: Arc<Vec<BulkRow>>,
    reading: Option<JoinHandle<Result<Read, DoorError>>>,
}

/// A row whose fate in the chunk is open.
struct Pending {
    at: usize,
    prepared: Prepared,
    key: KeyHash,
    id: String,
    seen: Option<u32>,
}

impl Bulk {
    /// Begins (or resumes) a table of a file.
    ///
    /// # Errors
    /// Unknown kind, or the caller may not file it.
    pub fn new(door: &Door, caller: &Caller, kind: &str, office: &str, job: &str, source: &str) -> Result<Self, DoorError> {
        let kind = door.kind(kind)?;
        Door::allow(caller, &kind, Wish::Import)?;
        let arms = access::arms(caller, &kind, Wish::Import);
        let amends = access::arms(caller, &kind, Wish::Amend);
        Ok(Self {
            reader: RowReader { door: door.clone(), caller: caller.clone(), kind, arms, office: office.into() },
            amends,
            job: job.into(),
            source: source.into(),
            own: HashSet::new(),
            spoken: HashSet::new(),
            questions: 0,
        })
    }

    /// Questions that the checks of this table have asked the store about other records so far: they grow with the chunks, not with the rows.
    #[must_use]
    pub fn questions(&self) -> u64 {
        self.questions
    }

    /// Recalls the commits of an interrupted run of the same job.
    ///
    /// # Errors
    /// The store failed.
    pub async fn recall(&mut self) -> Result<(), DoorError> {
        let mut after = 0;
        loop {
            let RowReader { door, kind, .. } = &self.reader;
            let lines = door.store.audit(after, 1_000).await.map_err(Door::store_error(&kind.kind))?;
            let Some(last) = lines.last() else { return Ok(()) };
            after = last.seq;
            self.own.extend(
                lines.iter().filter(|l| l.action == Action::Import && l.stamp.reason == self.job && l.kind == kind.kind).map(|l| l.seq),
            );
        }
    }

    /// Remembers rows that an interrupted run has filed: their keys have been spoken of.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remember(&mut self, rows: &[BulkRow]) -> Result<(), DoorError> {
        let (prepared, keys) = self.reader.read(rows).await?;
        self.spoken.extend(prepared.iter().zip(keys).filter(|(p, _)| p.sound()).map(|(_, key)| key));
        Ok(())
    }

    /// Begins to read a chunk in the background, so that it is ready when the chunk before it has been written.
    #[must_use]
    pub fn ahead(&self, rows: Vec<BulkRow>) -> Ahead {
        let rows = Arc::new(rows);
        let (reader, kind) = (self.reader.clone(), &self.reader.kind);
        // A kind that refers to itself must see the rows before it.
        let alone = kind.refs.values().all(|rule| rule.kind != kind.kind);
        let reading = alone.then(|| {
            let rows = Arc::clone(&rows);
            tokio::spawn(async move { reader.read(&rows).await })
        });
        Ahead { rows, reading }
    }

    /// Files a chunk. What `checkpoint` makes of the ends (the job's progress and findings) is saved in the same transaction.
    ///
    /// # Errors
    /// The store failed; nothing of the chunk was written.
    pub async fn chunk(
        &mut self,
        chunk: Ahead,
        checkpoint: impl Fn(&[BulkEnd]) -> Option<Checkpoint> + Send,
    ) -> Result<Vec<BulkEnd>, DoorError> {
        let Ahead { rows, reading } = chunk;
        let mut read = match reading {
            // A reader that was stopped with the runtime has read nothing; a panic of its goes on here.
            Some(task) => match task.await {
                Ok(read) => Some(read?),
                Err(stopped) => match stopped.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => None,
                },
            },
            None => None,
        };
        // Another writer may take a key between our look and our write; then the chunk is done again with what is there now.
        for _ in 0..5 {
            let read = match read.take() {
                Some(read) => read,
                None => self.reader.read(&rows).await?,
            };
            if let Some(ends) = self.attempt(&rows, read, &checkpoint).await? {
                return Ok(ends);
            }
        }
        Err(DoorError::BadRequest("多个任务同时写入同一批记录，请稍后重试".into()))
    }

    async fn attempt(
        &mut self,
        rows: &[BulkRow],
        (mut prepared, mut keys): Read,
        checkpoint: &(impl Fn(&[BulkEnd]) -> Option<Checkpoint> + Send),
    ) -> Result<Option<Vec<BulkEnd>>, DoorError> {
        let today = self.reader.door.today();
        let kind = Arc::clone(&self.reader.kind);
        let frame = self.reader.frame(&today);
        let mut ends: Vec<BulkEnd> =
            rows.iter().map(|r| BulkEnd { row: r.row, end: End::Rejected, problems: Vec::new(), id: None }).collect();
        let (mut existing, merged) = self.existing(&kind, &prepared, &keys).await?;
        for (row, key) in prepared.iter_mut().zip(&mut keys) {
            if let Some(survivor) = merged.get(key) {
                *key = survivor.key;
                self.stand_for(&kind, row, survivor)?;
                existing.entry(survivor.key).or_insert_with(|| survivor.clone());
            }
        }
        self.questions += self.look_around(&kind, &today, &mut prepared, &keys, &existing).await?;
        let sound: Vec<KeyHash> = prepared.iter().zip(&keys).filter(|(p, _)| p.sound()).map(|(_, key)| *key).collect();
        let taken = self.taken(&kind, &prepared).await?;
        let mut pending = self.decide(frame, prepared, &keys, &existing, taken, &mut ends)?;
        let vault = &self.reader.door.vault;
        let seal = |p: &mut Pending| prepare::revision(&kind, vault, std::mem::take(&mut p.prepared), std::mem::take(&mut p.id), p.seen);
        let revisions: Result<Vec<_>, _> = in_parallel(&mut pending, seal).into_iter().collect();
        let commit = Commit {
            kind: kind.kind.clone(),
            action: Action::Import,
            stamp: self.reader.door.stamp(&self.reader.caller, &self.job, &self.source),
            revisions: revisions?,
            skip_conflicts: false,
            checkpoint: checkpoint(&ends),
            idempotency: None,
        };
        if commit.revisions.is_empty() && commit.checkpoint.is_none() {
            self.spoken.extend(sound);
            return Ok(Some(ends));
        }
        let done = self.reader.door.store.append(commit, "").await.map_err(Door::store_error(&kind.kind))?;
        if done.outcomes.iter().any(|o| !matches!(o, Outcome::Written { .. })) {
            return Ok(None);
        }
        self.own.insert(done.seq);
        self.spoken.extend(sound);
        Ok(Some(ends))
    }

    /// Decides each row in file order: refused, duplicate, correction or new.
    fn decide(
        &self,
        frame: Frame<'_>,
        prepared: Vec<Prepared>,
        keys: &[KeyHash],
        existing: &HashMap<KeyHash, Stored>,
        mut taken: HashMap<(usize, String), String>,
        ends: &mut [BulkEnd],
    ) -> Result<Vec<Pending>, DoorError> {
        let kind = frame.kind;
        let mut pending: Vec<Pending> = Vec::new();
        let mut here: HashMap<KeyHash, usize> = HashMap::new();
        let mut spoken: HashSet<KeyHash> = HashSet::new();
        for (at, mut row) in prepared.into_iter().enumerate() {
            let key = keys[at];
            let known = existing.get(&key);
            let own_id = here.get(&key).map(|i| pending[*i].id.clone()).or_else(|| known.map(|s| s.id.clone()));
            if row.sound() {
                for (index, rule) in kind.unique_by.iter().enumerate() {
                    let Some(value) = prepare::unique_value(kind, &self.reader.door.vault, &row.document, &rule.fields) else { continue };
                    if taken.get(&(index, value)).is_some_and(|id| Some(id) != own_id.as_ref()) {
                        row.problems.insert(0, not_unique(kind, rule, &row.document));
                    }
                }
            }
            if !row.sound() {
                row.sort(kind);
                ends[at].problems = row.problems;
                continue;
            }
            if let Some(index) = here.get(&key) {
                ends[at].end = End::Duplicate;
                ends[at].id = Some(pending[*index].id.clone());
                ends[at].problems = row.problems.clone();
                merge(frame, &mut pending[*index].prepared, row);
                continue;
            }
            let entry = match known {
                None => {
                    ends[at].end = end_of(&row.problems);
                    Pending { at, prepared: row, key, id: uuid::Uuid::now_v7().simple().to_string(), seen: None }
                }
                // A file takes no record out of another's hands.
                Some(stored) if access::sight_of(&self.reader.arms, stored).is_none() => {
                    ends[at].problems = vec![not_yours("已有相同的记录，但不在您负责的范围内，未修改；请与该记录的填报单位核对")];
                    continue;
                }
                Some(stored) => {
                    let document = self.reader.door.clear(stored)?;
                    ends[at].id = Some(stored.id.clone());
                    ends[at].problems.clone_from(&row.problems);
                    let same_file = !spoken.insert(key) || self.spoken.contains(&key) || self.own.contains(&stored.commit);
                    let Some((next, end)) = against(frame, stored, &document, row, same_file) else {
                        ends[at].end = End::Duplicate;
                        continue;
                    };
                    if !same_file && access::sight_of(&self.amends, stored).is_none() {
                        ends[at].problems = vec![not_yours("已有相同的记录，内容不同；您的角色可以新报，不能修改已有记录")];
                        continue;
                    }
                    ends[at].end = end;
                    if !next.sound() {
                        ends[at].end = End::Rejected;
                        ends[at].problems = next.problems;
                        continue;
                    }
                    let mut next = next;
                    let hand = remarks::Hand { caller: &self.reader.caller, at: self.reader.door.now(), rev: stored.rev + 1 };
                    remarks::settle(&mut next.document, &document, &[], &access::Sight::whole(), hand)?;
                    Pending { at, prepared: next, key, id: stored.id.clone(), seen: Some(stored.rev) }
                }
            };
            for (index, rule) in kind.unique_by.iter().enumerate() {
                if let Some(value) = prepare::unique_value(kind, &self.reader.door.vault, &entry.prepared.document, &rule.fields) {
                    taken.insert((index, value), entry.id.clone());
                }
            }
            ends[entry.at].id = Some(entry.id.clone());
            if ends[entry.at].problems.is_empty() {
                ends[entry.at].problems.clone_from(&entry.prepared.problems);
            }
            here.insert(entry.key, pending.len());
            pending.push(entry);
        }
        Ok(pending)
    }
}

impl RowReader {
    fn frame<'a>(&'a self, today: &'a str) -> Frame<'a> {
        Frame { kind: &self.kind, catalogue: &self.door.catalogue, channel: Channel::Bulk, office: &self.office, today }
    }

    /// The pure steps and the references of a chunk, with the rows' natural keys.
    async fn read(&self, rows: &[BulkRow]) -> Result<Read, DoorError> {
        let today = self.door.today();
        let kind = &self.kind;
        let frame = self.frame(&today);
        let mut rows: Vec<&BulkRow> = rows.iter().collect();
        let mut prepared: Vec<Prepared> = in_parallel(&mut rows, |row| prepare::read(frame, &row.draft));
        refs::resolve(&self.door, kind, &mut prepared.iter_mut().collect::<Vec<_>>()).await.map_err(Door::store_error(&kind.kind))?;
        let keys = in_parallel(&mut prepared, |row| {
            prepare::complete(frame, row);
            self.check_scope(row);
            prepare::natural_key(kind, &self.door.vault, &row.document, &row.region)
        });
        Ok((prepared, keys))
    }

    /// Rows that the caller may not import, as they will be, are refused.
    fn check_scope(&self, row: &mut Prepared) {
        if row.sound() && !access::reach_new(&self.arms, &self.kind, &self.door.vault, "", row) {
            let region = self.door.catalogue.regions.name(&row.region);
            let problem = Problem::new(Level::Error, "E_SCOPE", "region", "所属地区", region, "您负责范围内的地区、单位或人员");
            row.problems.insert(0, problem);
        }
    }
}

fn end_of(problems: &[Problem]) -> End {
    match problems.iter().map(|p| p.level).max() {
        Some(Level::Error) => End::Rejected,
        Some(Level::Warning) => End::Warned,
        Some(Level::Repair) => End::Repaired,
        None => End::Accepted,
    }
}

fn not_yours(message: &str) -> Problem {
    let mut problem = Problem::new(Level::Error, "E_SCOPE", "region", "所属地区", "", "");
    problem.message = message.into();
    problem
}

/// The problem of a value that another record has.
pub(crate) fn not_unique(kind: &Kind, rule: &UniqueBy, document: &Map<String, Value>) -> Problem {
    let field = rule.fields.first().cloned().unwrap_or_default();
    let title = kind.field(&field).map_or(field.clone(), |f| f.title.clone());
    let found = get_path(document, &field).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).unwrap_or_default();
    let mut problem = Problem::new(Level::Error, &rule.class, &field, &title, &found, "未被其他记录使用的值");
    if !rule.message.is_empty() {
        problem.message.clone_from(&rule.message);
    }
    problem
}

/// Runs a function over all items on all cores; results in order. Reading, checking and sealing are pure, so they need no coordination.
/// The pool's threads live on, and with them their allocator's memory: threads of their own for each chunk cost a seventh of an import.
pub(crate) fn in_parallel<T: Send, R: Send>(items: &mut [T], run: impl Fn(&mut T) -> R + Send + Sync) -> Vec<R> {
    items.par_iter_mut().with_min_len(32).map(run).collect()
}
