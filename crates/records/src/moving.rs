//! Records that move together: when a record is merged into another or goes to another county, what points to it follows, in one transaction.
//!
//! Changes are gathered record by record, so that one that is reached in several ways gets one revision; then they are written by
//! [`crate::port::RecordStore::append_all`], each kind a commit with its own audit line. References are followed as ids in the documents, owner and region as
//! columns: access scopes, lake, duties and lookups look at nothing else, so nothing has to know of redirects.

use crate::door::{Door, DoorError};
use crate::port::{Action, Commit, Filter, KeyHash, Op, Outcome, Query, RecordId, Stamp, Stored};
use crate::prepare::{self, Prepared};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use zhijian_kinds::Kind;
use zhijian_kinds::intake::set_path;

/// Most records that move in one transaction.
pub const MOST: usize = 20_000;

/// Where records point to, or where they belong.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub id: RecordId,
    pub region: String,
    pub town: String,
    pub owner: String,
}

/// A record that gets a revision.
pub(crate) struct Pending {
    pub kind: Arc<Kind>,
    pub stored: Stored,
    /// The whole document, private fields in clear.
    pub document: Map<String, Value>,
    pub region: String,
    pub town: String,
    pub owner: String,
    pub retracted: bool,
}

impl Pending {
    /// Where it is now.
    pub fn place(&self) -> Place {
        Place { id: self.stored.id.clone(), region: self.region.clone(), town: self.town.clone(), owner: self.owner.clone() }
    }

    /// Does a revision say anything new?
    fn differs(&self, door: &Door) -> Result<bool, DoorError> {
        let s = &self.stored;
        let same = (&s.region, &s.town, &s.owner, s.retracted) == (&self.region, &self.town, &self.owner, self.retracted);
        Ok(!same || door.clear(s)? != self.document)
    }

    fn prepared(&self) -> Prepared {
        Prepared {
            document: self.document.clone(),
            region: self.region.clone(),
            town: self.town.clone(),
            owner: self.owner.clone(),
            ..Prepared::default()
        }
    }
}

/// Kind and id.
pub(crate) type Name = (String, RecordId);

/// Changes that belong together.
pub(crate) struct Moving<'a> {
    pub door: &'a Door,
    pub pending: BTreeMap<Name, Pending>,
}

impl<'a> Moving<'a> {
    pub fn new(door: &'a Door) -> Self {
        Self { door, pending: BTreeMap::new() }
    }

    /// A record that will get a revision.
    pub async fn take(&mut self, kind: &str, id: &str) -> Result<&mut Pending, DoorError> {
        let name = (kind.to_owned(), id.to_owned());
        if !self.pending.contains_key(&name) {
            let found = self.door.store.find(kind, id).await.map_err(Door::store_error(kind))?.ok_or(DoorError::NotFound)?;
            self.add(found)?;
        }
        self.pending.get_mut(&name).ok_or(DoorError::NotFound)
    }

    fn add(&mut self, stored: Stored) -> Result<(), DoorError> {
        let name = (stored.kind.clone(), stored.id.clone());
        if self.pending.contains_key(&name) {
            return Ok(());
        }
        if self.pending.len() >= MOST {
            return Err(DoorError::BadRequest(format!("涉及的记录超过 {MOST} 条，不能一次完成，请联系平台管理员")));
        }
        let pending = Pending {
            kind: self.door.kind(&stored.kind)?,
            document: self.door.clear(&stored)?,
            region: stored.region.clone(),
            town: stored.town.clone(),
            owner: stored.owner.clone(),
            retracted: stored.retracted,
            stored,
        };
        self.pending.insert(name, pending);
        Ok(())
    }

    /// Records whose reference points to one, with the name of the reference.
    async fn pointing(&mut self, kind: &str, id: &str) -> Result<Vec<(Name, String)>, DoorError> {
        let mut all = Vec::new();
        let refs: Vec<(String, String)> = self
            .door
            .catalogue
            .kinds
            .values()
            .flat_map(|k| k.refs.iter().filter(|(_, rule)| rule.kind == kind).map(|(name, _)| (k.kind.clone(), name.clone())))
            .collect();
        for (kind, reference) in refs {
            let mut query = Query { limit: 500, ..Query::everything(&kind, vec![Filter::field(&reference, Op::Eq, id)]) };
            loop {
                let page = self.door.store.query(&query).await.map_err(Door::store_error(&kind))?;
                for row in page.rows {
                    all.push(((kind.clone(), row.id.clone()), reference.clone()));
                    self.add(row)?;
                }
                query.cursor = page.next;
                if query.cursor.is_none() {
                    break;
                }
            }
        }
        // Changes that are pending already may point away, or here.
        all.retain(|(name, reference)| {
            self.pending.get(name).is_some_and(|p| p.document.get(reference).and_then(Value::as_str) == Some(id))
        });
        Ok(all)
    }

