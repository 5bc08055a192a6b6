//! The door: every write and every read of records goes through it.

use crate::access::{self, Wish};
use crate::caller::Caller;
use crate::clock::{Clock, day_of};
use crate::port::{Action, Commit, Instant, Stamp, Store, StoreError, Stored, Trace};
use crate::vault::{Vault, VaultError};
use std::sync::Arc;
use zhijian_kinds::{Catalogue, Kind, Problem};

/// The door with what it needs.
#[derive(Clone)]
pub struct Door {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The definitions.
    pub catalogue: Arc<Catalogue>,
    /// The keys.
    pub vault: Arc<Vault>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door")
    }
}

/// Why the door did not do what was asked. Knows nothing of HTTP.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The record has problems that must be mended; each names its field.
    #[error("{}", summary(.0))]
    Invalid(Vec<Problem>),
    /// The caller's roles do not allow it.
    #[error("您的角色不能对“{kind}”执行此操作")]
    NotAllowed {
        /// Title of the kind.
        kind: String,
    },
    /// There is no such record, or it belongs to somebody else.
    #[error("没有找到该记录")]
    NotFound,
    /// There is no such kind.
    #[error("没有名为“{0}”的表单")]
    NoKind(String),
    /// Somebody saved meanwhile.
    #[error("该记录已被他人修改（现为第{newest}版），请在最新版上重新修改")]
    Stale {
        /// Newest revision.
        newest: u32,
    },
    /// Another record has the same natural key.
    #[error("已有相同的记录，请打开那条记录修改")]
    Exists {
        /// That record.
        id: String,
    },
    /// The export is large or identified: somebody else must approve it.
    #[error("{}", needs_approval(*.rows, *.limit, *.full))]
    NeedsApproval {
        /// Records of it.
        rows: u64,
        /// Records above which approval is needed.
        limit: u64,
        /// Private fields in clear.
        full: bool,
    },
    /// A list or filter parameter makes no sense.
    #[error("{0}")]
    BadRequest(String),
    /// The store failed.
    #[error("无法保存或读取“{kind}”")]
    Store {
        /// Kind.
        kind: String,
        /// Cause.
        #[source]
        source: StoreError,
    },
    /// Private fields cannot be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

fn needs_approval(rows: u64, limit: u64, full: bool) -> String {
    if full {
        "含完整个人信息的导出须由另一人批准，请提交申请".to_owned()
    } else {
        format!("本次导出 {rows} 条，单次或当日累计超过 {limit} 条的导出须由另一人批准，请提交申请")
    }
}

fn summary(problems: &[Problem]) -> String {
    let errors: Vec<&str> = problems.iter().filter(|p| p.level == zhijian_kinds::Level::Error).map(|p| p.message.as_str()).collect();
    format!("有{}处需要修改：{}", errors.len(), errors.join("；"))
}

impl Door {
    /// A kind by name.
    ///
    /// # Errors
    /// Unknown kind.
    pub fn kind(&self, name: &str) -> Result<Arc<Kind>, DoorError> {
        self.catalogue.kind(name).cloned().ok_or_else(|| DoorError::NoKind(name.to_owned()))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Today in China.
    #[must_use]
    pub fn today(&self) -> String {
        day_of(self.now())
    }

    /// Stamp of an action.
    #[must_use]
    pub fn stamp(&self, caller: &Caller, reason: &str, source: &str) -> Stamp {
        let trace = Trace {
            role: caller.roles.join(","),
            session: caller.origin.session.clone(),
            address: caller.origin.address.clone(),
            region: caller.region.clone(),
            rev: 0,
        };
        Stamp { at: self.now(), actor: caller.login.clone(), reason: reason.to_owned(), source: source.to_owned(), trace }
    }

    /// Refuses what the caller's roles do not allow.
    ///
    /// # Errors
    /// [`DoorError::NotAllowed`].
    pub fn allow(caller: &Caller, kind: &Kind, wish: Wish) -> Result<(), DoorError> {
        if access::may(caller, kind, wish) { Ok(()) } else { Err(DoorError::NotAllowed { kind: kind.title.clone() }) }
    }

    /// A store's failure as the door tells it.
    pub fn store_error(kind: &str) -> impl FnOnce(StoreError) -> DoorError + use<> {
        let kind = kind.to_owned();
        move |source| match source {
            StoreError::BadQuery(message) => DoorError::BadRequest(message),
            source => DoorError::Store { kind, source },
        }
    }

    /// Writes an audit line about something that is no record write: a view of identified data, an export, a sign-in.
    ///
    /// # Errors
    /// The store failed; the action must then not happen.
    pub async fn note(
        &self,
        caller: &Caller,
        action: Action,
        kind: &str,
        record: &str,
        reason: &str,
        source: &str,
    ) -> Result<(), DoorError> {
        self.line(kind, action, self.stamp(caller, reason, source), record).await
    }

    /// Writes an audit line about a look at one revision of a record; it carries the record's region.
    ///
    /// # Errors
    /// As [`Door::note`].
    pub async fn note_about(&self, caller: &Caller, action: Action, stored: &Stored, reason: &str, source: &str) -> Result<(), DoorError> {
        let mut stamp = self.stamp(caller, reason, source);
        stamp.trace.region.clone_from(&stored.region);
        stamp.trace.rev = stored.rev;
        self.line(&stored.kind, action, stamp, &stored.id).await
    }

    async fn line(&self, kind: &str, action: Action, stamp: Stamp, record: &str) -> Result<(), DoorError> {
        let commit = Commit {
            kind: kind.to_owned(),
            action,
            stamp,
            revisions: Vec::new(),
            skip_conflicts: false,
            checkpoint: None,
            idempotency: None,
        };
        self.store.append(commit, record).await.map_err(Self::store_error(kind))?;
        Ok(())
    }

    /// Changes a setting; the change is on record with both values.
    ///
    /// # Errors
    /// The store failed.
    pub async fn set(&self, caller: &Caller, name: &str, value: &str, source: &str) -> Result<(), DoorError> {
        let failed = || Self::store_error("setting");
        let old = self.store.setting(name).await.map_err(failed())?.unwrap_or_default();
        if old == value {
            return Ok(());
        }
        self.note(caller, Action::Administer, "setting", name, &format!("设置：{old} → {value}"), source).await?;
        self.store.set_setting(name, value).await.map_err(failed())
    }

    /// Puts on record that the definitions or the access policy are others than at the last start.
    ///
    /// # Errors
    /// The store failed.
    pub async fn note_definitions(&self, caller: &Caller) -> Result<(), DoorError> {
        const SETTING: &str = "definitions";
        let [all, access] = zhijian_kinds::catalogue::digests(|bytes| crate::audit::hex(&<sm3::Sm3 as sm3::Digest>::digest(bytes)));
        let now = format!("定义 {all}，访问策略 {access}");
        let failed = || Self::store_error(SETTING);
        let old = self.store.setting(SETTING).await.map_err(failed())?.unwrap_or_default();
        if old == now {
            return Ok(());
        }
        let before = if old.is_empty() { "首次启动" } else { &old };
        self.note(
            caller,
            Action::Define,
            "definitions",
            "",
            &format!("{before} → {now}（程序版本 {}）", env!("CARGO_PKG_VERSION")),
            "system",
        )
        .await?;
        self.store.set_setting(SETTING, &now).await.map_err(failed())
    }
}
