//! Secrets of on-line devices: sealed beside the proofs of accounts, never in a record. Shown once, when they are made.

use crate::accounts::{factor, random};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Factor};
use data_encoding::BASE32_NOPAD;
use serde_json::{Map, Value};
use std::collections::HashMap;
use zeroize::Zeroizing;

/// Under which login the secrets of devices stand; no account can have it, for logins hold no colon.
pub(crate) const LOGIN: &str = "device:";
/// What they are bound to, besides their id; the same as other sealed proofs.
const SEALED_AS: &str = "factor";
/// Shortest secret that is taken from outside: the password of HJ 212 has six characters.
const SHORTEST: usize = 6;
/// Longest.
const LONGEST: usize = 64;

impl Door {
    /// Gives a device (or the logger through which several report) a secret and returns it; the old one no longer works. Without `given` one is made
    /// (32 characters, 160 bits). An old device that can only send a short password is given that.
    ///
    /// # Errors
    /// Not the platform's operator; a secret that no protocol can carry; the store failed.
    pub async fn give_device_secret(&self, by: &Caller, number: &str, given: Option<&str>) -> Result<Zeroizing<String>, DoorError> {
        if !by.system {
            return Err(DoorError::NotAllowed { kind: "设备密码".into() });
        }
        let carried = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric());
        let secret = match given {
            Some(text) if (SHORTEST..=LONGEST).contains(&text.len()) && carried(text) => Zeroizing::new(text.to_owned()),
            Some(_) => return Err(DoorError::BadRequest(format!("设备密码应为 {SHORTEST}～{LONGEST} 位字母或数字"))),
            None => Zeroizing::new(BASE32_NOPAD.encode(&random::<20>()?)),
        };
        let private = Map::from_iter([("secret".to_owned(), Value::from(secret.as_str()))]);
        let kept = Factor {
            kind: factor::DEVICE.into(),
            id: number.to_owned(),
            login: LOGIN.into(),
            name: number.to_owned(),
            data: self.vault.seal(SEALED_AS, number, &private)?,
            created: self.now(),
            ..Factor::default()
        };
        self.note(by, Action::Administer, "device", number, "设置设备密码", "console").await?;
        self.store.put_factor(&kept).await.map_err(Self::store_error("device"))?;
        Ok(secret)
    }

    /// The secrets of all devices, by number. For the gateways alone.
    ///
    /// # Errors
    /// The store failed; a secret cannot be opened.
    pub async fn device_secrets(&self) -> Result<HashMap<String, Zeroizing<String>>, DoorError> {
        let mut secrets = HashMap::new();
        for kept in self.store.factors(LOGIN).await.map_err(Self::store_error("device"))? {
            let open = self.vault.open(SEALED_AS, &kept.id, &kept.data)?;
            if let Some(secret) = open.get("secret").and_then(Value::as_str) {
                secrets.insert(kept.id, Zeroizing::new(secret.to_owned()));
            }
        }
        Ok(secrets)
    }
}
