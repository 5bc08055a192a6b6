//! Mail over SMTP. TLS is a must unless the server is this machine.

use crate::settings::{SettingError, Settings};
use async_trait::async_trait;
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use std::time::Duration;
use zhijian_records::notices::{Message, Outlet, OutletError};

const TIMEOUT: Duration = Duration::from_secs(20);

/// The outlet.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// As the settings say.
    ///
    /// # Errors
    /// Which setting is wrong.
    pub fn new(settings: &Settings) -> Result<Self, SettingError> {
        let host = settings.smtp_host.as_str();
        let from: Mailbox =
            settings.smtp_from.parse().map_err(|_| SettingError::new("smtp_from", "无法识别，应写作 职健平台 <notice@example.cn>"))?;
        let parameters = || TlsParameters::new(host.to_owned()).map_err(|_| SettingError::new("smtp_host", "主机名不能用于 TLS"));
        let (tls, port) = match settings.smtp_tls.as_str() {
            "" | "tls" => (Tls::Wrapper(parameters()?), 465),
            "starttls" => (Tls::Required(parameters()?), 587),
            "none" if host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|a| a.is_loopback()) => (Tls::None, 25),
            "none" => return Err(SettingError::new("smtp_tls", "不加密的连接只能用于本机的邮件服务器")),
            other => return Err(SettingError::new("smtp_tls", format!("“{other}”应为 tls、starttls 或 none"))),
        };
        let port = if settings.smtp_port == 0 { port } else { settings.smtp_port };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(port).tls(tls).timeout(Some(TIMEOUT));
        if !settings.smtp_user.is_empty() {
            builder = builder.credentials(Credentials::new(settings.smtp_user.clone(), settings.smtp_password.clone()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    fn mail(&self, message: &Message) -> Result<lettre::Message, OutletError> {
        let to: Mailbox = message.contact.mail.parse().map_err(|_| OutletError::Lasting("邮箱地址无法识别".into()))?;
        // The same message again has the same id: mail programs show it once.
        let id = format!("<{}@{}>", message.key, self.from.email.domain());
        lettre::Message::builder()
            .message_id(Some(id))
            .from(self.from.clone())
            .to(to)
            .subject(message.subject.clone())
            .singlepart(SinglePart::plain(message.text.clone()))
            .map_err(|_| OutletError::Lasting("邮件无法编写".into()))
    }
}

#[async_trait]
impl Outlet for Smtp {
    fn name(&self) -> &'static str {
        "smtp"
    }

    fn title(&self) -> &'static str {
        "邮件"
    }

    async fn send(&self, message: &Message) -> Result<(), OutletError> {
        if message.contact.mail.is_empty() {
            return Err(OutletError::Lasting("账号没有填写邮箱".into()));
        }
        match self.transport.send(self.mail(message)?).await {
            Ok(_) => Ok(()),
            // The server's own words may repeat the address: the code says enough.
            Err(error) => {
                let words = error.status().map_or_else(
                    || {
                        if error.is_timeout() {
                            "邮件服务器没有按时答复".to_owned()
                        } else {
                            "无法连接邮件服务器".to_owned()
                        }
                    },
                    |code| format!("邮件服务器答复 {code}"),
                );
                Err(if error.is_permanent() { OutletError::Lasting(words) } else { OutletError::Passing(words) })
            }
        }
    }
}
