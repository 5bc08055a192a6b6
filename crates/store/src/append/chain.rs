//! The audit chain's head, and the line that a commit adds.

use super::plan::Plan;
use crate::backend::Writing;
use crate::dialect::Dialect;
use crate::outbox::write_partitions;
use crate::sql::Sql;
use zhijian_records::audit;
use zhijian_records::port::{AuditLine, Commit, StoreError};

/// The last line.
pub(super) struct Head {
    pub seq: i64,
    pub hash: String,
}

const DOING: &str = "写入审计记录";

/// Reads the head and locks it until the end of the transaction: commits follow one another, their numbers have no gaps,
/// and whatever is read after this is the newest state.
pub(super) async fn lock(tx: &mut dyn Writing, dialect: Dialect) -> Result<Head, StoreError> {
    let sql = Sql::new(DOING, format!("SELECT seq, hash FROM chain WHERE one = 1{}", dialect.locking()));
    let head = tx.fetch(sql).await?.into_iter().next().map(|mut row| Head { seq: row.int(0), hash: row.text(1) });
    head.ok_or_else(|| StoreError::Failed { doing: DOING.into(), source: "the head of the audit chain is missing".into() })
}

/// Adds the line of a commit, which is its outbox event as well when records were written.
pub(super) async fn add(tx: &mut dyn Writing, head: &Head, commit: &Commit, record: &str, plan: &Plan) -> Result<(), StoreError> {
    let mut stamp = commit.stamp.clone();
    // The line of a single record says where it belongs and which revision was written.
    if let ([write], Some(new)) = (plan.writes.as_slice(), plan.writes.first().and_then(|w| commit.revisions.get(w.index))) {
        stamp.trace.region.clone_from(&new.region);
        stamp.trace.rev = write.rev;
    }
    let mut line = AuditLine {
        seq: head.seq + 1,
        stamp,
        action: commit.action,
        kind: commit.kind.clone(),
        record: record.to_owned(),
        count: u32::try_from(plan.writes.len()).unwrap_or(u32::MAX),
        digest: audit::commit_digest(&commit.revisions, &plan.outcomes),
        prev: head.hash.clone(),
        hash: String::new(),
    };
    line.hash = audit::line_hash(&line);
    let partitions = if plan.partitions.is_empty() {
        String::new()
    } else {
        write_partitions(plan.partitions.iter().map(|(region, year)| (region.as_str(), *year)))
    };
    let (seq, hash) = (line.seq, line.hash.clone());
    let text = "INSERT INTO audit (seq, at, actor, reason, source, action, kind, record, count, digest, prev, hash, partitions, \
                role, session, address, region, rev) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    let trace = line.stamp.trace;
    let values = [
        line.seq.into(),
        line.stamp.at.into(),
        line.stamp.actor.into(),
        line.stamp.reason.into(),
        line.stamp.source.into(),
        line.action.word().into(),
        line.kind.into(),
        line.record.into(),
        line.count.into(),
        line.digest.into(),
        line.prev.into(),
        line.hash.into(),
        partitions.into(),
        trace.role.into(),
        trace.session.into(),
        trace.address.into(),
        trace.region.into(),
        trace.rev.into(),
    ];
    tx.run(Sql::with(DOING, text, values)).await?;
    tx.run(Sql::with(DOING, "UPDATE chain SET seq = $1, hash = $2 WHERE one = 1", [seq.into(), hash.into()])).await?;
    Ok(())
}
