//! Accounts and what proves them: passwords, second factors, passkeys, linked subjects, tokens, sessions, and who may administer them.

mod codes;
mod factors;
mod invite;
mod manage;
mod passkeys;
mod passwords;
mod policy;
mod session;
mod signin;
mod sso;
mod tokens;
mod totp;
mod unused;

pub use factors::{Enrolment, Proofs};
pub use invite::Invitation;
pub use passkeys::Passkeys;
pub use passwords::{check_password, hash_password};
pub use policy::{SETTINGS, SecurityPolicy, Setting};
pub use session::{Known, session_id};
pub use signin::{Peer, SignInError, SignedIn};
pub use sso::Subject;
pub use tokens::{Issued, SCOPES};
pub use totp::{STEP_SECONDS, code_at};

use crate::audit::hex;
use crate::door::DoorError;
use crate::port::Instant;
use sm3::{Digest as _, Sm3};

pub(crate) const MINUTE: Instant = 60_000_000;
pub(crate) const HOUR: Instant = 60 * MINUTE;
pub(crate) const DAY: Instant = 24 * HOUR;

/// How a session was begun.
pub mod way {
    /// Password alone.
    pub const PASSWORD: &str = "password";
    /// Password accepted, second factor awaited: opens nothing yet.
    pub const PENDING: &str = "pending";
    /// Password and one-time code.
    pub const TOTP: &str = "totp";
    /// Password and recovery code.
    pub const RECOVERY: &str = "recovery";
    /// Passkey with user verification.
    pub const PASSKEY: &str = "passkey";
    /// Single sign-on.
    pub const SSO: &str = "sso";

    /// Did it take more than a password?
    #[must_use]
    pub fn strong(way: &str) -> bool {
        matches!(way, TOTP | RECOVERY | PASSKEY)
    }
}

/// Kinds of [`crate::port::Factor`].
pub mod factor {
    /// One-time codes of an authenticator app.
    pub const TOTP: &str = "totp";
    /// One that its owner has not confirmed yet.
    pub const TOTP_NEW: &str = "totp-new";
    /// Recovery code, single use.
    pub const RECOVERY: &str = "recovery";
    /// Passkey.
    pub const PASSKEY: &str = "passkey";
    /// Subject at the identity provider.
    pub const SSO: &str = "sso";
    /// Open invitation.
    pub const INVITATION: &str = "invitation";
    /// Secret of an on-line device; see [`crate::devices`].
    pub const DEVICE: &str = "device";
}

/// 32 random bytes as hex.
pub(crate) fn random_hex() -> Result<String, DoorError> {
    Ok(hex(&random::<32>()?))
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], DoorError> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|_| DoorError::BadRequest("无法取得随机数".into()))?;
    Ok(bytes)
}

/// What is kept of a secret of full entropy.
pub(crate) fn token_hash(secret: &str) -> String {
    hex(&Sm3::digest(secret.as_bytes()))
}
