//! What a browser remembers while its person is at the identity provider: sealed, for ten minutes, for the way back only.

use crate::app::App;
use crate::error::PageError;
use crate::session;
use crate::sso::{BACK, Journey};
use axum::http::HeaderMap;
use zhijian_records::DoorError;
use zhijian_records::audit::hex;

const NAME: &str = "zhijian_sso";

/// The cookie. `Lax`, because the way back begins at the provider's site.
pub fn set(app: &App, headers: &HeaderMap, journey: &Journey) -> Result<String, PageError> {
    let sealed = app.door.vault.seal(NAME, BACK, &journey.to_map()).map_err(DoorError::from)?;
    Ok(format!("{NAME}={}; Path={BACK}; Max-Age=600; HttpOnly; SameSite=Lax{}", hex(&sealed), secure(app, headers)))
}

/// The journey that a request's cookie tells of.
pub fn read(app: &App, headers: &HeaderMap) -> Result<Journey, PageError> {
    let lost = || PageError::BadRequest("单点登录未完成或已过期，请重新登录".into());
    let text = session::named(headers, NAME).ok_or_else(lost)?;
    let byte = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let sealed: Vec<u8> = (0..text.len()).step_by(2).map(byte).collect::<Option<_>>().ok_or_else(lost)?;
    Ok(Journey::from_map(&app.door.vault.open(NAME, BACK, &sealed).map_err(|_| lost())?))
}

/// The cookie that takes it away.
pub fn gone(app: &App, headers: &HeaderMap) -> String {
    format!("{NAME}=; Path={BACK}; Max-Age=0; HttpOnly; SameSite=Lax{}", secure(app, headers))
}

fn secure(app: &App, headers: &HeaderMap) -> &'static str {
    if app.gate.https() || session::over_https(headers) { "; Secure" } else { "" }
}
