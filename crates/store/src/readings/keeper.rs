//! Readings for whoever keeps them elsewhere.

use super::append::OLD_MS;
use crate::backend::{Backend, Writing};
use crate::sql::{Sql, Value};
use std::collections::BTreeSet;
use zhijian_records::port::StoreError;
use zhijian_telemetry::readings::{Arrival, Fate, Reopened, Series, day_of};

const DOING: &str = "整理监测数据";

/// Notes days that were over: inside the transaction that changes them.
pub(super) async fn reopen(tx: &mut dyn Writing, arrivals: &[Arrival], fates: &[Fate]) -> Result<(), StoreError> {
    let old = |arrival: &Arrival| arrival.arrived_ms.saturating_sub(arrival.reading.at_ms) > OLD_MS;
    let changed = arrivals.iter().zip(fates).filter(|(arrival, fate)| fate.changed() && old(arrival));
    let days: BTreeSet<(&Series, i64)> = changed.map(|(arrival, _)| (&arrival.series, day_of(arrival.reading.at_ms))).collect();
    let text = "INSERT INTO reading_reopened (device, factor, day, times) VALUES ($1, $2, $3, 1) \
                ON CONFLICT (device, factor, day) DO UPDATE SET times = reading_reopened.times + 1";
    for (series, day) in days {
        tx.run(Sql::with(DOING, text, [series.device.as_str().into(), series.factor.as_str().into(), day.into()])).await?;
    }
    Ok(())
}

/// One seek in the index a series, however many readings it has.
pub(super) async fn series(backend: &dyn Backend, after: Option<&Series>, limit: u32) -> Result<Vec<Series>, StoreError> {
    let mut found: Vec<Series> = Vec::new();
    let mut last = after.cloned();
    while found.len() < limit as usize {
        let (text, values): (&str, Vec<Value>) = match &last {
            None => ("SELECT device, factor FROM readings ORDER BY device, factor LIMIT 1", Vec::new()),
            Some(last) => (
                "SELECT device, factor FROM readings WHERE (device, factor) > ($1, $2) ORDER BY device, factor LIMIT 1",
                vec![last.device.as_str().into(), last.factor.as_str().into()],
            ),
        };
        let mut sql = Sql::new(DOING, text);
        sql.values = values;
        let Some(mut row) = backend.read(sql).await?.into_iter().next() else { break };
        let next = Series { device: row.text(0), factor: row.text(1) };
        found.push(next.clone());
        last = Some(next);
    }
    Ok(found)
}

pub(super) async fn first(backend: &dyn Backend, series: &Series) -> Result<Option<i64>, StoreError> {
    let text = "SELECT at FROM readings WHERE device = $1 AND factor = $2 ORDER BY at LIMIT 1";
    let rows = backend.read(Sql::with(DOING, text, [series.device.as_str().into(), series.factor.as_str().into()])).await?;
    Ok(rows.into_iter().next().map(|mut row| row.int(0)))
}

pub(super) async fn reopened(backend: &dyn Backend) -> Result<Vec<Reopened>, StoreError> {
    let rows =
        backend.read(Sql::new(DOING, "SELECT device, factor, day, times FROM reading_reopened ORDER BY device, factor, day")).await?;
    let of = |mut row: crate::row::Row| Reopened {
        series: Series { device: row.text(0), factor: row.text(1) },
        day: row.int(2),
        times: row.int(3),
    };
    Ok(rows.into_iter().map(of).collect())
}

pub(super) async fn settle(backend: &dyn Backend, days: &[Reopened]) -> Result<(), StoreError> {
    let mut tx = backend.begin().await?;
    let text = "DELETE FROM reading_reopened WHERE device = $1 AND factor = $2 AND day = $3 AND times = $4";
    for one in days {
        let values = [one.series.device.as_str().into(), one.series.factor.as_str().into(), one.day.into(), one.times.into()];
        tx.run(Sql::with(DOING, text, values)).await?;
    }
    tx.commit().await
}

/// In pieces, so that gateways do not wait long.
pub(super) async fn remove(backend: &dyn Backend, series: &Series, before: i64) -> Result<u64, StoreError> {
    const DAY_MS: i64 = 86_400_000;
    let newest = "SELECT at FROM readings WHERE device = $1 AND factor = $2 ORDER BY at DESC LIMIT 1";
    let names = || [series.device.as_str().into(), series.factor.as_str().into()];
    let Some(mut row) = backend.read(Sql::with(DOING, newest, names())).await?.into_iter().next() else { return Ok(0) };
    let before = before.min(row.int(0));
    let text = "DELETE FROM readings WHERE device = $1 AND factor = $2 AND at < $3";
    let mut gone = 0;
    while let Some(first) = first(backend, series).await?.filter(|first| *first < before) {
        let mut tx = backend.begin().await?;
        let until = first.saturating_add(DAY_MS).min(before);
        let values = [series.device.as_str().into(), series.factor.as_str().into(), until.into()];
        gone += tx.run(Sql::with(DOING, text, values)).await?;
        tx.commit().await?;
    }
    Ok(gone)
}
