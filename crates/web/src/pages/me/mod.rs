//! The own account: who I am, password, second factors, passkeys, sessions, tokens.

mod factors;
mod passkeys;
mod password;
mod sessions;
mod tokens;

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::visit::Visit;
use crate::{links, session, words};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use zhijian_records::accounts::{SignInError, way};

/// Who has just signed in with a passkey or at the provider need not type a password to change what proves the account.
const JUST_NOW: i64 = 10 * 60_000_000;

/// Routes below `/me`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/me", get(show))
        .route("/me/password", get(password::show).post(password::change))
        .route("/me/factors", get(factors::show))
        .route("/me/factors/totp", post(factors::begin))
        .route("/me/factors/totp/{id}", post(factors::confirm))
        .route("/me/factors/recovery", post(factors::recovery))
        .route("/me/factors/sso", post(factors::link))
        .route("/me/factors/{kind}/{id}/remove", post(factors::remove))
        .route("/me/passkeys/options", post(passkeys::options))
        .route("/me/passkeys", post(passkeys::register))
        .route("/me/sessions", get(sessions::show))
        .route("/me/sessions/end", post(sessions::end_others))
        .route("/me/sessions/{id}/end", post(sessions::end))
        .route("/me/tokens", get(tokens::show).post(tokens::issue))
        .route("/me/tokens/{id}/revoke", post(tokens::revoke))
        .route("/logout", post(logout))
}

/// `GET /me`
async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, PageError> {
    let pairs = crate::posted::pairs(query.unwrap_or_default().as_bytes());
    let before = pairs.iter().find(|(name, _)| name == "before").and_then(|(_, text)| text.parse().ok());
    let own = super::audit::own(&app, &signed, before).await?;
    let account = &signed.account;
    let proofs = app.door.proofs(&account.login).await?;
    let sessions = app.door.live_sessions(&account.login).await?.len();
    let tokens = app.door.own_tokens(&signed.caller).await?.len();
    let factors = if proofs.second() {
        format!("已启用（验证器 {}，通行密钥 {}）", proofs.totp.len(), proofs.passkeys.len())
    } else {
        "未启用".into()
    };
    let body = html! {
        (Flash::of(&headers).notice())
        section.card.about.narrow { dl {
            dt { "姓名" } dd { (account.name) }
            dt { "账号" } dd { code { (account.login) } }
            dt { "角色" } dd { (account.roles.iter().map(|r| words::role(r)).collect::<Vec<_>>().join("、")) }
            dt { "负责地区" } dd { @if account.region.is_empty() { (words::NONE) } @else { (app.catalogue().regions.full_name(&account.region)) } }
        } }
        section.card.about.narrow { h2 { "登录与安全" } dl {
            dt { "密码" } dd { a.btn.btn-sm href=(links::PASSWORD) { "修改密码" } }
            dt { "双因素" } dd { (factors) " " a.btn.btn-sm href=(links::FACTORS) { "管理" } }
            dt { "会话" } dd { (sessions) " 个登录中 " a.btn.btn-sm href="/me/sessions" { "管理" } }
            dt { "接口令牌" } dd { (tokens) " 个 " a.btn.btn-sm href="/me/tokens" { "管理" } }
        } }
        (own)
        form method="post" action="/logout" { (token(&signed)) button.btn type="submit" { (words::SIGN_OUT) } }
    };
    let page = layout::page(&Frame { title: words::ME, signed: Some(&signed), active: "/me", ..Frame::new(&app) }, body);
    Ok(([(header::SET_COOKIE, Flash::gone())], page).into_response())
}

/// A page below the own account.
fn page(app: &App, signed: &Signed, title: &str, scripts: &[&str], body: Markup) -> Markup {
    let crumbs = [(words::ME, "/me".to_owned())];
    layout::page(&Frame { title, signed: Some(signed), active: "/me", breadcrumbs: &crumbs, scripts, ..Frame::new(app) }, body)
}

fn done(message: &str, to: &str) -> Response {
    ([(header::SET_COOKIE, Flash::done(message).cookie())], Redirect::to(to)).into_response()
}

/// Is it really the owner who changes what proves the account? The password is asked for once more, with the pauses of a sign-in.
async fn owner(app: &App, posted: &Posted, visit: &Visit) -> Result<Option<String>, PageError> {
    if fresh(app, &posted.signed) {
        return Ok(None);
    }
    match app.door.prove(&posted.signed.account.login, posted.get("password"), &visit.peer).await {
        Ok(_) => Ok(None),
        Err(SignInError::Door(error)) => Err(error.into()),
        Err(SignInError::Refused) => Ok(Some("密码不正确".into())),
        Err(other) => Ok(Some(other.to_string())),
    }
}

fn fresh(app: &App, signed: &Signed) -> bool {
    matches!(signed.session.way.as_str(), way::PASSKEY | way::SSO) && app.door.now() - signed.session.created < JUST_NOW
}

/// The field for it, where it is needed.
fn password_field(app: &App, signed: &Signed, id: &str) -> Markup {
    html! {
        @if !fresh(app, signed) {
            div.field { label for=(id) { "当前密码" } input.form-control id=(id) type="password" name="password" required autocomplete="current-password"; }
        }
    }
}

/// `POST /logout`
async fn logout(State(app): State<App>, headers: HeaderMap, _: Posted) -> Result<Response, PageError> {
    if let Some(secret) = session::secret(&app, &headers) {
        app.door.sign_out(&secret).await?;
    }
    // Browsers forget what they kept of pages; the cookie goes with its own header.
    let headers = [
        (header::SET_COOKIE, session::no_cookie(&app, &headers)),
        (header::HeaderName::from_static("clear-site-data"), "\"cache\", \"storage\"".into()),
    ];
    Ok((headers, Redirect::to("/login")).into_response())
}
