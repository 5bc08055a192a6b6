//! Emergency access (紧急访问, break-glass): a record outside the scope opens for some hours to roles that the policy names, for a
//! written reason. It is on the audit chain before anything is shown, and the administrators of the record's region and the
//! organisation that owns it are told on a page.

use crate::access::{self, Coordinates, Wish};
use crate::caller::{Caller, Grant};
use crate::door::{Door, DoorError};
use crate::port::{Action, Instant, Stored};
use serde::{Deserialize, Serialize};
use serde_json::Map;

/// Where notices are kept; the instant in the name puts them in order.
const NOTICE: &str = "access-notice/";

/// What administrators and owners are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When.
    pub at: Instant,
    /// Until when the record stays open.
    pub until: Instant,
    /// Account.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: String,
    /// County of the record.
    pub region: String,
    /// Township of the record.
    pub town: String,
    /// Organisation that owns the record.
    pub owner: String,
    /// Why.
    pub reason: String,
}

/// Which record somebody asks for.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// By its id.
    Record(&'a str),
    /// All records of the kind about the person with this identity number.
    Person(&'a str),
}

impl Door {
    /// Opens a record outside the caller's scope. Attempts that find nothing are on record too.
    ///
    /// # Errors
    /// The role may not; the reason is too short; no such record.
    pub async fn break_glass(
        &self,
        caller: &Caller,
        kind: &str,
        wanted: Wanted<'_>,
        purpose: &str,
        reason: &str,
    ) -> Result<Vec<Notice>, DoorError> {
        let kind = self.kind(kind)?;
        if !caller.has_any(&kind.rights.def.break_glass) {
            return Err(DoorError::NotAllowed { kind: format!("{}·紧急访问", kind.title) });
        }
        let rule = self.catalogue.roles.break_glass;
        if purpose.is_empty() || reason.trim().chars().count() < rule.reason_length {
            return Err(DoorError::BadRequest(format!("请选择用途并写明紧急事由（至少 {} 个字）", rule.reason_length)));
        }
        let why = format!("{purpose}：{}", reason.trim());
        let found: Vec<Stored> = match wanted {
            Wanted::Record(id) => self.stored(&kind, id).await.map(|s| vec![s]).or_else(none_is_empty)?,
            Wanted::Person(id_no) => self.about_person(&kind, id_no).await?,
        };
        if found.is_empty() {
            self.note(caller, Action::BreakGlass, &kind.kind, "", &format!("未找到；{why}"), "web").await?;
            return Err(DoorError::NotFound);
        }
        let (now, mut notices) = (self.now(), Vec::new());
        for stored in found {
            // First the proof, then the notice, then the record.
            self.note_about(caller, Action::BreakGlass, &stored, &why, "web").await?;
            let notice = Notice {
                at: now,
                until: now + rule.hours * 3_600_000_000,
                login: caller.login.clone(),
                name: caller.name.clone(),
                kind: kind.kind.clone(),
                id: stored.id.clone(),
                region: stored.region.clone(),
                town: stored.town.clone(),
                owner: stored.owner.clone(),
                reason: why.clone(),
            };
            let text = serde_json::to_string(&notice).map_err(|_| DoorError::BadRequest("无法保存通知".into()))?;
            let name = format!("{NOTICE}{now:020}/{}/{}/{}", caller.login, notice.kind, notice.id);
            self.store.set_setting(&name, &text).await.map_err(Self::store_error("notice"))?;
            let grant = Grant {
                kind: notice.kind.clone(),
                id: notice.id.clone(),
                until: notice.until,
                reason: why.clone(),
                by: caller.login.clone(),
                at: now,
                emergency: true,
            };
            self.open_to(&caller.login, &grant).await?;
            notices.push(notice);
        }
        Ok(notices)
    }

    /// Notices of emergency access that concern the caller, newest first: administrators see all, overseers those of their region,
    /// organisations those about their own records, everybody the own ones.
    ///
    /// # Errors
    /// The store failed.
    pub async fn notices(&self, caller: &Caller) -> Result<Vec<Notice>, DoorError> {
        let all = self.store.settings(NOTICE).await.map_err(Self::store_error("notice"))?;
        let roles = &self.catalogue.roles;
        let everywhere = caller.system || roles.any(&caller.roles, |role| role.administers);
        let oversees = roles.any(&caller.roles, |role| role.oversees);
        let territory = access::territory(caller);
        let nothing = Map::new();
        let concerns = |notice: &Notice| {
            let at = Coordinates { id: &notice.id, region: &notice.region, town: &notice.town, owner: &notice.owner, data: &nothing };
            let owner = !caller.organisation.is_empty() && caller.organisation == notice.owner;
            everywhere || notice.login == caller.login || owner || oversees && access::inside(&territory, at)
        };
        Ok(all.iter().rev().filter_map(|(_, text)| serde_json::from_str(text).ok()).filter(concerns).collect())
    }

    /// Kinds that the caller may open in an emergency.
    #[must_use]
    pub fn emergency_kinds(&self, caller: &Caller) -> Vec<&zhijian_kinds::Kind> {
        let may = |kind: &&zhijian_kinds::Kind| caller.has_any(&kind.rights.def.break_glass) && access::may(caller, kind, Wish::Read);
        self.catalogue.kinds.values().map(AsRef::as_ref).filter(may).collect()
    }
}

fn none_is_empty(error: DoorError) -> Result<Vec<Stored>, DoorError> {
    match error {
        DoorError::NotFound => Ok(Vec::new()),
        other => Err(other),
    }
}
