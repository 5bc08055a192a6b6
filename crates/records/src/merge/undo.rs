//! A merge undone: every record that it changed gets back what the merge took from it, and keeps what has come since.

use super::{KEYS, REDIRECT, merged_of, put_merged, redirect_of};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::moving::{Moving, Name, Pending};
use crate::port::{Action, Filter, Op, Query, Stored};
use crate::submit::Entry;
use serde_json::Value;
use zhijian_kinds::Kind;
use zhijian_kinds::intake::set_path;

impl Door {
    /// Undoes the merge of a loser. Records that came to the survivor since then stay there.
    ///
    /// # Errors
    /// Not found or not the caller's; it was not merged, or its survivor was merged further; no reason. Nothing is written then.
    pub async fn unmerge(&self, caller: &Caller, kind: &str, loser: &str, entry: Entry<'_>) -> Result<(), DoorError> {
        let kind = self.merging(caller, kind)?;
        let lost = self.mergeable(caller, &kind, loser).await?;
        let redirect = redirect_of(&lost.document()).filter(|_| lost.retracted);
        let redirect = redirect.ok_or_else(|| DoorError::BadRequest("该记录没有并入其他记录".into()))?;
        if let Some(with) = redirect.with {
            return Err(DoorError::BadRequest(format!("该记录是随 {with} 一起并入的，请撤销那一次合并")));
        }
        let survivor = self.mergeable(caller, &kind, &redirect.to).await?;
        if survivor.retracted {
            return Err(DoorError::BadRequest("存续的记录后来又并入了其他记录或已作废，请先撤销后一次".into()));
        }
        let reason = entry.reason.trim();
        if reason.is_empty() {
            return Err(DoorError::BadRequest("请填写撤销合并的原因".into()));
        }
        let mut moving = Moving::new(self);
        restore(&mut moving, &lost).await?;
        let failed = || Self::store_error(&kind.kind);
        for seq in lost.commit + 1..=lost.commit + redirect.commits {
            let Some(line) = self.store.audit(seq - 1, 1).await.map_err(failed())?.into_iter().next() else { continue };
            for written in self.store.of_commit(&line.kind, seq).await.map_err(failed())? {
                restore(&mut moving, &written).await?;
            }
        }
        if let Some((_, other)) = moving.collisions().await?.into_iter().next() {
            let title = self.kind(&other.kind)?.title.clone();
            return Err(DoorError::BadRequest(format!("合并之后又新报了相同的“{title}”（{}），请先处理那一条", other.id)));
        }
        let first: Name = (kind.kind.clone(), loser.to_owned());
        let stamp = self.stamp(caller, &format!("撤销 {loser} 并入 {}：{reason}", redirect.to), entry.source);
        let commits = moving.commits(Action::Unmerge, &stamp, &first)?;
        moving.write(commits).await
    }

    /// How many records came to the survivor after a merge: they stay with it when the merge is undone.
    ///
    /// # Errors
    /// The store failed.
    pub async fn came_since(&self, kind: &Kind, survivor: &str, at: i64) -> Result<u64, DoorError> {
        let mut count = 0;
        for other in self.catalogue.kinds.values() {
            for (reference, _) in other.refs.iter().filter(|(_, rule)| rule.kind == kind.kind) {
                let filters =
                    vec![Filter::field(reference, Op::Eq, survivor), Filter::system("recorded_from", Op::Gte, &(at + 1).to_string())];
                let mut query = Query { limit: 500, ..Query::everything(&other.kind, filters) };
                loop {
                    let page = self.store.query(&query).await.map_err(Self::store_error(&other.kind))?;
                    for row in page.rows {
                        let began = if row.rev == 1 {
                            row.recorded_from
                        } else {
                            let history = self.store.history(&row.kind, &row.id).await.map_err(Self::store_error(&row.kind))?;
                            history.first().map_or(0, |first| first.recorded_from)
                        };
                        count += u64::from(began > at);
                    }
                    query.cursor = page.next;
                    if query.cursor.is_none() {
                        break;
                    }
                }
            }
        }
        Ok(count)
    }
}

/// Gives a record back what a revision of the merge took from it.
async fn restore(moving: &mut Moving<'_>, written: &Stored) -> Result<(), DoorError> {
    let door = moving.door;
    let history = door.store.history(&written.kind, &written.id).await.map_err(Door::store_error(&written.kind))?;
    let Some(before) = history.iter().find(|r| r.rev + 1 == written.rev) else { return Ok(()) };
    let (was, became) = (door.clear(before)?, door.clear(written)?);
    let pending = moving.take(&written.kind, &written.id).await?;
    let redirected = redirect_of(&became).is_some() && redirect_of(&was).is_none();
    if redirected {
        // Nobody could change it meanwhile.
        pending.document = was;
        (pending.region, pending.town, pending.owner) = (before.region.clone(), before.town.clone(), before.owner.clone());
        pending.retracted = before.retracted;
        pending.document.shift_remove(REDIRECT);
        return Ok(());
    }
    release(pending, &was, &became);
    for reference in pending.kind.refs.keys() {
        let (old, new) = (was.get(reference), became.get(reference));
        if old != new && pending.document.get(reference) == new {
            match old {
                Some(value) => set_path(&mut pending.document, reference, value.clone()),
                None => drop(pending.document.shift_remove(reference)),
            }
        }
    }
    if before.owner != written.owner && pending.owner == written.owner {
        pending.owner.clone_from(&before.owner);
    }
    let moved = (&before.region, &before.town) != (&written.region, &written.town);
    if moved && (&pending.region, &pending.town) == (&written.region, &written.town) {
        (pending.region, pending.town) = (before.region.clone(), before.town.clone());
    }
    Ok(())
}

/// Takes out of a survivor what the merge put into it.
fn release(pending: &mut Pending, was: &serde_json::Map<String, Value>, became: &serde_json::Map<String, Value>) {
    let (old, new) = (merged_of(was), merged_of(became));
    let added: Vec<_> = new.into_iter().filter(|m| !old.contains(m)).collect();
    if added.is_empty() {
        return;
    }
    let mut now = merged_of(&pending.document);
    now.retain(|m| !added.contains(m));
    put_merged(&mut pending.document, &now);
    if let Some(Value::Object(all)) = pending.document.get_mut(KEYS) {
        all.retain(|id, _| !added.iter().any(|m| *id == m.id || id.starts_with(&format!("{}/", m.id))));
        if all.is_empty() {
            pending.document.shift_remove(KEYS);
        }
    }
}
