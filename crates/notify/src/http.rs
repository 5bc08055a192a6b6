//! What webhook and gateway share: one careful client, and what an answer means.

use crate::address::{PublicOnly, REFUSED, is_public};
use crate::settings::SettingError;
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use std::net::IpAddr;
use std::time::Duration;
use zhijian_records::notices::OutletError;

/// A receiver has this long to answer.
const TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(5);
/// Most of an answer that is read.
const ANSWER: usize = 64 * 1024;

/// Client and address of a receiver.
#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    pub client: Client,
    pub url: Url,
}

impl Receiver {
    /// # Errors
    /// The address is no HTTPS address, or lies in the own network although it must not.
    pub fn new(setting: &'static str, url: &str, private: bool) -> Result<Self, SettingError> {
        let wrong = |what: &str| SettingError::new(setting, what);
        let url = Url::parse(url).map_err(|_| wrong("无法识别的网址，应写作 https://…"))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let literal = host.parse::<IpAddr>().ok();
        let here = literal.is_some_and(|a| a.is_loopback()) || host == "localhost";
        match url.scheme() {
            "https" => {}
            "http" if private && here => {}
            _ => return Err(wrong("须为 https 网址（本机调试并设置 private_addresses 时可用 http）")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("网址中不能写用户名或口令"));
        }
        if !private && (here || literal.is_some_and(|a| !is_public(a))) {
            return Err(wrong(REFUSED));
        }
        let mut builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT)
            // A proxy from the environment would resolve names by itself.
            .no_proxy()
            .referer(false);
        if !private {
            builder = builder.dns_resolver(std::sync::Arc::new(PublicOnly));
        }
        let client = builder.build().map_err(|_| wrong("无法建立 HTTPS 客户端"))?;
        Ok(Self { client, url })
    }
}

/// Sends and judges; gives the answer's text.
pub(crate) async fn send(request: RequestBuilder) -> Result<String, OutletError> {
    let mut answer = request.send().await.map_err(|error| failed(&error))?;
    let status = answer.status();
    if !status.is_success() {
        return Err(judged(status));
    }
    let mut text = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| failed(&error))? {
        text.extend_from_slice(&piece);
        if text.len() > ANSWER {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The words tell what happened and not where: the address may hold a key.
fn failed(error: &reqwest::Error) -> OutletError {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(one) = cause {
        if one.to_string() == REFUSED {
            return OutletError::Lasting(REFUSED.into());
        }
        cause = one.source();
    }
    OutletError::Passing(if error.is_timeout() { "对方没有按时答复".into() } else { "无法连接对方".into() })
}

fn judged(status: StatusCode) -> OutletError {
    let words = format!("对方答复 {}", status.as_u16());
    if status.is_redirection() {
        return OutletError::Lasting(format!("{words}（不跟随跳转）"));
    }
    let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
    if passing { OutletError::Passing(words) } else { OutletError::Lasting(words) }
}
