//! A commit: lock the head of the chain, see what the database has, plan, write, add the audit line — one transaction.

mod acceptable;
mod chain;
mod idempotency;
mod plan;
mod rewrite;
mod write;

pub(crate) use rewrite::rewrite;
pub(crate) use write::lookups_table;

use crate::backend::Writing;
use crate::engine::Engine;
use crate::jobs;
use plan::Plan;
use std::time::Duration;
use zhijian_records::port::{Commit, Committed, Outcome, StoreError};

/// Attempts when the database asks to try again (deadlock, serialization failure).
const ATTEMPTS: u32 = 6;

/// Writes a commit.
pub(crate) async fn append(engine: &Engine, commit: &Commit, record: &str) -> Result<Committed, StoreError> {
    acceptable::check(commit, record)?;
    let mut attempt = 1;
    loop {
        match try_append(engine, commit, record).await {
            Err(error) if attempt < ATTEMPTS && engine.backend.worth_retrying(&error) => {
                tracing::debug!(attempt, "the database asks to try a commit again");
                tokio::time::sleep(Duration::from_millis(u64::from(attempt) * 10)).await;
                attempt += 1;
            }
            done => return done,
        }
    }
}

async fn try_append(engine: &Engine, commit: &Commit, record: &str) -> Result<Committed, StoreError> {
    let mut tx = engine.backend.begin().await?;
    let (done, keep) = within(engine, &mut *tx, commit, record).await?;
    if !keep {
        tx.rollback().await?;
        return Ok(done);
    }
    tx.commit().await?;
    engine.statistics.written(engine, &commit.kind, written(&done)).await;
    Ok(done)
}

/// Writes several commits in one transaction; see the port.
pub(crate) async fn append_all(engine: &Engine, commits: &[(Commit, String)]) -> Result<Vec<Committed>, StoreError> {
    for (commit, record) in commits {
        acceptable::check(commit, record)?;
    }
    let mut attempt = 1;
    loop {
        match try_append_all(engine, commits).await {
            Err(error) if attempt < ATTEMPTS && engine.backend.worth_retrying(&error) => {
                tracing::debug!(attempt, "the database asks to try commits again");
                tokio::time::sleep(Duration::from_millis(u64::from(attempt) * 10)).await;
                attempt += 1;
            }
            done => return done,
        }
    }
}

async fn try_append_all(engine: &Engine, commits: &[(Commit, String)]) -> Result<Vec<Committed>, StoreError> {
    let mut tx = engine.backend.begin().await?;
    let mut all = Vec::with_capacity(commits.len());
    for (commit, record) in commits {
        let (done, keep) = within(engine, &mut *tx, commit, record).await?;
        all.push(done);
        if !keep {
            tx.rollback().await?;
            all.iter_mut().for_each(|done: &mut Committed| done.seq = 0);
            return Ok(all);
        }
    }
    tx.commit().await?;
    for ((commit, _), done) in commits.iter().zip(&all) {
        engine.statistics.written(engine, &commit.kind, written(done)).await;
    }
    Ok(all)
}

fn written(done: &Committed) -> usize {
    done.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Written { .. })).count()
}

/// One commit inside a transaction, and whether it is to be kept.
async fn within(engine: &Engine, tx: &mut dyn Writing, commit: &Commit, record: &str) -> Result<(Committed, bool), StoreError> {
    let dialect = engine.backend.dialect();
    let head = chain::lock(tx, dialect).await?;
    if let Some(key) = &commit.idempotency
        && let Some(first) = idempotency::recall(tx, key).await?
    {
        return Ok((first, false));
    }
    let plan = if commit.revisions.is_empty() {
        Plan::default()
    } else {
        let known = write::known(tx, dialect, engine.table(&commit.kind)?, &commit.revisions).await?;
        Plan::new(commit, known)
    };
    if plan.has_conflicts && !commit.skip_conflicts {
        return Ok((Committed { seq: 0, outcomes: plan.outcomes, replayed: false }, false));
    }
    let writes_nothing = plan.writes.is_empty() && !commit.revisions.is_empty();
    let seq = if writes_nothing { 0 } else { head.seq + 1 };
    if !plan.writes.is_empty() {
        write::write(tx, dialect, engine.table(&commit.kind)?, commit, &plan, seq).await?;
    }
    if !writes_nothing {
        chain::add(tx, &head, commit, record, &plan).await?;
    }
    if let Some(checkpoint) = &commit.checkpoint {
        jobs::save_checkpoint(tx, checkpoint, commit.stamp.at).await?;
    }
    if let Some(key) = &commit.idempotency {
        idempotency::remember(tx, key, seq, &plan.outcomes, commit.stamp.at).await?;
    }
    Ok((Committed { seq, outcomes: plan.outcomes, replayed: false }, true))
}
