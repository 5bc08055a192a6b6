//! Requests that are sent again: the first one's outcome is kept under its key and given back.

use crate::backend::Writing;
use crate::sql::Sql;
use serde::{Deserialize, Serialize};
use zhijian_records::port::{Committed, Instant, Outcome, RecordId, Revision, StoreError};

const DOING: &str = "检查重复请求";

/// How an outcome is kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Written(Revision),
    KeyTaken(RecordId),
    Stale(Revision),
}

/// The outcome of the first request with this key.
pub(super) async fn recall(tx: &mut dyn Writing, key: &str) -> Result<Option<Committed>, StoreError> {
    let rows = tx.fetch(Sql::with(DOING, "SELECT seq, outcomes FROM idempotency WHERE key = $1", [key.into()])).await?;
    let Some(mut row) = rows.into_iter().next() else { return Ok(None) };
    let kept: Vec<Kept> = serde_json::from_str(&row.text(1)).map_err(failed)?;
    let outcomes = kept.into_iter().map(|kept| match kept {
        Kept::Written(rev) => Outcome::Written { rev },
        Kept::KeyTaken(id) => Outcome::KeyTaken { id },
        Kept::Stale(newest) => Outcome::Stale { newest },
    });
    Ok(Some(Committed { seq: row.int(0), outcomes: outcomes.collect(), replayed: true }))
}

/// Keeps the outcome, in the transaction that it is about.
pub(super) async fn remember(tx: &mut dyn Writing, key: &str, seq: i64, outcomes: &[Outcome], at: Instant) -> Result<(), StoreError> {
    let kept: Vec<Kept> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Written { rev } => Kept::Written(*rev),
            Outcome::KeyTaken { id } => Kept::KeyTaken(id.clone()),
            Outcome::Stale { newest } => Kept::Stale(*newest),
        })
        .collect();
    let outcomes = serde_json::to_string(&kept).map_err(failed)?;
    let text = "INSERT INTO idempotency (key, seq, outcomes, at) VALUES ($1, $2, $3, $4)";
    tx.run(Sql::with(DOING, text, [key.into(), seq.into(), outcomes.into(), at.into()])).await?;
    Ok(())
}

fn failed(error: serde_json::Error) -> StoreError {
    StoreError::Failed { doing: DOING.into(), source: error.into() }
}
