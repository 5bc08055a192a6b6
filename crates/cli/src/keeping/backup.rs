//! Readings in backups: files of the archive are carried once, what the archive has not yet is carried each time. The same for both databases.
//!
//! Below the backup folder, `readings/`: `{backup}.rows` (sealed: the archive's manifest, then rows, quarantine and counts), `{backup}.list` (names of the
//! files it needs, for pruning without a key) and `….piece` (sealed Parquet files).

use super::{Keeping, run};
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use zhijian_lake::readings::{Catalog, start_of};
use zhijian_records::backup::{BackupKey, LineOpener, LineSealer, chains, open_file, seal_file};
use zhijian_telemetry::readings::{Arrival, Held, HeldQuery, Kept, Reason, Refused, Series, Tally};
use zhijian_telemetry::windows::{Quality, Reading};

/// Rows of one line.
const PAGE: u32 = 2_000;

/// What was carried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// Readings outside the archive.
    pub rows: u64,
    /// Readings in the archive.
    pub archived: u64,
    /// Files that were not there before.
    pub files: u64,
}

fn place(folder: &Path) -> PathBuf {
    folder.join("readings")
}

fn sealed_name(file: &str) -> String {
    format!("{}.piece", file.replace('/', "~"))
}

/// Backs the readings up as part of the backup `stem`.
///
/// # Errors
/// The store or the disk failed.
pub async fn back_up(platform: &Platform, folder: &Path, key: &BackupKey, stem: &str) -> Result<Carried> {
    let keeping = Keeping::of(platform).await?;
    // Closed days first: as files they are carried once.
    run(platform, &keeping).await?;
    let place = place(folder);
    std::fs::create_dir_all(&place).with_context(|| format!("无法建立 {}", place.display()))?;
    let catalog = keeping.archive.reload()?;
    let mut carried = Carried { archived: catalog.rows(), ..Carried::default() };
    for piece in catalog.pieces() {
        let target = place.join(sealed_name(&piece.file));
        if !target.exists() {
            let part = target.with_extension("part");
            seal_file(&keeping.archive.root().join(&piece.file), &part, key, &piece.file)?;
            std::fs::rename(&part, &target).with_context(|| format!("无法写入 {}", target.display()))?;
            carried.files += 1;
        }
    }
    let name = format!("{stem}.rows");
    let part = place.join(format!("{stem}.part"));
    let mut sealer = LineSealer::create(&part, key, &name)?;
    sealer.line(&serde_json::to_vec(&*catalog)?)?;
    carried.rows = rows(&keeping, &catalog, &mut sealer).await?;
    quarantine(&keeping, &mut sealer).await?;
    sealer.finish()?;
    let list: Vec<String> = catalog.pieces().map(|piece| sealed_name(&piece.file)).collect();
    std::fs::write(place.join(format!("{stem}.list")), serde_json::to_vec(&list)?)?;
    std::fs::rename(&part, place.join(&name)).with_context(|| format!("无法写入 {name}"))?;
    Ok(carried)
}

/// Rows that the archive has not, and the newest of each series.
async fn rows(keeping: &Keeping, catalog: &Catalog, sealer: &mut LineSealer) -> Result<u64> {
    let mut written = 0;
    let put = |series: &Series, page: &[Kept], sealer: &mut LineSealer| -> Result<()> {
        let rows: Vec<Value> = page
            .iter()
            .map(|kept| {
                let reading = &kept.reading;
                json!([reading.at_ms, reading.value, reading.quality.code(), reading.seq, kept.arrived_ms])
            })
            .collect();
        let line = json!({"device": series.device, "factor": series.factor, "rows": rows});
        Ok(sealer.line(line.to_string().as_bytes())?)
    };
    let open = catalog.days.last().map_or(i64::MIN, |day| start_of(day + 1));
    let reopened = keeping.keeper.reopened().await?;
    let mut last: Option<Series> = None;
    loop {
        let names = keeping.keeper.series(last.as_ref(), PAGE).await?;
        for series in &names {
            let newest: Vec<Kept> = keeping.keeper.last(std::slice::from_ref(series)).await?.into_iter().flatten().collect();
            put(series, &newest, sealer)?;
            let days = reopened.iter().filter(|one| one.series == *series).map(|one| (start_of(one.day), start_of(one.day + 1)));
            for (mut from, to) in days.chain([(open, i64::MAX)]) {
                loop {
                    let page = keeping.keeper.range(series, from, to, PAGE).await?;
                    let Some(end) = page.last() else { break };
                    from = end.reading.at_ms + 1;
                    put(series, &page, sealer)?;
                    written += page.len() as u64;
                }
            }
        }
        match names.last() {
            Some(name) if names.len() == PAGE as usize => last = Some(name.clone()),
            _ => return Ok(written),
        }
    }
}

async fn quarantine(keeping: &Keeping, sealer: &mut LineSealer) -> Result<()> {
    let mut query = HeldQuery { limit: PAGE, ..HeldQuery::default() };
    loop {
        let page = keeping.keeper.held(&query).await?;
        for held in &page {
            let one = &held.refused;
            let line = json!({"held": [one.device, one.reason.code(), one.source, one.detail, one.arrived_ms, held.last_ms, held.times]});
            sealer.line(line.to_string().as_bytes())?;
        }
        if page.len() < PAGE as usize {
            break;
        }
        query.skip += PAGE;
    }
    for tally in keeping.keeper.tallies(None).await? {
        sealer.line(json!({"tally": [tally.device, tally.what, tally.count]}).to_string().as_bytes())?;
    }
    Ok(())
}

