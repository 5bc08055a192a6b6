//! Exports (导出): what leaves the platform, and the second person who approves large or identified ones (四眼原则). An export needs a [`Pass`]; the door
//! gives one freely below the policy's limits, else for a request that somebody else approved, once and for a limited time.

use crate::access::{self, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Instant};
use crate::read::{ListRequest, ViewPage};
use serde::{Deserialize, Serialize};
use zhijian_kinds::Kind;
use zhijian_kinds::protection::ExportLimit;

/// Where requests are kept; ids grow with time.
const REQUEST: &str = "export/";
/// Lease of decisions and downloads.
const LEASE: &str = "exports";
/// What an account took on a day without approval.
const TAKEN: &str = "exported/";
/// Most rows that are counted.
const COUNTED: u64 = 10_000_000;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Waits for somebody.
    Asked,
    /// May be downloaded.
    Approved,
    /// Will not be.
    Refused,
    /// Was downloaded.
    Taken,
}

/// What is to leave the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Kind.
    pub kind: String,
    /// Which records; of a research export with its own plan, empty.
    pub request: ListRequest,
    /// Private fields in clear.
    pub full: bool,
    /// Format of the file.
    pub format: String,
    /// Conditions in words.
    pub conditions: String,
    /// Stated purpose.
    pub purpose: String,
    /// Plan of a research export, as text; empty for lists.
    #[serde(default)]
    pub research: String,
    /// Question of a named list (名单), as text; empty for other lists. Its records are named in `request` by their ids.
    #[serde(default)]
    pub listed: String,
}

/// A request for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequest {
    /// Id.
    pub id: String,
    /// When.
    pub at: Instant,
    /// Account.
    pub login: String,
    /// Person.
    pub name: String,
    /// Region of the account or of its organisation: who approves.
    pub region: String,
    /// What.
    pub wanted: Wanted,
    /// Records that it came to when it was asked for.
    pub rows: u64,
    /// Why.
    pub reason: String,
    /// Standing.
    pub standing: Standing,
    /// Who decided.
    pub decided_by: String,
    /// When.
    pub decided_at: Instant,
    /// With what remark.
    pub remark: String,
    /// Until when it may be downloaded.
    pub until: Instant,
}

/// Leave to export: only the door makes one.
#[derive(Debug, Clone)]
pub struct Pass {
    id: String,
    kind: String,
    request: ListRequest,
    full: bool,
}

impl Pass {
    /// Id of the export, as the audit chain names it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Private fields come in clear.
    #[must_use]
    pub fn full(&self) -> bool {
        self.full
    }
}

impl Door {
    /// The limit of a kind above which exports need approval.
    #[must_use]
    pub fn export_limit(&self, kind: &Kind) -> ExportLimit {
        kind.rights.def.export.unwrap_or(self.catalogue.roles.exports.limit)
    }

    /// Leave for an export without approval. The export is noted on the audit chain first.
    ///
    /// # Errors
    /// [`DoorError::NeedsApproval`] above the limits; the caller may not export this.
    pub async fn free_export(&self, caller: &Caller, wanted: &Wanted, source: &str) -> Result<Pass, DoorError> {
        let (kind, rows) = self.asked_for(caller, wanted).await?;
        if !caller.system {
            let limit = self.export_limit(&kind);
            let before = self.taken_today(caller, &kind.kind).await?;
            if wanted.full && limit.identified || before + rows > limit.rows {
                return Err(DoorError::NeedsApproval { rows, limit: limit.rows, full: wanted.full });
            }
            self.take_today(caller, &kind.kind, before + rows).await?;
        }
        let told = if wanted.full { "（完整个人信息）" } else { "" };
        let reason = format!("{}；{}{told}；{rows} 条；条件：{}", wanted.purpose, wanted.format, wanted.conditions);
        let id = uuid::Uuid::now_v7().simple().to_string();
        self.note(caller, Action::Export, &kind.kind, &id, &reason, source).await?;
        Ok(Pass { id, kind: kind.kind.clone(), request: wanted.request.clone(), full: wanted.full })
    }

