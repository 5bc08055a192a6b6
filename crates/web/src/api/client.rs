//! Who calls the API: the session of a browser or script, or a token.

use super::given::Needs;
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
            let needs = parts.extensions.get::<Needs>().copied().unwrap_or(Needs(""));
            return by_token(&app, token, needs).await;
        }
        let signed = session::find(&app, &parts.headers).await?;
        let signed = signed.ok_or_else(|| Failure::new("not-signed-in", "请先登录（POST /api/v1/session），或携带有效的令牌"))?;
        if signed.account.must_change {
            return Err(Failure::not_allowed("请先在网页上设置新密码"));
        }
        if signed.factor_first {
            return Err(Failure::not_allowed("您的角色须启用双因素登录，请先在网页上完成设置"));
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
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The account behind a token, when the token's scopes reach the operation.
async fn by_token(app: &App, token: &str, needs: Needs) -> Result<Client, Failure> {
    let found = app.door.token(token).await?;
    let (token, account) = found.ok_or_else(|| Failure::new("not-signed-in", "令牌无效或已失效"))?;
    if !token.may(needs.0) {
        let expected = if needs.0.is_empty() {
            "令牌不能管理账号、会话和令牌，请登录后操作".into()
        } else {
            format!("令牌没有权限范围 {}", needs.0)
        };
        return Err(Failure::not_allowed(expected));
    }
    Ok(Client { caller: app.door.caller(&account).await? })
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
