//! Who calls the API: the session of a browser or script, or a token.

use super::problem::Failure;
use crate::app::App;
use crate::{posted, session};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use zhijian_records::Caller;

/// Header that carries the session's token with every writing request.
pub const TOKEN_HEADER: &str = "x-csrf-token";

/// A known client. As an extractor it turns strangers away with 401, and writing requests of a session without its token with 403.
#[derive(Debug, Clone)]
pub struct Client {
    /// For the door.
    pub caller: Caller,
}

impl<S: Send + Sync> FromRequestParts<S> for Client
where
    App: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let app = App::from_ref(state);
        if let Some(token) = bearer(&parts.headers) {
            return by_token(&app, token).await;
        }
        let signed = session::find(&app, &parts.headers).await?;
        let signed = signed.ok_or_else(|| Failure::new("not-signed-in", "请先登录（POST /api/v1/session），或携带有效的令牌"))?;
        if signed.account.must_change {
            return Err(Failure::not_allowed("请先在网页上设置新密码"));
        }
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            let token = parts.headers.get(TOKEN_HEADER).and_then(|v| v.to_str().ok()).unwrap_or_default();
            posted::check(&signed, token)
                .map_err(|_| Failure::new("bad-token", "写操作须在请求头 X-CSRF-Token 中带上会话令牌（GET /api/v1/session 可取得）"))?;
        }
        Ok(Self { caller: signed.caller })
    }
}

/// The token of an `Authorization: Bearer` header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The place where tokens of accounts will be looked up: everything behind it works with a [`Caller`] already.
#[expect(clippy::unused_async, reason = "looking a token up will ask the store")]
async fn by_token(_app: &App, _token: &str) -> Result<Client, Failure> {
    Err(Failure::new("not-signed-in", "令牌无效或已失效"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bearer_tokens_are_tokens() {
        let rows = [("Bearer abc", Some("abc")), ("bearer  abc ", Some("abc")), ("Basic abc", None), ("abc", None)];
        for (value, expected) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, axum::http::HeaderValue::from_static(value));
            assert_eq!(bearer(&headers), expected, "{value}");
        }
    }
}
