//! Registering a passkey: the page's script asks for options, the browser for the person's consent, and the answer comes back here.

use super::owner;
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::links::FACTORS;
use crate::posted::Posted;
use crate::visit::Visit;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// `POST /me/passkeys/options`: the owner proves itself once more, then gets a challenge.
pub async fn options(State(app): State<App>, visit: Visit, posted: Posted) -> Result<Response, PageError> {
    let passkeys = app.gate.passkeys.as_ref().ok_or_else(crate::pages::login::no_passkeys)?;
    if let Some(message) = owner(&app, &posted, &visit).await? {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, message).into_response());
    }
    let options = app.door.begin_passkey(passkeys, &posted.signed.account).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], options).into_response())
}

/// `POST /me/passkeys`: the browser's answer. The challenge was given to the proved owner only, and is good once.
pub async fn register(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let passkeys = app.gate.passkeys.as_ref().ok_or_else(crate::pages::login::no_passkeys)?;
    let signed = &posted.signed;
    app.door.finish_passkey(passkeys, &signed.caller, &signed.session, posted.get("name"), posted.get("answer")).await?;
    let to = header::HeaderName::from_static("hx-redirect");
    Ok(([(header::SET_COOKIE, Flash::done("通行密钥已注册。").cookie()), (to, FACTORS.to_owned())], "").into_response())
}
