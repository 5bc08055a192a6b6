//! Examinations from the roster to the result: who is due (应检名单), orders to clinics (体检委托), places in a clinic's days (号源),
//! who was examined and who was not (未检名单).
//!
//! Everything is kept in records of kinds; what is here reads several of them together for a caller, or writes several through the door.

mod booking;
mod lines;
mod orders;
mod roster;

pub use lines::{Line, Lines, Met};
pub use orders::{Ordering, Sending};
pub use roster::{DueRow, Roster};

use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Query, Stored};
use crate::submit::Entry;
use serde_json::{Map, Value, json};
use zhijian_kinds::intake::{Draft, get_path};

/// Kind of an order.
pub const ORDER: &str = "exam_order";
/// Kind of a worker of an order.
pub const WORKER: &str = "exam_order_worker";
/// Kind of a clinic's half day.
pub const SLOT: &str = "exam_slot";
/// Days after an order's period in which a result still belongs to it (design).
pub const GRACE_DAYS: i64 = 30;

/// A text of a document, empty when there is none.
pub(crate) fn text<'a>(document: &'a Map<String, Value>, path: &str) -> &'a str {
    get_path(document, path).and_then(Value::as_str).unwrap_or_default()
}

/// The platform's own hand for a step that the caller was allowed to take: the audit line names the caller.
fn acting(caller: &Caller) -> Caller {
    Caller { system: true, ..caller.clone() }
}

fn entry(reason: &str) -> Entry<'_> {
    Entry { source: "web", reason, idempotency: None }
}

impl Door {
    /// Every record of a query, page after page, at most `most`.
    async fn all(&self, mut query: Query, most: usize) -> Result<(Vec<Stored>, bool), DoorError> {
        query.limit = 500;
        let mut rows = Vec::new();
        loop {
            let page = self.store.query(&query).await.map_err(Self::store_error(&query.kind))?;
            rows.extend(page.rows);
            if page.next.is_none() || rows.len() >= most {
                let more = page.next.is_some() || rows.len() > most;
                rows.truncate(most);
                return Ok((rows, more));
            }
            query.cursor = page.next;
        }
    }

    /// Sets some fields of a record, whatever its revision is by now; tells the newest revision when nothing had to be changed.
    async fn set_fields(&self, caller: &Caller, kind: &str, id: &str, fields: &Value, reason: &str) -> Result<(), DoorError> {
        /// Somebody else may save in between; more often than this is no accident.
        const TRIES: usize = 20;
        let definition = self.kind(kind)?;
        let fields = fields.as_object().cloned().unwrap_or_default();
        for _ in 0..TRIES {
            let stored = self.newest(kind, id).await?;
            let document = stored.document();
            if fields.iter().all(|(name, value)| document.get(name).unwrap_or(&Value::Null) == value) {
                return Ok(());
            }
            match self.amend(caller, kind, id, stored.rev, &drafted(&definition, &fields), entry(reason)).await {
                Err(DoorError::Stale { .. }) => {}
                other => return other.map(|_| ()),
            }
        }
        Err(DoorError::BadRequest("这条记录正被多人修改，请稍后再试".into()))
    }

    /// The newest revision of a record that is not retracted.
    async fn newest(&self, kind: &str, id: &str) -> Result<Stored, DoorError> {
        let found = self.store.find(kind, id).await.map_err(Self::store_error(kind))?;
        found.filter(|r| !r.retracted).ok_or(DoorError::NotFound)
    }
}

/// A draft of some fields; a null empties the field.
fn drafted(kind: &zhijian_kinds::Kind, fields: &Map<String, Value>) -> Draft {
    let filled: Map<String, Value> = fields.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect();
    let mut draft = Draft::from_json(kind, &filled);
    let empty = fields.iter().filter(|(_, v)| v.is_null());
    draft.cells.extend(empty.map(|(name, _)| (zhijian_kinds::intake::Place::Field(name.clone()), zhijian_kinds::intake::Cell::Empty)));
    draft
}

/// The kinds' texts that point to a register entry.
fn named(document: &Map<String, Value>, [name, uscc]: [&str; 2]) -> Map<String, Value> {
    let mut out = Map::new();
    for (field, from) in [(name, "name"), (uscc, "uscc")] {
        if let Some(value) = document.get(from).filter(|v| !v.is_null()) {
            out.insert(field.to_owned(), json!(value));
        }
    }
    out
}
