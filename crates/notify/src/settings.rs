//! Settings of the outlets: `[notify]` in `zhijian.toml`, `ZHIJIAN_NOTIFY_…` in the environment. Secrets are never printed.

use crate::{FileOutlet, Mac, SmsGateway, Smtp, Webhook};
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;
use zhijian_records::notices::Outlet;

/// Settings; an outlet whose host, address or file is empty is not there.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Mail server.
    pub smtp_host: String,
    /// Its port; 0: 465 for `tls`, 587 for `starttls`, 25 for `none`.
    pub smtp_port: u16,
    /// `tls` (default), `starttls`, or `none`: only for a server on this machine.
    pub smtp_tls: String,
    /// Account there, may be empty.
    #[serde(deserialize_with = "text")]
    pub smtp_user: String,
    /// Its password.
    #[serde(deserialize_with = "text")]
    pub smtp_password: String,
    /// Sender, `职健平台 <notice@example.cn>`.
    pub smtp_from: String,
    /// Receiver of the webhook, `https://…`.
    pub webhook_url: String,
    /// Key of its signature, at least 16 characters.
    #[serde(deserialize_with = "text")]
    pub webhook_secret: String,
    /// `hmac-sm3` (default) or `hmac-sha256`.
    pub webhook_mac: String,
    /// Gateway for short messages, `https://…`.
    pub sms_url: String,
    /// Body of its request with `{phone}`, `{text}`, `{key}`.
    #[serde(deserialize_with = "text")]
    pub sms_body: String,
    /// Media type of the body: `application/json` (default) or `application/x-www-form-urlencoded`.
    pub sms_type: String,
    /// Value of its `Authorization` header, may be empty.
    #[serde(deserialize_with = "text")]
    pub sms_authorization: String,
    /// What the answer holds when the gateway took the message; empty: any success status will do.
    #[serde(deserialize_with = "text")]
    pub sms_success: String,
    /// File to which messages are appended, for trying things out.
    pub file: String,
    /// Webhook and gateway may lie at private addresses (10.…, 192.168.…, this machine).
    pub private_addresses: bool,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("smtp_host", &self.smtp_host).finish_non_exhaustive()
    }
}

/// What is wrong with them.
#[derive(Debug, thiserror::Error)]
#[error("通知渠道设置 {name}：{what}")]
pub struct SettingError {
    name: &'static str,
    what: String,
}

impl SettingError {
    pub(crate) fn new(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, what: what.into() }
    }
}

impl Settings {
    /// The outlets that are set up.
    ///
    /// # Errors
    /// Which setting is wrong and what is expected; the program should not start.
    pub fn outlets(&self) -> Result<Vec<Arc<dyn Outlet>>, SettingError> {
        let mut all: Vec<Arc<dyn Outlet>> = Vec::new();
        if !self.smtp_host.is_empty() {
            all.push(Arc::new(Smtp::new(self)?));
        }
        if !self.sms_url.is_empty() {
            all.push(Arc::new(SmsGateway::new(self)?));
        }
        if !self.webhook_url.is_empty() {
            let mac = self.webhook_mac.parse::<Mac>().map_err(|what| SettingError::new("webhook_mac", what))?;
            all.push(Arc::new(Webhook::new(&self.webhook_url, &self.webhook_secret, mac, self.private_addresses)?));
        }
        if !self.file.is_empty() {
            all.push(Arc::new(FileOutlet::new(self.file.as_str().into())));
        }
        Ok(all)
    }
}

/// A text; in the environment a secret may look like a number.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(text) => text,
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    })
}
