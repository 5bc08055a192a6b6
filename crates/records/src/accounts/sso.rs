//! Single sign-on (单点登录): an account is found by the subject that it was linked to, never by name or mail, and none is ever made. The protocol itself is
//! in the web crate; here a subject that the provider has vouched for becomes a session.

use super::factors::MOST;
use super::{Peer, SignInError, SignedIn, factor, way};
use crate::audit::hex;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Factor};

/// A subject at an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Issuer, as its tokens name it.
    pub issuer: String,
    /// Subject, stable at that issuer.
    pub subject: String,
}

impl Subject {
    fn id(&self, door: &Door) -> String {
        hex(&door.vault.key_hash("sso-subject", &[self.issuer.clone(), self.subject.clone()]))
    }

    /// Also those under earlier keys.
    fn ids(&self, door: &Door) -> Vec<String> {
        let hashes = door.vault.key_hashes("sso-subject", &[self.issuer.clone(), self.subject.clone()]);
        hashes.iter().map(|hash| hex(hash)).collect()
    }
}

impl Door {
    /// Signs in the account that is linked to a subject.
    ///
    /// # Errors
    /// No active account is linked; the store failed.
    pub async fn sso_sign_in(&self, subject: &Subject, from: &Peer) -> Result<SignedIn, SignInError> {
        let failed = |error| SignInError::Door(Self::store_error("factor")(error));
        let now = self.now();
        let mut link = None;
        for id in subject.ids(self) {
            link = link.or(self.store.factor(factor::SSO, &id).await.map_err(failed)?);
        }
        let account = match &link {
            Some(link) => self.store.account(&link.login).await.map_err(failed)?.filter(|a| a.active),
            None => None,
        };
        let (Some(link), Some(account)) = (link, account) else {
            self.note(&Caller::system("sign-in"), Action::SignInFailed, "account", "", "单点登录身份未关联账号", "web").await?;
            return Err(SignInError::Refused);
        };
        self.store.put_factor(&Factor { used: now, ..link }).await.map_err(failed)?;
        Ok(self.begin(account, way::SSO, from).await?)
    }

    /// Links a subject to an account: its owner, who has just proved the subject, or the account's administrator.
    ///
    /// # Errors
    /// The caller is neither; the subject is linked already; the store failed.
    pub async fn link_subject(&self, by: &Caller, login: &str, subject: &Subject) -> Result<(), DoorError> {
        let failed = || Self::store_error("factor");
        if by.login != login || by.system {
            self.managed(by, login).await?;
        }
        if subject.subject.trim().is_empty() || subject.subject.len() > 255 {
            return Err(DoorError::BadRequest("请填写身份标识（sub，255 字以内）".into()));
        }
        let id = subject.id(self);
        if self.store.factor(factor::SSO, &id).await.map_err(failed())?.is_some() {
            return Err(DoorError::BadRequest("该身份已关联账号".into()));
        }
        if self.proofs(login).await?.subjects.len() >= MOST {
            return Err(DoorError::BadRequest(format!("单点登录关联已有{MOST}个，请先移除不用的")));
        }
        let link = Factor {
            kind: factor::SSO.into(),
            id,
            login: login.to_owned(),
            name: subject.subject.chars().take(40).collect(),
            created: self.now(),
            ..Factor::default()
        };
        self.note(by, Action::Administer, "factor", login, "关联单点登录身份", "web").await?;
        self.store.put_factor(&link).await.map_err(failed())
    }
}
