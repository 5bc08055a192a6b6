//! The clerk: follows the outbox and keeps the table of open duties.
//!
//! A row depends on the record, on related records and on the rules, never on today; so nothing has to run at midnight. Every step may
//! be repeated: rows are replaced, and the position moves after they are.

use super::compute::{self, Known};
use super::port::DutyRow;
use crate::audit::hex;
use crate::bulk::in_parallel;
use crate::door::{Door, DoorError};
use crate::port::{Action, Event, Filter, Lease, Op, Query, Store, StoreError, Stored};
use serde_json::{Map, Value};
use sm3::{Digest, Sm3};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use zhijian_kinds::due::{Duty, Related};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{Catalogue, Kind};

/// Its name among the consumers of the outbox, and of its lease.
pub const CONSUMER: &str = "duties";
/// Setting that holds the fingerprint of the rules the table was made with.
const RULES: &str = "duties.rules";
/// Events looked at in one step.
const EVENTS: u32 = 64;
/// Records that are looked up in one question.
const KEYS: usize = 500;
/// Records of a kind that are read in one step when everything is computed anew.
const STEP: u32 = 2_000;

/// Keeps the table of open duties.
#[derive(Debug, Clone)]
pub struct Clerk {
    door: Door,
    /// What the table is made from besides the records.
    rules: String,
}

/// A record's public document and which duties of its kind are open.
type Found = (Map<String, Value>, Vec<usize>);

/// Records to look at again, by kind and id.
type Subjects = BTreeMap<String, BTreeMap<String, Stored>>;

impl Clerk {
    /// A clerk for a deployment.
    #[must_use]
    pub fn new(door: Door) -> Self {
        let rules = fingerprint(&door.catalogue);
        Self { door, rules }
    }

    /// Brings the table up to the records; computes it anew when the rules are not those it was made with. `false` when another process
    /// is at it.
    ///
    /// # Errors
    /// The store failed; the next call goes on where this one stopped.
    pub async fn catch_up(&self) -> Result<bool, DoorError> {
        let Some(_lease) = self.door.store.lease(CONSUMER).await.map_err(failed)? else { return Ok(false) };
        let made_with = self.door.store.setting(RULES).await.map_err(failed)?;
        if made_with.as_deref() != Some(&self.rules) {
            // A table that has never been made is made from the outbox alone.
            if made_with.is_some() {
                self.rebuild().await?;
            }
            self.door.store.set_setting(RULES, &self.rules).await.map_err(failed)?;
        }
        while self.step().await? {}
        Ok(true)
    }

