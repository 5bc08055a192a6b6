//! Proof of the sealed parts: each opens, is the text that its commitment in the audit chain stands for, and is where the chain says; each blind token
//! is that of the sealed value; a destroyed one was destroyed on record.

use crate::bulk::in_parallel;
use crate::door::{Door, DoorError};
use crate::port::{Action, Stored};
use crate::vault::is_erased;
use serde_json::Value;
use std::collections::HashSet;
use zhijian_kinds::Kind;
use zhijian_kinds::intake::get_path;

/// Most faults told.
const TOLD: usize = 1_000;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SealVerdict {
    /// Sealed revisions looked at.
    pub sealed: u64,
    /// Revisions whose private part was destroyed on record.
    pub erased: u64,
    /// Faults in words.
    pub faults: Vec<String>,
}

/// Looks at the sealed part of every revision.
///
/// # Errors
/// The store failed.
pub async fn verify(door: &Door) -> Result<SealVerdict, DoorError> {
    let failed = || Door::store_error("keys");
    let erased = erased_on_record(door).await?;
    let mut verdict = SealVerdict::default();
    for partition in door.store.partitions().await.map_err(failed())? {
        let kind = door.kind(&partition.kind)?;
        let mut cursor = None;
        loop {
            let (mut rows, next) = door.store.scan(&partition, cursor, 500).await.map_err(failed())?;
            for (row, fault) in in_parallel(&mut rows, |row| (row.clone(), fault(door, &kind, row, &erased))) {
                verdict.sealed += u64::from(!row.secret.is_empty() && !is_erased(&row.secret));
                verdict.erased += u64::from(is_erased(&row.secret));
                if let Some(fault) = fault.filter(|_| verdict.faults.len() < TOLD) {
                    verdict.faults.push(format!("“{}”记录 {} 第{}版：{fault}", kind.title, row.id, row.rev));
                }
            }
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok(verdict)
}

/// Records that the chain says were erased.
async fn erased_on_record(door: &Door) -> Result<HashSet<(String, String)>, DoorError> {
    let (mut after, mut found) = (0, HashSet::new());
    loop {
        let lines = door.store.audit(after, 1_000).await.map_err(Door::store_error("keys"))?;
        let Some(last) = lines.last() else { return Ok(found) };
        after = last.seq;
        found.extend(lines.into_iter().filter(|l| l.action == Action::Erase).map(|l| (l.kind, l.record)));
    }
}

fn fault(door: &Door, kind: &Kind, row: &Stored, erased: &HashSet<(String, String)>) -> Option<String> {
    if is_erased(&row.secret) {
        let on_record = erased.contains(&(row.kind.clone(), row.id.clone()));
        return (!on_record).then(|| "加密内容已被销毁，但审计链上没有删除记录".into());
    }
    let private = match door.vault.check(&kind.kind, &row.id, &row.secret) {
        Ok(private) => private,
        Err(error) => return Some(error.to_string()),
    };
    let public = row.document();
    for field in kind.private_fields().filter(|f| f.blind) {
        let Some(text) = private.get(&field.path).and_then(Value::as_str) else { continue };
        let token = get_path(&public, &field.path).and_then(Value::as_str);
        if token.is_none_or(|token| !door.vault.tokens(field, text).iter().any(|t| t == token)) {
            return Some(format!("“{}”的盲索引与加密内容不符", field.title));
        }
    }
    None
}
