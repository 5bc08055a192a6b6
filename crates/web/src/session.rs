//! Who is asking: from the session cookie to a caller.

use crate::app::App;
use crate::error::PageError;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::request::Parts;
use zhijian_records::Caller;
use zhijian_records::caller::Origin;
use zhijian_records::port::Account;

/// Digits of the session's token hash in audit lines: enough to tell sessions apart.
const SESSION_DIGITS: usize = 12;
/// Name of the session cookie.
const COOKIE_NAME: &str = "zhijian_session";
/// Pages that an account may use before it has set its own password.
const BEFORE_PASSWORD: [&str; 2] = ["/me/password", "/logout"];

/// A signed-in person. As an extractor it turns strangers away: to `/login`, or with 401 under `/api`.
#[derive(Debug, Clone)]
pub struct Signed {
    /// For the door.
    pub caller: Caller,
    /// The account.
    pub account: Account,
    /// Token that every form of this session carries.
    pub csrf: String,
}

impl Signed {
    /// Administers the platform.
    #[must_use]
    pub fn administers(&self, app: &App) -> bool {
        app.catalogue().roles.any(&self.caller.roles, |role| role.administers)
    }

    /// Oversees access in its region.
    #[must_use]
    pub fn oversees(&self, app: &App) -> bool {
        app.catalogue().roles.any(&self.caller.roles, |role| role.oversees)
    }

    /// Has this role.
    #[must_use]
    pub fn is(&self, role: &str) -> bool {
        self.caller.is(role)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Signed
where
    App: FromRef<S>,
{
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        if let Some(signed) = parts.extensions.get::<Self>() {
            return Ok(signed.clone());
        }
        let app = App::from_ref(state);
        let path = parts.uri.path().to_owned();
        let stranger = || PageError::Stranger { wanted: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default() };
        let signed = find(&app, &parts.headers).await?.ok_or_else(stranger)?;
        if signed.account.must_change && !BEFORE_PASSWORD.contains(&path.as_str()) {
            return Err(PageError::PasswordFirst);
        }
        parts.extensions.insert(signed.clone());
        Ok(signed)
    }
}

/// The person behind a request's cookie, if there is one.
///
/// # Errors
/// The store failed.
pub async fn find(app: &App, headers: &HeaderMap) -> Result<Option<Signed>, PageError> {
    let Some(secret) = secret(headers) else { return Ok(None) };
    let Some((session, account)) = app.door.session(&secret).await? else { return Ok(None) };
    let mut caller = app.door.caller(&account).await?;
    caller.origin = Origin { session: session.token_hash.chars().take(SESSION_DIGITS).collect(), address: crate::origin::address(headers) };
    Ok(Some(Signed { caller, csrf: session.csrf, account }))
}

/// The session's secret in the cookie.
#[must_use]
pub fn secret(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}

/// The cookie that holds a session's secret. It is `Secure` whenever the page was reached over HTTPS, also behind a proxy.
#[must_use]
pub fn cookie(headers: &HeaderMap, secret: &str) -> String {
    let secure = if over_https(headers) { "; Secure" } else { "" };
    format!("{COOKIE_NAME}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

/// The cookie that ends a session in the browser.
#[must_use]
pub fn no_cookie(headers: &HeaderMap) -> String {
    format!("{}; Max-Age=0", cookie(headers, ""))
}

fn over_https(headers: &HeaderMap) -> bool {
    let text = |value: Option<&axum::http::HeaderValue>| value.and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    text(headers.get(ORIGIN)).starts_with("https://") || text(headers.get("x-forwarded-proto")).starts_with("https")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_secure_over_https_only() {
        let mut headers = HeaderMap::new();
        assert_eq!(cookie(&headers, "s"), "zhijian_session=s; Path=/; HttpOnly; SameSite=Lax");
        headers.insert("x-forwarded-proto", axum::http::HeaderValue::from_static("https"));
        assert!(cookie(&headers, "s").ends_with("; Secure"));
    }

    #[test]
    fn the_secret_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, axum::http::HeaderValue::from_static("a=1; zhijian_session=abc; b=2"));
        assert_eq!(secret(&headers).as_deref(), Some("abc"));
    }
}
