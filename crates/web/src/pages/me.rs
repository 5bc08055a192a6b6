//! The own account: who I am, password, sign out.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::{links, session, words};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_records::accounts::SignInError;

/// `GET /me`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let pairs = crate::posted::pairs(query.unwrap_or_default().as_bytes());
    let before = pairs.iter().find(|(name, _)| name == "before").and_then(|(_, text)| text.parse().ok());
    let own = super::audit::own(&app, &signed, before).await?;
    let account = &signed.account;
    let body = html! {
        section.card.about.narrow { dl {
            dt { "姓名" } dd { (account.name) }
            dt { "账号" } dd { code { (account.login) } }
            dt { "角色" } dd { (account.roles.iter().map(|r| words::role(r)).collect::<Vec<_>>().join("、")) }
            dt { "负责地区" } dd { @if account.region.is_empty() { (words::NONE) } @else { (app.catalogue().regions.full_name(&account.region)) } }
        } p { a.btn href=(links::PASSWORD) { "修改密码" } } }
        form method="post" action="/logout" { (token(&signed)) button.btn type="submit" { (words::SIGN_OUT) } }
        (own)
    };
    Ok(layout::page(&Frame { title: words::ME, signed: Some(&signed), active: "/me", ..Frame::new(&app) }, body))
}

/// `GET /me/password`
pub async fn password(signed: Signed, State(app): State<App>) -> Markup {
    form(&app, &signed, None)
}

/// `POST /me/password`: the old password is asked for once more, then all other sessions end.
pub async fn change(State(app): State<App>, headers: HeaderMap, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    let (old, new) = (posted.get("old"), posted.get("new"));
    let again = |message: &str| (StatusCode::UNPROCESSABLE_ENTITY, form(&app, signed, Some(message))).into_response();
    if new != posted.get("repeat") {
        return Ok(again("两次输入的新密码不一致"));
    }
    if new == old {
        return Ok(again("新密码不能与原密码相同"));
    }
    match app.door.sign_in(&signed.account.login, old).await {
        Ok(_) => {}
        Err(SignInError::Door(error)) => return Err(error.into()),
        Err(SignInError::Refused) => return Ok(again("原密码不正确")),
        Err(other) => return Ok(again(&other.to_string())),
    }
    match app.door.set_password(&signed.caller, &signed.account.login, new).await {
        Ok(()) => {}
        Err(SignInError::Door(error)) => return Err(error.into()),
        Err(weak) => return Ok(again(&weak.to_string())),
    }
    let fresh = app.door.sign_in(&signed.account.login, new).await?;
    let cookies = AppendHeaders([
        (header::SET_COOKIE, session::cookie(&headers, &fresh.secret)),
        (header::SET_COOKIE, Flash::done("密码已修改。").cookie()),
    ]);
    Ok((cookies, Redirect::to("/")).into_response())
}

/// `POST /logout`
pub async fn logout(State(app): State<App>, headers: HeaderMap, posted: Posted) -> Result<Response, PageError> {
    if let Some(secret) = session::secret(&headers) {
        app.door.sign_out(&posted.signed.caller, &secret).await?;
    }
    Ok(([(header::SET_COOKIE, session::no_cookie(&headers))], Redirect::to("/login")).into_response())
}

fn form(app: &App, signed: &Signed, wrong: Option<&str>) -> Markup {
    let first = signed.account.must_change;
    let field = |name: &str, title: &str, complete: &str| {
        html! {
            div.field.wide { label for=(name) { (title) } input.form-control id=(name) type="password" name=(name) required autocomplete=(complete) aria-describedby=[wrong.map(|_| "wrong")]; }
        }
    };
    let body = html! {
        @if first { div.notice.notice-info { "首次登录，请先设置自己的密码。" } }
        @if let Some(message) = wrong { div.notice.notice-error role="alert" #wrong { (message) } }
        form.record-form.narrow method="post" action=(links::PASSWORD) data-once {
            (token(signed))
            section.card { div.form-grid {
                (field("old", if first { "初始密码" } else { "原密码" }, "current-password"))
                (field("new", "新密码", "new-password"))
                (field("repeat", "再输一次新密码", "new-password"))
            } p.hint { "至少10个字符，同时包含字母和数字，不含账号。" } }
            div.form-bar { button.btn.btn-primary type="submit" { "保存" } @if !first { a.btn href="/me" { "取消" } } }
        }
    };
    layout::page(&Frame { title: "修改密码", signed: Some(signed), active: "/me", ..Frame::new(app) }, body)
}
