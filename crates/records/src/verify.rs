//! Proof of the audit chain against the records: edited, deleted, reordered, inserted and truncated lines are found, and so are
//! records that were edited, deleted or put in behind the platform's back.
//!
//! Lines are read and hashed in blocks while the next block is being read; memory does not grow with the chain. What is written
//! during the walk is left for the next one.

use crate::audit::{line_hash, stored_digest};
use crate::port::{AuditLine, Placed, Store, StoreError};
use crate::signed_head::Head;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lines read at a time.
const BLOCK: u32 = 10_000;
/// Revisions read at a time.
const REVISIONS: u32 = 4_000;
/// Faults told one by one; the others are counted.
const MOST_FAULTS: usize = 100;
/// Records without a line told one by one for each kind.
const STRAYS: u32 = 20;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Verdict {
    /// Lines checked.
    pub lines: u64,
    /// Revisions checked.
    pub revisions: u64,
    /// Hash of the last line: print it or send it out, so that a truncated chain can be proved.
    pub head: String,
    /// Faults in words, the first hundred.
    pub faults: Vec<String>,
    /// Further faults.
    pub more_faults: u64,
}

impl Verdict {
    /// Nothing was found.
    #[must_use]
    pub fn sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, words: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(words);
        } else {
            self.more_faults += 1;
        }
    }
}

/// Walks the whole chain.
///
/// # Errors
/// The store failed.
pub async fn chain(store: &Arc<dyn Store>) -> Result<Verdict, StoreError> {
    against(store, &[], |_, _| {}).await
}

/// Walks the whole chain and holds it against heads that were noted or signed before; `progress` is told lines done and lines in all.
///
/// # Errors
/// The store failed.
pub async fn against(store: &Arc<dyn Store>, heads: &[Head], progress: impl Fn(u64, i64) + Send) -> Result<Verdict, StoreError> {
    let (last, kept) = store.audit_head().await?;
    let mut walk = Walk { verdict: Verdict::default(), expected: 1, heads };
    let mut reading = read(store, 0, last);
    loop {
        let lines = reading.await.map_err(broken)??;
        let Some(end) = lines.last().map(|line| line.seq) else { break };
        reading = read(store, end, last);
        let checked = tokio::task::spawn_blocking(move || {
            let sound: Vec<bool> = lines.par_iter().map(|line| line_hash(line) == line.hash).collect();
            (lines, sound)
        });
        let (lines, sound) = checked.await.map_err(broken)?;
        walk.links(&lines, &sound);
        walk.records(store.as_ref(), &lines).await?;
        progress(walk.verdict.lines, last);
    }
    walk.end(last, &kept);
    // Lines beyond the head that was read first are being written now; then the head has moved on as well.
    let beyond = store.audit(last, 1).await?.first().map(|line| line.seq);
    if let Some(seq) = beyond
        && store.audit_head().await?.0 < seq
    {
        walk.verdict.fault(format!("审计链在链头（第{last}条）之后还有第{seq}条：链头被改动，或有记录被插入"));
    }
    for kind in store.kinds() {
        for (id, rev, seq) in store.strays(&kind, STRAYS).await? {
            walk.verdict.fault(format!("“{kind}”记录 {id} 第{rev}版（提交号{seq}）没有对应的审计记录：系绕过平台写入"));
        }
    }
    Ok(walk.verdict)
}

type Reading = tokio::task::JoinHandle<Result<Vec<AuditLine>, StoreError>>;

fn read(store: &Arc<dyn Store>, after: i64, last: i64) -> Reading {
    let store = Arc::clone(store);
    tokio::spawn(async move {
        let mut lines = store.audit(after, BLOCK).await?;
        // A tampered head must not hide lines: beyond it only what is being written now is left out, and that is linked to it.
        if lines.first().is_some_and(|line| line.seq > last) {
            lines.clear();
        }
        lines.retain(|line| line.seq <= last);
        Ok(lines)
    })
}

fn broken(error: tokio::task::JoinError) -> StoreError {
    StoreError::Failed { doing: "核对审计链".into(), source: error.into() }
}

struct Walk<'a> {
    verdict: Verdict,
    expected: i64,
    heads: &'a [Head],
}

