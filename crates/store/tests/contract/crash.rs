//! A program that is killed at any moment loses nothing that it had acknowledged, and leaves nothing half done.

use crate::sample::*;
use crate::setup::{Base, tables};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Names the database to the program that is killed.
const VICTIM: &str = "ZHIJIAN_TEST_VICTIM";

/// Not a test by itself: writes commit after commit and says the number of each when it is acknowledged.
#[tokio::test]
#[ignore = "is started and killed by another test"]
async fn victim() {
    let Ok(url) = std::env::var(VICTIM) else { return };
    let store = zhijian_store::open(&url, &tables()).await.unwrap();
    let mut out = std::io::stdout();
    let mut last: Option<zhijian_records::port::NewRevision> = None;
    for n in 0.. {
        let mut records: Vec<_> = (0..n % 50).map(|_| id()).map(|key| exam(&key, named("x"))).collect();
        records.extend(last.as_ref().map(|last| revised(last, 1, named("y"))));
        last = records.first().cloned().filter(|record| record.seen.is_none());
        let seq = write(&*store, n, records).await;
        writeln!(out, "acknowledged {seq}").unwrap();
        out.flush().unwrap();
    }
}

pub async fn acknowledged_commits_survive_a_kill(base: &Base) {
    for round in 0..4 {
        let mut acknowledged = 0;
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::victim", "--ignored", "--nocapture"])
            .env(VICTIM, &base.url)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        for _ in 0..20 + round * 13 {
            acknowledged = next(&mut lines).unwrap();
        }
        victim.kill().unwrap();
        victim.wait().unwrap();
        // What it said before it died counts as well.
        while let Some(seq) = next(&mut lines) {
            acknowledged = seq;
        }

        let store = base.open_again().await.unwrap();
        // A commit waits for the one that the dead program may have left open.
        let seq = write(&*store, 1, vec![exam(&id(), named("after"))]).await;
        assert!(seq > acknowledged, "{seq} after {acknowledged}");
        crate::audit::verify(&*store).await.unwrap();
        let lines = store.audit(0, 100_000).await.unwrap();
        assert_eq!(i64::try_from(lines.len()).unwrap(), seq);
        let written: usize = lines.iter().map(|line| line.count as usize).sum();
        assert_eq!(all_revisions(&*store).await.len(), written);
    }
}

/// The number of the next acknowledged commit, `None` at the end.
fn next(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> Option<i64> {
    lines.find_map(|line| line.unwrap().split_once("acknowledged ").and_then(|(_, seq)| seq.parse().ok()))
}
