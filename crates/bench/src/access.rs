//! What the access check adds: the same list page and the same import as the platform itself (no rule applies) and as an officer whose
//! region holds all records, in turns, so that both meet the same caches and the same noise.

use crate::{cards, deployment};
use std::time::Instant;
use zhijian_records::Caller;
use zhijian_records::read::ListRequest;

/// Turns of the list measurement.
const TURNS: usize = 400;
/// Rows of a transaction.
const CHUNK: usize = 2_000;

/// Measures both.
pub async fn run(rows: usize) -> anyhow::Result<()> {
    let (off, on) = (Caller::system("bench"), Caller::of("bench", &["R03"], "130300", ""));
    import(rows, &off, &on).await?;
    list(rows.min(50_000), &off, &on).await
}

async fn import(rows: usize, off: &Caller, on: &Caller) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let door = deployment::open(&format!("sqlite://{}", folder.path().join("bench.sqlite").display())).await?;
    let mut employers = deployment::bulk(&door, "employer")?;
    employers.chunk(employers.ahead(cards::employers()), |_| None).await?;
    let items = cards::items(&door.catalogue);
    let mut writers = [deployment::bulk_as(&door, off, "exam")?, deployment::bulk_as(&door, on, "exam")?];
    // Rounds of four turns, so that both file equally many.
    let rows = rows.next_multiple_of(4 * CHUNK);
    let mut seconds = [0.0, 0.0];
    for (turn, start) in (0..rows).step_by(CHUNK).enumerate() {
        let chunk: Vec<_> = (start..rows.min(start + CHUNK)).map(|n| cards::card(n, &items)).collect();
        // off on on off …: growth of the table falls on both alike.
        let who = usize::from(turn % 4 == 1 || turn % 4 == 2);
        let clock = Instant::now();
        let ahead = writers[who].ahead(chunk);
        let ends = writers[who].chunk(ahead, |_| None).await?;
        seconds[who] += clock.elapsed().as_secs_f64();
        anyhow::ensure!(ends.iter().all(|e| e.id.is_some()), "the bench's own cards must pass");
    }
    let half = rows as f64 / 2.0;
    println!("import of {rows} exam cards: off {:.0}/s, on {:.0}/s, {:+.1} %", half / seconds[0], half / seconds[1], more(seconds));
    Ok(())
}

async fn list(rows: usize, off: &Caller, on: &Caller) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let door = deployment::open(&format!("sqlite://{}", folder.path().join("bench.sqlite").display())).await?;
    deployment::fill(&door, rows).await?;
    let first = ListRequest { limit: 50, ..ListRequest::default() };
    let mut times: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for turn in 0..2 * TURNS {
        let who = usize::from(turn % 4 == 1 || turn % 4 == 2);
        let clock = Instant::now();
        let page = door.list(if who == 0 { off } else { on }, "exam", &first).await?;
        times[who].push(clock.elapsed().as_secs_f64() * 1e3);
        anyhow::ensure!(page.rows.len() == 50, "a full page");
    }
    let medians = times.map(|mut t| {
        t.sort_by(f64::total_cmp);
        t[t.len() / 2]
    });
    println!("list of 50 of {rows}: off {:.2} ms, on {:.2} ms (medians), {:+.1} %", medians[0], medians[1], more(medians));
    Ok(())
}

fn more([off, on]: [f64; 2]) -> f64 {
    (on / off - 1.0) * 100.0
}
