//! Short messages through any gateway that takes an HTTP request: what the request holds is a template in the settings.

use crate::http::{Receiver, send};
use crate::settings::{SettingError, Settings};
use async_trait::async_trait;
use zhijian_records::notices::{Message, Outlet, OutletError};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// The outlet.
pub struct SmsGateway {
    receiver: Receiver,
    body: String,
    media: &'static str,
    authorization: String,
    success: String,
}

impl SmsGateway {
    /// As the settings say.
    ///
    /// # Errors
    /// Which setting is wrong.
    pub fn new(settings: &Settings) -> Result<Self, SettingError> {
        let media = match settings.sms_type.as_str() {
            "" | JSON => JSON,
            FORM => FORM,
            other => return Err(SettingError::new("sms_type", format!("“{other}”应为 {JSON} 或 {FORM}"))),
        };
        for name in ["{phone}", "{text}"] {
            if !settings.sms_body.contains(name) {
                return Err(SettingError::new("sms_body", format!("请求模板须含 {name}")));
            }
        }
        Ok(Self {
            receiver: Receiver::new("sms_url", &settings.sms_url, settings.private_addresses)?,
            body: settings.sms_body.clone(),
            media,
            authorization: settings.sms_authorization.clone(),
            success: settings.sms_success.clone(),
        })
    }

    fn filled(&self, message: &Message) -> String {
        let text = message.text.replace('\n', " ");
        let mut out = String::new();
        let mut rest = self.body.as_str();
        // One pass: what was put in is not looked at again.
        while let Some(at) = rest.find('{') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let names = [("{phone}", message.contact.phone.as_str()), ("{text}", text.as_str()), ("{key}", message.key.as_str())];
            match names.iter().find(|(name, _)| rest.starts_with(name)) {
                Some((name, value)) => {
                    out.push_str(&self.escaped(value));
                    rest = &rest[name.len()..];
                }
                None => {
                    out.push('{');
                    rest = &rest[1..];
                }
            }
        }
        out + rest
    }

    fn escaped(&self, value: &str) -> String {
        if self.media == FORM {
            let mut out = String::new();
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() { out.push(char::from(byte)) } else { out.push_str(&format!("%{byte:02X}")) }
            }
            return out;
        }
        let quoted = serde_json::Value::from(value).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    }
}

#[async_trait]
impl Outlet for SmsGateway {
    fn name(&self) -> &'static str {
        "sms"
    }

    fn title(&self) -> &'static str {
        "短信"
    }

    async fn send(&self, message: &Message) -> Result<(), OutletError> {
        if message.contact.phone.is_empty() {
            return Err(OutletError::Lasting("账号没有填写手机号".into()));
        }
        let mut request =
            self.receiver.client.post(self.receiver.url.clone()).header("content-type", self.media).header("idempotency-key", &message.key);
        if !self.authorization.is_empty() {
            request = request.header("authorization", &self.authorization);
        }
        let answer = send(request.body(self.filled(message))).await?;
        if answer.contains(&self.success) { Ok(()) } else { Err(OutletError::Passing("短信网关没有受理".into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhijian_records::notices::Contact;

    #[test]
    fn a_template_is_filled_in_one_pass_and_escaped_for_its_type() -> Result<(), SettingError> {
        let message = Message {
            key: "k1".into(),
            login: "x".into(),
            contact: Contact { mail: String::new(), phone: "13800138000".into() },
            subject: String::new(),
            text: "有\"一条\"{phone}&".into(),
            link: String::new(),
        };
        let gateway = |media: &str, body: &str| {
            let settings = Settings {
                sms_url: "https://sms.example.cn/send".into(),
                sms_body: body.into(),
                sms_type: media.into(),
                ..Settings::default()
            };
            SmsGateway::new(&settings)
        };
        let json = gateway("", r#"{"to":["{phone}"],"content":"{text}","id":"{key}"}"#)?.filled(&message);
        assert_eq!(json, r#"{"to":["13800138000"],"content":"有\"一条\"{phone}&","id":"k1"}"#);
        let form = gateway(FORM, "mobile={phone}&msg={text}")?.filled(&message);
        assert_eq!(form, "mobile=13800138000&msg=%E6%9C%89%22%E4%B8%80%E6%9D%A1%22%7Bphone%7D%26");
        assert!(gateway("", "no names").is_err());
        Ok(())
    }
}
