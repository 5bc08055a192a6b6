//! Who sees a record, and why: the compiled policy asked the other way round.

use crate::access::{self, Coordinates, Reach, Sight, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};

/// An account that sees the record.
#[derive(Debug, Clone)]
pub struct Seer {
    /// Account.
    pub login: String,
    /// Name.
    pub name: String,
    /// For each row that reaches the record: role, reach, title of the view, source.
    pub reasons: Vec<Reason>,
    /// Titles of the fields that it does not see.
    pub hidden: Vec<String>,
    /// Whether private fields may be seen in clear.
    pub reveals: bool,
    /// What else it may do with the record.
    pub may: Vec<Wish>,
}

/// Why somebody sees a record.
#[derive(Debug, Clone)]
pub struct Reason {
    /// Role; empty for an emergency.
    pub role: String,
    /// Which records the role reaches.
    pub reach: Reach,
    /// Title of the view.
    pub view: String,
    /// Text of the grant when the record was opened singly.
    pub grant: String,
}

impl Door {
    /// The accounts that see a record. For administrators, and overseers of the record's region; it shows nothing of the record.
    ///
    /// # Errors
    /// The caller may not ask; no such record.
    pub async fn who_sees(&self, caller: &Caller, kind: &str, id: &str) -> Result<Vec<Seer>, DoorError> {
        let kind = self.kind(kind)?;
        let roles = &self.catalogue.roles;
        let everywhere = caller.system || roles.any(&caller.roles, |role| role.administers);
        if !everywhere && !roles.any(&caller.roles, |role| role.oversees) {
            return Err(DoorError::NotAllowed { kind: format!("{}·访问策略", kind.title) });
        }
        let stored = self.store.find(&kind.kind, id).await.map_err(Self::store_error(&kind.kind))?.ok_or(DoorError::NotFound)?;
        let data = stored.document();
        let at = Coordinates::of(&stored, &data);
        if !everywhere && !access::inside(&access::territory(caller), at) {
            return Err(DoorError::NotFound);
        }
        let mut seers = Vec::new();
        for account in self.store.accounts().await.map_err(Self::store_error("account"))?.iter().filter(|a| a.active) {
            let other = self.caller(account).await?;
            let arms: Vec<_> =
                access::every_arm(&other, &kind, Wish::Read).into_iter().filter(|arm| access::inside(&arm.scope, at)).collect();
            if arms.is_empty() {
                continue;
            }
            let sight = Sight::new(arms.iter().map(|arm| (&arm.view, arm.reveal)));
            let title = |path: &String| kind.field(path).map_or_else(|| path.clone(), |f| f.title.clone());
            let grant = other.ties.grants.iter().find(|g| g.kind == kind.kind && g.id == id);
            let reasons = arms.iter().filter_map(|arm| {
                let (role, reach) = arm.why.clone()?;
                let grant = grant.filter(|_| reach == Reach::Granted).map(|g| g.reason.clone()).unwrap_or_default();
                Some(Reason { role, reach, view: arm.view.title.clone(), grant })
            });
            seers.push(Seer {
                login: other.login.clone(),
                name: other.name.clone(),
                reasons: reasons.collect(),
                hidden: sight.hidden(&kind).iter().filter(|p| kind.field(p).is_some()).map(title).collect(),
                reveals: sight.reveals(),
                may: Wish::ALL.into_iter().filter(|w| *w != Wish::Read && access::may_write(&other, &kind, *w, at)).collect(),
            });
        }
        Ok(seers)
    }
}
