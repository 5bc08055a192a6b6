//! Accounts, sign-in and sessions.

use crate::audit::hex;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Account, Action, Instant, Session};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use sm3::{Digest as _, Sm3};

const MINUTE: Instant = 60_000_000;
/// A session ends after this long without use.
const IDLE: Instant = 60 * MINUTE;
/// A session ends at the latest after this long.
const ABSOLUTE: Instant = 12 * 60 * MINUTE;
/// Failed attempts before an account pauses; every further one doubles the pause.
const FREE_ATTEMPTS: u32 = 5;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown account, wrong password or deactivated account: the three look the same.
    #[error("账号或密码不正确")]
    Refused,
    /// Too many failures.
    #[error("登录失败次数过多，请在 {minutes} 分钟后重试")]
    Locked {
        /// Minutes to wait.
        minutes: i64,
    },
    /// The new password is too weak.
    #[error("{0}")]
    WeakPassword(&'static str),
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
}

/// Password rules: at least ten characters, letters and digits, not the login.
///
/// # Errors
/// Says which rule is broken.
pub fn check_password(login: &str, password: &str) -> Result<(), SignInError> {
    if password.chars().count() < 10 {
        return Err(SignInError::WeakPassword("密码至少10个字符"));
    }
    if !password.chars().any(|c| c.is_ascii_digit()) || !password.chars().any(char::is_alphabetic) {
        return Err(SignInError::WeakPassword("密码须同时包含字母和数字"));
    }
    if password.to_lowercase().contains(&login.to_lowercase()) {
        return Err(SignInError::WeakPassword("密码不能包含账号"));
    }
    Ok(())
}

/// Argon2id hash of a password, PHC form.
///
/// # Errors
/// No random numbers for the salt.
pub fn hash_password(password: &str) -> Result<String, DoorError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|h| h.to_string())
        .map_err(|_| DoorError::BadRequest("无法计算密码摘要".into()))
}

fn random_hex() -> Result<String, DoorError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| DoorError::BadRequest("无法取得随机数".into()))?;
    Ok(hex(&bytes))
}

fn token_hash(secret: &str) -> String {
    hex(&Sm3::digest(secret.as_bytes()))
}

impl Door {
    /// Signs in with a password.
    ///
    /// # Errors
    /// See [`SignInError`]. Every attempt is on record.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<SignedIn, SignInError> {
        let failed = |e| SignInError::Door(Self::store_error("account")(e));
        let now = self.now();
        let found = self.store.account(login).await.map_err(failed)?;
        // The same work for unknown accounts, so that time does not tell which exist.
        let decoy = "$argon2id$v=19$m=19456,t=2,p=1$YWJjZGVmZ2hpamtsbW5vcA$5jX1WcJzdO4ZgqFCHSXsv3sF0F6m7mYbG1cT3p8f1nA";
        let Some(mut account) = found else {
            let _ = verify(password, decoy);
            self.note(&Caller::system("sign-in"), Action::SignInFailed, "account", "", "未知账号", "web").await?;
            return Err(SignInError::Refused);
        };
        if account.locked_until > now {
            return Err(SignInError::Locked { minutes: (account.locked_until - now) / MINUTE + 1 });
        }
        if !verify(password, &account.password) || !account.active {
            account.failures += 1;
            if account.failures >= FREE_ATTEMPTS {
                account.locked_until = now + MINUTE * (1 << (account.failures - FREE_ATTEMPTS).min(6));
            }
            self.store.put_account(&account).await.map_err(failed)?;
            self.note(&Caller::from(&account), Action::SignInFailed, "account", login, "", "web").await?;
            return Err(SignInError::Refused);
        }
        account.failures = 0;
        account.locked_until = 0;
        self.store.put_account(&account).await.map_err(failed)?;
        let (secret, csrf) = (random_hex()?, random_hex()?);
        let session = Session { token_hash: token_hash(&secret), login: login.to_owned(), created: now, seen: now, csrf: csrf.clone() };
        self.store.put_session(&session).await.map_err(failed)?;
        self.note(&Caller::from(&account), Action::SignIn, "account", login, "", "web").await?;
        Ok(SignedIn { secret, csrf, account })
    }

    /// Who holds this session secret; `None` when it is unknown, too old, or the account is gone.
    ///
    /// # Errors
    /// The store failed.
    pub async fn session(&self, secret: &str) -> Result<Option<(Session, Account)>, DoorError> {
        let failed = || Self::store_error("session");
        let now = self.now();
        let Some(mut session) = self.store.session(&token_hash(secret)).await.map_err(failed())? else { return Ok(None) };
        if now - session.seen > IDLE || now - session.created > ABSOLUTE {
            self.store.end_session(&session.token_hash).await.map_err(failed())?;
            return Ok(None);
        }
        let Some(account) = self.store.account(&session.login).await.map_err(failed())?.filter(|a| a.active) else { return Ok(None) };
        // One write a minute is enough to know that a session lives.
        if now - session.seen > MINUTE {
            session.seen = now;
            self.store.put_session(&session).await.map_err(failed())?;
        }
        Ok(Some((session, account)))
    }

    /// Signs out.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sign_out(&self, caller: &Caller, secret: &str) -> Result<(), DoorError> {
        self.store.end_session(&token_hash(secret)).await.map_err(Self::store_error("session"))?;
        self.note(caller, Action::SignOut, "account", &caller.login, "", "web").await
    }

    /// Sets a password; all sessions of the account end.
    ///
    /// # Errors
    /// Weak password; the store failed.
    pub async fn set_password(&self, by: &Caller, login: &str, password: &str) -> Result<(), SignInError> {
        check_password(login, password)?;
        let failed = |e| SignInError::Door(Self::store_error("account")(e));
        let mut account = self.store.account(login).await.map_err(failed)?.ok_or(SignInError::Refused)?;
        account.password = hash_password(password)?;
        account.must_change = false;
        self.store.put_account(&account).await.map_err(failed)?;
        self.store.end_sessions(login).await.map_err(failed)?;
        self.note(by, Action::Administer, "account", login, "修改密码", "web").await?;
        Ok(())
    }

    /// Creates or changes an account.
    ///
    /// # Errors
    /// The store failed.
    pub async fn put_account(&self, by: &Caller, account: &Account) -> Result<(), DoorError> {
        self.store.put_account(account).await.map_err(Self::store_error("account"))?;
        self.note(by, Action::Administer, "account", &account.login, "新建或修改账号", "system").await
    }
}

fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}
