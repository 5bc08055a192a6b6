//! Single sign-on with OpenID Connect: authorisation code with PKCE, state and nonce; discovery. Whom the provider vouches for is looked up in the door.
//!
//! What must be remembered between leaving and coming back travels sealed in a cookie of the browser that left: another browser, or another
//! answer, does not fit.

use crate::error::PageError;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    TokenResponse as _, reqwest,
};
use serde_json::{Map, Value};
use std::time::Duration;
use zhijian_records::accounts::Subject;
use zhijian_records::port::Instant;

/// Where the provider sends people back to.
pub const BACK: &str = "/login/sso/back";
/// Somebody who left must be back within this time.
const LIFE: Instant = 10 * 60_000_000;
/// Longest wait for the provider.
const PATIENCE: Duration = Duration::from_secs(10);

/// A configured provider.
#[derive(Clone)]
pub struct Sso {
    issuer: IssuerUrl,
    client: ClientId,
    secret: ClientSecret,
    back: RedirectUrl,
    http: reqwest::Client,
    /// Name on the button.
    pub name: String,
}

impl std::fmt::Debug for Sso {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sso({})", self.issuer.as_str())
    }
}

/// What is remembered while somebody is at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journey {
    state: String,
    nonce: String,
    verifier: String,
    until: Instant,
    /// Account that is to be linked; empty: somebody signs in.
    pub link: String,
    /// Page to go to afterwards.
    pub next: String,
}

/// A configuration that cannot work.
#[derive(Debug, thiserror::Error)]
#[error("单点登录配置有误：{0}")]
pub struct BadConfig(String);

fn failed<E: Into<Box<dyn std::error::Error + Send + Sync>>>(error: E) -> PageError {
    PageError::failed("连接单点登录服务")(error)
}

fn refused() -> PageError {
    PageError::BadRequest("单点登录未完成或已过期，请重新登录".into())
}

impl Sso {
    /// A provider with our client there. Its address is HTTPS, or of this machine for tests.
    ///
    /// # Errors
    /// An address that is none, or plain HTTP to elsewhere.
    pub fn new(public_url: &str, issuer: &str, client: &str, secret: &str, name: &str) -> Result<Self, BadConfig> {
        let bad = |what: &str| BadConfig(what.to_owned());
        let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|e| BadConfig(format!("issuer 不是地址：{e}")))?;
        let local = matches!(issuer.url().host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if issuer.url().scheme() != "https" && !local {
            return Err(bad("issuer 须为 https 地址"));
        }
        if public_url.is_empty() {
            return Err(bad("须同时配置 public_url"));
        }
        let back = RedirectUrl::new(format!("{}{BACK}", public_url.trim_end_matches('/'))).map_err(|_| bad("public_url 不是地址"))?;
        // A provider that redirects could send the secret elsewhere.
        let http = reqwest::ClientBuilder::new().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build();
        let http = http.map_err(|e| BadConfig(e.to_string()))?;
        let (client, secret) = (ClientId::new(client.to_owned()), ClientSecret::new(secret.to_owned()));
        Ok(Self { issuer, client, secret, back, http, name: if name.is_empty() { "单点登录".to_owned() } else { name.to_owned() } })
    }

    /// The issuer, as its tokens name it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Asked anew each time, so that keys that the provider has changed are known.
    async fn provider(&self) -> Result<CoreProviderMetadata, PageError> {
        CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await.map_err(failed)
    }

