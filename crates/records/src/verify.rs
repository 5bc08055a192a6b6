//! Proof of the audit chain against the records: an edited, deleted, reordered or truncated history is found.

use crate::audit::{line_hash, stored_digest};
use crate::port::{RecordStore, StoreError};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Verdict {
    /// Lines checked.
    pub lines: u64,
    /// Revisions checked.
    pub revisions: u64,
    /// Hash of the last line: print it or send it out, so that a truncated chain can be proved.
    pub head: String,
    /// Faults in words.
    pub faults: Vec<String>,
}

/// Walks the whole chain.
///
/// # Errors
/// The store failed.
pub async fn chain(store: &dyn RecordStore) -> Result<Verdict, StoreError> {
    let mut verdict = Verdict::default();
    let mut expected = 1;
    loop {
        let lines = store.audit(expected - 1, 1_000).await?;
        if lines.is_empty() {
            return Ok(verdict);
        }
        for line in lines {
            if line.seq != expected {
                verdict.faults.push(format!("第{expected}条审计记录缺失"));
            }
            if line.prev != verdict.head {
                verdict.faults.push(format!("第{}条与上一条不衔接", line.seq));
            }
            if line_hash(&line) != line.hash {
                verdict.faults.push(format!("第{}条审计记录被改动", line.seq));
            }
            if line.count > 0 {
                let rows = store.of_commit(&line.kind, line.seq).await?;
                verdict.revisions += rows.len() as u64;
                if rows.len() != line.count as usize || stored_digest(&rows) != line.digest {
                    verdict.faults.push(format!("第{}条写入的“{}”记录被改动或删除", line.seq, line.kind));
                }
            }
            verdict.lines += 1;
            verdict.head.clone_from(&line.hash);
            expected = line.seq + 1;
        }
    }
}
