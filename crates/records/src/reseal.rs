//! Sealing again (重新加密): after a change of keys every kept value is brought under the keys that write now, batch by batch, while the platform
//! serves. Each batch is one transaction with the job's progress, so that a run that was killed goes on where it stopped; a value that is under
//! the right keys already is left alone, so that nothing is done twice.

use crate::backup;
use crate::bulk::in_parallel;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Checkpoint, Job, Partition, Rewrite, RewriteLine, Rewriting, Stored};
use crate::prepare;
use crate::vault::{is_erased, replace_tokens};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use zhijian_kinds::Kind;
use zhijian_kinds::intake::get_path;

/// Revisions in one transaction.
const BATCH: u32 = 500;
/// `what` of the job, and the name of its lease.
pub const JOB: &str = "reseal";
/// Most passes over the records; one that rewrites nothing is the last.
const PASSES: u32 = 20;

/// Where a run stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Pass under way, from 1.
    pub pass: u32,
    /// Partition under way.
    pub at: Option<Partition>,
    /// Position in it.
    pub cursor: Option<String>,
    /// Its facts change: the lake is to read it again.
    pub facts: bool,
    /// Revisions looked at.
    pub looked: u64,
    /// Revisions sealed again.
    pub resealed: u64,
    /// Revisions sealed again in this pass.
    pub in_pass: u64,
    /// Records whose natural key belongs to another record by now; both stay as they are.
    pub taken: u64,
    /// Partitions done and in all, of this pass.
    pub partitions: (u64, u64),
}

/// Seals everything again that is not under the keys that write now. `seen` hears of every batch and says whether to go on; what is left is taken up by
/// the next run.
///
/// # Errors
/// Another run is under way; a value cannot be opened; the store failed. Batches done by then stay done.
pub async fn run(door: &Door, caller: &Caller, mut seen: impl FnMut(&Progress) -> bool) -> Result<Progress, DoorError> {
    let failed = || Door::store_error(JOB);
    let Some(_lease) = door.store.lease(JOB).await.map_err(failed())? else {
        return Err(DoorError::BadRequest("另一个重新加密任务正在进行，请等待其结束".into()));
    };
    let input = format!("{}/{:?}", door.vault.sealing_key(), door.vault.blind_keys());
    let mut job = match door.store.unfinished(JOB, &input).await.map_err(failed())? {
        Some(job) => job,
        None => Job::begun(JOB, &caller.login, &input, door.now()),
    };
    let mut progress: Progress = serde_json::from_str(&job.progress).unwrap_or_default();
    door.store.put_job(&job).await.map_err(failed())?;
    door.reseal_persons().await?;
    door.reseal_factors().await?;
    door.reseal_contacts().await?;
    while progress.pass < PASSES {
        let whole = progress.at.is_none();
        if whole {
            progress.pass += 1;
            progress.in_pass = 0;
        }
        if !pass(door, caller, &job, &mut progress, &mut seen).await? {
            return Ok(progress);
        }
        progress.at = None;
        if progress.in_pass == 0 {
            break;
        }
    }
    job.state = "done".into();
    job.updated = door.now();
    job.progress = serde_json::to_string(&progress).unwrap_or_default();
    door.store.put_job(&job).await.map_err(failed())?;
    let told = format!("重新加密完成：查看 {} 个版本，重新加密 {} 个", progress.looked, progress.resealed);
    door.note(caller, Action::Reseal, "keys", "", &told, "console").await?;
    Ok(progress)
}

/// One pass over all partitions, or the rest of one; `false` when it was told to stop.
async fn pass(
    door: &Door,
    caller: &Caller,
    job: &Job,
    progress: &mut Progress,
    seen: &mut impl FnMut(&Progress) -> bool,
) -> Result<bool, DoorError> {
    let all = door.store.partitions().await.map_err(Door::store_error(JOB))?;
    let total = all.len() as u64;
    let resumed = progress.at.clone();
    for (index, partition) in (0_u64..).zip(all) {
        if resumed.as_ref().is_some_and(|at| partition < *at) {
            continue;
        }
        if resumed.as_ref() != Some(&partition) {
            (progress.cursor, progress.facts) = (None, false);
        }
        progress.at = Some(partition.clone());
        progress.partitions = (index, total);
        let kind = door.kind(&partition.kind)?;
        loop {
            let next = batch(door, caller, &kind, &partition, job, progress).await?;
            let on = seen(progress);
            if next.is_none() {
                break;
            }
            if !on {
                return Ok(false);
            }
        }
    }
    progress.partitions = (total, total);
    Ok(true)
}

