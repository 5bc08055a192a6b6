//! Hours of a series: lowest, highest, sum and number of the good readings of each hour, so that a chart of a year reads thousands of rows and not half a
//! million.
//!
//! Hours are summed up when they have been over for an hour. What is summed up stays exact: a reading that comes later for such an hour has it summed up
//! again in the very transaction that keeps the reading. Readings of hours that nobody summed up yet are read one by one.

use super::ask;
use crate::backend::{Backend, Writing};
use crate::dialect::Dialect;
use crate::sql::{Sql, Value};
use std::collections::BTreeSet;
use zhijian_records::port::StoreError;
use zhijian_telemetry::readings::{Bucket, Series};

const DOING: &str = "汇总监测数据";
/// An hour in milliseconds.
pub(super) const HOUR_MS: i64 = 3_600_000;
/// Hours of a series that are summed up at a time (two months).
const HOURS: i64 = 1_500;
/// Series of a transaction: writers of readings wait for it.
const TOGETHER: usize = 50;

/// Before which hour readings may be summed up already. Until the end of the transaction this does not change.
pub(super) async fn mark(tx: &mut dyn Writing, dialect: Dialect) -> Result<i64, StoreError> {
    let sharing = if dialect == Dialect::Postgres { " FOR SHARE" } else { "" };
    first(tx.fetch(Sql::new(DOING, format!("SELECT until FROM reading_mark WHERE one = 1{sharing}"))).await?)
}

fn first(rows: Vec<crate::row::Row>) -> Result<i64, StoreError> {
    Ok(rows.into_iter().next().map_or(0, |mut row| row.int(0)))
}

/// One transaction at a time sums up: each sees what those before it kept.
async fn alone(tx: &mut dyn Writing, dialect: Dialect) -> Result<(), StoreError> {
    tx.fetch(Sql::new(DOING, format!("SELECT until FROM reading_mark WHERE one = 2{}", dialect.locking()))).await?;
    Ok(())
}

/// Makes series known that are not yet.
pub(super) async fn know(tx: &mut dyn Writing, series: &BTreeSet<&Series>) -> Result<(), StoreError> {
    let text = "INSERT INTO reading_summed (device, factor, until) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING";
    for one in series {
        tx.run(Sql::with(DOING, text, [one.device.as_str().into(), one.factor.as_str().into()])).await?;
    }
    Ok(())
}

/// Sums hours up again to which readings came late.
pub(super) async fn again(tx: &mut dyn Writing, dialect: Dialect, late: &BTreeSet<(&Series, i64)>) -> Result<(), StoreError> {
    if !late.is_empty() {
        alone(tx, dialect).await?;
    }
    for (series, hour) in late {
        sum(tx, series, *hour, hour + 1).await?;
    }
    Ok(())
}

/// Sums up the hours `[from, to)` of a series.
async fn sum(tx: &mut dyn Writing, series: &Series, from: i64, to: i64) -> Result<(), StoreError> {
    let name = || -> [Value; 2] { [series.device.as_str().into(), series.factor.as_str().into()] };
    let [device, factor] = name();
    let text = "DELETE FROM reading_hours WHERE device = $1 AND factor = $2 AND hour >= $3 AND hour < $4";
    tx.run(Sql::with(DOING, text, [device, factor, from.into(), to.into()])).await?;
    let text = "INSERT INTO reading_hours (device, factor, hour, low, high, total, times) \
                SELECT device, factor, at / 3600000 AS hour, MIN(value), MAX(value), SUM(value), COUNT(*) FROM readings \
                WHERE device = $1 AND factor = $2 AND at >= $3 AND at < $4 AND quality = 0 GROUP BY device, factor, at / 3600000";
    let [device, factor] = name();
    tx.run(Sql::with(DOING, text, [device, factor, (from * HOUR_MS).into(), (to * HOUR_MS).into()])).await?;
    Ok(())
}

