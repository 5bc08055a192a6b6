//! Signing in: password, then the second factor where there is one; or a passkey; or single sign-on.

use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::visit::Visit;
use crate::{assets, links, posted, session, words};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_records::accounts::{SignInError, SignedIn};

/// Page of the second step.
const SECOND: &str = "/login/second";

/// `GET /login`
pub async fn show(State(app): State<App>, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    if session::find(&app, &headers).await?.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    Ok(form(&app, "", &wanted(query), None).into_response())
}

fn wanted(query: Option<String>) -> String {
    posted::pairs(query.unwrap_or_default().as_bytes()).into_iter().find(|(n, _)| n == "next").map(|(_, v)| v).unwrap_or_default()
}

/// `POST /login`
pub async fn submit(State(app): State<App>, visit: Visit, headers: HeaderMap, body: Bytes) -> Result<Response, PageError> {
    let fields = posted::pairs(&body);
    let get = |name: &str| fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let (login, next) = (get("login").trim(), get("next"));
    match app.door.sign_in(login, get("password"), &visit.peer).await {
        Ok(signed) if signed.pending => {
            let to = format!("{SECOND}{}", links::query(&[("next", inside(next))]));
            entered(&app, &headers, &signed, &to).await
        }
        Ok(signed) => entered(&app, &headers, &signed, first(&signed, next)).await,
        Err(SignInError::Door(error)) => Err(error.into()),
        Err(refused) => Ok((status(&refused), form(&app, login, next, Some(&refused.to_string()))).into_response()),
    }
}

fn first<'a>(signed: &SignedIn, next: &'a str) -> &'a str {
    if signed.account.must_change { links::PASSWORD } else { inside(next) }
}

fn status(refused: &SignInError) -> StatusCode {
    if matches!(refused, SignInError::Locked { .. }) { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNAUTHORIZED }
}

/// Sends the browser on with a fresh session; whatever session it brought along ends, so that nobody can plant one.
pub(super) async fn entered(app: &App, headers: &HeaderMap, signed: &SignedIn, to: &str) -> Result<Response, PageError> {
    if let Some(old) = session::secret(app, headers) {
        app.door.sign_out(&old).await?;
    }
    Ok(([(header::SET_COOKIE, session::cookie(app, headers, &signed.secret))], Redirect::to(to)).into_response())
}

/// `GET /login/second`
pub async fn second(State(app): State<App>, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    match session::secret(&app, &headers) {
        Some(secret) if app.door.awaiting(&secret).await?.is_some() => Ok(code_form(&app, &wanted(query), None).into_response()),
        _ => Ok(Redirect::to("/login").into_response()),
    }
}

/// `POST /login/second`
pub async fn confirm(State(app): State<App>, visit: Visit, headers: HeaderMap, body: Bytes) -> Result<Response, PageError> {
    let fields = posted::pairs(&body);
    let get = |name: &str| fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let Some(secret) = session::secret(&app, &headers) else { return Ok(Redirect::to("/login").into_response()) };
    match app.door.second_factor(&secret, get("code"), &visit.peer).await {
        Ok(signed) => entered(&app, &headers, &signed, first(&signed, get("next"))).await,
        Err(SignInError::Door(error)) => Err(error.into()),
        Err(SignInError::Refused) => Ok(Redirect::to("/login").into_response()),
        Err(refused) => Ok((status(&refused), code_form(&app, get("next"), Some(&refused.to_string()))).into_response()),
    }
}

/// `POST /login/passkey/options`: a challenge for the browser.
pub async fn passkey_options(State(app): State<App>) -> Result<Response, PageError> {
    let passkeys = app.gate.passkeys.as_ref().ok_or_else(no_passkeys)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], app.door.begin_passkey_sign_in(passkeys)?).into_response())
}

/// `POST /login/passkey`: the browser's answer.
pub async fn passkey(State(app): State<App>, visit: Visit, headers: HeaderMap, body: Bytes) -> Result<Response, PageError> {
    let passkeys = app.gate.passkeys.as_ref().ok_or_else(no_passkeys)?;
    let fields = posted::pairs(&body);
    let get = |name: &str| fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let signed = app.door.finish_passkey_sign_in(passkeys, get("answer"), &visit.peer).await?;
    if let Some(old) = session::secret(&app, &headers) {
        app.door.sign_out(&old).await?;
    }
    // The page's script goes there itself: a redirect would be followed unseen, and with it the notice of the next page.
    let to = header::HeaderName::from_static("hx-redirect");
    let cookie = session::cookie(&app, &headers, &signed.secret);
    Ok(([(header::SET_COOKIE, cookie), (to, first(&signed, get("next")).to_owned())], "").into_response())
}

pub(super) fn no_passkeys() -> PageError {
    PageError::NotFound("本平台未启用通行密钥（须配置 public_url，且为 https 域名）".into())
}

/// `GET /login/sso`: off to the provider.
pub async fn sso(State(app): State<App>, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let sso = app.gate.sso.as_ref().ok_or_else(no_sso)?;
    let (address, journey) = sso.leave(app.door.now(), "", inside(&wanted(query))).await?;
    Ok(([(header::SET_COOKIE, super::sso_cookie::set(&app, &headers, &journey)?)], Redirect::to(&address)).into_response())
}

