//! What is asked about readings.

use super::rows::{KEPT, kept};
use crate::backend::Backend;
use crate::dialect::Dialect;
use crate::row::Row;
use crate::sql::{List, Sql, Value};
use zhijian_records::port::StoreError;
use zhijian_telemetry::readings::{Bucket, DROPPED, Held, HeldQuery, Kept, Reason, Refused, Series, Tally};

const DOING: &str = "读取监测数据";

/// The newest reading of each series. One seek in the index each, so the length of a series does not matter.
pub(super) async fn last(backend: &dyn Backend, series: &[Series]) -> Result<Vec<Option<Kept>>, StoreError> {
    let text = format!("SELECT {KEPT} FROM readings WHERE device = $1 AND factor = $2 ORDER BY at DESC LIMIT 1");
    let mut found = Vec::with_capacity(series.len());
    for one in series {
        let sql = Sql::with(DOING, text.clone(), [one.device.as_str().into(), one.factor.as_str().into()]);
        found.push(backend.read(sql).await?.first_mut().map(|row| kept(row, 0)));
    }
    Ok(found)
}

/// Readings of a stretch.
pub(super) async fn range(backend: &dyn Backend, series: &Series, from: i64, to: i64, limit: u32) -> Result<Vec<Kept>, StoreError> {
    let text = format!("SELECT {KEPT} FROM readings WHERE device = $1 AND factor = $2 AND at >= $3 AND at < $4 ORDER BY at LIMIT $5");
    let values = [series.device.as_str().into(), series.factor.as_str().into(), from.into(), to.into(), limit.into()];
    Ok(backend.read(Sql::with(DOING, text, values)).await?.iter_mut().map(|row| kept(row, 0)).collect())
}

/// A stretch in pieces, reading by reading.
pub(super) async fn buckets(backend: &dyn Backend, series: &Series, from: i64, to: i64, width: i64) -> Result<Vec<Bucket>, StoreError> {
    let width = width.max(1);
    let rows = backend.read(pieces(series, from, to, from, width)).await?;
    Ok(rows.into_iter().map(|row| bucket(row, from, width)).collect())
}

/// The pieces of the readings of `[from, to)`; pieces are counted from `origin`.
pub(super) fn pieces(series: &Series, from: i64, to: i64, origin: i64, width: i64) -> Sql {
    let text = "SELECT (at - $5) / $6 AS piece, MIN(value), MAX(value), SUM(value), COUNT(*) FROM readings \
                WHERE device = $1 AND factor = $2 AND at >= $3 AND at < $4 AND quality = 0 GROUP BY piece ORDER BY piece";
    let values = [series.device.as_str().into(), series.factor.as_str().into(), from.into(), to.into(), origin.into(), width.into()];
    Sql::with(DOING, text, values)
}

/// A piece: its number, lowest, highest, sum, number of readings.
pub(super) fn bucket(mut row: Row, origin: i64, width: i64) -> Bucket {
    let real = |value: Value| if let Value::Real(number) = value { number } else { f64::NAN };
    Bucket {
        start_ms: origin + row.int(0) * width,
        low: real(row.take(1)),
        high: real(row.take(2)),
        total: real(row.take(3)),
        count: u64::try_from(row.int(4)).unwrap_or_default(),
    }
}

/// Entries that had to go out of the quarantine.
pub(super) async fn dropped(backend: &dyn Backend, dialect: Dialect, devices: Option<&[String]>) -> Result<u64, StoreError> {
    let mut sql = Sql::new("读取隔离区", "SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM reading_tallies WHERE what = ");
    sql.bind(DROPPED);
    if let Some(devices) = devices {
        sql.push(" AND ").bind_list(dialect, "device", List::Texts(devices.to_vec()));
    }
    Ok(backend.read(sql).await?.into_iter().next().map_or(0, |mut row| u64::try_from(row.int(0)).unwrap_or_default()))
}

/// Number of readings.
pub(super) async fn count(backend: &dyn Backend) -> Result<u64, StoreError> {
    let rows = backend.read(Sql::new(DOING, "SELECT COUNT(*) FROM readings")).await?;
    Ok(rows.into_iter().next().map_or(0, |mut row| u64::try_from(row.int(0)).unwrap_or_default()))
}

/// Entries of the quarantine.
pub(super) async fn held(backend: &dyn Backend, dialect: Dialect, query: &HeldQuery) -> Result<Vec<Held>, StoreError> {
    let mut sql = Sql::new("读取隔离区", "SELECT device, reason, source, detail, arrived, last, times FROM quarantine WHERE 1 = 1");
    if let Some(devices) = &query.devices {
        sql.push(" AND ").bind_list(dialect, "device", List::Texts(devices.clone()));
    }
    if !query.reason.is_empty() {
        sql.push(" AND reason = ").bind(query.reason.as_str());
    }
    sql.push(" ORDER BY last DESC, digest LIMIT ").bind(query.limit).push(" OFFSET ").bind(query.skip);
    let entry = |mut row: Row| Held {
        refused: Refused {
            device: row.text(0),
            reason: Reason::read(&row.text(1)).unwrap_or(Reason::Malformed),
            source: row.text(2),
            detail: row.text(3),
            arrived_ms: row.int(4),
        },
        last_ms: row.int(5),
        times: u64::try_from(row.int(6)).unwrap_or_default(),
    };
    Ok(backend.read(sql).await?.into_iter().map(entry).collect())
}

/// What was counted.
pub(super) async fn tallies(backend: &dyn Backend, dialect: Dialect, devices: Option<&[String]>) -> Result<Vec<Tally>, StoreError> {
    let mut sql = Sql::new("读取监测计数", "SELECT device, what, times FROM reading_tallies WHERE 1 = 1");
    if let Some(devices) = devices {
        sql.push(" AND ").bind_list(dialect, "device", List::Texts(devices.to_vec()));
    }
    sql.push(" ORDER BY device, what");
    let tally = |mut row: Row| Tally { device: row.text(0), what: row.text(1), count: u64::try_from(row.int(2)).unwrap_or_default() };
    Ok(backend.read(sql).await?.into_iter().map(tally).collect())
}