impl Walk<'_> {
    /// Numbers without gaps, each line linked to the one before, no line changed, and the noted heads where they were.
    fn links(&mut self, lines: &[AuditLine], sound: &[bool]) {
        for (line, sound) in lines.iter().zip(sound) {
            let seq = line.seq;
            if seq != self.expected {
                let (from, to) = (self.expected, seq - 1);
                let which = if from == to { format!("第{from}条") } else { format!("第{from}—{to}条") };
                self.verdict.fault(format!("{which}审计记录缺失：被删除"));
            }
            if line.prev != self.verdict.head {
                self.verdict.fault(format!("第{seq}条与上一条不衔接：其间有删除、插入、调换或改动"));
            }
            if !sound {
                self.verdict.fault(format!("第{seq}条审计记录被改动"));
            }
            for head in self.heads.iter().filter(|head| head.count == seq && head.hash != line.hash) {
                self.verdict.fault(format!("第{seq}条与留存的链头不符（应为 {}，实为 {}）：此前的历史被改写", head.hash, line.hash));
            }
            self.verdict.lines += 1;
            self.verdict.head.clone_from(&line.hash);
            self.expected = seq + 1;
        }
    }

    /// The revisions of the lines, a handful of commits at a time.
    async fn records(&mut self, store: &dyn Store, lines: &[AuditLine]) -> Result<(), StoreError> {
        let mut by_kind: BTreeMap<&str, Vec<&AuditLine>> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.count > 0) {
            by_kind.entry(&line.kind).or_default().push(line);
        }
        for (kind, lines) in by_kind {
            let mut rest = lines.as_slice();
            while !rest.is_empty() {
                let mut revisions = 0;
                let fits = |line: &&AuditLine| {
                    revisions += line.count;
                    revisions <= REVISIONS
                };
                let number = rest.iter().copied().take_while(fits).count().max(1);
                let (now, later) = rest.split_at(number);
                rest = later;
                self.commits(store, kind, now).await?;
            }
        }
        Ok(())
    }

    async fn commits(&mut self, store: &dyn Store, kind: &str, lines: &[&AuditLine]) -> Result<(), StoreError> {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Ok(()) };
        let told: u32 = lines.iter().map(|line| line.count).sum();
        // Some more than there should be, so that additions are seen.
        let rows = store.of_commits(kind, first.seq, last.seq, told.saturating_add(REVISIONS)).await?;
        let slices: Vec<(&AuditLine, &[Placed])> = lines.iter().map(|line| (*line, of(&rows, line.seq))).collect();
        let faults: Vec<Option<String>> = slices.into_par_iter().map(|(line, rows)| fault(line, rows)).collect();
        self.verdict.revisions += rows.len() as u64;
        for fault in faults.into_iter().flatten() {
            self.verdict.fault(fault);
        }
        Ok(())
    }

    /// The last line is the one that the store keeps beside the chain, and no noted head lies beyond it.
    fn end(&mut self, last: i64, kept: &str) {
        let (lines, head) = (self.expected - 1, self.verdict.head.clone());
        if lines != last {
            self.verdict.fault(format!("审计链应有 {last} 条，实有至第 {lines} 条：末尾被截断"));
        } else if head != kept {
            self.verdict.fault(format!("链头摘要与最后一条（第{last}条）不符：末尾被改动"));
        }
        for head in self.heads.iter().filter(|head| head.count > lines) {
            self.verdict.fault(format!("留存的链头为第{}条，现有审计链只到第{lines}条：末尾被截断", head.count));
        }
    }
}

/// The rows of one commit in rows that are in order of commits.
fn of(rows: &[Placed], seq: i64) -> &[Placed] {
    let from = rows.partition_point(|row| row.stored.commit < seq);
    let to = rows.partition_point(|row| row.stored.commit <= seq);
    rows.get(from..to).unwrap_or_default()
}

fn fault(line: &AuditLine, rows: &[Placed]) -> Option<String> {
    let (seq, kind) = (line.seq, &line.kind);
    let told = line.count as usize;
    if rows.len() < told {
        return Some(format!("第{seq}条写入的“{kind}”记录应有 {told} 个版本，实有 {}：被删除{}", rows.len(), named(line)));
    }
    if rows.len() > told {
        return Some(format!("第{seq}条写入的“{kind}”记录应有 {told} 个版本，实有 {}：被添加{}", rows.len(), named(line)));
    }
    if stored_digest(rows.iter().map(|row| &row.stored), &line.digest) != line.digest {
        let which = match rows {
            [row] => format!("（记录 {} 第{}版）", row.stored.id, row.stored.rev),
            _ => named(line),
        };
        return Some(format!("第{seq}条写入的“{kind}”记录被改动{which}"));
    }
    // A record's time is its commit's, or later where the clock was set back.
    let early = rows.iter().find(|row| row.stored.recorded_from < line.stamp.at);
    early.map(|row| format!("第{seq}条写入的“{kind}”记录 {} 第{}版的保存时间被改动", row.stored.id, row.stored.rev))
}

fn named(line: &AuditLine) -> String {
    if line.record.is_empty() { String::new() } else { format!("（记录 {}）", line.record) }
}
