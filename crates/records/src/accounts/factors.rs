//! Second factors of an account: enrol, confirm, use, take away; each change on record.

use super::{codes, factor, random, random_hex, totp, way};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Factor, Session};
use data_encoding::BASE32_NOPAD;
use serde_json::{Map, Value};

/// Most authenticator apps, passkeys and linked subjects of one account, each.
pub(super) const MOST: usize = 10;
/// Name of the service in authenticator apps.
const ISSUER: &str = "Zhijian";

/// What proves an account, for pages.
#[derive(Debug, Clone, Default)]
pub struct Proofs {
    /// Authenticator apps.
    pub totp: Vec<Factor>,
    /// Passkeys.
    pub passkeys: Vec<Factor>,
    /// Linked subjects of the identity provider.
    pub subjects: Vec<Factor>,
    /// Recovery codes left.
    pub recovery: usize,
}

impl Proofs {
    /// Is a second factor asked for after the password?
    #[must_use]
    pub fn second(&self) -> bool {
        !self.totp.is_empty() || !self.passkeys.is_empty()
    }
}

/// An authenticator app that waits for its first code.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Names the enrolment.
    pub id: String,
    /// Secret for typing in.
    pub secret: String,
    /// Address for the QR code.
    pub address: String,
}

/// What secrets of authenticator apps are bound to, besides their id; the same before and after the enrolment is confirmed.
const SEALED_AS: &str = "factor";

fn secret_of(factor: &Factor, door: &Door) -> Result<Vec<u8>, DoorError> {
    let open = door.vault.open(SEALED_AS, &factor.id, &factor.data)?;
    let text = open.get("secret").and_then(Value::as_str).unwrap_or_default();
    BASE32_NOPAD.decode(text.as_bytes()).map_err(|_| DoorError::BadRequest("动态验证码密钥无法读取".into()))
}

impl Door {
    /// What proves an account besides its password.
    ///
    /// # Errors
    /// The store failed.
    pub async fn proofs(&self, login: &str) -> Result<Proofs, DoorError> {
        let mut out = Proofs::default();
        for found in self.store.factors(login).await.map_err(Self::store_error("factor"))? {
            match found.kind.as_str() {
                factor::TOTP => out.totp.push(found),
                factor::PASSKEY => out.passkeys.push(found),
                factor::SSO => out.subjects.push(found),
                factor::RECOVERY => out.recovery += 1,
                _ => {}
            }
        }
        Ok(out)
    }

