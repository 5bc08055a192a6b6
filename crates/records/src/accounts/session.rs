//! Sessions: begun with a fresh secret at every sign-in, known by its hash, ended by time, by their owner or by an administrator.

use super::{MINUTE, Peer, SignedIn, factor, random_hex, token_hash, way};
use crate::caller::{Caller, Origin};
use crate::door::{Door, DoorError};
use crate::port::{Account, Action, Instant, Session};

/// A session that awaits its second factor ends after this long.
const PENDING_LIFE: Instant = 5 * MINUTE;
/// Longest text about a device that is kept.
const DEVICE: usize = 200;

/// Somebody whose session is known.
#[derive(Debug, Clone)]
pub struct Known {
    /// The session.
    pub session: Session,
    /// The account.
    pub account: Account,
    /// A role of the account must have a second factor and the session was begun without: only enrolment is open.
    pub factor_first: bool,
}

/// Name of a session on pages: tells nothing that could be used in its stead.
#[must_use]
pub fn session_id(session: &Session) -> String {
    token_hash(&session.token_hash)[..16].to_owned()
}

impl Door {
    /// Begins a session, on record.
    pub(super) async fn begin(&self, account: Account, way: &str, from: &Peer) -> Result<SignedIn, DoorError> {
        let failed = || Self::store_error("session");
        let now = self.now();
        let (secret, csrf) = (random_hex()?, random_hex()?);
        let session = Session {
            token_hash: token_hash(&secret),
            login: account.login.clone(),
            created: now,
            seen: now,
            csrf: csrf.clone(),
            way: way.to_owned(),
            address: from.address.clone(),
            device: from.device.chars().filter(|c| !c.is_control()).take(DEVICE).collect(),
        };
        let pending = way == way::PENDING;
        if !pending {
            // On record before the session opens anything.
            let origin = Origin::new(&session.token_hash, &from.address);
            self.note(&Caller { origin, ..Caller::from(&account) }, Action::SignIn, "account", &account.login, way, "web").await?;
            self.store.touch_account(&account.login, now).await.map_err(failed())?;
        }
        self.store.put_session(&session).await.map_err(failed())?;
        Ok(SignedIn { secret, csrf, account, pending })
    }

    /// Who holds this session secret; `None` when it is unknown, too old, awaits a second factor, or the account is gone.
    ///
    /// # Errors
    /// The store failed.
    pub async fn session(&self, secret: &str) -> Result<Option<Known>, DoorError> {
        let failed = || Self::store_error("session");
        let now = self.now();
        let Some(mut session) = self.store.session(&token_hash(secret)).await.map_err(failed())? else { return Ok(None) };
        if session.way == way::PENDING {
            return Ok(None);
        }
        let policy = self.security().await?;
        if now - session.seen > policy.idle() || now - session.created > policy.absolute() {
            self.store.end_session(&session.token_hash).await.map_err(failed())?;
            return Ok(None);
        }
        let Some(account) = self.store.account(&session.login).await.map_err(failed())?.filter(|a| a.active) else { return Ok(None) };
        // One write a minute is enough to know that a session lives.
        if now - session.seen > MINUTE {
            session.seen = now;
            self.store.touch_session(&session.token_hash, now).await.map_err(failed())?;
        }
        let factor_first = account.roles.iter().any(|r| policy.factor_roles.contains(r)) && !way::strong(&session.way);
        Ok(Some(Known { session, account, factor_first }))
    }

    /// The account whose session awaits a second factor.
    ///
    /// # Errors
    /// The store failed.
    pub async fn awaiting(&self, secret: &str) -> Result<Option<Account>, DoorError> {
        let failed = || Self::store_error("session");
        let found = self.store.session(&token_hash(secret)).await.map_err(failed())?;
        let Some(session) = found.filter(|s| s.way == way::PENDING && self.now() - s.created <= PENDING_LIFE) else { return Ok(None) };
        Ok(self.store.account(&session.login).await.map_err(failed())?.filter(|a| a.active))
    }

    /// Takes the mark of a session begun with a password alone away, once its owner has proved a second factor.
    pub(super) async fn strengthen(&self, session: &Session) -> Result<(), DoorError> {
        let stronger = Session { way: factor::TOTP.to_owned(), ..session.clone() };
        self.store.put_session(&stronger).await.map_err(Self::store_error("session"))
    }

    /// Begins a session in the place of another one of the same person, by the same way: after a change of password.
    ///
    /// # Errors
    /// The account is gone; the store failed.
    pub async fn renew_session(&self, old: &Session, from: &Peer) -> Result<SignedIn, DoorError> {
        let account = self.store.account(&old.login).await.map_err(Self::store_error("account"))?.ok_or(DoorError::NotFound)?;
        self.store.end_session(&old.token_hash).await.map_err(Self::store_error("session"))?;
        self.begin(account, &old.way, from).await
    }

    /// Signs out.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sign_out(&self, secret: &str) -> Result<(), DoorError> {
        let hash = token_hash(secret);
        let found = self.store.session(&hash).await.map_err(Self::store_error("session"))?;
        if let Some(session) = found {
            self.store.end_session(&hash).await.map_err(Self::store_error("session"))?;
            if session.way != way::PENDING {
                let origin = Origin::new(&hash, &session.address);
                let caller = Caller { origin, ..Caller::of(&session.login, &[], "", "") };
                self.note(&caller, Action::SignOut, "account", &session.login, "", "web").await?;
            }
        }
        Ok(())
    }

    /// Sessions of an account that are still alive.
    ///
    /// # Errors
    /// The store failed.
    pub async fn live_sessions(&self, login: &str) -> Result<Vec<Session>, DoorError> {
        let (policy, now) = (self.security().await?, self.now());
        let all = self.store.sessions(login).await.map_err(Self::store_error("session"))?;
        let alive = |s: &Session| s.way != way::PENDING && now - s.seen <= policy.idle() && now - s.created <= policy.absolute();
        Ok(all.into_iter().filter(alive).collect())
    }

    /// Ends one of the caller's own sessions, by its name on the page.
    ///
    /// # Errors
    /// The caller has no such session; the store failed.
    pub async fn end_own_session(&self, by: &Caller, id: &str) -> Result<(), DoorError> {
        let all = self.store.sessions(&by.login).await.map_err(Self::store_error("session"))?;
        let session = all.iter().find(|s| session_id(s) == id).ok_or(DoorError::NotFound)?;
        self.store.end_session(&session.token_hash).await.map_err(Self::store_error("session"))?;
        self.note(by, Action::Administer, "session", id, "结束会话", "web").await
    }

    /// Ends all of the caller's sessions but the given one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn end_other_sessions(&self, by: &Caller, keep: &Session) -> Result<usize, DoorError> {
        let mut ended = 0;
        for session in self.store.sessions(&by.login).await.map_err(Self::store_error("session"))? {
            if session.token_hash != keep.token_hash {
                self.store.end_session(&session.token_hash).await.map_err(Self::store_error("session"))?;
                ended += 1;
            }
        }
        self.note(by, Action::Administer, "session", "", &format!("结束其他会话 {ended} 个"), "web").await?;
        Ok(ended)
    }

    /// Ends all sessions of an account, as its administrator.
    ///
    /// # Errors
    /// The caller does not administer the account; the store failed.
    pub async fn end_sessions_of(&self, by: &Caller, login: &str) -> Result<(), DoorError> {
        self.managed(by, login).await?;
        self.store.end_sessions(login).await.map_err(Self::store_error("session"))?;
        self.note(by, Action::Administer, "session", login, "结束该账号全部会话", "web").await
    }
}