/// `GET /login/sso/back`: back from the provider, to sign in or to link the subject to the account that set out.
pub async fn sso_back(State(app): State<App>, visit: Visit, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let sso = app.gate.sso.as_ref().ok_or_else(no_sso)?;
    let answer = posted::pairs(query.unwrap_or_default().as_bytes());
    let journey = super::sso_cookie::read(&app, &headers)?;
    let subject = sso.arrive(app.door.now(), &journey, &answer).await?;
    let gone = super::sso_cookie::gone(&app, &headers);
    if !journey.link.is_empty() {
        let signed = session::find(&app, &headers).await?.filter(|s| s.account.login == journey.link);
        let signed = signed.ok_or_else(|| PageError::BadRequest("登录状态已变化，请重新关联".into()))?;
        app.door.link_subject(&signed.caller, &journey.link, &subject).await?;
        let done = crate::flash::Flash::done("已关联单点登录身份。").cookie();
        return Ok((AppendHeaders([(header::SET_COOKIE, gone), (header::SET_COOKIE, done)]), Redirect::to(links::FACTORS)).into_response());
    }
    match app.door.sso_sign_in(&subject, &visit.peer).await {
        Ok(signed) => {
            let mut response = entered(&app, &headers, &signed, first(&signed, &journey.next)).await?;
            if let Ok(gone) = gone.parse() {
                response.headers_mut().append(header::SET_COOKIE, gone);
            }
            Ok(response)
        }
        Err(SignInError::Door(error)) => Err(error.into()),
        Err(_) => {
            let message = "该单点登录身份尚未关联本平台账号。请先用账号登录，在“我的账号”中关联，或请管理员关联。";
            Ok((StatusCode::UNAUTHORIZED, form(&app, "", "", Some(message))).into_response())
        }
    }
}

pub(super) fn no_sso() -> PageError {
    PageError::NotFound("本平台未配置单点登录".into())
}

/// Only addresses of this site may follow a sign-in.
fn inside(next: &str) -> &str {
    if next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.contains(char::is_control) { next } else { "/" }
}

/// The card of pages before signing in.
pub(super) fn card(app: &App, title: &str, body: Markup) -> Markup {
    let scripts: &[&str] = if app.gate.passkeys.is_some() { &["app/passkeys.js"] } else { &[] };
    let body = html! {
        div.login {
            div.login-card {
                img src=(assets::url("app/logo.svg")) alt="" width="48" height="48";
                h1 { (words::PRODUCT_LONG) }
                p.muted { (app.region_name()) }
                (body)
            }
        }
    };
    layout::page(&Frame { title, bare: true, scripts, ..Frame::new(app) }, body)
}

fn form(app: &App, login: &str, next: &str, refused: Option<&str>) -> Markup {
    let body = html! {
        @if let Some(message) = refused { div.notice.notice-error role="alert" #refused { (message) } }
        form method="post" action="/login" {
            input type="hidden" name="next" value=(next);
            div.field {
                label for="login" { "账号" }
                input.form-control #login name="login" value=(login) required autocomplete="username" autocapitalize="none" spellcheck="false" autofocus[refused.is_none()] aria-describedby=[refused.map(|_| "refused")];
            }
            div.field {
                label for="password" { "密码" }
                input.form-control #password type="password" name="password" required autocomplete="current-password" autofocus[refused.is_some()];
            }
            button.btn.btn-primary.w-100 type="submit" { "登录" }
        }
        (others(app, next))
    };
    card(app, "登录", body)
}

/// Other ways in. The button of passkeys works with its script only and is hidden until that runs.
fn others(app: &App, next: &str) -> Markup {
    html! {
        @if app.gate.passkeys.is_some() || app.gate.sso.is_some() {
            div.login-others {
                @if app.gate.passkeys.is_some() {
                    button.btn.w-100 type="button" data-passkey="sign-in" data-next=(inside(next)) hidden { "用通行密钥登录" }
                }
                @if let Some(sso) = &app.gate.sso { a.btn.w-100 href={"/login/sso" (links::query(&[("next", inside(next))]))} { (sso.name) } }
            }
        }
    }
}

fn code_form(app: &App, next: &str, refused: Option<&str>) -> Markup {
    let body = html! {
        @if let Some(message) = refused { div.notice.notice-error role="alert" #refused { (message) } }
        form method="post" action=(SECOND) {
            input type="hidden" name="next" value=(next);
            div.field {
                label for="code" { "动态验证码" }
                input.form-control #code name="code" required autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" maxlength="30" autofocus aria-describedby=(if refused.is_some() { "refused code-hint" } else { "code-hint" });
                p.hint #code-hint { "输入验证器应用中的 6 位数字；手机不在身边时可输入一个恢复码。" }
            }
            button.btn.btn-primary.w-100 type="submit" { "确认登录" }
            p { a href="/login" { "换一个账号" } }
        }
        (others(app, next))
    };
    card(app, "双因素验证", body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for (next, expected) in
            [("/records/exam?x=1", "/records/exam?x=1"), ("//evil", "/"), ("https://evil", "/"), ("/\\evil", "/"), ("", "/")]
        {
            assert_eq!(inside(next), expected, "{next}");
        }
    }
}
