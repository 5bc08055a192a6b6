//! Passkeys (WebAuthn level 3): registered by somebody who is signed in, used to sign in without a password. User verification is always
//! required, so a passkey is two factors in one. Attestation is not asked for: which device it is does not matter here.

use super::factors::{MOST, name_of};
use super::{Peer, SignedIn, factor, way};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Account, Action, Factor, Session};
use data_encoding::BASE64URL_NOPAD;
use sm3::{Digest as _, Sm3};
use std::sync::{Mutex, MutexGuard, PoisonError};
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle16, Username};
use webauthn_rp::request::{AsciiDomain, ExtensionInfo, FixedCapHashSet, InsertResult, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::auth::ser_relaxed::DiscoverableAuthenticationRelaxed16;
use webauthn_rp::response::register::ser_relaxed::RegistrationRelaxed;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, DiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, RegistrationServerState,
};

/// Ceremonies under way at the same time; one takes about fifty bytes.
const UNDER_WAY: usize = 4096;
/// Bytes before the public key in what is kept of a passkey: ways of transport, then what changes with use.
const HEAD: usize = 8;

type Key = StaticState<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>;

/// The site that passkeys are for, and the ceremonies under way (five minutes each, in this process; each challenge is good once).
pub struct Passkeys {
    site: RpId,
    origin: String,
    registrations: Mutex<FixedCapHashSet<RegistrationServerState<16>>>,
    sign_ins: Mutex<FixedCapHashSet<DiscoverableAuthenticationServerState>>,
}

impl std::fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passkeys({})", self.origin)
    }
}

fn refused(_: impl std::fmt::Debug) -> DoorError {
    DoorError::BadRequest("通行密钥未通过验证，请重试".into())
}

fn lock<T>(guarded: &Mutex<T>) -> MutexGuard<'_, T> {
    guarded.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Passkeys {
    /// Passkeys of the site with this origin (`https://zhijian.example`); `None` when browsers would allow none there: plain HTTP other than
    /// `localhost`, or an address of numbers.
    #[must_use]
    pub fn of(origin: &str) -> Option<Self> {
        let origin = origin.trim_end_matches('/');
        let (scheme, rest) = origin.split_once("://")?;
        let host = rest.split(['/', ':']).next().unwrap_or_default();
        let fit = scheme == "https" || scheme == "http" && host == "localhost";
        let numbers = host.parse::<std::net::IpAddr>().is_ok() || rest.starts_with('[');
        if !fit || numbers {
            return None;
        }
        Some(Self {
            site: RpId::Domain(AsciiDomain::try_from(host.to_ascii_lowercase()).ok()?),
            origin: origin.to_owned(),
            registrations: Mutex::new(FixedCapHashSet::new(UNDER_WAY)),
            sign_ins: Mutex::new(FixedCapHashSet::new(UNDER_WAY)),
        })
    }

    fn origins(&self) -> [&str; 1] {
        [self.origin.as_str()]
    }
}

