//! Revisions whose private part is sealed again or destroyed. What the audit chain covers must stay: that is asked before anything is written.

use super::plan::Plan;
use super::write::{lookup_rows, lookups_table};
use super::{ATTEMPTS, chain};
use crate::backend::Writing;
use crate::dialect::Dialect;
use crate::engine::Engine;
use crate::jobs;
use crate::schema::KindTable;
use crate::sql::{Sql, bad};
use std::time::Duration;
use zhijian_records::audit::content_hash;
use zhijian_records::port::{Commit, Rewrite, Rewriting, StoreError};

const DOING: &str = "重新加密记录";

/// Rewrites revisions in one transaction.
pub(crate) async fn rewrite(engine: &Engine, work: &Rewriting) -> Result<u64, StoreError> {
    if let Some(wrong) = work.rewrites.iter().find(|r| !says_the_same(r)) {
        return Err(bad(format!("记录 {} 第{}版：重新加密不得改变审计链所证明的内容", wrong.id, wrong.rev)));
    }
    let mut attempt = 1;
    loop {
        match try_rewrite(engine, work).await {
            Err(error) if attempt < ATTEMPTS && engine.backend.worth_retrying(&error) => {
                tokio::time::sleep(Duration::from_millis(u64::from(attempt) * 10)).await;
                attempt += 1;
            }
            done => return done,
        }
    }
}

fn says_the_same(rewrite: &Rewrite) -> bool {
    let (secret, data) = &rewrite.was;
    content_hash("", "", data, secret) == content_hash("", "", &rewrite.data, &rewrite.secret)
}

async fn try_rewrite(engine: &Engine, work: &Rewriting) -> Result<u64, StoreError> {
    let table = engine.table(&work.kind)?;
    let dialect = engine.backend.dialect();
    let mut tx = engine.backend.begin().await?;
    // Commits wait: none moves a revision into history under our hands.
    let head = chain::lock(&mut *tx, dialect).await?;
    let mut done = 0;
    for rewrite in &work.rewrites {
        done += one(&mut *tx, dialect, table, rewrite).await?;
    }
    if let Some(line) = &work.line {
        let commit = Commit {
            kind: work.kind.clone(),
            action: line.action,
            stamp: line.stamp.clone(),
            revisions: Vec::new(),
            skip_conflicts: false,
            checkpoint: None,
            idempotency: None,
        };
        let plan = Plan { partitions: line.partitions.iter().cloned().collect(), ..Plan::default() };
        chain::add(&mut *tx, &head, &commit, &line.record, &plan).await?;
    }
    if let Some(checkpoint) = &work.checkpoint {
        jobs::save_checkpoint(&mut *tx, checkpoint, work.at).await?;
    }
    tx.commit().await?;
    Ok(done)
}

async fn one(tx: &mut dyn Writing, dialect: Dialect, table: &KindTable, rewrite: &Rewrite) -> Result<u64, StoreError> {
    if tx.run(update(dialect, &table.newest.table, rewrite, true)).await? == 1 {
        if let Some((_, lookups)) = &rewrite.found_by {
            let delete = "DELETE FROM lookups WHERE kind = $1 AND id = $2";
            tx.run(Sql::with(DOING, delete, [table.kind.as_str().into(), rewrite.id.as_str().into()])).await?;
            let rows = lookup_rows(&table.kind, &rewrite.id, lookups);
            if !rows.is_empty() {
                tx.insert(DOING, &lookups_table(), rows).await?;
            }
        }
        return Ok(1);
    }
    tx.run(update(dialect, &table.older.table, rewrite, false)).await
}

fn update(dialect: Dialect, table: &str, rewrite: &Rewrite, newest: bool) -> Sql {
    let mut sql = Sql::new(DOING, format!("UPDATE {table} SET secret = "));
    sql.bind(rewrite.secret.as_slice());
    if rewrite.data != rewrite.was.1 {
        let json = match dialect {
            Dialect::Sqlite => "TEXT",
            Dialect::Postgres => "JSON",
        };
        sql.push(", data = CAST(").bind(rewrite.data.as_str()).push(&format!(" AS {json})"));
    }
    if let Some(key) = &rewrite.key {
        sql.push(", key = ").bind(key.as_slice());
    }
    match &rewrite.found_by {
        Some((search, _)) if newest => {
            sql.push(", search = ").bind(search.as_str());
        }
        // Past revisions are not searched.
        Some(_) => {
            sql.push(", search = ''");
        }
        None => {}
    }
    sql.push(" WHERE id = ")
        .bind(rewrite.id.as_str())
        .push(" AND rev = ")
        .bind(rewrite.rev)
        .push(" AND secret = ")
        .bind(rewrite.was.0.as_slice());
    sql
}
