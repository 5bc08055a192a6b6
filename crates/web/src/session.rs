//! Who is asking: from the session cookie to a caller.

use crate::app::App;
use crate::error::PageError;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::request::Parts;
use zhijian_records::Caller;
use zhijian_records::caller::Origin;
use zhijian_records::port::{Account, Session};

/// Name of the session cookie over plain HTTP.
const COOKIE_NAME: &str = "zhijian_session";
/// Name over HTTPS: browsers take it from this host alone, over HTTPS alone, for all paths.
const HOST_COOKIE_NAME: &str = "__Host-zhijian_session";
/// Pages that an account may use before it has set its own password.
const BEFORE_PASSWORD: [&str; 2] = ["/me/password", "/logout"];
/// Pages that an account may use before it has the second factor that its role needs.
const BEFORE_FACTOR: [&str; 3] = ["/me/factors", "/me/passkeys", "/logout"];

/// A signed-in person. As an extractor it turns strangers away: to `/login`, or with 401 under `/api`.
#[derive(Debug, Clone)]
pub struct Signed {
    /// For the door.
    pub caller: Caller,
    /// The account.
    pub account: Account,
    /// Token that every form of this session carries.
    pub csrf: String,
    /// The session.
    pub session: Session,
    /// The role needs a second factor and this session has none.
    pub factor_first: bool,
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

    /// Administers accounts, all or those of its region.
    #[must_use]
    pub fn manages(&self, app: &App) -> bool {
        app.door.manages(&self.caller)
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
        if signed.factor_first && path != crate::links::PASSWORD && !BEFORE_FACTOR.iter().any(|p| path.starts_with(p)) {
            return Err(PageError::FactorFirst);
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
    let Some(secret) = secret(app, headers) else { return Ok(None) };
    let Some(known) = app.door.session(&secret).await? else { return Ok(None) };
    let mut caller = app.door.caller(&known.account).await?;
    caller.origin = Origin::new(&known.session.token_hash, &crate::visit::address(headers));
    let factor_first = known.factor_first;
    Ok(Some(Signed { caller, csrf: known.session.csrf.clone(), account: known.account, session: known.session, factor_first }))
}

/// The session's secret in the cookie. A site that is reached over HTTPS only takes the cookie that cannot have been set by anybody else.
#[must_use]
pub fn secret(app: &App, headers: &HeaderMap) -> Option<String> {
    let plain = || if app.gate.https() { None } else { named(headers, COOKIE_NAME) };
    named(headers, HOST_COOKIE_NAME).or_else(plain)
}

/// A cookie by name.
#[must_use]
pub fn named(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}

/// The cookie that holds a session's secret. It is `Secure` whenever the page was reached over HTTPS, also behind a proxy.
#[must_use]
pub fn cookie(app: &App, headers: &HeaderMap, secret: &str) -> String {
    if app.gate.https() || over_https(headers) {
        format!("{HOST_COOKIE_NAME}={secret}; Path=/; HttpOnly; SameSite=Lax; Secure")
    } else {
        format!("{COOKIE_NAME}={secret}; Path=/; HttpOnly; SameSite=Lax")
    }
}

/// The cookie that ends a session in the browser.
#[must_use]
pub fn no_cookie(app: &App, headers: &HeaderMap) -> String {
    format!("{}; Max-Age=0", cookie(app, headers, ""))
}

/// Whether the browser reached the page over HTTPS, as far as its headers and the proxy's tell.
#[must_use]
pub fn over_https(headers: &HeaderMap) -> bool {
    let text = |value: Option<&axum::http::HeaderValue>| value.and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    text(headers.get(ORIGIN)).starts_with("https://") || text(headers.get("x-forwarded-proto")).starts_with("https")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, axum::http::HeaderValue::from_static("a=1; zhijian_session=abc; b=2"));
        assert_eq!(named(&headers, COOKIE_NAME).as_deref(), Some("abc"));
        assert_eq!(named(&headers, HOST_COOKIE_NAME), None);
    }
}
