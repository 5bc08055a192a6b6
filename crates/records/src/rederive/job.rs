//! A whole recomputation: kind after kind, as a job that an interrupted run goes on with.

use super::{Difference, JOB, Progress, Rederive, Tally, Writing};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Filter, Job};

/// What is computed again.
#[derive(Debug, Clone)]
pub struct Target {
    /// Kind.
    pub kind: String,
    /// Records of it; all when empty.
    pub filters: Vec<Filter>,
}

/// Who asks for it to be written, and why.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// Names the work, so that an interrupted run is found again: kinds and conditions as they were asked for.
    pub input: &'a str,
    /// Reason: goes into history and audit.
    pub reason: &'a str,
    /// Entrance.
    pub source: &'a str,
}

/// Lists the differences; nothing is written.
///
/// # Errors
/// Unknown kind, or the store failed.
pub async fn plan(
    door: &Door,
    caller: &Caller,
    targets: &[Target],
    mut seen: impl FnMut(&[Difference]) -> bool,
) -> Result<Vec<Tally>, DoorError> {
    let mut tallies = Vec::new();
    for target in targets {
        let mut work = Rederive::new(door, caller, &target.kind, target.filters.clone())?;
        loop {
            let step = work.step(None).await?;
            let on = seen(&step.differences);
            if step.last || !on {
                break;
            }
        }
        tallies.push(work.tally);
    }
    Ok(tallies)
}

/// Writes the differences, step by step; each step is one transaction with the job's progress. `seen` hears what a step wrote and says whether to
/// go on; what is left is taken up by the next run of the same order.
///
/// # Errors
/// No reason, another run under way, unknown kind, or the store failed: steps done by then stay done.
pub async fn apply(
    door: &Door,
    caller: &Caller,
    targets: &[Target],
    order: Order<'_>,
    mut seen: impl FnMut(&[Difference]) -> bool,
) -> Result<Vec<Tally>, DoorError> {
    if order.reason.trim().is_empty() {
        return Err(DoorError::BadRequest("请写明重算原因".into()));
    }
    let failed = || Door::store_error(JOB);
    let lease = door.store.lease(JOB).await.map_err(failed())?;
    if lease.is_none() {
        return Err(DoorError::BadRequest("另一个重算正在进行，请等待其结束".into()));
    }
    let (mut job, mut progress) = match door.store.unfinished(JOB, order.input).await.map_err(failed())? {
        Some(job) => {
            let progress = serde_json::from_str(&job.progress).unwrap_or_default();
            (job, progress)
        }
        None => (Job::begun(JOB, &caller.login, order.input, door.now()), Progress::default()),
    };
    progress.reason = order.reason.to_owned();
    door.store.put_job(&job).await.map_err(failed())?;
    for target in targets {
        let Some(mut work) = begin(door, caller, target, &progress)? else { continue };
        loop {
            let writing = Writing { job: &job, progress: &mut progress, source: order.source };
            let step = work.step(Some(writing)).await?;
            let on = seen(&step.differences);
            if step.last {
                break;
            }
            if !on {
                return Ok(progress.tallies);
            }
        }
    }
    job.state = "done".into();
    job.updated = door.now();
    job.progress = serde_json::to_string(&progress).unwrap_or_default();
    door.store.put_job(&job).await.map_err(failed())?;
    Ok(progress.tallies)
}

/// The work on a kind from where an interrupted run left it; `None` when that run had finished the kind.
fn begin(door: &Door, caller: &Caller, target: &Target, progress: &Progress) -> Result<Option<Rederive>, DoorError> {
    let mut work = Rederive::new(door, caller, &target.kind, target.filters.clone())?;
    let Some(at) = progress.tallies.iter().position(|t| t.kind == target.kind) else { return Ok(Some(work)) };
    // The last kind of the progress is the one under way, unless it has no position left.
    if at + 1 < progress.tallies.len() || progress.cursor.is_none() {
        return Ok(None);
    }
    work.tally = progress.tallies[at].clone();
    work.cursor.clone_from(&progress.cursor);
    Ok(Some(work))
}