    /// Lets what points to a record point to another one, and what takes its place from it follow.
    pub async fn repoint(&mut self, kind: &str, from: &str, to: &Place) -> Result<(), DoorError> {
        let mut moved = Vec::new();
        for (name, reference) in self.pointing(kind, from).await? {
            let Some(pending) = self.pending.get_mut(&name).filter(|p| !p.retracted) else { continue };
            set_path(&mut pending.document, &reference, Value::String(to.id.clone()));
            if pending.kind.owning(&pending.document) == Some(&reference) {
                pending.owner.clone_from(if to.owner.is_empty() { &to.id } else { &to.owner });
            }
            if pending.kind.placing(&pending.document) == Some(&reference) && (&pending.region, &pending.town) != (&to.region, &to.town) {
                (pending.region, pending.town) = (to.region.clone(), to.town.clone());
                moved.push((name, pending.place()));
            }
        }
        for ((kind, _), place) in moved {
            self.follow(&kind, &place).await?;
        }
        Ok(())
    }

    /// Lets what takes its place from a record follow it.
    pub async fn follow(&mut self, kind: &str, place: &Place) -> Result<(), DoorError> {
        let mut queue = vec![(kind.to_owned(), place.clone())];
        while let Some((kind, place)) = queue.pop() {
            for (name, reference) in self.pointing(&kind, &place.id).await? {
                let Some(pending) = self.pending.get_mut(&name).filter(|p| !p.retracted) else { continue };
                let belongs = pending.kind.placing(&pending.document) == Some(&reference);
                if belongs && (&pending.region, &pending.town) != (&place.region, &place.town) {
                    (pending.region, pending.town) = (place.region.clone(), place.town.clone());
                    queue.push((name.0, pending.place()));
                }
            }
        }
        Ok(())
    }

    /// Records whose natural key, as it will be, another record has that keeps it.
    pub async fn collisions(&self) -> Result<Vec<(Name, Stored)>, DoorError> {
        let mut by_kind: BTreeMap<&str, HashMap<KeyHash, &Name>> = BTreeMap::new();
        for (name, pending) in self.pending.iter().filter(|(_, p)| !p.retracted) {
            let key = prepare::natural_key(&pending.kind, &self.door.vault, &pending.document, &pending.region);
            if key != pending.stored.key {
                by_kind.entry(&name.0).or_default().insert(key, name);
            }
        }
        let mut out = Vec::new();
        for (kind, keys) in by_kind {
            let wanted: Vec<KeyHash> = keys.keys().copied().collect();
            for chunk in wanted.chunks(1_000) {
                for other in self.door.store.find_by_keys(kind, chunk).await.map_err(Door::store_error(kind))? {
                    let Some(name) = keys.get(&other.key) else { continue };
                    // The other one's key may change in the same step.
                    let leaves = self
                        .pending
                        .get(&(kind.to_owned(), other.id.clone()))
                        .is_some_and(|p| prepare::natural_key(&p.kind, &self.door.vault, &p.document, &p.region) != other.key);
                    if other.id != name.1 && !leaves {
                        out.push(((*name).clone(), other));
                    }
                }
            }
        }
        Ok(out)
    }

    /// Numbers by kind of what gets a revision, besides these records.
    pub fn counts(&self, besides: &[&Name]) -> Result<Vec<(String, u64)>, DoorError> {
        let mut out: BTreeMap<String, u64> = BTreeMap::new();
        for (name, pending) in &self.pending {
            if !besides.contains(&name) && pending.differs(self.door)? {
                *out.entry(name.0.clone()).or_default() += 1;
            }
        }
        Ok(out.into_iter().collect())
    }

    /// The commits: `first` alone and first, the others by kind.
    pub fn commits(&self, action: Action, stamp: &Stamp, first: &Name) -> Result<Vec<(Commit, RecordId)>, DoorError> {
        let commit = |kind: &str, revisions| Commit {
            kind: kind.to_owned(),
            action,
            stamp: stamp.clone(),
            revisions,
            skip_conflicts: false,
            checkpoint: None,
            idempotency: None,
        };
        let mut head = Vec::new();
        let mut rest: BTreeMap<&str, Vec<crate::port::NewRevision>> = BTreeMap::new();
        for (name, pending) in &self.pending {
            if name != first && !pending.differs(self.door)? {
                continue;
            }
            let mut revision = prepare::revision(
                &pending.kind,
                &self.door.vault,
                pending.prepared(),
                pending.stored.id.clone(),
                Some(pending.stored.rev),
            )?;
            if pending.retracted {
                revision.retracted = true;
                revision.lookups.clear();
                // It keeps the key it had: it stands for what it was.
                revision.key = pending.stored.key;
            }
            if name == first {
                head.push((commit(&name.0, vec![revision]), name.1.clone()));
            } else {
                rest.entry(&name.0).or_default().push(revision);
            }
        }
        head.extend(rest.into_iter().map(|(kind, revisions)| {
            let record = if let [one] = revisions.as_slice() { one.id.clone() } else { String::new() };
            (commit(kind, revisions), record)
        }));
        Ok(head)
    }

    /// Writes everything or nothing.
    pub async fn write(&self, commits: Vec<(Commit, RecordId)>) -> Result<(), DoorError> {
        let kind = commits.first().map(|(c, _)| c.kind.clone()).unwrap_or_default();
        let done = self.door.store.append_all(commits).await.map_err(Door::store_error(&kind))?;
        match done.iter().flat_map(|d| &d.outcomes).find(|o| !matches!(o, Outcome::Written { .. })) {
            None => Ok(()),
            Some(Outcome::KeyTaken { id }) => Err(DoorError::Exists { id: id.clone() }),
            Some(_) => Err(DoorError::BadRequest("期间有人修改了相关记录，什么都没有改动，请重新核对后再试".into())),
        }
    }
}
