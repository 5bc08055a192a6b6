//! The audit chain (审计链): every line carries the SM3 of the one before, so that an edited, deleted, reordered or
//! truncated history can be proved.

use crate::port::{AuditLine, NewRevision, Outcome, Stored, Trace};
use crate::vault::{mark, without_tokens};
use sm3::{Digest, Sm3};

/// Hash of a revision's content: SM3 over region, state, data and secret, length-prefixed. Of the secret it covers the commitment to its text and
/// not the sealed bytes, of the data everything but the blind tokens, so that keys can be changed and private parts destroyed (decision 0011).
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

/// What marks the digests that cover a revision's coordinates beside its content; those without it are of earlier releases.
const WITH_COORDINATES: &str = "2:";

/// What a revision says beside its content: where it belongs, when it happened, whether it counts.
#[derive(Debug, Clone, Copy)]
struct Coordinates<'a> {
    town: &'a str,
    event_date: &'a str,
    owner: &'a str,
    year: i32,
    retracted: bool,
}

/// Digest over `(id, rev, content hash, coordinates)` of the revisions that were written, in order.
#[must_use]
pub fn commit_digest(revisions: &[NewRevision], outcomes: &[Outcome]) -> String {
    let mut sm3 = Sm3::new();
    let mut any = false;
    for (revision, outcome) in revisions.iter().zip(outcomes) {
        if let Outcome::Written { rev } = outcome {
            any = true;
            feed(&mut sm3, &revision.id, *rev, &revision.hash);
            let NewRevision { town, event_date, owner, year, retracted, .. } = revision;
            place(&mut sm3, Coordinates { town, event_date, owner, year: *year, retracted: *retracted });
        }
    }
    let digest = hex(&sm3.finalize());
    if any { format!("{WITH_COORDINATES}{digest}") } else { digest }
}

/// The digest of stored revisions in the way in which `like` was made; they must come in the order in which they were written.
#[must_use]
pub fn stored_digest<'a>(rows: impl IntoIterator<Item = &'a Stored>, like: &str) -> String {
    let mut sm3 = Sm3::new();
    let placed = like.starts_with(WITH_COORDINATES);
    for row in rows {
        feed(&mut sm3, &row.id, row.rev, &content_hash(&row.region, &row.state, &row.data, &row.secret));
        if placed {
            let Stored { town, event_date, owner, year, retracted, .. } = row;
            place(&mut sm3, Coordinates { town, event_date, owner, year: *year, retracted: *retracted });
        }
    }
    let digest = hex(&sm3.finalize());
    if placed { format!("{WITH_COORDINATES}{digest}") } else { digest }
}

fn feed(sm3: &mut Sm3, id: &str, rev: u32, hash: &[u8; 32]) {
    sm3.update(id.as_bytes());
    sm3.update(rev.to_be_bytes());
    sm3.update(hash);
}

fn place(sm3: &mut Sm3, at: Coordinates<'_>) {
    for part in [at.town, at.event_date, at.owner] {
        sm3.update((part.len() as u64).to_be_bytes());
        sm3.update(part.as_bytes());
    }
    sm3.update(at.year.to_be_bytes());
    sm3.update([u8::from(at.retracted)]);
}

/// Hash of an audit line: SM3 over the previous hash and every field, length-prefixed. Lines of earlier releases have no trace, and
/// an empty one adds nothing.
#[must_use]
pub fn line_hash(line: &AuditLine) -> String {
    hex(&Sm3::digest(line_bytes(line)))
}

/// The bytes that [`line_hash`] hashes.
#[must_use]
pub fn line_bytes(line: &AuditLine) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    let mut part = |bytes: &[u8]| {
        out.extend((bytes.len() as u64).to_be_bytes());
        out.extend(bytes);
    };
    let (seq, at, count) = (line.seq.to_string(), line.stamp.at.to_string(), line.count.to_string());
    let action = format!("{:?}", line.action);
    let stamp = &line.stamp;
    let fixed =
        [&line.prev, &seq, &at, &stamp.actor, &stamp.reason, &stamp.source, &action, &line.kind, &line.record, &count, &line.digest];
    for text in fixed {
        part(text.as_bytes());
    }
    let trace = &stamp.trace;
    if *trace != Trace::default() {
        for text in [&trace.role, &trace.session, &trace.address, &trace.region] {
            part(text.as_bytes());
        }
        part(&trace.rev.to_be_bytes());
    }
    out
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

/// Bytes from hexadecimal digits.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim().as_bytes();
    let value = |b: &u8| char::from(*b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    digits.len().is_multiple_of(2).then_some(())?;
    digits.chunks(2).map(|pair| Some(value(pair.first()?)? << 4 | value(pair.get(1)?)?)).collect()
}
