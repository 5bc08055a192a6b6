//! A merge, before and in one transaction.

use super::{KEYS, Merged, REDIRECT, Redirect, keys_to_keep, merged_of, put_merged, redirect_of};
use crate::access::{self, Coordinates, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::moving::{Moving, Name};
use crate::port::{Action, Stored};
use crate::submit::Entry;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use zhijian_kinds::Kind;

/// Longest reason, characters.
const REASON: usize = 200;

/// What a merge would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// Records that would follow, by kind.
    pub follow: Vec<(String, u64)>,
    /// Records that are on both sides and would be merged as well, by kind.
    pub also: Vec<(String, u64)>,
}

/// Who merges, why, when.
struct Deed<'a> {
    by: &'a str,
    reason: &'a str,
    at: i64,
}

impl Door {
    /// A kind whose records may be merged, and whether the caller may.
    pub(super) fn merging(&self, caller: &Caller, kind: &str) -> Result<Arc<Kind>, DoorError> {
        let kind = self.kind(kind)?;
        if kind.merge.duplicates.is_none() {
            return Err(DoorError::BadRequest(format!("“{}”的记录不能合并", kind.title)));
        }
        let may = |wish| caller.system || access::may(caller, &kind, wish);
        if may(Wish::Retract) && may(Wish::Amend) {
            Ok(kind)
        } else {
            Err(DoorError::NotAllowed { kind: format!("{}·合并", kind.title) })
        }
    }

    /// A record of a merge: the caller must see it and be allowed to amend and retract it.
    pub(super) async fn mergeable(&self, caller: &Caller, kind: &Kind, id: &str) -> Result<Stored, DoorError> {
        let stored = self.store.find(&kind.kind, id).await.map_err(Self::store_error(&kind.kind))?.ok_or(DoorError::NotFound)?;
        let data = stored.document();
        let at = Coordinates::of(&stored, &data);
        if !caller.system && access::sight(&access::arms(caller, kind, Wish::Read), at).is_none() {
            return Err(DoorError::NotFound);
        }
        if [Wish::Amend, Wish::Retract].into_iter().any(|wish| !access::may_write(caller, kind, wish, at)) {
            return Err(DoorError::NotAllowed { kind: format!("{}·合并", kind.title) });
        }
        Ok(stored)
    }

    /// What merging the loser into the survivor would do.
    ///
    /// # Errors
    /// As [`Door::merge`].
    pub async fn merge_preview(&self, caller: &Caller, kind: &str, loser: &str, survivor: &str) -> Result<Preview, DoorError> {
        let (kind, _, _) = self.pair(caller, kind, loser, survivor).await?;
        let deed = Deed { by: &caller.login, reason: "预览", at: self.now() };
        let (moving, also) = self.gathered(&kind, loser, survivor, &deed).await?;
        let mut besides: Vec<Name> = vec![(kind.kind.clone(), loser.to_owned()), (kind.kind.clone(), survivor.to_owned())];
        besides.extend(also.iter().flat_map(|(kind, from, to)| [(kind.clone(), from.clone()), (kind.clone(), to.clone())]));
        let follow = moving.counts(&besides.iter().collect::<Vec<_>>())?;
        let mut kinds: Vec<(String, u64)> = Vec::new();
        for (kind, ..) in &also {
            match kinds.iter_mut().find(|(k, _)| k == kind) {
                Some((_, n)) => *n += 1,
                None => kinds.push((kind.clone(), 1)),
            }
        }
        Ok(Preview { follow, also: kinds })
    }

    /// Merges the loser into the survivor. `seen` are the revisions that the caller compared: loser, survivor.
    ///
    /// # Errors
    /// Not found or not the caller's; a record with itself, a retracted or merged one; somebody saved meanwhile; no reason. Nothing is written then.
    pub async fn merge(
        &self,
        caller: &Caller,
        kind: &str,
        (loser, survivor): (&str, &str),
        seen: (u32, u32),
        entry: Entry<'_>,
    ) -> Result<(), DoorError> {
        let (kind, lost, kept) = self.pair(caller, kind, loser, survivor).await?;
        let reason = entry.reason.trim();
        let length = reason.chars().count();
        if length == 0 || length > REASON {
            return Err(DoorError::BadRequest(format!("合并原因有 {length} 字，应为 1 到 {REASON} 字")));
        }
        for (stored, seen) in [(&lost, seen.0), (&kept, seen.1)] {
            if stored.rev != seen {
                return Err(DoorError::Stale { newest: stored.rev });
            }
        }
        let deed = Deed { by: &caller.login, reason, at: self.now() };
        let (mut moving, _) = self.gathered(&kind, loser, survivor, &deed).await?;
        let first: Name = (kind.kind.clone(), loser.to_owned());
        let stamp = self.stamp(caller, &format!("{loser} 并入 {survivor}：{reason}"), entry.source);
        // How many commits follow is known only when they are there, and they do not change by its being said.
        let commits = moving.commits(Action::Merge, &stamp, &first)?.len() as i64 - 1;
        if let Some(redirect) = moving.take(&first.0, &first.1).await?.document.get_mut(REDIRECT) {
            redirect["commits"] = commits.into();
        }
        let commits = moving.commits(Action::Merge, &stamp, &first)?;
        moving.write(commits).await
    }