/// One batch; gives the position of the next.
async fn batch(
    door: &Door,
    caller: &Caller,
    kind: &Kind,
    partition: &Partition,
    job: &Job,
    progress: &mut Progress,
) -> Result<Option<String>, DoorError> {
    let failed = || Door::store_error(&kind.kind);
    let (mut rows, next) = door.store.scan(partition, progress.cursor.clone(), BATCH).await.map_err(failed())?;
    let looked = rows.len() as u64;
    let found: Result<Vec<Option<Rewrite>>, DoorError> = in_parallel(&mut rows, |row| again(door, kind, row)).into_iter().collect();
    let mut rewrites: Vec<Rewrite> = found?.into_iter().flatten().collect();
    let taken = keep_taken_keys(door, kind, &mut rewrites).await?;
    let facts = progress.facts || rewrites.iter().any(|r| r.data != r.was.1);
    let line = (facts && next.is_none()).then(|| RewriteLine {
        action: Action::Reseal,
        stamp: door.stamp(caller, "更换盲索引密钥", "console"),
        record: String::new(),
        partitions: vec![(partition.region.clone(), partition.year)],
    });
    let count = rewrites.len() as u64;
    let after = Progress {
        cursor: next.clone(),
        facts: facts && line.is_none(),
        looked: progress.looked + looked,
        resealed: progress.resealed + count,
        in_pass: progress.in_pass + count,
        taken: progress.taken + taken,
        ..progress.clone()
    };
    if !rewrites.is_empty() || line.is_some() {
        let saved = serde_json::to_string(&after).unwrap_or_default();
        let checkpoint = Checkpoint { job: job.id.clone(), progress: saved, findings: Vec::new() };
        let work = Rewriting { kind: kind.kind.clone(), rewrites, line, checkpoint: Some(checkpoint), at: door.now() };
        backup::begin_anew(door).await.map_err(failed())?;
        door.store.rewrite(work).await.map_err(failed())?;
    }
    *progress = after;
    Ok(next)
}

/// A natural key that another record holds by now cannot be given: the record stays under its old key and is counted.
async fn keep_taken_keys(door: &Door, kind: &Kind, rewrites: &mut [Rewrite]) -> Result<u64, DoorError> {
    let wanted: Vec<[u8; 16]> = rewrites.iter().filter(|r| r.found_by.is_some()).filter_map(|r| r.key).collect();
    if wanted.is_empty() {
        return Ok(0);
    }
    let held = door.store.find_by_keys(&kind.kind, &wanted).await.map_err(Door::store_error(&kind.kind))?;
    let held: HashMap<[u8; 16], String> = held.into_iter().map(|row| (row.key, row.id)).collect();
    let mut taken = 0;
    for rewrite in rewrites {
        if rewrite.key.is_some_and(|key| held.get(&key).is_some_and(|id| *id != rewrite.id)) {
            rewrite.key = None;
            taken += 1;
        }
    }
    Ok(taken)
}

/// What is to be done to a revision; `None` when it is under the right keys.
fn again(door: &Door, kind: &Kind, row: &Stored) -> Result<Option<Rewrite>, DoorError> {
    let vault = &door.vault;
    if is_erased(&row.secret) {
        return Ok(None);
    }
    let resealed = vault.reseal(&kind.kind, &row.id, &row.secret)?;
    let (mut data, mut key, mut found_by) = (row.data.clone(), None, None);
    if vault.blind_keys().len() > 1 {
        let document = door.clear(row)?;
        let mut written: HashMap<String, String> = HashMap::new();
        for field in kind.private_fields().filter(|f| f.blind) {
            let Some(text) = get_path(&document, &field.path).and_then(Value::as_str) else { continue };
            if let [first, rest @ ..] = vault.tokens(field, text).as_slice() {
                written.extend(rest.iter().map(|older| (older.clone(), first.clone())));
            }
        }
        data = replace_tokens(&row.data, |token| written.get(token).cloned()).into_owned();
        let keys = prepare::natural_keys(kind, vault, &document, &row.region);
        key = keys.first().filter(|_| keys[1..].contains(&row.key)).copied();
        if row.recorded_to.is_none() && (key.is_some() || data != row.data) {
            found_by = Some((prepare::search_text(kind, vault, &document), prepare::lookups(kind, vault, &document)));
        }
    }
    if resealed.is_none() && key.is_none() && data == row.data {
        return Ok(None);
    }
    let secret = resealed.unwrap_or_else(|| row.secret.clone());
    Ok(Some(Rewrite { id: row.id.clone(), rev: row.rev, was: (row.secret.clone(), row.data.clone()), secret, data, key, found_by }))
}
