//! Housekeeping: accounts that nobody uses are deactivated, ended sessions and old attempts are forgotten.

use super::DAY;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Account, Action, Instant};

impl Door {
    /// Deactivates accounts without sign-in for longer than the settings allow; gives their logins. One platform administrator always stays.
    ///
    /// # Errors
    /// The store failed.
    pub async fn deactivate_unused(&self) -> Result<Vec<String>, DoorError> {
        let failed = || Self::store_error("account");
        let days = i64::from(self.security().await?.unused_days);
        if days == 0 {
            return Ok(Vec::new());
        }
        let all = self.store.accounts().await.map_err(failed())?;
        let administers = |a: &Account| a.active && self.catalogue.roles.any(&a.roles, |role| role.administers);
        // The one who was here last stays, however long ago that was.
        let last = all.iter().filter(|a| administers(a)).max_by_key(|a| a.used.max(a.created)).map(|a| a.login.clone());
        let system = Caller::system("housekeeping");
        let mut out = Vec::new();
        for account in all.into_iter().filter(|a| a.active && Some(&a.login) != last.as_ref()) {
            // An account of before sign-ins were noted counts from today.
            if account.used == 0 && account.created == 0 {
                self.store.touch_account(&account.login, self.now()).await.map_err(failed())?;
                continue;
            }
            if self.idle_days(&account) < days {
                continue;
            }
            let login = account.login.clone();
            self.note(&system, Action::Administer, "account", &login, &format!("{days} 天未登录，自动停用"), "system").await?;
            self.store.put_account(&Account { active: false, ..account }).await.map_err(failed())?;
            self.shut(&login).await?;
            out.push(login);
        }
        Ok(out)
    }

    /// Forgets sessions and attempts that nothing asks for any more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sweep(&self) -> Result<u64, DoorError> {
        let policy = self.security().await?;
        let now = self.now();
        let sessions: Instant = now - policy.absolute().max(policy.idle());
        self.store.sweep(sessions, now - 2 * DAY).await.map_err(Self::store_error("session"))
    }
}