    async fn pair(&self, caller: &Caller, kind: &str, loser: &str, survivor: &str) -> Result<(Arc<Kind>, Stored, Stored), DoorError> {
        let kind = self.merging(caller, kind)?;
        if loser == survivor {
            return Err(DoorError::BadRequest("不能把记录并入它自己".into()));
        }
        let (lost, kept) = (self.mergeable(caller, &kind, loser).await?, self.mergeable(caller, &kind, survivor).await?);
        for (stored, which) in [(&lost, "被并入的记录"), (&kept, "存续的记录")] {
            if let Some(redirect) = redirect_of(&stored.document()).filter(|_| stored.retracted) {
                return Err(DoorError::BadRequest(format!("{which}已并入 {}，请选那一条", redirect.to)));
            }
            if stored.retracted {
                return Err(DoorError::BadRequest(format!("{which}已作废，不能合并")));
            }
            if crate::vault::is_erased(&stored.secret) {
                return Err(DoorError::BadRequest(format!("{which}的个人信息已到期删除，不能合并")));
            }
        }
        Ok((kind, lost, kept))
    }

    /// All that changes, and what is merged along: kind, loser, survivor.
    async fn gathered(
        &self,
        kind: &Kind,
        loser: &str,
        survivor: &str,
        deed: &Deed<'_>,
    ) -> Result<(Moving<'_>, Vec<(String, String, String)>), DoorError> {
        let mut moving = Moving::new(self);
        absorb(&mut moving, kind, loser, survivor, None, deed).await?;
        let mut also = Vec::new();
        let mut done: BTreeSet<Name> = BTreeSet::new();
        loop {
            let mut collisions = moving.collisions().await?;
            collisions.retain(|(name, _)| !done.contains(name));
            let Some((name, other)) = collisions.into_iter().next() else { return Ok((moving, also)) };
            let kind = self.kind(&name.0)?;
            if other.retracted {
                let title = &kind.title;
                return Err(DoorError::BadRequest(format!(
                    "两边各有一条相同的“{title}”，其中存续一方的已作废（{}），请先恢复或更正后再合并",
                    other.id
                )));
            }
            absorb(&mut moving, &kind, &name.1, &other.id, Some(loser), deed).await?;
            also.push((name.0.clone(), name.1.clone(), other.id));
            done.insert(name);
        }
    }
}

/// One record becomes a redirect to another, which keeps its keys; what points to it follows.
async fn absorb(
    moving: &mut Moving<'_>,
    kind: &Kind,
    loser: &str,
    survivor: &str,
    with: Option<&str>,
    deed: &Deed<'_>,
) -> Result<(), DoorError> {
    let door = moving.door;
    let lost = moving.take(&kind.kind, loser).await?;
    // As it stood: what the merge had changed in it is taken back.
    lost.document = door.clear(&lost.stored)?;
    (lost.region, lost.town, lost.owner) = (lost.stored.region.clone(), lost.stored.town.clone(), lost.stored.owner.clone());
    let own = keys_to_keep(kind, &lost.document);
    let inherited: Map<String, Value> = lost.document.get(KEYS).and_then(Value::as_object).cloned().unwrap_or_default();
    let redirect = Redirect {
        to: survivor.to_owned(),
        by: deed.by.to_owned(),
        at: deed.at,
        reason: deed.reason.to_owned(),
        with: with.map(str::to_owned),
        commits: 0,
    };
    lost.document.insert(REDIRECT.into(), serde_json::to_value(&redirect).unwrap_or_default());
    lost.retracted = true;
    let kept = moving.take(&kind.kind, survivor).await?;
    let mut merged = merged_of(&kept.document);
    merged.push(Merged { id: loser.to_owned(), by: redirect.by, at: redirect.at, reason: redirect.reason, with: redirect.with });
    put_merged(&mut kept.document, &merged);
    let all = kept.document.entry(KEYS).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(all) = all {
        all.insert(loser.to_owned(), Value::Object(own));
        // What the loser had taken in is found through it.
        all.extend(inherited.into_iter().map(|(id, keys)| (format!("{loser}/{id}"), keys)));
    }
    let place = kept.place();
    moving.repoint(&kind.kind, loser, &place).await
}