impl Door {
    /// What an authenticator keeps of whose passkey it is: no name, and the same whatever keys the platform has.
    fn handle(&self, login: &str) -> UserHandle16 {
        let digest = Sm3::digest(format!("passkey-user/{login}").as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        let Ok(handle) = UserHandle16::decode(bytes);
        handle
    }

    /// Begins to register a passkey: options for the browser, JSON.
    ///
    /// # Errors
    /// Too many passkeys; the store failed.
    pub async fn begin_passkey(&self, passkeys: &Passkeys, account: &Account) -> Result<String, DoorError> {
        let held = self.proofs(&account.login).await?.passkeys;
        if held.len() >= MOST {
            return Err(DoorError::BadRequest(format!("通行密钥已有{MOST}个，请先移除不用的")));
        }
        let mut known = Vec::new();
        for passkey in held {
            let raw = BASE64URL_NOPAD.decode(passkey.id.as_bytes()).map_err(refused)?;
            let id = CredentialId::<Vec<u8>>::decode(raw).map_err(refused)?;
            let transports = AuthTransports::decode(passkey.data.first().copied().unwrap_or_default()).map_err(refused)?;
            known.push(PublicKeyCredentialDescriptor { id, transports });
        }
        let handle = self.handle(&account.login);
        let user = PublicKeyCredentialUserEntity {
            name: Username::try_from(account.login.as_str()).map_err(refused)?,
            id: &handle,
            display_name: None,
        };
        let mut options = PublicKeyCredentialCreationOptions::passkey(&passkeys.site, user, known);
        // Asked for where the device knows it; many do not, and verification of the person is demanded at each sign-in anyhow.
        options.extensions.cred_protect = CredProtect::UserVerificationRequired(ExtensionInfo::AllowDontEnforceValue);
        let (state, client) = options.start_ceremony().map_err(refused)?;
        let text = serde_json::to_string(&client).map_err(refused)?;
        let mut under_way = lock(&passkeys.registrations);
        match under_way.insert_or_replace_all_expired(state) {
            InsertResult::Success => Ok(text),
            InsertResult::CapacityFull | InsertResult::Duplicate => Err(refused("full")),
        }
    }

    /// Ends the registration of a passkey with what the browser answered, JSON.
    ///
    /// # Errors
    /// The answer does not belong to a ceremony of this account or does not verify; the store failed.
    pub async fn finish_passkey(
        &self,
        passkeys: &Passkeys,
        by: &Caller,
        session: &Session,
        name: &str,
        answer: &str,
    ) -> Result<(), DoorError> {
        let RegistrationRelaxed(registration) = serde_json::from_str(answer).map_err(refused)?;
        let challenge = registration.challenge_relaxed().map_err(refused)?;
        let state = lock(&passkeys.registrations).take(&challenge).ok_or_else(|| refused("unknown challenge"))?;
        let origins = passkeys.origins();
        let options = RegistrationVerificationOptions::<'_, '_, &str, &str> {
            allowed_origins: &origins,
            ..RegistrationVerificationOptions::default()
        };
        let credential = state.verify(&passkeys.site, &registration, &options).map_err(refused)?;
        if *credential.user_id() != self.handle(&by.login) {
            return Err(refused("another account's ceremony"));
        }
        let Ok(transports) = credential.transports().encode();
        let Ok(dynamic) = credential.dynamic_state().encode();
        let mut data = vec![transports];
        data.extend(dynamic);
        data.extend(credential.static_state().encode().map_err(refused)?);
        let id = BASE64URL_NOPAD.encode(credential.id().as_ref());
        if self.store.factor(factor::PASSKEY, &id).await.map_err(Self::store_error("factor"))?.is_some() {
            return Err(DoorError::BadRequest("该通行密钥已注册".into()));
        }
        let passkey = Factor {
            kind: factor::PASSKEY.into(),
            id,
            login: by.login.clone(),
            name: name_of(name, "通行密钥"),
            data,
            created: self.now(),
            ..Factor::default()
        };
        self.note(by, Action::Administer, "factor", &by.login, &format!("注册通行密钥“{}”", passkey.name), "web").await?;
        self.store.put_factor(&passkey).await.map_err(Self::store_error("factor"))?;
        self.strengthen(session).await
    }

    /// Begins a sign-in with a passkey: options for the browser, JSON.
    ///
    /// # Errors
    /// Too many at once.
    pub fn begin_passkey_sign_in(&self, passkeys: &Passkeys) -> Result<String, DoorError> {
        let (state, client) = DiscoverableCredentialRequestOptions::passkey(&passkeys.site).start_ceremony().map_err(refused)?;
        let text = serde_json::to_string(&client).map_err(refused)?;
        let mut under_way = lock(&passkeys.sign_ins);
        if matches!(under_way.insert_or_replace_all_expired(state), InsertResult::Success) { Ok(text) } else { Err(refused("full")) }
    }

    /// Signs in with what the browser answered, JSON.
    ///
    /// # Errors
    /// The answer does not verify; the passkey or its account is gone; the store failed.
    pub async fn finish_passkey_sign_in(&self, passkeys: &Passkeys, answer: &str, from: &Peer) -> Result<SignedIn, DoorError> {
        match self.passkey_account(passkeys, answer).await {
            Ok(account) => self.begin(account, way::PASSKEY, from).await,
            Err(error @ DoorError::Store { .. }) => Err(error),
            Err(error) => {
                self.note(&Caller::system("sign-in"), Action::SignInFailed, "account", "", "通行密钥未通过验证", "web").await?;
                Err(error)
            }
        }
    }

    async fn passkey_account(&self, passkeys: &Passkeys, answer: &str) -> Result<Account, DoorError> {
        let failed = || Self::store_error("factor");
        let DiscoverableAuthenticationRelaxed16 { 0: authentication } = serde_json::from_str(answer).map_err(refused)?;
        let challenge = authentication.challenge_relaxed().map_err(refused)?;
        let state = lock(&passkeys.sign_ins).take(&challenge).ok_or_else(|| refused("unknown challenge"))?;
        let id = BASE64URL_NOPAD.encode(authentication.raw_id().as_ref());
        let mut kept = self.store.factor(factor::PASSKEY, &id).await.map_err(failed())?.ok_or_else(|| refused("unknown passkey"))?;
        let account = self.store.account(&kept.login).await.map_err(failed())?.filter(|a| a.active).ok_or_else(|| refused("no account"))?;
        let (head, key) = kept.data.split_at_checked(HEAD).ok_or_else(|| refused("short"))?;
        let dynamic = <[u8; HEAD - 1]>::try_from(head.get(1..).unwrap_or_default()).map_err(refused)?;
        let key = Key::decode(key).map_err(refused)?;
        let handle = self.handle(&account.login);
        let dynamic = DynamicState::decode(dynamic).map_err(refused)?;
        let mut credential = AuthenticatedCredential::new(authentication.raw_id(), &handle, key, dynamic).map_err(refused)?;
        let origins = passkeys.origins();
        let options = AuthenticationVerificationOptions::<'_, '_, &str, &str> {
            allowed_origins: &origins,
            ..AuthenticationVerificationOptions::default()
        };
        state.verify(&passkeys.site, &authentication, &mut credential, &options).map_err(refused)?;
        let Ok(changed) = credential.dynamic_state().encode();
        if let Some(place) = kept.data.get_mut(1..HEAD) {
            place.copy_from_slice(&changed);
        }
        kept.used = self.now();
        self.store.put_factor(&kept).await.map_err(failed())?;
        Ok(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_exist_where_browsers_allow_them() {
        for (origin, there) in [
            ("https://zhijian.example", true),
            ("https://zhijian.example:8443/", true),
            ("http://localhost:8080", true),
            ("http://zhijian.example", false),
            ("https://192.0.2.7", false),
            ("http://127.0.0.1:8080", false),
            ("", false),
        ] {
            assert_eq!(Passkeys::of(origin).is_some(), there, "{origin}");
        }
    }
}
