//! One round: closed days out, months made one file, old rows removed.

use super::Keeping;
use anyhow::{Context as _, Result};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use zhijian_lake::readings::{Catalog, Row, day_of, start_of};
use zhijian_records::Door;
use zhijian_records::port::Query;
use zhijian_telemetry::readings::{Kept, Series};
use zhijian_telemetry::windows::Readings;

/// Readings fetched at a time.
const PAGE: u32 = 10_000;
/// Series named at a time.
const SERIES: u32 = 1_000;
/// How much later than the longest delay a day counts as closed, milliseconds: clocks differ, and a batch may be under way (design).
const MARGIN_MS: i64 = 3_600_000;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Days written.
    pub days: u64,
    /// Readings in them.
    pub rows: u64,
    /// Days of series written anew, because readings came to them later.
    pub amended: u64,
    /// Months made one file.
    pub compacted: usize,
    /// Rows that left the database.
    pub removed: u64,
}

impl Done {
    /// Nothing was to be done.
    #[must_use]
    pub fn idle(&self) -> bool {
        *self == Self::default()
    }
}

/// Does what is due at the door's time.
///
/// # Errors
/// The store or the disk failed.
pub async fn round(door: &Door, keeping: &Keeping) -> Result<Done> {
    let now_ms = door.now().div_euclid(1000);
    // The last day to which nothing more can come unasked.
    let closed = day_of(now_ms - Readings::HORIZON_MS - MARGIN_MS) - 1;
    let regions = regions(door).await?;
    let series = series(keeping).await?;
    let mut done = Done::default();
    let first = series.iter().map(|(_, first)| day_of(*first)).min().unwrap_or(closed + 1);
    for day in first..=closed {
        if !keeping.archive.catalog().days.contains(&day) {
            done.rows += write_day(keeping, &regions, &series, day).await?;
            done.days += 1;
        }
    }
    for one in keeping.keeper.reopened().await? {
        // A day that is not written yet is written whole when it is due.
        if keeping.archive.catalog().days.contains(&one.day) {
            let rows = fetch(keeping, &one.series, start_of(one.day), start_of(one.day + 1)).await?;
            let region = regions.get(&one.series.device).map_or("", String::as_str);
            tokio::task::block_in_place(|| keeping.archive.amend(one.day, region, rows))?;
            done.amended += 1;
        }
        if one.day <= closed {
            keeping.keeper.settle(std::slice::from_ref(&one)).await?;
        }
    }
    done.compacted = tokio::task::block_in_place(|| keeping.archive.compact(closed))?;
    done.removed = remove(keeping, &series, closed.min(day_of(now_ms) - i64::from(keeping.days))).await?;
    Ok(done)
}

/// Where devices stand.
async fn regions(door: &Door) -> Result<HashMap<String, String>> {
    let all = door.store.all(Query::everything("device", Vec::new())).await?;
    let number =
        |document: &serde_json::Map<String, serde_json::Value>| document.get("device_no").and_then(|no| no.as_str()).map(str::to_owned);
    Ok(all.iter().filter_map(|stored| Some((number(&stored.document())?, stored.region.clone()))).collect())
}

/// All series in their order, with the moment of their first reading.
async fn series(keeping: &Keeping) -> Result<Vec<(Series, i64)>> {
    let mut all: Vec<(Series, i64)> = Vec::new();
    loop {
        let after = all.last().map(|(series, _)| series.clone());
        let page = keeping.keeper.series(after.as_ref(), SERIES).await?;
        let last = page.len() < SERIES as usize;
        for series in page {
            if let Some(first) = keeping.keeper.first(&series).await? {
                all.push((series, first));
            }
        }
        if last {
            return Ok(all);
        }
    }
}

fn row(series: &Series, kept: &Kept) -> Row {
    Row {
        device: series.device.clone(),
        factor: series.factor.clone(),
        at_ms: kept.reading.at_ms,
        value: kept.reading.value,
        quality: kept.reading.quality.code(),
        seq: i64::try_from(kept.reading.seq).unwrap_or(i64::MAX),
        arrived_ms: kept.arrived_ms,
    }
}

async fn fetch(keeping: &Keeping, series: &Series, mut from: i64, to: i64) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    loop {
        let page = keeping.keeper.range(series, from, to, PAGE).await?;
        rows.extend(page.iter().map(|kept| row(series, kept)));
        match page.last() {
            Some(last) if page.len() == PAGE as usize => from = last.reading.at_ms + 1,
            _ => return Ok(rows),
        }
    }
}

async fn write_day(keeping: &Keeping, regions: &HashMap<String, String>, series: &[(Series, i64)], day: i64) -> Result<u64> {
    let (from, to) = (start_of(day), start_of(day + 1));
    let mut writing = keeping.archive.day(day);
    let mut count = 0;
    for (series, _) in series.iter().filter(|(_, first)| *first < to) {
        let region = regions.get(&series.device).map_or("", String::as_str);
        for row in fetch(keeping, series, from, to).await? {
            writing.push(region, row)?;
            count += 1;
        }
    }
    tokio::task::block_in_place(|| writing.finish())?;
    Ok(count)
}

/// Removes rows before the day `until` that the archive has, one for one.
async fn remove(keeping: &Keeping, series: &[(Series, i64)], until: i64) -> Result<u64> {
    const MONTH_MS: i64 = 31 * 86_400_000;
    let before = start_of(until);
    let due: Vec<&(Series, i64)> = series.iter().filter(|(_, first)| *first < before).collect();
    if due.is_empty() {
        return Ok(0);
    }
    let mut removed = 0;
    for (series, first) in due {
        let catalog = keeping.archive.catalog();
        if let Some(day) = (day_of(*first)..until).find(|day| !catalog.days.contains(day)) {
            tracing::error!(device = series.device, day, "a day is not in the archive; its rows stay");
            continue;
        }
        let mut from = *first;
        let mut same = true;
        while same && from < before {
            let to = from.saturating_add(MONTH_MS).min(before);
            let rows = fetch(keeping, series, from, to).await?;
            let (archive, names) = (std::sync::Arc::clone(&keeping.archive), series.clone());
            let there = tokio::task::spawn_blocking(move || archive.rows(&names.device, &names.factor, from, to)).await??;
            let there: BTreeMap<i64, Row> = there.into_iter().map(|row| (row.at_ms, row)).collect();
            same = rows.iter().all(|row| there.get(&row.at_ms) == Some(row));
            from = to;
        }
        if !same {
            tracing::error!(device = series.device, factor = series.factor, "the archive is not the same as the database; its rows stay");
            continue;
        }
        // Readers look into the archive from here on.
        if catalog.removed_before_ms < before {
            let next = Catalog { removed_before_ms: before, generation: catalog.generation + 1, ..Catalog::clone(&catalog) };
            keeping.archive.install(next).context("无法更新监测数据归档清单")?;
        }
        removed += keeping.keeper.remove(series, before).await?;
    }
    Ok(removed)
}
