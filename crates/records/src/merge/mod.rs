//! Merging of duplicates (合并重复): two records of one thing become one, and can become two again.
//!
//! The loser is kept, retracted, as a **redirect**: it says into which record it went. The survivor keeps the loser's keys (sealed), so that lookups by an
//! old credit code or number find it, and imports land on it. What pointed to the loser points to the survivor from then on, by a revision of its own
//! (decision 0019). A record that would then have the natural key of another one (the same worker on both rosters) is merged into that one
//! in the same step. All of it is one transaction.

mod candidates;
mod run;
mod undo;

pub use candidates::{Candidate, Found, Why};
pub use run::Preview;

use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Instant, RecordId, Stored};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhijian_kinds::Kind;
use zhijian_kinds::intake::get_path;

/// Member of a survivor: what was merged into it.
const MERGED: &str = "_merged";
/// Member of a survivor: the keys of what was merged into it, by id; sealed.
const KEYS: &str = "_merged_keys";
/// Member of a loser: where it went.
const REDIRECT: &str = "_redirect";
/// Most redirects that are followed, one after the other.
const LONGEST: usize = 50;

/// A record that was merged into another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The loser.
    pub id: RecordId,
    /// Who merged.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
    /// The merge that brought this one about: the loser of it. `None`: it was asked for itself, and can be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<RecordId>,
}

/// Where a loser went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// The survivor.
    pub to: RecordId,
    /// Who merged.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
    /// As in [`Merged`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<RecordId>,
    /// Commits of the same transaction that follow the one that wrote this.
    #[serde(default)]
    pub commits: i64,
}

/// Where a document says that its record went.
#[must_use]
pub(crate) fn redirect_of(document: &Map<String, Value>) -> Option<Redirect> {
    document.get(REDIRECT).and_then(|v| serde_json::from_value(v.clone()).ok())
}

fn merged_of(document: &Map<String, Value>) -> Vec<Merged> {
    document.get(MERGED).and_then(|v| serde_json::from_value(v.clone()).ok()).unwrap_or_default()
}

fn put_merged(document: &mut Map<String, Value>, all: &[Merged]) {
    match serde_json::to_value(all) {
        Ok(value) if !all.is_empty() => drop(document.insert(MERGED.into(), value)),
        _ => drop(document.shift_remove(MERGED)),
    }
}

/// The keys of merged records, each like a small document of the kind.
pub(crate) fn keys(document: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let by_id = document.get(KEYS).and_then(Value::as_object).into_iter().flatten();
    by_id.filter_map(|(_, keys)| keys.as_object().cloned()).collect()
}

/// The keys go to the sealed part.
pub(crate) fn hide(public: &mut Map<String, Value>, sealed: &mut Map<String, Value>) {
    if let Some(Value::Object(by_id)) = public.shift_remove(KEYS) {
        sealed.extend(by_id.into_iter().map(|(id, keys)| (format!("{KEYS}.{id}"), keys)));
    }
}

/// Takes what the door keeps out of a document that is handed out.
pub(crate) fn seen(public: &mut Map<String, Value>, sealed: &mut Map<String, Value>) -> (Vec<Merged>, Option<Redirect>) {
    let (merged, redirect) = (merged_of(public), redirect_of(public));
    public.shift_remove(MERGED);
    public.shift_remove(REDIRECT);
    sealed.retain(|path, _| !path.starts_with(KEYS));
    (merged, redirect)
}

/// Fields under which a record is found or told apart: those of its natural key and of its lookups.
pub(crate) fn key_fields(kind: &Kind) -> Vec<&String> {
    let mut all: Vec<&String> = kind.natural_key.iter().chain(kind.lookup.values().flatten()).collect();
    all.sort();
    all.dedup();
    all
}

/// A record's own keys and those of what was merged into it, in one small document.
fn keys_to_keep(kind: &Kind, document: &Map<String, Value>) -> Map<String, Value> {
    let paths = kind.lookup.values().flatten();
    paths.filter_map(|path| Some((path.clone(), get_path(document, path).filter(|v| !v.is_null())?.clone()))).collect()
}

impl Door {
    /// The record that stands for this one: itself, or the one it was merged into.
    pub(crate) async fn followed(&self, stored: Stored) -> Result<Stored, DoorError> {
        let mut at = stored;
        for _ in 0..LONGEST {
            if !at.retracted {
                return Ok(at);
            }
            let Some(redirect) = redirect_of(&at.document()) else { return Ok(at) };
            let Some(next) = self.store.find(&at.kind, &redirect.to).await.map_err(Self::store_error(&at.kind))? else { return Ok(at) };
            at = next;
        }
        Ok(at)
    }

    /// The id of the record that stands for this id now.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn survivor(&self, kind: &str, id: &str) -> Result<RecordId, DoorError> {
        match self.store.find(kind, id).await.map_err(Self::store_error(kind))? {
            Some(stored) => Ok(self.followed(stored).await?.id),
            None => Ok(id.to_owned()),
        }
    }

    /// Accounts of an organisation that was merged into another are that one's.
    pub(crate) async fn survivor_of_organisation(&self, caller: &mut Caller) -> Result<(), DoorError> {
        if caller.organisation.is_empty() {
            return Ok(());
        }
        for kind in self.catalogue.kinds.values().filter(|k| k.merge.duplicates == Some(zhijian_kinds::kind::Duplicates::Organisation)) {
            caller.organisation = self.survivor(&kind.kind, &caller.organisation).await?;
        }
        Ok(())
    }

    /// Identity numbers under which somebody was on a roster before the entries were merged.
    pub(crate) async fn other_numbers(&self, tokens: &[String]) -> Result<Vec<String>, DoorError> {
        let mut all = Vec::new();
        for kind in self.catalogue.kinds.values().filter(|k| k.merge.duplicates == Some(zhijian_kinds::kind::Duplicates::Person)) {
            let failed = || Self::store_error(&kind.kind);
            let ways = kind.lookup.iter().filter(|(_, paths)| paths.iter().any(|p| p == "id_no"));
            for (way, _) in ways {
                for hit in self.store.lookup(&kind.kind, way, tokens).await.map_err(failed())? {
                    let Some(stored) = self.store.find(&kind.kind, &hit.id).await.map_err(failed())? else { continue };
                    if !stored.data.contains(MERGED) {
                        continue;
                    }
                    let document = self.clear(&stored)?;
                    let merged = keys(&document);
                    let own = std::iter::once(&document).chain(&merged);
                    all.extend(own.filter_map(|d| d.get("id_no").and_then(Value::as_str).map(str::to_owned)));
                }
            }
        }
        all.sort();
        all.dedup();
        Ok(all)
    }
}
