//! What reactions ask about other records.

use crate::door::{Door, DoorError};
use crate::port::{Filter, Op, Query, Stored};
use crate::prepare;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use zhijian_kinds::intake::get_path;

/// The records around the one that calls, with what was found already in this step.
pub(crate) struct Around<'a> {
    pub door: &'a Door,
    declared: Mutex<HashMap<String, Option<Vec<String>>>>,
}

impl<'a> Around<'a> {
    pub fn new(door: &'a Door) -> Self {
        Self { door, declared: Mutex::default() }
    }

    /// The newest revision of the employer that a record belongs to: its owner, or its worker's.
    pub async fn employer_of(&self, stored: &Stored) -> Result<Option<Stored>, DoorError> {
        if stored.kind == "employer" {
            return self.find("employer", &stored.id).await;
        }
        let mut owner = stored.owner.clone();
        let document = stored.document();
        if let Some(worker) = document.get("worker_id").and_then(Value::as_str).filter(|_| owner.is_empty()) {
            owner = self.find("radiation_worker", worker).await?.map(|w| w.owner).unwrap_or_default();
        }
        if owner.is_empty() { Ok(None) } else { self.find("employer", &owner).await }
    }

    /// A record that is not retracted.
    pub async fn find(&self, kind: &str, id: &str) -> Result<Option<Stored>, DoorError> {
        let found = self.door.store.find(kind, id).await.map_err(Door::store_error(kind))?;
        Ok(found.filter(|r| !r.retracted))
    }

    /// The record with a natural key, of any of the vault's keys, retracted or not.
    pub async fn keyed(&self, kind: &str, document: &Map<String, Value>, region: &str) -> Result<Option<Stored>, DoorError> {
        let definition = self.door.kind(kind)?;
        let keys = prepare::natural_keys(&definition, &self.door.vault, document, region);
        let found = self.door.store.find_by_keys(kind, &keys).await.map_err(Door::store_error(kind))?;
        Ok(found.into_iter().next())
    }

    /// Is there any such record?
    pub async fn any(&self, kind: &str, filters: Vec<Filter>) -> Result<bool, DoorError> {
        Ok(self.door.store.count(&Query::everything(kind, filters), 1).await.map_err(Door::store_error(kind))? > 0)
    }

    /// Hazards of the employer's newest declaration that stands; `None` when it never declared or has cancelled.
    pub async fn declared(&self, employer: &str) -> Result<Option<Vec<String>>, DoorError> {
        if let Some(known) = self.declared.lock().unwrap_or_else(PoisonError::into_inner).get(employer) {
            return Ok(known.clone());
        }
        let filters = vec![Filter::owned_by(employer), Filter::system("state", Op::In, &DECLARED.join(","))];
        let page = self.door.store.query(&Query::newest("declaration", filters)).await.map_err(Door::store_error("declaration"))?;
        let newest = page.rows.first().map(Stored::document).filter(|d| get_path(d, "decl_type").and_then(Value::as_str) != Some("4"));
        let hazards = newest.map(|d| super::view::read::<Vec<String>>(&d, "hazards"));
        self.declared.lock().unwrap_or_else(PoisonError::into_inner).insert(employer.to_owned(), hazards.clone());
        Ok(hazards)
    }
}

/// States of a declaration that has been handed in and not sent back.
const DECLARED: [&str; 7] = ["submitted", "accepted", "receipted", "valid", "due_update", "overdue_update", "changing"];
