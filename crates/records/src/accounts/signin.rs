//! Signing in with a password, and the second step after it.

use super::passwords::{hash_aside, verify};
use super::{MINUTE, check_password, token_hash, way};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Account, Action, Admission, Instant, Pace, StoreError};

/// Attempts at a second factor before the pauses begin; after the first pause the password is asked for again.
const CODE_ATTEMPTS: u32 = 5;

/// Where a request comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peer {
    /// Network address, or empty when it is not known.
    pub address: String,
    /// What the browser or script says it is.
    pub device: String,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown account, wrong password or deactivated account: the three look the same.
    #[error("账号或密码不正确")]
    Refused,
    /// The one-time code or recovery code is wrong or was used before.
    #[error("验证码不正确或已使用过")]
    WrongCode,
    /// The password was right, a second factor is needed too.
    #[error("请输入动态验证码")]
    SecondFactor,
    /// Too many failures.
    #[error("登录失败次数过多，请在 {minutes} 分钟后重试")]
    Locked {
        /// Minutes to wait.
        minutes: i64,
    },
    /// The new password is too weak.
    #[error("{0}")]
    WeakPassword(String),
    /// The door failed.
    #[error(transparent)]
    Door(#[from] DoorError),
}

/// A fresh session: the secret goes into the cookie, only its hash is kept.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Cookie value.
    pub secret: String,
    /// Token for forms.
    pub csrf: String,
    /// Account.
    pub account: Account,
    /// The password was right, a second factor is awaited: the session opens nothing yet.
    pub pending: bool,
}

fn failed(error: StoreError) -> SignInError {
    SignInError::Door(Door::store_error("account")(error))
}

/// Key under which attempts at an account are counted; unknown accounts have one too, so that pauses tell nothing.
fn account_key(login: &str) -> String {
    format!("account/{}", &token_hash(login)[..32])
}

impl Door {
    /// Signs in with a password.
    ///
    /// # Errors
    /// See [`SignInError`]. Every attempt that is not paused is on record.
    pub async fn sign_in(&self, login: &str, password: &str, from: &Peer) -> Result<SignedIn, SignInError> {
        let mut account = self.prove(login, password, from).await?;
        let policy = self.security().await?;
        let too_old = policy.password_days > 0 && self.now() - account.password_set > Instant::from(policy.password_days) * super::DAY;
        if too_old && !account.must_change {
            self.note(&Caller::from(&account), Action::Administer, "account", login, "密码到期，须修改", "system").await?;
            account.must_change = true;
            self.store.put_account(&account).await.map_err(failed)?;
        }
        if self.proofs(login).await?.second() {
            return Ok(self.begin(account, way::PENDING, from).await?);
        }
        Ok(self.begin(account, way::PASSWORD, from).await?)
    }