    /// Holds the table still while it says all there is to say: made with the present rules, up to the last record. `None` when it does not, or
    /// another process is at it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn settled(&self) -> Result<Option<Box<dyn Lease>>, DoorError> {
        let store = &self.door.store;
        let Some(lease) = store.lease(CONSUMER).await.map_err(failed)? else { return Ok(None) };
        if store.setting(RULES).await.map_err(failed)?.as_deref() != Some(&self.rules) {
            return Ok(None);
        }
        let position = store.position(CONSUMER).await.map_err(failed)?;
        Ok(store.events(position, 1).await.map_err(failed)?.is_empty().then_some(lease))
    }

    /// Lets the next [`Self::catch_up`] compute the whole table anew: the records are others (a restore).
    ///
    /// # Errors
    /// The store failed.
    pub async fn forget(store: &dyn Store) -> Result<(), StoreError> {
        store.set_setting(RULES, "").await
    }

    /// Computes the whole table anew.
    ///
    /// # Errors
    /// The store failed.
    pub async fn renew(&self) -> Result<(), DoorError> {
        let Some(_lease) = self.door.store.lease(CONSUMER).await.map_err(failed)? else { return Ok(()) };
        // Stopped in between, it is not taken for whole.
        Self::forget(self.door.store.as_ref()).await.map_err(failed)?;
        self.rebuild().await?;
        self.door.store.set_setting(RULES, &self.rules).await.map_err(failed)?;
        while self.step().await? {}
        Ok(())
    }

    /// From the records as they are. Those that are written meanwhile come again as events, since the position stays.
    async fn rebuild(&self) -> Result<(), DoorError> {
        let store = &self.door.store;
        store.clear_duties().await.map_err(failed)?;
        let kinds: HashSet<&str> = self.door.catalogue.duties.values().map(|d| d.kind.as_str()).collect();
        for kind in kinds {
            let kind = self.door.kind(kind)?;
            let mut query = Query { limit: STEP, ..Query::everything(&kind.kind, Vec::new()) };
            loop {
                let page = store.query(&query).await.map_err(failed)?;
                self.file(&kind, page.rows).await?;
                query.cursor = page.next;
                if query.cursor.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes up some events; `false` when there were none.
    async fn step(&self) -> Result<bool, DoorError> {
        let store = &self.door.store;
        let from = store.position(CONSUMER).await.map_err(failed)?;
        let events = store.events(from, EVENTS).await.map_err(failed)?;
        let Some(last) = events.last().map(|e| e.seq) else { return Ok(false) };
        let mut subjects = Subjects::new();
        for event in &events {
            self.touched(event, &mut subjects).await?;
        }
        for (kind, records) in subjects {
            let kind = self.door.kind(&kind)?;
            self.file(&kind, records.into_values().collect()).await?;
        }
        store.set_position(CONSUMER, last).await.map_err(failed)?;
        Ok(true)
    }

    /// The records whose duties an event may have changed: its own, and those that its own belong to.
    async fn touched(&self, event: &Event, subjects: &mut Subjects) -> Result<(), DoorError> {
        let duties = &self.door.catalogue.duties;
        let own = duties.values().any(|d| d.kind == event.kind);
        let pointing: Vec<(&Duty, &Related)> = duties
            .values()
            .flat_map(|d| [&d.since, &d.met].into_iter().flatten().map(move |r| (d, r)))
            .filter(|(_, related)| related.kind == event.kind)
            .collect();
        if !own && pointing.is_empty() {
            return Ok(());
        }
        let written = self.written(event).await?;
        for (duty, related) in pointing {
            self.belonged_to(duty, related, &written, subjects).await?;
        }
        if own {
            let records = subjects.entry(event.kind.clone()).or_default();
            // A revision that has been replaced comes again with the event that replaced it.
            records.extend(written.into_iter().filter(|r| r.recorded_to.is_none()).map(|r| (r.id.clone(), r)));
        }
        Ok(())
    }

    /// The revisions of an event. Where records were changed in place (tokens under a new key, a private part that is gone) no commit wrote
    /// them: they are those of the partitions that the event names.
    async fn written(&self, event: &Event) -> Result<Vec<Stored>, DoorError> {
        let store = &self.door.store;
        if !matches!(event.action, Action::Reseal | Action::Erase) {
            return store.of_commit(&event.kind, event.seq).await.map_err(failed);
        }
        let mut all = Vec::new();
        for partition in &event.partitions {
            let place =
                vec![Filter::system("region", Op::Eq, &partition.region), Filter::system("year", Op::Eq, &partition.year.to_string())];
            let query = Query { limit: STEP, ..Query::everything(&partition.kind, place) };
            all.extend(store.all(query).await.map_err(failed)?);
        }
        Ok(all)
    }

    /// The records that these belong to, as far as they are not there yet. Many are asked for at a time: a workbook's chunk touches thousands.
    async fn belonged_to(&self, duty: &Duty, related: &Related, written: &[Stored], subjects: &mut Subjects) -> Result<(), DoorError> {
        let seen = subjects.entry(duty.kind.clone()).or_default();
        let new = |key: &String| !key.is_empty() && (related.same.is_some() || !seen.contains_key(key));
        let keys: BTreeSet<String> = written.iter().filter_map(|stored| key_of(related, stored)).filter(new).collect();
        // A list of values is written with commas.
        let (alone, together): (Vec<String>, Vec<String>) = keys.into_iter().partition(|key| key.contains(','));
        let asked = together.chunks(KEYS).map(|some| (Op::In, some.join(","))).chain(alone.into_iter().map(|key| (Op::Eq, key)));
        for (op, keys) in asked {
            let filter = match &related.same {
                None => Filter::system("id", op, &keys),
                Some(field) => Filter::field(field, op, &keys),
            };
            let query = Query { limit: STEP, ..Query::everything(&duty.kind, vec![filter]) };
            let found = self.door.store.all(query).await.map_err(failed)?;
            seen.extend(found.into_iter().map(|r| (r.id.clone(), r)));
        }
        Ok(())
    }

    /// Computes the duties of records of one kind and replaces their rows.
    async fn file(&self, kind: &Kind, mut records: Vec<Stored>) -> Result<(), DoorError> {
        let duties: Vec<&Duty> = self.door.catalogue.duties.values().filter(|d| d.kind == kind.kind).collect();
        let today = self.door.today();
        // Conditions are the costly part; most records have nothing open.
        let open: Vec<Option<Found>> = in_parallel(&mut records, |stored| {
            if stored.retracted {
                return None;
            }
            let data = stored.document();
            let open: Vec<usize> = duties.iter().enumerate().filter(|(_, d)| d.open(&data, &today)).map(|(at, _)| at).collect();
            (!open.is_empty()).then_some((data, open))
        });
        let mut rows: Vec<DutyRow> = Vec::new();
        for (stored, found) in records.iter().zip(open) {
            let Some((data, open)) = found else { continue };
            for duty in open.into_iter().map(|at| duties[at]) {
                let known = self.known(duty, stored, &data).await?;
                rows.extend(compute::row(&self.door.catalogue, kind, duty, stored, &data, &known));
            }
        }
        let names: Vec<String> = duties.iter().map(|d| d.duty.clone()).collect();
        let ids: Vec<String> = records.into_iter().map(|r| r.id).collect();
        self.door.store.replace_duties(&names, &ids, &rows).await.map_err(failed)
    }

    async fn known(&self, duty: &Duty, stored: &Stored, data: &Map<String, Value>) -> Result<Known, DoorError> {
        let history = if compute::needs_history(duty) {
            self.door.store.history(&stored.kind, &stored.id).await.map_err(failed)?
        } else {
            Vec::new()
        };
        let since = match &duty.since {
            Some(related) => self.newest(related, stored, data).await?,
            None => None,
        };
        let met = match &duty.met {
            Some(related) => self.newest(related, stored, data).await?,
            None => None,
        };
        Ok(Known { since, met, history })
    }

    /// Event date of the newest related record.
    async fn newest(&self, related: &Related, stored: &Stored, data: &Map<String, Value>) -> Result<Option<String>, DoorError> {
        let mine = match (&related.by, &related.same) {
            (Some(by), _) if by == "owner" => Filter::owned_by(&stored.id),
            (Some(by), _) => Filter::field(by, Op::Eq, &stored.id),
            (None, same) => {
                let path = same.as_deref().unwrap_or_default();
                Filter::field(path, Op::Eq, get_path(data, path).and_then(Value::as_str).unwrap_or_default())
            }
        };
        if mine.value.is_empty() {
            return Ok(None);
        }
        let wanted = related.only.iter().map(|w| Filter::field(&w.field, Op::In, &w.is.join(",")));
        let query = Query::newest(&related.kind, std::iter::once(mine).chain(wanted).collect());
        let page = self.door.store.query(&query).await.map_err(failed)?;
        Ok(page.rows.into_iter().next().map(|r| r.event_date).filter(|day| !day.is_empty()))
    }
}

/// Tells one set of rules from another.
fn fingerprint(catalogue: &Catalogue) -> String {
    let duties: Vec<String> = catalogue.duties.values().map(|d| format!("{:?}", d.def)).collect();
    let tables = ["deadlines", "holidays"].map(|name| catalogue.rules.get(name));
    hex(&Sm3::digest(format!("{duties:?}{tables:?}").as_bytes()))
}

/// What names the record that a related one belongs to: its id, or the value of the shared field.
fn key_of(related: &Related, stored: &Stored) -> Option<String> {
    let path = match (&related.by, &related.same) {
        (Some(by), _) if by == "owner" => return Some(stored.owner.clone()),
        (Some(path), _) | (None, Some(path)) => path,
        (None, None) => return None,
    };
    get_path(&stored.document(), path).and_then(Value::as_str).map(str::to_owned)
}

fn failed(source: StoreError) -> DoorError {
    DoorError::Store { kind: "应办事项".into(), source }
}
