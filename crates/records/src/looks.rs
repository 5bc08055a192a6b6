//! Reading the audit chain for people: who may see which lines, and who looked at a record.

use crate::access::{self, Coordinates};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{AuditLine, AuditQuery, Stored};
use zhijian_kinds::Regions;
use zhijian_kinds::access::Aggregate;

/// Whose lines somebody may see: a region prefix, empty for all. `None`: nobody's but the own ones.
#[must_use]
pub fn auditor_of(door: &Door, caller: &Caller) -> Option<String> {
    let roles = &door.catalogue.roles;
    if caller.system || roles.any(&caller.roles, |role| role.audits == Aggregate::All) {
        return Some(String::new());
    }
    let region = roles.any(&caller.roles, |role| role.audits == Aggregate::Region) && !caller.region.is_empty();
    region.then(|| Regions::prefix(&caller.region).to_owned())
}

impl Door {
    /// Audit lines of the caller's realm, newest first. They name records; they hold nothing of them.
    ///
    /// # Errors
    /// The caller's roles do not read the audit.
    pub async fn audit_lines(&self, caller: &Caller, asked: &AuditQuery) -> Result<Vec<AuditLine>, DoorError> {
        let realm = auditor_of(self, caller).ok_or_else(|| DoorError::NotAllowed { kind: "审计日志".into() })?;
        let region = if asked.region.is_empty() || realm.starts_with(&asked.region) {
            realm
        } else if asked.region.starts_with(&realm) {
            asked.region.clone()
        } else {
            // A region outside the realm has no lines for this caller.
            return Ok(Vec::new());
        };
        let asked = AuditQuery { region, ..asked.clone() };
        self.store.audit_page(&asked).await.map_err(Self::store_error("audit"))
    }

    /// What the caller itself did, newest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn own_lines(&self, caller: &Caller, before: Option<i64>, limit: u32) -> Result<Vec<AuditLine>, DoorError> {
        let asked = AuditQuery { actor: caller.login.clone(), before, limit, ..AuditQuery::default() };
        self.store.audit_page(&asked).await.map_err(Self::store_error("audit"))
    }

    /// Who looked at a record, changed it or opened it, newest first: for those who read the audit or oversee the record's region.
    ///
    /// # Errors
    /// The caller may not ask, or there is no such record in its realm.
    pub async fn looks(&self, caller: &Caller, kind: &str, id: &str, before: Option<i64>, limit: u32) -> Result<Vec<AuditLine>, DoorError> {
        let kind = self.kind(kind)?;
        let roles = &self.catalogue.roles;
        let everywhere = caller.system || roles.any(&caller.roles, |role| role.audits == Aggregate::All);
        let overseer = roles.any(&caller.roles, |role| role.oversees || role.audits == Aggregate::Region);
        if !everywhere && !overseer {
            return Err(DoorError::NotAllowed { kind: format!("{}·查看痕迹", kind.title) });
        }
        let stored: Stored = self.store.find(&kind.kind, id).await.map_err(Self::store_error(&kind.kind))?.ok_or(DoorError::NotFound)?;
        let data = stored.document();
        if !everywhere && !access::inside(&access::territory(caller), Coordinates::of(&stored, &data)) {
            return Err(DoorError::NotFound);
        }
        let asked = AuditQuery { kind: kind.kind.clone(), record: id.to_owned(), before, limit, ..AuditQuery::default() };
        self.store.audit_page(&asked).await.map_err(Self::store_error("audit"))
    }
}