    /// A page of an export.
    ///
    /// # Errors
    /// As [`Door::list`]; the caller's roles do not allow exports any more.
    pub async fn export_page(&self, caller: &Caller, pass: &Pass, cursor: Option<String>, limit: u32) -> Result<ViewPage, DoorError> {
        let request = ListRequest { cursor, limit, ..pass.request.clone() };
        self.exported(caller, &pass.kind, &request, pass.full).await
    }

    /// Kind and number of records of an export that the caller may make as far as the policy of the kind goes.
    async fn asked_for(&self, caller: &Caller, wanted: &Wanted) -> Result<(std::sync::Arc<Kind>, u64), DoorError> {
        let kind = self.kind(&wanted.kind)?;
        // What may not be asked or taken is refused before anything is noted.
        let first = ListRequest { limit: 1, cursor: None, ..wanted.request.clone() };
        self.exported(caller, &kind.kind, &first, wanted.full).await?;
        let rows = self.export_count(caller, &kind, &wanted.request, COUNTED).await?;
        Ok((kind, rows))
    }

    async fn taken_today(&self, caller: &Caller, kind: &str) -> Result<u64, DoorError> {
        let kept = self.store.setting(&self.today_of(caller, kind)).await.map_err(Self::store_error(kind))?;
        Ok(kept.and_then(|n| n.parse().ok()).unwrap_or(0))
    }

    async fn take_today(&self, caller: &Caller, kind: &str, rows: u64) -> Result<(), DoorError> {
        self.store.set_setting(&self.today_of(caller, kind), &rows.to_string()).await.map_err(Self::store_error(kind))
    }

    fn today_of(&self, caller: &Caller, kind: &str) -> String {
        format!("{TAKEN}{}/{}/{kind}", self.today(), caller.login)
    }

    /// Asks for approval.
    ///
    /// # Errors
    /// The caller may not export this whatever anybody approves; no reason; the store failed.
    pub async fn ask_export(&self, caller: &Caller, wanted: Wanted, reason: &str) -> Result<ExportRequest, DoorError> {
        if reason.trim().chars().count() < 5 {
            return Err(DoorError::BadRequest("请写明申请导出的理由（至少 5 个字）".into()));
        }
        let (kind, rows) = self.asked_for(caller, &wanted).await?;
        let region = if caller.region.is_empty() { self.organisation_region(caller).await? } else { caller.region.clone() };
        let request = ExportRequest {
            id: uuid::Uuid::now_v7().simple().to_string(),
            at: self.now(),
            login: caller.login.clone(),
            name: caller.name.clone(),
            region,
            rows,
            reason: reason.trim().chars().take(500).collect(),
            standing: Standing::Asked,
            decided_by: String::new(),
            decided_at: 0,
            remark: String::new(),
            until: 0,
            wanted,
        };
        let told = format!("申请导出 {rows} 条；{}；{}", request.wanted.purpose, request.reason);
        self.note(caller, Action::Export, &kind.kind, &request.id, &told, "web").await?;
        self.keep_request(&request).await?;
        Ok(request)
    }

    /// May the caller decide on this request?
    #[must_use]
    pub fn decides(&self, caller: &Caller, request: &ExportRequest) -> bool {
        let near = access::Coordinates { id: "", region: &request.region, town: "", owner: "", data: &serde_json::Map::new() };
        caller.login != request.login
            && caller.has_any(&self.catalogue.roles.exports.approvers)
            && access::inside(
                &access::territory(caller),
                access::Coordinates { region: near.region.get(..6).unwrap_or(near.region), ..near },
            )
    }

    /// Requests that concern the caller, newest first: the own ones and those it may decide on.
    ///
    /// # Errors
    /// The store failed.
    pub async fn export_requests(&self, caller: &Caller) -> Result<Vec<ExportRequest>, DoorError> {
        let all = self.store.settings(REQUEST).await.map_err(Self::store_error("export"))?;
        let concerns = |r: &ExportRequest| caller.system || r.login == caller.login || self.decides(caller, r);
        Ok(all.iter().rev().filter_map(|(_, text)| serde_json::from_str(text).ok()).filter(concerns).collect())
    }

