//! A list page of 50 rows over many records, through the door.

use crate::deployment;
use std::time::Instant;
use zhijian_records::Caller;
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;

/// Measures a first page, a filtered page and a deep page.
pub async fn run(rows: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let door = deployment::open(&format!("sqlite://{}", folder.path().join("bench.sqlite").display())).await?;
    let clock = Instant::now();
    deployment::fill(&door, rows).await?;
    println!("{rows} records filed in {:.1} s", clock.elapsed().as_secs_f64());
    let clock = Instant::now();
    drop(deployment::open(&format!("sqlite://{}", folder.path().join("bench.sqlite").display())).await?);
    println!("opening the store again: {:.0} ms", clock.elapsed().as_secs_f64() * 1e3);
    let officer = Caller::of("bench", &["R03"], "130300", "");
    let first = ListRequest { limit: 50, ..ListRequest::default() };
    let filtered = ListRequest {
        limit: 50,
        filters: vec![("conclusion".into(), Op::Eq, "1".into()), ("examined_on".into(), Op::Gte, "2020-06-01".into())],
        ..ListRequest::default()
    };
    let sorted = ListRequest { limit: 50, sort: Some("card_no".into()), ..ListRequest::default() };
    for (name, request) in [("newest first", &first), ("filtered", &filtered), ("by card number", &sorted)] {
        measure(&door, &officer, name, request).await?;
    }
    let mut deep = first.clone();
    for _ in 0..200 {
        deep.cursor = door.list(&officer, "exam", &deep).await?.next;
    }
    measure(&door, &officer, "page 200", &deep).await
}

async fn measure(door: &zhijian_records::Door, caller: &Caller, name: &str, request: &ListRequest) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for _ in 0..200 {
        let clock = Instant::now();
        door.list(caller, "exam", request).await?;
        times.push(clock.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!("list of 50, {name}: median {:.2} ms, p99 {:.2} ms", times[times.len() / 2], times[times.len() * 99 / 100]);
    Ok(())
}
