//! The audit chain (审计链): every line carries the SM3 of the one before, so that an edited, deleted, reordered or
//! truncated history can be proved.

use crate::port::{AuditLine, NewRevision, Outcome, Stored};
use crate::vault::{mark, without_tokens};
use sm3::{Digest, Sm3};

/// Hash of a revision's content: SM3 over region, state, data and secret, length-prefixed. Of the secret it covers the commitment to its text and
/// not the sealed bytes, of the data everything but the blind tokens, so that keys can be changed and private parts destroyed (decision 0009).
#[must_use]
pub fn content_hash(region: &str, state: &str, data: &str, secret: &[u8]) -> [u8; 32] {
    let mut sm3 = Sm3::new();
    let data = without_tokens(data);
    for part in [region.as_bytes(), state.as_bytes(), data.as_bytes(), mark(secret)] {
        sm3.update((part.len() as u64).to_be_bytes());
        sm3.update(part);
    }
    sm3.finalize().into()
}

/// Digest over `(id, rev, content hash)` of the revisions that were written, in order.
#[must_use]
pub fn commit_digest(revisions: &[NewRevision], outcomes: &[Outcome]) -> String {
    let mut sm3 = Sm3::new();
    for (revision, outcome) in revisions.iter().zip(outcomes) {
        if let Outcome::Written { rev } = outcome {
            feed(&mut sm3, &revision.id, *rev, &revision.hash);
        }
    }
    hex(&sm3.finalize())
}

/// The same digest from stored revisions; they must come in the order in which they were written (by id).
#[must_use]
pub fn stored_digest(rows: &[Stored]) -> String {
    let mut sm3 = Sm3::new();
    for row in rows {
        feed(&mut sm3, &row.id, row.rev, &content_hash(&row.region, &row.state, &row.data, &row.secret));
    }
    hex(&sm3.finalize())
}

fn feed(sm3: &mut Sm3, id: &str, rev: u32, hash: &[u8; 32]) {
    sm3.update(id.as_bytes());
    sm3.update(rev.to_be_bytes());
    sm3.update(hash);
}

/// Hash of an audit line: SM3 over the previous hash and every field, length-prefixed.
#[must_use]
pub fn line_hash(line: &AuditLine) -> String {
    let mut sm3 = Sm3::new();
    let action = format!("{:?}", line.action);
    for part in [
        line.prev.as_str(),
        &line.seq.to_string(),
        &line.stamp.at.to_string(),
        &line.stamp.actor,
        &line.stamp.reason,
        &line.stamp.source,
        &action,
        &line.kind,
        &line.record,
        &line.count.to_string(),
        &line.digest,
    ] {
        sm3.update((part.len() as u64).to_be_bytes());
        sm3.update(part.as_bytes());
    }
    hex(&sm3.finalize())
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
