//! Invitations (邀请): a link, good once and for some hours, with which somebody sets the password of a new account or of one that was reset. The
//! administrator hands it over and never knows the password.

use super::passwords::hash_aside;
use super::{HOUR, SignInError, check_password, factor, random_hex, token_hash};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Account, Action, Factor, Instant};

/// A fresh invitation.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Last part of the link.
    pub secret: String,
    /// Until when it is good.
    pub until: Instant,
}

impl Door {
    /// Invites the owner of an account to set a password; earlier invitations, the old password, all sessions and tokens end.
    ///
    /// # Errors
    /// The caller does not administer the account; the store failed.
    pub async fn invite(&self, by: &Caller, login: &str) -> Result<Invitation, DoorError> {
        let failed = || Self::store_error("account");
        let mut account = self.managed(by, login).await?;
        if !account.active {
            return Err(DoorError::BadRequest("账号已停用，请先启用".into()));
        }
        self.note(by, Action::Administer, "account", login, "发出邀请链接，原密码、会话和令牌失效", "web").await?;
        account.password = String::new();
        account.must_change = false;
        self.store.put_account(&account).await.map_err(failed())?;
        self.shut(login).await?;
        let secret = random_hex()?;
        let until = self.now() + Instant::from(self.security().await?.invitation_hours) * HOUR;
        let invitation = Factor {
            kind: factor::INVITATION.into(),
            id: token_hash(&secret),
            login: login.to_owned(),
            name: by.login.clone(),
            counter: until,
            created: self.now(),
            ..Factor::default()
        };
        self.store.put_factor(&invitation).await.map_err(failed())?;
        Ok(Invitation { secret, until })
    }

    /// Whom an invitation is for; `None` when it is unknown, used or too old.
    ///
    /// # Errors
    /// The store failed.
    pub async fn invited(&self, secret: &str) -> Result<Option<Account>, DoorError> {
        let failed = || Self::store_error("account");
        let found = self.store.factor(factor::INVITATION, &token_hash(secret)).await.map_err(failed())?;
        let Some(invitation) = found.filter(|f| f.counter > self.now()) else { return Ok(None) };
        Ok(self.store.account(&invitation.login).await.map_err(failed())?.filter(|a| a.active))
    }

    /// Sets the password with an invitation, which is then used up.
    ///
    /// # Errors
    /// No such invitation; weak password; the store failed.
    pub async fn accept_invitation(&self, secret: &str, password: &str) -> Result<Account, SignInError> {
        let failed = |error| SignInError::Door(Self::store_error("account")(error));
        let account = self.invited(secret).await?.ok_or(SignInError::Refused)?;
        check_password(&account.login, password, self.security().await?.password_length)?;
        let hash = hash_aside(password).await?;
        // Of two who use the link at once, one succeeds.
        if !self.store.remove_factor(factor::INVITATION, &token_hash(secret)).await.map_err(failed)? {
            return Err(SignInError::Refused);
        }
        let account = self.store.account(&account.login).await.map_err(failed)?.filter(|a| a.active).ok_or(SignInError::Refused)?;
        let account = Account { password: hash, must_change: false, password_set: self.now(), ..account };
        self.note(&Caller::from(&account), Action::Administer, "account", &account.login, "凭邀请链接设置密码", "web").await?;
        self.store.put_account(&account).await.map_err(failed)?;
        Ok(account)
    }

    /// Sets an initial password that must be changed at the first sign-in: accounts made at the console.
    ///
    /// # Errors
    /// Weak password; the account makes no sense; the store failed.
    pub async fn put_with_password(&self, by: &Caller, account: &Account, password: &str) -> Result<(), SignInError> {
        check_password(&account.login, password, self.security().await?.password_length)?;
        let account = Account { password: hash_aside(password).await?, password_set: self.now(), ..account.clone() };
        Ok(self.put_account(by, &account).await?)
    }
}