/// Sums up all hours that have been over for an hour; how many pieces of series there were. A clock that was put back makes the last hours open again.
pub(super) async fn sum_up(backend: &dyn Backend, now_ms: i64) -> Result<u64, StoreError> {
    let until = now_ms.div_euclid(HOUR_MS) - 1;
    let dialect = backend.dialect();
    let mut tx = backend.begin().await?;
    let locked = format!("SELECT until FROM reading_mark WHERE one = 1{}", dialect.locking());
    let known = first(tx.fetch(Sql::new(DOING, locked)).await?)?;
    if known != until {
        alone(&mut *tx, dialect).await?;
        tx.run(Sql::with(DOING, "UPDATE reading_summed SET until = $1 WHERE until > $1", [until.into()])).await?;
        tx.run(Sql::with(DOING, "UPDATE reading_mark SET until = $1 WHERE one = 1", [until.into()])).await?;
    }
    tx.commit().await?;
    let mut pieces = 0;
    loop {
        let text = "SELECT s.device, s.factor, s.until, (SELECT r.at FROM readings r WHERE r.device = s.device AND r.factor = s.factor \
                    AND r.at >= s.until * 3600000 ORDER BY r.at LIMIT 1) FROM reading_summed s WHERE s.until < $1 ORDER BY s.device, s.factor LIMIT $2";
        let behind = backend.read(Sql::with(DOING, text, [until.into(), u32::try_from(TOGETHER).unwrap_or(u32::MAX).into()])).await?;
        if behind.is_empty() {
            return Ok(pieces);
        }
        let mut tx = backend.begin().await?;
        alone(&mut *tx, dialect).await?;
        // The mark may have been moved back meanwhile; no series may be ahead of it.
        if first(tx.fetch(Sql::new(DOING, "SELECT until FROM reading_mark WHERE one = 1")).await?)? != until {
            tx.rollback().await?;
            return Ok(pieces);
        }
        for mut row in behind {
            let series = Series { device: row.text(0), factor: row.text(1) };
            let from = row.int(2);
            // Hours without a reading are passed over.
            let begin = row.maybe_int(3).map_or(until, |at| at.div_euclid(HOUR_MS)).clamp(from, until);
            let end = until.min(begin + HOURS);
            sum(&mut *tx, &series, from, end).await?;
            let text = "UPDATE reading_summed SET until = $3 WHERE device = $1 AND factor = $2";
            tx.run(Sql::with(DOING, text, [series.device.into(), series.factor.into(), end.into()])).await?;
            pieces += 1;
        }
        tx.commit().await?;
    }
}

/// Whether a stretch may be read by hours.
pub(super) const fn fits(from: i64, width: i64) -> bool {
    from % HOUR_MS == 0 && width % HOUR_MS == 0 && width > 0
}

/// A stretch in pieces of whole hours: those that are summed up, then the readings since.
pub(super) async fn buckets(backend: &dyn Backend, series: &Series, from: i64, to: i64, width: i64) -> Result<Vec<Bucket>, StoreError> {
    let name = || -> [Value; 2] { [series.device.as_str().into(), series.factor.as_str().into()] };
    let mut snapshot = backend.snapshot().await?;
    let [device, factor] = name();
    let text = "SELECT until FROM reading_summed WHERE device = $1 AND factor = $2";
    let summed = first(snapshot.fetch(Sql::with(DOING, text, [device, factor])).await?)?;
    let end = summed.min(to.div_euclid(HOUR_MS)).max(from.div_euclid(HOUR_MS));
    let [device, factor] = name();
    let text = "SELECT (hour - $3) / $5 AS piece, MIN(low), MAX(high), SUM(total), CAST(SUM(times) AS BIGINT) FROM reading_hours \
                WHERE device = $1 AND factor = $2 AND hour >= $3 AND hour < $4 GROUP BY piece ORDER BY piece";
    let values = [device, factor, (from / HOUR_MS).into(), end.into(), (width / HOUR_MS).into()];
    let mut pieces: Vec<Bucket> =
        snapshot.fetch(Sql::with(DOING, text, values)).await?.into_iter().map(|row| ask::bucket(row, from, width)).collect();
    let rest = snapshot.fetch(ask::pieces(series, end * HOUR_MS, to, from, width)).await?;
    for row in rest {
        let piece = ask::bucket(row, from, width);
        match pieces.last_mut().filter(|last| last.start_ms == piece.start_ms) {
            Some(last) => *last = last.with(&piece),
            None => pieces.push(piece),
        }
    }
    Ok(pieces)
}
