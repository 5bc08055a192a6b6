//! Verification of the audit chain: lines a second, against SM3 over the same bytes in the same run.

use crate::deployment;
use sm3::{Digest as _, Sm3};
use std::time::Instant;
use zhijian_records::audit::{line_bytes, line_hash};
use zhijian_records::port::{Action, AuditLine, Sheet, Stamp, Trace};
use zhijian_records::verify;

/// Lines taken in at a time.
const PIECE: usize = 10_000;
/// Runs; the best one is told, and each.
const RUNS: usize = 5;

/// Fills a chain with views, then verifies it.
pub async fn run(lines: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let door = deployment::open(&format!("sqlite://{}", folder.path().join("bench.sqlite").display())).await?;
    let mut prev = String::new();
    for begin in (0..lines).step_by(PIECE) {
        let mut rows = Vec::with_capacity(PIECE);
        for number in begin..lines.min(begin + PIECE) {
            let line = line(i64::try_from(number)? + 1, &prev);
            prev.clone_from(&line.hash);
            rows.push(cells(&line));
        }
        let sheet = Sheet { table: "audit".into(), columns: COLUMNS.map(str::to_owned).to_vec(), rows };
        door.store.take_in(&[sheet], i64::MAX).await?;
    }
    door.store.settle().await?;
    let mut best = f64::MAX;
    for _ in 0..RUNS {
        let clock = Instant::now();
        let verdict = verify::chain(&door.store).await?;
        let seconds = clock.elapsed().as_secs_f64();
        anyhow::ensure!(verdict.sound() && verdict.lines == lines as u64, "the bench's own chain must verify: {verdict:?}");
        println!("verified {lines} lines in {seconds:.3} s: {:.0} lines/s", lines as f64 / seconds);
        best = best.min(seconds);
    }
    let mut bytes = Vec::with_capacity(lines);
    let mut after = 0;
    while bytes.len() < lines {
        let piece = door.store.audit(after, 10_000).await?;
        after += i64::try_from(piece.len())?;
        bytes.extend(piece.iter().map(line_bytes));
    }
    let size: usize = bytes.iter().map(Vec::len).sum();
    let clock = Instant::now();
    let mut sum = 0_u8;
    for bytes in &bytes {
        sum ^= Sm3::digest(bytes)[0];
    }
    let raw = clock.elapsed().as_secs_f64();
    println!("SM3 over the same {size} bytes on one core: {raw:.3} s ({:.0} lines/s) [{sum}]", lines as f64 / raw);
    println!("best {:.0} lines/s, {:.2} of SM3 on one core", lines as f64 / best, raw / best);
    Ok(())
}

const COLUMNS: [&str; 18] = [
    "seq",
    "at",
    "actor",
    "reason",
    "source",
    "action",
    "kind",
    "record",
    "count",
    "digest",
    "prev",
    "hash",
    "partitions",
    "role",
    "session",
    "address",
    "region",
    "rev",
];

/// A look at a record, as an officer leaves it.
fn line(seq: i64, prev: &str) -> AuditLine {
    let trace = Trace {
        role: "R03".into(),
        session: format!("{:012x}", seq % 997),
        address: format!("10.13.{}.{}", seq % 7, seq % 251),
        region: "130302".into(),
        rev: 1,
    };
    let stamp = Stamp {
        at: 1_700_000_000_000_000 + seq * 1_000_000,
        actor: format!("officer{}", seq % 40),
        reason: "监测数据核实：复核听力结果".into(),
        source: "web".into(),
        trace,
    };
    let mut line = AuditLine {
        seq,
        stamp,
        action: Action::View,
        kind: "exam".into(),
        record: format!("{seq:032x}"),
        count: 0,
        digest: "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b".into(),
        prev: prev.to_owned(),
        hash: String::new(),
    };
    line.hash = line_hash(&line);
    line
}

fn cells(line: &AuditLine) -> Vec<zhijian_records::port::Cell> {
    use zhijian_records::port::Cell::{Int, Text};
    let (stamp, trace) = (&line.stamp, &line.stamp.trace);
    let text = |text: &str| Text(text.to_owned());
    vec![
        Int(line.seq),
        Int(stamp.at),
        text(&stamp.actor),
        text(&stamp.reason),
        text(&stamp.source),
        text(line.action.word()),
        text(&line.kind),
        text(&line.record),
        Int(line.count.into()),
        text(&line.digest),
        text(&line.prev),
        text(&line.hash),
        text(""),
        text(&trace.role),
        text(&trace.session),
        text(&trace.address),
        text(&trace.region),
        Int(trace.rev.into()),
    ]
}