    /// Which way the code opens: the one-time code of an app, of a step not used before, or a recovery code, which is then gone.
    pub(super) async fn check_code(&self, login: &str, code: &str) -> Result<Option<&'static str>, DoorError> {
        let failed = || Self::store_error("factor");
        let now = self.now();
        let given: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        for app in self.proofs(login).await?.totp {
            if let Some(step) = totp::matching(&secret_of(&app, self)?, &given, now) {
                let fresh = self.store.advance_factor(factor::TOTP, &app.id, step, now).await.map_err(failed())?;
                return Ok(fresh.then_some(way::TOTP));
            }
        }
        for id in self.code_hashes(login, &given) {
            let found = self.store.factor(factor::RECOVERY, &id).await.map_err(failed())?;
            if found.is_some_and(|f| f.login == login) && self.store.remove_factor(factor::RECOVERY, &id).await.map_err(failed())? {
                return Ok(Some(way::RECOVERY));
            }
        }
        Ok(None)
    }

    /// Seals the secrets of authenticator apps with the present key; part of a change of keys.
    pub(crate) async fn reseal_factors(&self) -> Result<(), DoorError> {
        let failed = || Self::store_error("factor");
        let accounts = self.store.accounts().await.map_err(failed())?;
        let logins = accounts.iter().map(|account| account.login.as_str()).chain([crate::devices::LOGIN]);
        for login in logins {
            for app in self.store.factors(login).await.map_err(failed())? {
                if matches!(app.kind.as_str(), factor::TOTP | factor::TOTP_NEW | factor::DEVICE)
                    && let Some(data) = self.vault.reseal(SEALED_AS, &app.id, &app.data)?
                {
                    self.store.put_factor(&Factor { data, ..app }).await.map_err(failed())?;
                }
            }
        }
        Ok(())
    }

    /// Begins to enrol an authenticator app. An earlier enrolment that was not confirmed is forgotten.
    ///
    /// # Errors
    /// Too many apps; the store failed.
    pub async fn enrol_totp(&self, by: &Caller, name: &str) -> Result<Enrolment, DoorError> {
        let failed = || Self::store_error("factor");
        for old in self.store.factors(&by.login).await.map_err(failed())?.iter().filter(|f| f.kind == factor::TOTP_NEW) {
            self.store.remove_factor(&old.kind, &old.id).await.map_err(failed())?;
        }
        if self.proofs(&by.login).await?.totp.len() >= MOST {
            return Err(DoorError::BadRequest(format!("验证器已有{MOST}个，请先移除不用的")));
        }
        let secret = BASE32_NOPAD.encode(&random::<20>()?);
        let private = Map::from_iter([("secret".to_owned(), Value::from(secret.clone()))]);
        let id = random_hex()?[..32].to_owned();
        let enrolment = Factor {
            kind: factor::TOTP_NEW.into(),
            id: id.clone(),
            login: by.login.clone(),
            name: name_of(name, "验证器"),
            data: self.vault.seal(SEALED_AS, &id, &private)?,
            created: self.now(),
            ..Factor::default()
        };
        self.store.put_factor(&enrolment).await.map_err(failed())?;
        Ok(self.enrolment(enrolment.id, secret, &by.login))
    }

    fn enrolment(&self, id: String, secret: String, login: &str) -> Enrolment {
        // Logins are letters, digits and . - _ only, so nothing has to be escaped.
        let address = format!(
            "otpauth://totp/{ISSUER}:{login}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period={}",
            totp::STEP_SECONDS
        );
        Enrolment { id, secret, address }
    }

    /// The enrolment that waits for its first code, to be shown again.
    ///
    /// # Errors
    /// There is none; the store failed.
    pub async fn open_enrolment(&self, by: &Caller, id: &str) -> Result<Enrolment, DoorError> {
        let found = self.store.factor(factor::TOTP_NEW, id).await.map_err(Self::store_error("factor"))?;
        let found = found.filter(|f| f.login == by.login).ok_or(DoorError::NotFound)?;
        let secret = BASE32_NOPAD.encode(&secret_of(&found, self)?);
        Ok(self.enrolment(found.id, secret, &by.login))
    }

    /// Confirms an authenticator app with its first code. Gives recovery codes when the account has none yet.
    ///
    /// # Errors
    /// No such enrolment; wrong code; the store failed.
    pub async fn confirm_totp(&self, by: &Caller, session: &Session, id: &str, code: &str) -> Result<Vec<String>, DoorError> {
        let failed = || Self::store_error("factor");
        let found = self.store.factor(factor::TOTP_NEW, id).await.map_err(failed())?;
        let found = found.filter(|f| f.login == by.login).ok_or(DoorError::NotFound)?;
        let given: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let now = self.now();
        let Some(step) = totp::matching(&secret_of(&found, self)?, &given, now) else {
            return Err(DoorError::BadRequest("验证码不正确，请核对手机时间后重新输入".into()));
        };
        // The step is used up: the same code does not sign in afterwards.
        let app = Factor { kind: factor::TOTP.into(), counter: step, used: now, created: now, ..found };
        self.note(by, Action::Administer, "factor", &by.login, &format!("启用验证器“{}”", app.name), "web").await?;
        self.store.put_factor(&app).await.map_err(failed())?;
        self.store.remove_factor(factor::TOTP_NEW, id).await.map_err(failed())?;
        self.strengthen(session).await?;
        if self.proofs(&by.login).await?.recovery > 0 { Ok(Vec::new()) } else { self.renew_recovery(by).await }
    }

    /// Fresh recovery codes, to be shown once; the old ones are gone.
    ///
    /// # Errors
    /// The store failed.
    pub async fn renew_recovery(&self, by: &Caller) -> Result<Vec<String>, DoorError> {
        let failed = || Self::store_error("factor");
        self.note(by, Action::Administer, "factor", &by.login, "生成新的恢复码", "web").await?;
        for old in self.store.factors(&by.login).await.map_err(failed())?.iter().filter(|f| f.kind == factor::RECOVERY) {
            self.store.remove_factor(&old.kind, &old.id).await.map_err(failed())?;
        }
        let mut out = Vec::with_capacity(codes::COUNT);
        for _ in 0..codes::COUNT {
            let code = codes::fresh()?;
            let kept = Factor {
                kind: factor::RECOVERY.into(),
                id: self.code_hash(&by.login, &code),
                login: by.login.clone(),
                created: self.now(),
                ..Factor::default()
            };
            self.store.put_factor(&kept).await.map_err(failed())?;
            out.push(code);
        }
        Ok(out)
    }

    /// Takes one of the caller's own factors away. With the last second factor the recovery codes go too.
    ///
    /// # Errors
    /// The caller has no such factor; the store failed.
    pub async fn remove_factor(&self, by: &Caller, kind: &str, id: &str) -> Result<(), DoorError> {
        let failed = || Self::store_error("factor");
        if !matches!(kind, factor::TOTP | factor::PASSKEY | factor::SSO) {
            return Err(DoorError::NotFound);
        }
        let found = self.store.factor(kind, id).await.map_err(failed())?;
        let found = found.filter(|f| f.login == by.login).ok_or(DoorError::NotFound)?;
        self.note(by, Action::Administer, "factor", &by.login, &format!("移除{}“{}”", title(kind), found.name), "web").await?;
        self.store.remove_factor(kind, id).await.map_err(failed())?;
        if !self.proofs(&by.login).await?.second() {
            self.drop_factors(&by.login, |kind| kind == factor::RECOVERY).await?;
        }
        Ok(())
    }

    /// Takes all second factors and passkeys of an account away, as its administrator: its owner lost them. All its sessions end.
    ///
    /// # Errors
    /// The caller does not administer the account; the store failed.
    pub async fn reset_factors(&self, by: &Caller, login: &str) -> Result<(), DoorError> {
        self.managed(by, login).await?;
        self.note(by, Action::Administer, "factor", login, "重置双因素（验证器、通行密钥、恢复码）", "web").await?;
        self.drop_factors(login, |kind| !matches!(kind, factor::SSO | factor::INVITATION)).await?;
        self.store.end_sessions(login).await.map_err(Self::store_error("session"))
    }

    pub(super) async fn drop_factors(&self, login: &str, which: impl Fn(&str) -> bool) -> Result<(), DoorError> {
        let failed = || Self::store_error("factor");
        for found in self.store.factors(login).await.map_err(failed())?.iter().filter(|f| which(&f.kind)) {
            self.store.remove_factor(&found.kind, &found.id).await.map_err(failed())?;
        }
        Ok(())
    }
}

/// A name as its owner typed it, or what it is.
pub(super) fn name_of(given: &str, otherwise: &str) -> String {
    let name: String = given.trim().chars().filter(|c| !c.is_control()).take(40).collect();
    if name.is_empty() { otherwise.to_owned() } else { name }
}

fn title(kind: &str) -> &'static str {
    match kind {
        factor::TOTP => "验证器",
        factor::PASSKEY => "通行密钥",
        _ => "单点登录关联",
    }
}
