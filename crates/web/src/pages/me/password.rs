//! The own password.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::visit::Visit;
use crate::{links, session};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_records::accounts::SignInError;

/// `GET /me/password`
pub async fn show(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    form(&app, &signed, None).await
}

/// `POST /me/password`: the old password is asked for once more, then all sessions end and this one begins anew.
pub async fn change(State(app): State<App>, visit: Visit, headers: HeaderMap, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    let (old, new) = (posted.get("old"), posted.get("new"));
    let wrong = if new != posted.get("repeat") {
        Some("两次输入的新密码不一致".to_owned())
    } else if new == old {
        Some("新密码不能与原密码相同".to_owned())
    } else {
        match app.door.prove(&signed.account.login, old, &visit.peer).await {
            Err(SignInError::Door(error)) => return Err(error.into()),
            Err(SignInError::Refused) => Some("原密码不正确".to_owned()),
            Err(other) => Some(other.to_string()),
            Ok(_) => match app.door.set_password(&signed.caller, &signed.account.login, new).await {
                Ok(()) => None,
                Err(SignInError::Door(error)) => return Err(error.into()),
                Err(weak) => Some(weak.to_string()),
            },
        }
    };
    if let Some(message) = wrong {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, form(&app, signed, Some(&message)).await?).into_response());
    }
    let fresh = app.door.renew_session(&signed.session, &visit.peer).await?;
    let cookies = AppendHeaders([
        (header::SET_COOKIE, session::cookie(&app, &headers, &fresh.secret)),
        (header::SET_COOKIE, Flash::done("密码已修改，其他会话已结束。").cookie()),
    ]);
    Ok((cookies, Redirect::to("/")).into_response())
}

async fn form(app: &App, signed: &Signed, wrong: Option<&str>) -> Result<Markup, PageError> {
    let first = signed.account.must_change;
    let least = app.door.security().await?.password_length;
    let field = |name: &str, title: &str, complete: &str| {
        html! {
            div.field.wide { label for=(name) { (title) } input.form-control id=(name) type="password" name=(name) required autocomplete=(complete) aria-describedby=[wrong.map(|_| "wrong")]; }
        }
    };
    let body = html! {
        @if first { div.notice.notice-info { "首次登录或密码到期，请先设置自己的密码。" } }
        @if let Some(message) = wrong { div.notice.notice-error role="alert" #wrong { (message) } }
        form.record-form.narrow method="post" action=(links::PASSWORD) data-once {
            (token(signed))
            section.card { div.form-grid {
                (field("old", if first { "初始密码" } else { "原密码" }, "current-password"))
                (field("new", "新密码", "new-password"))
                (field("repeat", "再输一次新密码", "new-password"))
            } p.hint { "至少" (least) "个字符，可用短语；不要用常见密码，不含账号。" } }
            div.form-bar { button.btn.btn-primary type="submit" { "保存" } @if !first { a.btn href="/me" { "取消" } } }
        }
    };
    Ok(layout::page(&Frame { title: "修改密码", signed: Some(signed), active: "/me", ..Frame::new(app) }, body))
}
