//! A caller's share of the open duties: those that lie on the desks of its roles, of records that it may read.

use super::port::{Ask, Count, DutyRow, Part};
use crate::access;
use crate::caller::Caller;
use crate::door::{Door, DoorError};

impl Door {
    /// Is there anything that the caller's roles do or watch? Asked for every page's menu.
    #[must_use]
    pub fn has_duties(&self, caller: &Caller) -> bool {
        caller.system || self.catalogue.duties.values().any(|d| caller.has_any(&d.who) || caller.has_any(&d.watch))
    }

    /// The caller's share: what its roles do, and what they watch once it is escalated.
    #[must_use]
    pub fn duty_parts(&self, caller: &Caller) -> Vec<Part> {
        let today = self.today();
        let mut parts: Vec<Part> = Vec::new();
        for duty in self.catalogue.duties.values() {
            let Some(kind) = self.catalogue.kind(&duty.kind) else { continue };
            let does = caller.system || caller.has_any(&duty.who);
            if !does && !caller.has_any(&duty.watch) {
                continue;
            }
            let scope = access::scope(caller, kind);
            let escalated_by = (!does).then(|| today.clone());
            match parts.iter_mut().find(|p| p.scope == scope && p.escalated_by == escalated_by) {
                Some(part) => part.duties.push(duty.duty.clone()),
                None => parts.push(Part { duties: vec![duty.duty.clone()], scope, escalated_by }),
            }
        }
        parts
    }

    /// Open duties of the caller's share, by due day.
    ///
    /// # Errors
    /// The store failed.
    pub async fn duties(&self, caller: &Caller, ask: Ask) -> Result<Vec<DutyRow>, DoorError> {
        let ask = Ask { parts: self.duty_parts(caller), ..ask };
        self.store.duties(&ask).await.map_err(Self::store_error("应办事项"))
    }

    /// Their numbers by duty, with the same meaning as the list.
    ///
    /// # Errors
    /// The store failed.
    pub async fn duty_counts(&self, caller: &Caller, ask: Ask) -> Result<Vec<Count>, DoorError> {
        let ask = Ask { parts: self.duty_parts(caller), ..ask };
        self.store.duty_counts(&ask, &self.today()).await.map_err(Self::store_error("应办事项"))
    }

    /// Their numbers by due day.
    ///
    /// # Errors
    /// The store failed.
    pub async fn duty_days(&self, caller: &Caller, ask: Ask) -> Result<Vec<(String, u64)>, DoorError> {
        let ask = Ask { parts: self.duty_parts(caller), ..ask };
        self.store.duty_days(&ask).await.map_err(Self::store_error("应办事项"))
    }
}