    /// Is this the password of an active account? Counts, pauses and records like a sign-in.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn prove(&self, login: &str, password: &str, from: &Peer) -> Result<Account, SignInError> {
        let policy = self.security().await?;
        let (key, address) = (account_key(login), format!("address/{}", from.address));
        let mut locked = 0;
        if !from.address.is_empty() {
            locked = self.admitted(&address, policy.address_pace()).await?;
        }
        locked = locked.max(self.admitted(&key, policy.account_pace()).await?);
        let found = self.store.account(login).await.map_err(failed)?;
        let right = verify(password, found.as_ref().map(|a| a.password.as_str())).await?;
        let caller = found.as_ref().map_or_else(|| Caller::system("sign-in"), Caller::from);
        match found.filter(|account| right && account.active) {
            Some(account) => {
                self.store.forgive(&key, None).await.map_err(failed)?;
                self.store.forgive(&address, Some(1)).await.map_err(failed)?;
                Ok(account)
            }
            None => {
                let known = if caller.system { "" } else { login };
                let reason = if caller.system { "未知账号" } else { "" };
                self.note(&caller, Action::SignInFailed, "account", known, reason, "web").await?;
                if locked > 0 {
                    let reason = format!("连续失败，暂停登录至 {}", crate::clock::shown(locked));
                    self.note(&caller, Action::SignInFailed, "account", known, &reason, "web").await?;
                }
                Err(SignInError::Refused)
            }
        }
    }

    /// Counts an attempt; the instant before which the next one is refused, if this one fails.
    async fn admitted(&self, key: &str, pace: Pace) -> Result<Instant, SignInError> {
        let now = self.now();
        match self.store.admit(key, now, pace).await.map_err(failed)? {
            Admission::Granted(until) => Ok(until),
            Admission::Paused(until) => Err(SignInError::Locked { minutes: (until - now) / MINUTE + 1 }),
        }
    }

    /// The second step: a one-time code or a recovery code for a session that awaits it. The session gets a new secret.
    ///
    /// # Errors
    /// Nobody awaits it; wrong or used code; too many attempts.
    pub async fn second_factor(&self, secret: &str, code: &str, from: &Peer) -> Result<SignedIn, SignInError> {
        let account = self.awaiting(secret).await?.ok_or(SignInError::Refused)?;
        let signed = self.second_step(account, code, from).await?;
        self.store.end_session(&token_hash(secret)).await.map_err(failed)?;
        Ok(signed)
    }

    /// Password and code in one request, as scripts send them.
    ///
    /// # Errors
    /// As [`Self::sign_in`]; [`SignInError::SecondFactor`] when a code is needed and none was given.
    pub async fn sign_in_with_code(&self, login: &str, password: &str, code: &str, from: &Peer) -> Result<SignedIn, SignInError> {
        let signed = self.sign_in(login, password, from).await?;
        if !signed.pending {
            return Ok(signed);
        }
        self.store.end_session(&token_hash(&signed.secret)).await.map_err(failed)?;
        if code.is_empty() {
            return Err(SignInError::SecondFactor);
        }
        self.second_step(signed.account, code, from).await
    }

    async fn second_step(&self, account: Account, code: &str, from: &Peer) -> Result<SignedIn, SignInError> {
        let policy = self.security().await?;
        let key = format!("code/{}", &token_hash(&account.login)[..32]);
        self.admitted(&key, Pace { free: CODE_ATTEMPTS, ..policy.account_pace() }).await?;
        match self.check_code(&account.login, code).await? {
            Some(way) => {
                self.store.forgive(&key, None).await.map_err(failed)?;
                Ok(self.begin(account, way, from).await?)
            }
            None => {
                let caller = Caller::from(&account);
                self.note(&caller, Action::SignInFailed, "account", &account.login, "动态验证码或恢复码不正确", "web").await?;
                Err(SignInError::WrongCode)
            }
        }
    }

    /// Sets a password; all sessions of the account end.
    ///
    /// # Errors
    /// Weak password; the store failed.
    pub async fn set_password(&self, by: &Caller, login: &str, password: &str) -> Result<(), SignInError> {
        check_password(login, password, self.security().await?.password_length)?;
        let hash = hash_aside(password).await?;
        // Read after the slow part, so that nothing that changed meanwhile is written back.
        let mut account = self.store.account(login).await.map_err(failed)?.ok_or(SignInError::Refused)?;
        account.password = hash;
        account.must_change = false;
        account.password_set = self.now();
        self.note(by, Action::Administer, "account", login, "修改密码", "web").await?;
        self.store.put_account(&account).await.map_err(failed)?;
        self.store.end_sessions(login).await.map_err(failed)?;
        Ok(())
    }

    /// Ends the pause of an account.
    ///
    /// # Errors
    /// The caller does not administer the account; the store failed.
    pub async fn unlock(&self, by: &Caller, login: &str) -> Result<(), DoorError> {
        self.managed(by, login).await?;
        self.note(by, Action::Administer, "account", login, "解除登录暂停", "web").await?;
        self.store.forgive(&account_key(login), None).await.map_err(Self::store_error("account"))
    }

    /// Until when an account is paused, 0 when it is not.
    ///
    /// # Errors
    /// The store failed.
    pub async fn paused_until(&self, login: &str) -> Result<Instant, DoorError> {
        let until = self.store.paused(&account_key(login)).await.map_err(Self::store_error("account"))?;
        Ok(if until > self.now() { until } else { 0 })
    }
}
