//! Accounts, sessions, second factors, tokens, attempts to sign in.

use super::{Instant, StoreError};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A user account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Sign-in name.
    pub login: String,
    /// Display name.
    pub name: String,
    /// Argon2id hash in PHC form; empty while an invitation is open.
    pub password: String,
    /// Role codes of domain A.2.
    pub roles: Vec<String>,
    /// Region of duty (code), empty for organisation accounts.
    pub region: String,
    /// Record id of the own employer or institution, or empty.
    pub organisation: String,
    /// May sign in.
    pub active: bool,
    /// Must set a new password first.
    pub must_change: bool,
    /// When the account was made.
    pub created: Instant,
    /// Last sign-in; written by [`AccountStore::touch_account`] alone.
    pub used: Instant,
    /// When the password was set.
    pub password_set: Instant,
}

impl Account {
    /// A new active account without a password.
    #[must_use]
    pub fn new(login: &str, name: &str, roles: &[&str], region: &str, organisation: &str) -> Self {
        Self {
            login: login.to_owned(),
            name: name.to_owned(),
            password: String::new(),
            roles: roles.iter().map(|r| (*r).to_owned()).collect(),
            region: region.to_owned(),
            organisation: organisation.to_owned(),
            active: true,
            must_change: false,
            created: 0,
            used: 0,
            password_set: 0,
        }
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session {
    /// SM3 of the cookie's secret, hex.
    pub token_hash: String,
    /// Account.
    pub login: String,
    /// Begin.
    pub created: Instant,
    /// Last use.
    pub seen: Instant,
    /// Token of forms.
    pub csrf: String,
    /// How it was begun: see [`crate::accounts::way`].
    pub way: String,
    /// Network address it was begun from.
    pub address: String,
    /// What the browser said it is.
    pub device: String,
}

/// What proves an account besides its password.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Factor {
    /// See [`crate::accounts::factor`].
    pub kind: String,
    /// Unique within its kind: a random id, a credential id, the hash of a code or of a subject.
    pub id: String,
    /// Account.
    pub login: String,
    /// Name that its owner gave it.
    pub name: String,
    /// What is needed to check it, sealed where it is secret.
    pub data: Vec<u8>,
    /// Only grows: the last time step or signature count used; of an invitation the instant of its end.
    pub counter: i64,
    /// Since when.
    pub created: Instant,
    /// Last use, 0 before the first.
    pub used: Instant,
}

/// A token of a script.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Token {
    /// SM3 of the token, hex.
    pub hash: String,
    /// Account.
    pub login: String,
    /// What it is for.
    pub name: String,
    /// What it may do: see [`crate::accounts::SCOPES`].
    pub scopes: Vec<String>,
    /// Since when.
    pub created: Instant,
    /// Until when.
    pub expires: Instant,
    /// Last use, 0 before the first.
    pub used: Instant,
}

/// How fast somebody may guess: some attempts are free, then pauses that double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Attempts before the first pause.
    pub free: u32,
    /// First pause.
    pub pause: Instant,
    /// Longest pause.
    pub longest: Instant,
    /// Attempts are forgotten after this long without one.
    pub forget: Instant,
}

impl Pace {
    /// The pause after this many attempts without success.
    #[must_use]
    pub fn after(&self, attempts: u32) -> Instant {
        match attempts.checked_sub(self.free) {
            Some(more) => self.pause.saturating_mul(1_i64.checked_shl(more.min(40)).unwrap_or(i64::MAX)).min(self.longest),
            None => 0,
        }
    }
}

/// Whether an attempt may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Yes. It counts as failed until it is forgiven; if it does fail, nobody may try before this instant (0: at once).
    Granted(Instant),
    /// No, not before this instant.
    Paused(Instant),
}

/// Keeps accounts, what proves them, and sessions.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// One account.
    async fn account(&self, login: &str) -> Result<Option<Account>, StoreError>;
    /// All accounts by login.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;
    /// Writes an account (insert or replace); its last use stays as it is.
    async fn put_account(&self, account: &Account) -> Result<(), StoreError>;
    /// Notes the last use of an account.
    async fn touch_account(&self, login: &str, at: Instant) -> Result<(), StoreError>;
    /// One session.
    async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError>;
    /// Sessions of an account, the latest used first.
    async fn sessions(&self, login: &str) -> Result<Vec<Session>, StoreError>;
    /// Number of sessions that were used since an instant.
    async fn sessions_since(&self, since: Instant) -> Result<u64, StoreError>;
    /// Writes a session (insert or replace).
    async fn put_session(&self, session: &Session) -> Result<(), StoreError>;
    /// Notes the last use of a session, if it still lives.
    async fn touch_session(&self, token_hash: &str, at: Instant) -> Result<(), StoreError>;
    /// Ends a session; false when there was none.
    async fn end_session(&self, token_hash: &str) -> Result<bool, StoreError>;
    /// Ends all sessions of an account.
    async fn end_sessions(&self, login: &str) -> Result<(), StoreError>;
    /// Factors of an account, oldest first.
    async fn factors(&self, login: &str) -> Result<Vec<Factor>, StoreError>;
    /// One factor.
    async fn factor(&self, kind: &str, id: &str) -> Result<Option<Factor>, StoreError>;
    /// Writes a factor (insert or replace).
    async fn put_factor(&self, factor: &Factor) -> Result<(), StoreError>;
    /// Moves a factor's counter forward; false when it has been there already: of two who try, one succeeds.
    async fn advance_factor(&self, kind: &str, id: &str, counter: i64, at: Instant) -> Result<bool, StoreError>;
    /// Takes a factor away; false when it was gone already: of two who try, one succeeds.
    async fn remove_factor(&self, kind: &str, id: &str) -> Result<bool, StoreError>;
    /// Tokens of an account, newest first.
    async fn tokens(&self, login: &str) -> Result<Vec<Token>, StoreError>;
    /// One token.
    async fn token(&self, hash: &str) -> Result<Option<Token>, StoreError>;
    /// Writes a token (insert or replace).
    async fn put_token(&self, token: &Token) -> Result<(), StoreError>;
    /// Notes the last use of a token, if it is still there.
    async fn touch_token(&self, hash: &str, at: Instant) -> Result<(), StoreError>;
    /// Takes a token away; false when it was gone already.
    async fn remove_token(&self, hash: &str) -> Result<bool, StoreError>;
    /// Counts an attempt unless there is a pause, in one step: attempts side by side count one by one.
    async fn admit(&self, key: &str, now: Instant, pace: Pace) -> Result<Admission, StoreError>;
    /// Takes back attempts that succeeded: the given number, or all.
    async fn forgive(&self, key: &str, attempts: Option<u32>) -> Result<(), StoreError>;
    /// End of a pause, 0 when there is none on record.
    async fn paused(&self, key: &str) -> Result<Instant, StoreError>;
    /// Takes away sessions that were last used, and attempts that were last made, before these instants; the number of rows.
    async fn sweep(&self, sessions: Instant, attempts: Instant) -> Result<u64, StoreError>;
}
