//! Webhook: a signed JSON message to one receiver of the deployment.

use crate::http::{Receiver, send};
use crate::mac::Mac;
use crate::settings::SettingError;
use async_trait::async_trait;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};
use zhijian_records::notices::{Message, Outlet, OutletError};

/// Shortest key of the signature.
const KEY: usize = 16;

/// The outlet.
pub struct Webhook {
    receiver: Receiver,
    secret: String,
    mac: Mac,
}

impl Webhook {
    /// To a receiver; `private` allows addresses of the own network.
    ///
    /// # Errors
    /// The address or the key will not do.
    pub fn new(url: &str, secret: &str, mac: Mac, private: bool) -> Result<Self, SettingError> {
        if secret.len() < KEY {
            return Err(SettingError::new("webhook_secret", format!("至少 {KEY} 个字符")));
        }
        Ok(Self { receiver: Receiver::new("webhook_url", url, private)?, secret: secret.to_owned(), mac })
    }
}

#[async_trait]
impl Outlet for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn title(&self) -> &'static str {
        "消息推送（Webhook）"
    }

    async fn send(&self, message: &Message) -> Result<(), OutletError> {
        let body =
            json!({"key": message.key, "login": message.login, "subject": message.subject, "text": message.text, "link": message.link})
                .to_string();
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map(|d| d.as_secs()).unwrap_or_default();
        let signature = self.mac.sign(self.secret.as_bytes(), time, body.as_bytes());
        let request = self
            .receiver
            .client
            .post(self.receiver.url.clone())
            .header("content-type", "application/json")
            .header("idempotency-key", &message.key)
            .header("x-zhijian-timestamp", time)
            .header("x-zhijian-signature", signature)
            .body(body);
        send(request).await.map(drop)
    }
}
