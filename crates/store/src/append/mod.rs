//! A commit: lock the head of the chain, see what the database has, plan, write, add the audit line — one transaction.

mod acceptable;
mod chain;
mod idempotency;
mod plan;
mod rewrite;
mod write;

pub(crate) use rewrite::rewrite;
pub(crate) use write::lookups_table;

use crate::engine::Engine;
use crate::jobs;
use plan::Plan;
use std::time::Duration;
use zhijian_records::port::{Commit, Committed, StoreError};

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
    let dialect = engine.backend.dialect();
    let mut tx = engine.backend.begin().await?;
    let head = chain::lock(&mut *tx, dialect).await?;
    if let Some(key) = &commit.idempotency
        && let Some(first) = idempotency::recall(&mut *tx, key).await?
    {
        tx.rollback().await?;
        return Ok(first);
    }
    let plan = if commit.revisions.is_empty() {
        Plan::default()
    } else {
        let known = write::known(&mut *tx, dialect, engine.table(&commit.kind)?, &commit.revisions).await?;
        Plan::new(commit, known)
    };
    if plan.has_conflicts && !commit.skip_conflicts {
        tx.rollback().await?;
        return Ok(Committed { seq: 0, outcomes: plan.outcomes, replayed: false });
    }
    let writes_nothing = plan.writes.is_empty() && !commit.revisions.is_empty();
    let seq = if writes_nothing { 0 } else { head.seq + 1 };
    if !plan.writes.is_empty() {
        write::write(&mut *tx, dialect, engine.table(&commit.kind)?, commit, &plan, seq).await?;
    }
    if !writes_nothing {
        chain::add(&mut *tx, &head, commit, record, &plan).await?;
    }
    if let Some(checkpoint) = &commit.checkpoint {
        jobs::save_checkpoint(&mut *tx, checkpoint, commit.stamp.at).await?;
    }
    if let Some(key) = &commit.idempotency {
        idempotency::remember(&mut *tx, key, seq, &plan.outcomes, commit.stamp.at).await?;
    }
    tx.commit().await?;
    engine.statistics.written(engine, &commit.kind, plan.writes.len()).await;
    Ok(Committed { seq, outcomes: plan.outcomes, replayed: false })
}
