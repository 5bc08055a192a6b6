//! Who administers which accounts (账号管理): platform administrators all of them; roles that the policy lets grant others (`grants` in `roles.yaml`)
//! those of their region and below, never beyond their own roles.

use super::{DAY, factor};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Account, Action};
use zhijian_kinds::Regions;

fn not_allowed(what: &str) -> DoorError {
    DoorError::NotAllowed { kind: what.to_owned() }
}

impl Door {
    /// Refuses everybody but platform administrators and the console.
    ///
    /// # Errors
    /// [`DoorError::NotAllowed`].
    pub fn administrator(&self, by: &Caller) -> Result<(), DoorError> {
        if by.system || self.catalogue.roles.any(&by.roles, |role| role.administers) { Ok(()) } else { Err(not_allowed("平台管理")) }
    }

    /// Does the caller administer any accounts?
    #[must_use]
    pub fn manages(&self, by: &Caller) -> bool {
        self.administrator(by).is_ok() || !by.region.is_empty() && !self.grantable(by).is_empty()
    }

    /// Roles that the caller may give.
    #[must_use]
    pub fn grantable(&self, by: &Caller) -> Vec<&str> {
        let roles = &self.catalogue.roles.roles;
        if self.administrator(by).is_ok() {
            return roles.keys().map(String::as_str).collect();
        }
        let granted = |code: &&String| by.roles.iter().filter_map(|own| roles.get(own)).any(|own| own.grants.contains(*code));
        roles.keys().filter(granted).map(String::as_str).collect()
    }

    /// Region that an account belongs to: its own, else that of its organisation; empty when neither is known.
    async fn place(&self, account: &Account) -> Result<String, DoorError> {
        if !account.region.is_empty() || account.organisation.is_empty() {
            return Ok(account.region.clone());
        }
        for kind in self.catalogue.kinds.values().filter(|kind| kind.owner.is_none() && kind.lookup.contains_key("name")) {
            let found = self.store.find(&kind.kind, &account.organisation).await.map_err(Self::store_error(&kind.kind))?;
            if let Some(found) = found.filter(|r| !r.retracted) {
                return Ok(if found.town.is_empty() { found.region } else { found.town });
            }
        }
        Ok(String::new())
    }

    /// May the caller administer this account as it stands?
    ///
    /// # Errors
    /// [`DoorError::NotFound`] for accounts outside the caller's region, [`DoorError::NotAllowed`] for those with roles beyond its own; the store failed.
    pub async fn may_manage(&self, by: &Caller, account: &Account) -> Result<(), DoorError> {
        if self.administrator(by).is_ok() {
            return Ok(());
        }
        if !self.manages(by) {
            return Err(not_allowed("账号管理"));
        }
        let (own, place) = (Regions::prefix(&by.region), self.place(account).await?);
        if place.is_empty() || !Regions::prefix(&place).starts_with(own) {
            return Err(DoorError::NotFound);
        }
        let grantable = self.grantable(by);
        if account.login == by.login || account.roles.iter().any(|r| !grantable.contains(&r.as_str())) {
            return Err(not_allowed("本人账号及高于本人权限的账号"));
        }
        // The own role is given to those below only, so that nobody makes a second self.
        let equal = Regions::prefix(&place) == own && account.roles.iter().any(|r| by.is(r) && self.can_grant(r));
        if equal { Err(not_allowed("同级的账号管理员")) } else { Ok(()) }
    }

    fn can_grant(&self, role: &str) -> bool {
        self.catalogue.roles.roles.get(role).is_some_and(|r| r.administers || !r.grants.is_empty())
    }

    /// An account that the caller administers.
    ///
    /// # Errors
    /// There is none, or it is another's; the store failed.
    pub async fn managed(&self, by: &Caller, login: &str) -> Result<Account, DoorError> {
        // Who administers nothing learns nothing, not even which accounts exist.
        if !self.manages(by) {
            return Err(not_allowed("账号管理"));
        }
        let account = self.store.account(login).await.map_err(Self::store_error("account"))?.ok_or(DoorError::NotFound)?;
        self.may_manage(by, &account).await?;
        Ok(account)
    }

