//! An account's own wishes: which outlets, what is muted, and its addresses, which are private and sealed.

use super::failed;
use super::port::Choice;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::Action;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What the addresses are sealed as.
const SEALED_AS: &str = "notice-contact";

/// How an outlet is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// As each notice says.
    On,
    /// All in one message a day.
    Daily,
}

/// Wishes; an outlet that is not named is off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// By outlet.
    pub outlets: BTreeMap<String, Wish>,
    /// Notices that are not wanted at all; statutory ones come nevertheless.
    pub muted: BTreeSet<String>,
}

impl Wishes {
    pub(super) fn read(choice: &Choice) -> Self {
        serde_json::from_str(&choice.wishes).unwrap_or_default()
    }
}

/// Addresses.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// Mail address.
    pub mail: String,
    /// Mobile number.
    pub phone: String,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact")
    }
}

impl Contact {
    /// For the page: enough to recognise them.
    #[must_use]
    pub fn masked(&self) -> Self {
        let mail = self
            .mail
            .split_once('@')
            .map_or_else(String::new, |(name, host)| format!("{}***@{host}", name.chars().next().map(String::from).unwrap_or_default()));
        let digits: Vec<char> = self.phone.chars().collect();
        let phone = if digits.len() < 7 {
            String::new()
        } else {
            let tail: String = digits.iter().skip(digits.len() - 4).collect();
            format!("{}****{tail}", digits.iter().take(3).collect::<String>())
        };
        Self { mail, phone }
    }

    fn check(&self) -> Result<(), DoorError> {
        let mail_ok = self.mail.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && !self.mail.contains(char::is_whitespace)
        });
        if !self.mail.is_empty() && (!mail_ok || self.mail.len() > 254 || self.mail.chars().any(|c| c.is_control() || "<>,;\"".contains(c)))
        {
            return Err(DoorError::BadRequest("邮箱地址无法识别，应写作 name@example.cn".into()));
        }
        let phone_ok = self.phone.len() == 11 && self.phone.starts_with('1') && self.phone.bytes().all(|b| b.is_ascii_digit());
        if !self.phone.is_empty() && !phone_ok {
            return Err(DoorError::BadRequest("手机号应为 1 开头的 11 位数字".into()));
        }
        Ok(())
    }
}

impl Door {
    /// The caller's own wishes and addresses.
    ///
    /// # Errors
    /// The store or the vault failed.
    pub async fn own_wishes(&self, caller: &Caller) -> Result<(Wishes, Contact), DoorError> {
        match self.store.choice(&caller.login).await.map_err(failed)? {
            Some(choice) => Ok((Wishes::read(&choice), self.contact(&choice)?)),
            None => Ok((Wishes::default(), Contact::default())),
        }
    }

    /// Changes them. `None` leaves the addresses as they are. The change is on record, without addresses.
    ///
    /// # Errors
    /// An address makes no sense; an outlet has no address; a statutory notice is muted; the store or the vault failed.
    pub async fn set_own_wishes(&self, caller: &Caller, wishes: &Wishes, contact: Option<&Contact>) -> Result<(), DoorError> {
        for name in &wishes.muted {
            let notice = self.catalogue.notices.get(name).ok_or_else(|| DoorError::BadRequest(format!("没有名为“{name}”的通知")))?;
            if notice.statutory {
                return Err(DoorError::BadRequest(format!("“{}”依据法定职责，不能关闭", notice.title)));
            }
        }
        let old = self.store.choice(&caller.login).await.map_err(failed)?.unwrap_or_default();
        let sealed = match contact {
            Some(contact) => {
                contact.check()?;
                let mut private = Map::new();
                for (name, value) in [("mail", &contact.mail), ("phone", &contact.phone)] {
                    if !value.is_empty() {
                        private.insert(name.into(), Value::String(value.clone()));
                    }
                }
                self.vault.seal(SEALED_AS, &caller.login, &private)?
            }
            None => old.contact,
        };
        let choice = Choice {
            login: caller.login.clone(),
            wishes: serde_json::to_string(wishes).map_err(|_| DoorError::BadRequest("无法保存通知设置".into()))?,
            contact: sealed,
        };
        let kept = self.contact(&choice)?;
        let lacks = |outlet: &str, address: &str| wishes.outlets.contains_key(outlet) && address.is_empty();
        if lacks("smtp", &kept.mail) {
            return Err(DoorError::BadRequest("启用邮件前请填写邮箱地址".into()));
        }
        if lacks("sms", &kept.phone) {
            return Err(DoorError::BadRequest("启用短信前请填写手机号".into()));
        }
        self.note(caller, Action::Administer, "account", &caller.login, "修改本人的通知设置", "web").await?;
        self.store.put_choice(&choice).await.map_err(failed)
    }

    pub(super) fn contact(&self, choice: &Choice) -> Result<Contact, DoorError> {
        if choice.contact.is_empty() {
            return Ok(Contact::default());
        }
        let private = self.vault.open(SEALED_AS, &choice.login, &choice.contact)?;
        let text = |name: &str| private.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Contact { mail: text("mail"), phone: text("phone") })
    }

    /// Seals the addresses with the present key; part of a change of keys.
    pub(crate) async fn reseal_contacts(&self) -> Result<(), DoorError> {
        for choice in self.store.choices().await.map_err(failed)? {
            if !choice.contact.is_empty()
                && let Some(contact) = self.vault.reseal(SEALED_AS, &choice.login, &choice.contact)?
            {
                self.store.put_choice(&Choice { contact, ..choice }).await.map_err(failed)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Contact;

    #[test]
    fn addresses_are_checked_and_masked() {
        let contact = |mail: &str, phone: &str| Contact { mail: mail.into(), phone: phone.into() };
        assert!(contact("", "").check().is_ok());
        assert!(contact("zhang@wjw.gov.cn", "13800138000").check().is_ok());
        for (mail, phone) in
            [("zhang", ""), ("a@b", ""), ("a b@c.cn", ""), ("a@c.cn\r\nBcc: x@y.cn", ""), ("", "1380013800"), ("", "23800138000")]
        {
            assert!(contact(mail, phone).check().is_err(), "{mail} {phone}");
        }
        assert_eq!(contact("zhang@wjw.gov.cn", "13800138000").masked(), contact("z***@wjw.gov.cn", "138****8000"));
    }
}