    /// Where to send the browser, and what to remember.
    ///
    /// # Errors
    /// The provider does not answer.
    pub async fn leave(&self, now: Instant, link: &str, next: &str) -> Result<(String, Journey), PageError> {
        let client = CoreClient::from_provider_metadata(self.provider().await?, self.client.clone(), Some(self.secret.clone()))
            .set_redirect_uri(self.back.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (address, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .set_pkce_challenge(challenge)
            .url();
        let journey = Journey {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            until: now + LIFE,
            link: link.to_owned(),
            next: next.to_owned(),
        };
        Ok((address.to_string(), journey))
    }

    /// Whom the provider vouches for, when somebody comes back with what fits the journey.
    ///
    /// # Errors
    /// The answer does not fit or has expired; the provider refuses the code or its token does not verify.
    pub async fn arrive(&self, now: Instant, journey: &Journey, answer: &[(String, String)]) -> Result<Subject, PageError> {
        let get = |name: &str| answer.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
        let issuer = get("iss");
        let fits = journey.until >= now && !journey.state.is_empty() && get("state") == journey.state;
        // Providers that name themselves in the answer (RFC 9207) must be ours.
        if !fits || get("code").is_empty() || !(issuer.is_empty() || issuer == self.issuer.as_str()) {
            return Err(refused());
        }
        let client = CoreClient::from_provider_metadata(self.provider().await?, self.client.clone(), Some(self.secret.clone()))
            .set_redirect_uri(self.back.clone());
        let exchange = client.exchange_code(AuthorizationCode::new(get("code").to_owned())).map_err(failed)?;
        let token = exchange
            .set_pkce_verifier(PkceCodeVerifier::new(journey.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(|_| refused())?;
        let claims = token.id_token().ok_or_else(refused)?;
        let claims = claims.claims(&client.id_token_verifier(), &Nonce::new(journey.nonce.clone())).map_err(|_| refused())?;
        Ok(Subject { issuer: claims.issuer().as_str().to_owned(), subject: claims.subject().as_str().to_owned() })
    }
}

impl Journey {
    /// For sealing.
    #[must_use]
    pub fn to_map(&self) -> Map<String, Value> {
        let texts =
            [("state", &self.state), ("nonce", &self.nonce), ("verifier", &self.verifier), ("link", &self.link), ("next", &self.next)];
        let mut map: Map<String, Value> = texts.into_iter().map(|(k, v)| (k.to_owned(), Value::from(v.clone()))).collect();
        map.insert("until".into(), self.until.into());
        map
    }

    /// From what was sealed.
    #[must_use]
    pub fn from_map(map: &Map<String, Value>) -> Self {
        let text = |name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            state: text("state"),
            nonce: text("nonce"),
            verifier: text("verifier"),
            link: text("link"),
            next: text("next"),
            until: map.get("until").and_then(Value::as_i64).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sso() -> Sso {
        Sso::new("https://zhijian.example", "https://idp.example", "id", "secret", "").unwrap_or_else(|e| unreachable!("{e}"))
    }

    fn journey() -> Journey {
        let text = |t: &str| t.to_owned();
        Journey { state: text("s"), nonce: text("n"), verifier: text("v"), until: 100, link: String::new(), next: text("/") }
    }

    #[test]
    fn the_provider_must_be_reached_over_https() {
        assert!(Sso::new("https://a.example", "http://idp.example", "id", "s", "").is_err());
        assert!(Sso::new("", "https://idp.example", "id", "s", "").is_err());
        assert!(Sso::new("http://localhost:1", "http://127.0.0.1:9", "id", "s", "").is_ok());
    }

    #[tokio::test]
    async fn an_answer_that_does_not_fit_is_refused_before_anything_is_asked() {
        let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        let rows = [
            (50, vec![pair("state", "other"), pair("code", "c")]),
            (50, vec![pair("state", "s")]),
            (101, vec![pair("state", "s"), pair("code", "c")]),
            (50, vec![pair("state", "s"), pair("code", "c"), pair("iss", "https://evil.example")]),
        ];
        for (now, answer) in rows {
            assert!(matches!(sso().arrive(now, &journey(), &answer).await, Err(PageError::BadRequest(_))), "{answer:?}");
        }
    }

    #[test]
    fn a_journey_comes_back_as_it_went() {
        assert_eq!(Journey::from_map(&journey().to_map()), journey());
    }
}