/// Restores the readings of a backup; `None` when it has none. May be run again when it was cut short: nothing is doubled.
///
/// # Errors
/// Damage, another key, an archive that holds something else; the store or the disk failed.
pub async fn put_back(platform: &Platform, folder: &Path, key: &BackupKey, chain: &str, number: usize) -> Result<Option<Carried>> {
    let of = chains(folder)?.into_iter().flat_map(|chain| chain.backups).find(|one| one.chain == chain && one.number as usize == number);
    let Some(stem) = of.map(|manifest| manifest.stem()) else { return Ok(None) };
    let (place, name) = (place(folder), format!("{stem}.rows"));
    if !place.join(&name).exists() {
        return Ok(None);
    }
    let keeping = Keeping::of(platform).await?;
    let mut opener = LineOpener::open(&place.join(&name), key, &name)?;
    let first = opener.line()?.context("监测数据备份是空的")?;
    let mut catalog: Catalog = serde_json::from_slice(&first).context("监测数据备份的清单有误")?;
    // Everything that is archived is in the archive alone from here on.
    catalog.removed_before_ms = catalog.days.last().map_or(0, |day| start_of(day + 1));
    let present = keeping.archive.reload()?;
    anyhow::ensure!(*present == Catalog::default() || *present == catalog, "监测数据归档不为空：{}", keeping.archive.root().display());
    let mut carried = Carried { archived: catalog.rows(), ..Carried::default() };
    for piece in catalog.pieces() {
        let target = keeping.archive.root().join(&piece.file);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let part = target.with_extension("tmp");
        open_file(&place.join(sealed_name(&piece.file)), &part, key, &piece.file)?;
        std::fs::rename(&part, &target)?;
        carried.files += 1;
    }
    keeping.archive.install(catalog)?;
    while let Some(line) = opener.line()? {
        let line: Value = serde_json::from_slice(&line).context("监测数据备份的一行有误")?;
        let (rows, held, tallies) = read(&line).context("监测数据备份的一行有误")?;
        carried.rows += rows.len() as u64;
        keeping.keeper.put_back(&rows, &held, &tallies).await?;
    }
    Ok(Some(carried))
}

/// A line of the sealed file.
fn read(line: &Value) -> Option<(Vec<Arrival>, Vec<Held>, Vec<Tally>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(rows) = line.get("rows") {
        let series = Series { device: text(line.get("device")?)?, factor: text(line.get("factor")?)? };
        let arrival = |row: &Value| {
            let quality = Quality::read(u8::try_from(row.get(2)?.as_u64()?).ok()?)?;
            let reading = Reading { at_ms: row.get(0)?.as_i64()?, value: row.get(1)?.as_f64()?, quality, seq: row.get(3)?.as_u64()? };
            Some(Arrival { series: series.clone(), reading, arrived_ms: row.get(4)?.as_i64()? })
        };
        return Some((rows.as_array()?.iter().map(arrival).collect::<Option<_>>()?, Vec::new(), Vec::new()));
    }
    if let Some(held) = line.get("held") {
        let of = |place: usize| held.get(place).and_then(text);
        let refused =
            Refused { device: of(0)?, reason: Reason::read(&of(1)?)?, source: of(2)?, detail: of(3)?, arrived_ms: held.get(4)?.as_i64()? };
        return Some((Vec::new(), vec![Held { refused, last_ms: held.get(5)?.as_i64()?, times: held.get(6)?.as_u64()? }], Vec::new()));
    }
    let tally = line.get("tally")?;
    let tally = Tally { device: text(tally.get(0)?)?, what: text(tally.get(1)?)?, count: tally.get(2)?.as_u64()? };
    Some((Vec::new(), Vec::new(), vec![tally]))
}

/// Reads all of it through: every file is there and whole. How many files.
///
/// # Errors
/// One is not; another key.
pub fn check(folder: &Path, key: &BackupKey) -> Result<usize> {
    let place = place(folder);
    let mut seen = BTreeSet::new();
    for name in files(&place, "rows")? {
        let mut opener = LineOpener::open(&place.join(&name), key, &name)?;
        let catalog: Catalog = serde_json::from_slice(&opener.line()?.context("监测数据备份是空的")?)?;
        while opener.line()?.is_some() {}
        for piece in catalog.pieces() {
            let sealed = sealed_name(&piece.file);
            if seen.insert(sealed.clone()) {
                let mut opener = LineOpener::open(&place.join(sealed), key, &piece.file)?;
                while opener.line()?.is_some() {}
            }
        }
        seen.insert(name);
    }
    Ok(seen.len())
}

/// Removes what belongs to backups that are no longer there.
///
/// # Errors
/// The disk failed.
pub fn forget(folder: &Path) -> Result<usize> {
    let place = place(folder);
    let mut needed: BTreeSet<String> = BTreeSet::new();
    let mut gone = Vec::new();
    for name in files(&place, "list")? {
        let stem = name.trim_end_matches(".list");
        if folder.join(format!("{stem}.json")).exists() {
            let list: Vec<String> = serde_json::from_slice(&std::fs::read(place.join(&name))?)?;
            needed.extend(list);
        } else {
            gone.extend([name.clone(), format!("{stem}.rows")]);
        }
    }
    gone.extend(files(&place, "piece")?.into_iter().filter(|piece| !needed.contains(piece)));
    gone.extend(files(&place, "part")?);
    for name in &gone {
        match std::fs::remove_file(place.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).with_context(|| format!("无法删除 {name}")),
            _ => {}
        }
    }
    Ok(gone.len())
}

fn files(place: &Path, ending: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    match std::fs::read_dir(place) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("无法读取 {}", place.display())),
        Ok(entries) => {
            for entry in entries {
                let path = entry?.path();
                if path.extension().is_some_and(|e| e == ending) {
                    names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
                }
            }
        }
    }
    names.sort();
    Ok(names)
}
