//! The working day: a declaration with 200 posts through the door, what a desk asks of the store over many records and open duties, and the
//! whole table of duties computed anew (what a change of rules or a night asks for).

use crate::cards::uscc;
use crate::deployment;
use serde_json::{Value, json};
use std::time::Instant;
use zhijian_kinds::intake::Draft;
use zhijian_records::duties::{Ask, Clerk};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door};

/// Posts of the declaration.
const POSTS: usize = 200;
/// Tries of each measurement.
const TRIES: usize = 100;

/// Files the cards, then measures.
pub async fn run(rows: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let door = deployment::open(&format!("sqlite://{}", folder.path().join("bench.sqlite").display())).await?;
    deployment::fill(&door, rows).await?;
    let clerk = Clerk::new(door.clone());
    let clock = Instant::now();
    clerk.catch_up().await?;
    println!("duties of {rows} cards from the outbox: {:.1} s", clock.elapsed().as_secs_f64());
    let clock = Instant::now();
    clerk.renew().await?;
    println!("all duties of {rows} cards computed anew: {:.1} s", clock.elapsed().as_secs_f64());
    declarations(&door).await?;
    clerk.catch_up().await?;
    desk(&door).await
}

/// One post with its hazards in the table of distribution.
fn declaration(n: usize) -> Value {
    let posts: Vec<Value> = (0..POSTS)
        .map(|post| json!({"workplace": format!("{}车间{post}号岗位", post / 20 + 1), "hazard": "P001", "contacts_repeat": 2, "contacts_distinct": 2}))
        .collect();
    json!({"employer_name": format!("试例第{n}厂"), "uscc": uscc(n), "decl_type": "3", "decl_year": 2026, "declared_on": "2026-03-10",
        "staff_total": 600, "dispatched": 0, "exposed_total": 400, "hazards": ["P001"], "distribution": posts, "distribution_repeat": 400,
        "distribution_distinct": 400, "tested": false, "exam_done": false})
}

async fn declarations(door: &Door) -> anyhow::Result<()> {
    let kind = door.kind("declaration")?;
    let caller = Caller::of("bench", &["R03"], "130300", "");
    let mut times = Vec::new();
    for n in 0..TRIES {
        let document = declaration(n);
        let clock = Instant::now();
        let draft = Draft::from_json(&kind, document.as_object().unwrap_or(&serde_json::Map::new()));
        door.submit(&caller, "declaration", &draft, Entry::default()).await?;
        times.push(clock.elapsed().as_secs_f64() * 1e3);
    }
    told(&format!("declaration with {POSTS} posts filed"), times);
    Ok(())
}

/// The questions of a desk about duties: numbers by duty, the first page, the days of the calendar.
async fn desk(door: &Door) -> anyhow::Result<()> {
    let caller = Caller::of("bench", &["R03", "R06"], "130300", "");
    let open: u64 = door.duty_counts(&caller, Ask::default()).await?.iter().map(|c| c.overdue + c.soon + c.later + c.paused).sum();
    let mut times = Vec::new();
    for _ in 0..TRIES {
        let clock = Instant::now();
        door.duty_counts(&caller, Ask::default()).await?;
        door.duties(&caller, Ask { limit: 20, ..Ask::default() }).await?;
        times.push(clock.elapsed().as_secs_f64() * 1e3);
    }
    told(&format!("numbers and first page of {open} open duties"), times);
    Ok(())
}

fn told(what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    println!("{what}: median {:.2} ms, p99 {:.2} ms", times[times.len() / 2], times[times.len() * 99 / 100]);
}
