//! Sessions of scripts: sign in, who am I, sign out.

use super::body::Sent;
use super::client::Client;
use super::problem::{Answer, Failure};
use crate::app::App;
use crate::session;
use crate::visit::Visit;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use zhijian_records::port::Account;

fn shape(account: &Account, csrf: &str) -> Value {
    json!({
        "login": account.login,
        "name": account.name,
        "roles": account.roles,
        "region": account.region,
        "organisation": account.organisation,
        "csrf": csrf,
    })
}

/// `POST /session`
pub async fn sign_in(State(app): State<App>, visit: Visit, headers: HeaderMap, mut sent: Sent) -> Answer<Response> {
    let (login, password, code) = (sent.text("login")?, sent.text("password")?, sent.text("code")?);
    sent.finish()?;
    let signed = app.door.sign_in_with_code(&login, &password, &code, &visit.peer).await?;
    let cookie = session::cookie(&app, &headers, &signed.secret);
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(shape(&signed.account, &signed.csrf))).into_response())
}

/// `GET /session`
pub async fn who(_: Client, State(app): State<App>, headers: HeaderMap) -> Answer<Json<Value>> {
    match session::find(&app, &headers).await? {
        Some(signed) => Ok(Json(shape(&signed.account, &signed.csrf))),
        None => Err(Failure::not_found("此请求没有使用会话")),
    }
}

/// `DELETE /session`
pub async fn sign_out(_: Client, State(app): State<App>, headers: HeaderMap) -> Answer<Response> {
    if let Some(secret) = session::secret(&app, &headers) {
        app.door.sign_out(&secret).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, session::no_cookie(&app, &headers))]).into_response())
}
