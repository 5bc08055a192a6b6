//! The years after the workbooks, filed through the door like workbooks.

use super::super::say;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::time::Instant;
use zhijian_demo::world::{KINDS, World};
use zhijian_demo::{BASE, Batch, History, Options};
use zhijian_kinds::Level;
use zhijian_kinds::intake::Draft;
use zhijian_records::bulk::{Ahead, Bulk, BulkEnd, BulkRow, End};
use zhijian_records::exports::Wanted;
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;

/// Rows of a chunk, as for workbooks.
const CHUNK: usize = 2_000;
/// Records asked for at a time.
const PAGE: u32 = 500;

/// Records that say that an employer has hazards, as indicator I-02 takes them; a field that must have a value.
const EVIDENCE: [(&str, &str, &str); 3] = [("measurement", "", ""), ("exam", "", ""), ("inspection", "hazard_present", "true")];

/// Counts of a history that was filed.
#[derive(Debug, Default)]
pub struct Filed {
    /// Rows handed in.
    pub rows: usize,
    /// Rows that were refused, by kind and class.
    pub refused: BTreeMap<String, usize>,
}

/// Files the history.
///
/// # Errors
/// The store failed; a row was refused (the generator and the definitions have drifted apart).
pub async fn load(platform: &Platform, region: &str, options: Options) -> Result<()> {
    let world = world(platform).await?;
    let catalogue = std::sync::Arc::clone(&platform.door.catalogue);
    let mut history = History::new(&catalogue, world, options);
    say(format!("续写 {BASE} 年以后的记录，到 {}（种子 {}，规模 {}；全部为合成数据）……", options.last, options.seed, options.scale));
    let (begun, mut told, mut filed) = (Instant::now(), Instant::now(), Filed::default());
    for year in history.years() {
        let (started, before) = (Instant::now(), filed.rows);
        let batches = tokio::task::block_in_place(|| history.year(year));
        for (n, batch) in batches.into_iter().enumerate() {
            file(platform, region, year, n, batch, (&mut filed, &mut told)).await?;
        }
        let (rows, seconds) = (filed.rows - before, started.elapsed().as_secs_f64());
        say(format!(
            "{year} 年：{rows} 条，{seconds:.1} 秒（每秒 {:.0} 条）",
            f64::from(u32::try_from(rows).unwrap_or(u32::MAX)) / seconds.max(0.001)
        ));
    }
    say(format!("续写完成：{} 条，{:.0} 秒", filed.rows, begun.elapsed().as_secs_f64()));
    if !filed.refused.is_empty() {
        let refused: Vec<String> = filed.refused.iter().map(|(what, n)| format!("{what} {n}")).collect();
        say(format!("拒收：{}", refused.join("、")));
    }
    Ok(())
}

/// Files one batch, as one file of its own.
async fn file(
    platform: &Platform,
    region: &str,
    year: i32,
    n: usize,
    batch: Batch,
    (filed, told): (&mut Filed, &mut Instant),
) -> Result<()> {
    let (door, caller) = (&platform.door, Platform::operator());
    let kind = door.kind(batch.kind)?;
    let job = format!("demo-{year}-{n:02}-{}", batch.kind);
    let mut bulk = Bulk::new(door, &caller, batch.kind, region, &job, "console")?;
    let mut waiting: Option<Ahead> = None;
    let mut row = 0;
    for rows in batch.rows.chunks(CHUNK).map(Some).chain([None]) {
        // One chunk is read and checked while the one before it is written.
        let next = rows.map(|rows| {
            let number = |document| {
                row += 1;
                BulkRow { row, draft: Draft::from_json(&kind, document) }
            };
            bulk.ahead(rows.iter().map(number).collect())
        });
        if let Some(chunk) = std::mem::replace(&mut waiting, next) {
            let ends = bulk.chunk(chunk, |_| None).await.with_context(|| format!("无法写入 {year} 年的“{}”", kind.title))?;
            count(batch.kind, &ends, filed);
            if told.elapsed().as_secs() >= 5 {
                *told = Instant::now();
                say(format!("  {year} 年·{}：{} 条，累计 {} 条", kind.title, batch.rows.len(), filed.rows));
            }
        }
    }
    Ok(())
}

fn count(kind: &str, ends: &[BulkEnd], filed: &mut Filed) {
    filed.rows += ends.len();
    for end in ends.iter().filter(|e| e.end == End::Rejected) {
        let why = end.problems.iter().find(|p| p.level == Level::Error).or(end.problems.first());
        let what = why.map_or_else(|| kind.to_owned(), |p| format!("{kind} {}（{}）", p.class, p.field));
        tracing::warn!(kind, problem = ?why.map(|p| &p.message), "a row of the demo's history was refused");
        *filed.refused.entry(what).or_default() += 1;
    }
}

/// What the workbooks brought: the register, and the people whose history goes on.
async fn world(platform: &Platform) -> Result<World> {
    let (door, caller) = (&platform.door, Platform::operator());
    let mut world = World::default();
    for (kind, full) in KINDS {
        let request = ListRequest { sort: Some("id".into()), ..ListRequest::default() };
        let wanted = Wanted {
            kind: kind.into(),
            request,
            full,
            format: "json".into(),
            conditions: "全部".into(),
            purpose: "续写演示数据".into(),
            research: String::new(),
            listed: String::new(),
        };
        let pass = door.free_export(&caller, &wanted, "console").await?;
        let mut cursor = None;
        loop {
            let page = door.export_page(&caller, &pass, cursor, PAGE).await?;
            for row in &page.rows {
                world.take(kind, &row.id, (&row.region, &row.town), &row.data);
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    for id in world.in_doubt() {
        for (kind, field, value) in EVIDENCE {
            let mut filters = vec![("owner".to_owned(), Op::Eq, id.clone())];
            filters.extend((!field.is_empty()).then(|| (field.to_owned(), Op::Eq, value.to_owned())));
            if door.count(&caller, kind, &ListRequest { filters, ..ListRequest::default() }, 1).await? > 0 {
                world.known(&id);
                break;
            }
        }
    }
    Ok(world)
}
