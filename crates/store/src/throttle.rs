//! Attempts to guess, counted durably and one by one.

use crate::engine::Engine;
use crate::sql::Sql;
use zhijian_records::port::{Admission, Instant, Pace, StoreError};

const DOING: &str = "记录登录尝试";

/// Counts an attempt unless there is a pause. The first statement takes the row, so that attempts side by side wait for each other.
pub(crate) async fn admit(engine: &Engine, key: &str, now: Instant, pace: Pace) -> Result<Admission, StoreError> {
    let mut tx = engine.backend.begin().await?;
    let take = "INSERT INTO throttle (key, failures, last, until) VALUES ($1, 0, $2, 0) ON CONFLICT (key) DO UPDATE SET key = excluded.key";
    tx.run(Sql::with(DOING, take, [key.into(), now.into()])).await?;
    let rows = tx.fetch(Sql::with(DOING, "SELECT failures, last, until FROM throttle WHERE key = $1", [key.into()])).await?;
    let (attempts, last, until) = rows.into_iter().next().map_or((0, now, 0), |mut row| (row.small(0), row.int(1), row.int(2)));
    if until > now {
        tx.rollback().await?;
        return Ok(Admission::Paused(until));
    }
    let attempts = if now - last > pace.forget { 1 } else { attempts.saturating_add(1) };
    let pause = pace.after(attempts);
    let until = if pause > 0 { now.saturating_add(pause) } else { 0 };
    let text = "UPDATE throttle SET failures = $1, last = $2, until = $3 WHERE key = $4";
    tx.run(Sql::with(DOING, text, [attempts.into(), now.into(), until.into(), key.into()])).await?;
    tx.commit().await?;
    Ok(Admission::Granted(until))
}

/// Takes attempts back.
pub(crate) async fn forgive(engine: &Engine, key: &str, attempts: Option<u32>) -> Result<(), StoreError> {
    let sql = match attempts {
        None => Sql::with(DOING, "DELETE FROM throttle WHERE key = $1", [key.into()]),
        Some(n) => {
            let text = "UPDATE throttle SET failures = CASE WHEN failures > $1 THEN failures - $1 ELSE 0 END, until = 0 WHERE key = $2";
            Sql::with(DOING, text, [n.into(), key.into()])
        }
    };
    engine.write(sql).await.map(drop)
}

/// End of a pause.
pub(crate) async fn paused(engine: &Engine, key: &str) -> Result<Instant, StoreError> {
    let rows = engine.backend.read(Sql::with(DOING, "SELECT until FROM throttle WHERE key = $1", [key.into()])).await?;
    Ok(rows.into_iter().next().map_or(0, |mut row| row.int(0)))
}

/// Forgets attempts of long ago.
pub(crate) async fn sweep(engine: &Engine, before: Instant) -> Result<u64, StoreError> {
    engine.write(Sql::with(DOING, "DELETE FROM throttle WHERE last < $1", [before.into()])).await
}