    /// All accounts that the caller administers.
    ///
    /// # Errors
    /// The caller administers none; the store failed.
    pub async fn managed_accounts(&self, by: &Caller) -> Result<Vec<Account>, DoorError> {
        if !self.manages(by) {
            return Err(not_allowed("账号管理"));
        }
        let all = self.store.accounts().await.map_err(Self::store_error("account"))?;
        let mut out = Vec::with_capacity(all.len());
        for account in all {
            match self.may_manage(by, &account).await {
                Ok(()) => out.push(account),
                Err(DoorError::NotFound | DoorError::NotAllowed { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(out)
    }

    /// Creates or changes an account. The caller must administer it as it was and as it will be; nobody deactivates itself or takes its own
    /// administration away; an account that is deactivated loses sessions and tokens at once.
    ///
    /// # Errors
    /// See above; the account makes no sense; the store failed.
    pub async fn put_account(&self, by: &Caller, account: &Account) -> Result<(), DoorError> {
        let failed = || Self::store_error("account");
        let before = self.store.account(&account.login).await.map_err(failed())?;
        self.sound(by, account)?;
        if let Some(before) = &before {
            self.may_manage(by, before).await?;
        }
        self.may_manage(by, account).await?;
        let own = by.login == account.login && !by.system;
        let keeps = self.catalogue.roles.any(&account.roles, |role| role.administers);
        if own && (!account.active || !keeps) {
            return Err(DoorError::BadRequest("不能停用自己或取消自己的管理员角色".into()));
        }
        let stored = Account { created: before.as_ref().map_or(self.now(), |b| b.created), ..account.clone() };
        self.note(by, Action::Administer, "account", &account.login, &differences(before.as_ref(), account), "system").await?;
        self.store.put_account(&stored).await.map_err(failed())?;
        if before.is_some_and(|b| b.active) && !account.active {
            self.shut(&account.login).await?;
        }
        Ok(())
    }

    /// Ends everything that a deactivated account has open.
    pub(super) async fn shut(&self, login: &str) -> Result<(), DoorError> {
        self.store.end_sessions(login).await.map_err(Self::store_error("session"))?;
        for token in self.store.tokens(login).await.map_err(Self::store_error("token"))? {
            self.store.remove_token(&token.hash).await.map_err(Self::store_error("token"))?;
        }
        self.drop_factors(login, |kind| kind == factor::INVITATION).await
    }

    fn sound(&self, by: &Caller, account: &Account) -> Result<(), DoorError> {
        let wrong = |message: String| Err(DoorError::BadRequest(message));
        let login_ok = (2..=64).contains(&account.login.len())
            && account.login.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        if !login_ok {
            return wrong("账号应为2～64位字母、数字或 . - _".into());
        }
        if account.name.trim().is_empty() || account.name.chars().count() > 50 {
            return wrong("请填写姓名（50字以内）".into());
        }
        let roles = &self.catalogue.roles;
        if let Some(role) = account.roles.iter().find(|r| !roles.roles.contains_key(*r)) {
            return wrong(format!("没有角色“{role}”"));
        }
        if account.roles.is_empty() {
            return wrong("请至少选择一个角色".into());
        }
        if account.roles.len() > 1 && roles.any(&account.roles, |role| role.administers) {
            return wrong("平台管理员不办理业务，不能兼任其他角色".into());
        }
        // The console may prepare accounts for regions that come with a later edition of the division codes.
        if !by.system && !account.region.is_empty() && self.catalogue.regions.get(&account.region).is_none() {
            return wrong(format!("没有区划代码“{}”", account.region));
        }
        Ok(())
    }

    /// Days since an account was last used or, before its first use, made.
    #[must_use]
    pub fn idle_days(&self, account: &Account) -> i64 {
        (self.now() - account.used.max(account.created)) / DAY
    }
}

/// What changed, for the audit line: names of fields, and values that are no secrets.
fn differences(before: Option<&Account>, now: &Account) -> String {
    let Some(before) = before else {
        return format!("新建账号：角色 {}，地区 {}", now.roles.join(","), now.region);
    };
    let mut out = Vec::new();
    let mut told = |title: &str, a: &str, b: &str| {
        if a != b {
            out.push(format!("{title} {a}→{b}"));
        }
    };
    told("角色", &before.roles.join(","), &now.roles.join(","));
    told("地区", &before.region, &now.region);
    told("单位", &before.organisation, &now.organisation);
    told("状态", state(before), state(now));
    if before.name != now.name {
        out.push("姓名".into());
    }
    if before.password != now.password {
        out.push("密码".into());
    }
    if out.is_empty() { "保存账号，无变化".into() } else { format!("修改账号：{}", out.join("；")) }
}

fn state(account: &Account) -> &'static str {
    if account.active { "启用" } else { "停用" }
}