    /// Approves or refuses a request of somebody else.
    ///
    /// # Errors
    /// Not the caller's to decide, decided already, no remark on a refusal; the store failed.
    pub async fn decide_export(&self, caller: &Caller, id: &str, approve: bool, remark: &str) -> Result<(), DoorError> {
        let _lease = self.export_lease().await?;
        let mut request = self.request(id).await?;
        if caller.login == request.login {
            return Err(DoorError::BadRequest("不能审批自己的导出申请".into()));
        }
        if !self.decides(caller, &request) {
            return Err(DoorError::NotFound);
        }
        if request.standing != Standing::Asked {
            return Err(DoorError::BadRequest("该申请已经处理".into()));
        }
        if !approve && remark.trim().is_empty() {
            return Err(DoorError::BadRequest("不同意时请写明意见".into()));
        }
        let now = self.now();
        request.standing = if approve { Standing::Approved } else { Standing::Refused };
        request.decided_by = caller.login.clone();
        request.decided_at = now;
        request.remark = remark.trim().chars().take(500).collect();
        request.until = if approve { now + self.catalogue.roles.exports.hours * 3_600_000_000 } else { 0 };
        let word = if approve { "同意" } else { "不同意" };
        let told = format!("{word} {} 的导出申请：{}", request.login, request.remark);
        self.note(caller, Action::Export, &request.wanted.kind, id, &told, "web").await?;
        self.keep_request(&request).await
    }

    /// Takes an approved export: once, within its time, by the one who asked.
    ///
    /// # Errors
    /// Not the caller's, not approved, over, taken already, or not allowed any more; the store failed.
    pub async fn take_export(&self, caller: &Caller, id: &str) -> Result<(Pass, ExportRequest), DoorError> {
        let _lease = self.export_lease().await?;
        let mut request = self.request(id).await?;
        if request.login != caller.login && !caller.system {
            return Err(DoorError::NotFound);
        }
        match request.standing {
            Standing::Approved if request.until > self.now() => {}
            Standing::Approved => return Err(DoorError::BadRequest("下载期限已过，请重新申请".into())),
            Standing::Taken => return Err(DoorError::BadRequest("该导出已经下载过，只能下载一次；需要时请重新申请".into())),
            Standing::Asked => return Err(DoorError::BadRequest("该导出尚未批准".into())),
            Standing::Refused => return Err(DoorError::BadRequest("该导出未获同意".into())),
        }
        let (kind, rows) = self.asked_for(caller, &request.wanted).await?;
        let told = format!("下载已批准的导出；{}；{rows} 条；批准人 {}", request.wanted.purpose, request.decided_by);
        self.note(caller, Action::Export, &kind.kind, id, &told, "web").await?;
        request.standing = Standing::Taken;
        self.keep_request(&request).await?;
        let pass = Pass { id: id.to_owned(), kind: kind.kind.clone(), request: request.wanted.request.clone(), full: request.wanted.full };
        Ok((pass, request))
    }

    async fn request(&self, id: &str) -> Result<ExportRequest, DoorError> {
        let kept = self.store.setting(&format!("{REQUEST}{id}")).await.map_err(Self::store_error("export"))?;
        kept.and_then(|text| serde_json::from_str(&text).ok()).ok_or(DoorError::NotFound)
    }

    async fn keep_request(&self, request: &ExportRequest) -> Result<(), DoorError> {
        let text = serde_json::to_string(request).map_err(|_| DoorError::BadRequest("无法保存申请".into()))?;
        self.store.set_setting(&format!("{REQUEST}{}", request.id), &text).await.map_err(Self::store_error("export"))
    }

    /// Two who decide, or two downloads, at one moment: the second one finds it done.
    async fn export_lease(&self) -> Result<Box<dyn crate::port::Lease>, DoorError> {
        for _ in 0..100 {
            if let Some(lease) = self.store.lease(LEASE).await.map_err(Self::store_error("export"))? {
                return Ok(lease);
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Err(DoorError::BadRequest("其他导出申请正在处理，请稍后再试".into()))
    }

    /// Number of records of an export.
    async fn export_count(&self, caller: &Caller, kind: &Kind, request: &ListRequest, at_most: u64) -> Result<u64, DoorError> {
        let query = self.narrowed(kind, &access::arms(caller, kind, Wish::Export), request, None)?;
        self.store.count(&query, at_most).await.map_err(Self::store_error(&kind.kind))
    }
}
