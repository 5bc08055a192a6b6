//! Invitations: the invited person sets the password of its account, once, within the link's time.

use super::login::card;
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::posted;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use zhijian_records::accounts::SignInError;
use zhijian_records::port::Account;

/// Route of invitations.
pub fn router() -> Router<App> {
    Router::new().route("/invite/{secret}", get(show).post(accept))
}

/// The address to hand over.
pub fn address(app: &App, secret: &str) -> String {
    format!("{}/invite/{secret}", app.gate.public_url)
}

fn void() -> PageError {
    PageError::NotFound("邀请链接无效、已使用或已过期，请向管理员索取新的链接".into())
}

/// `GET /invite/{secret}`
async fn show(State(app): State<App>, Path(secret): Path<String>) -> Result<Markup, PageError> {
    let account = app.door.invited(&secret).await?.ok_or_else(void)?;
    form(&app, &secret, &account, None).await
}

/// `POST /invite/{secret}`: nobody is signed in here; the secret in the address stands for the form's token.
async fn accept(State(app): State<App>, Path(secret): Path<String>, body: Bytes) -> Result<Response, PageError> {
    let account = app.door.invited(&secret).await?.ok_or_else(void)?;
    let fields = posted::pairs(&body);
    let get = |name: &str| fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let refused = if get("new") != get("repeat") {
        "两次输入的密码不一致".to_owned()
    } else {
        match app.door.accept_invitation(&secret, get("new")).await {
            Ok(_) => {
                return Ok(([(header::SET_COOKIE, Flash::done("密码已设置，请登录。").cookie())], Redirect::to("/login")).into_response());
            }
            Err(SignInError::Door(error)) => return Err(error.into()),
            Err(SignInError::Refused) => return Err(void()),
            Err(weak) => weak.to_string(),
        }
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form(&app, &secret, &account, Some(&refused)).await?).into_response())
}

async fn form(app: &App, secret: &str, account: &Account, refused: Option<&str>) -> Result<Markup, PageError> {
    let least = app.door.security().await?.password_length;
    let body = html! {
        p { (account.name) "，请为账号 " strong { (account.login) } " 设置密码。" }
        @if let Some(message) = refused { div.notice.notice-error role="alert" #refused { (message) } }
        form method="post" action={"/invite/" (secret)} data-once {
            input type="hidden" name="login" value=(account.login) autocomplete="username";
            div.field { label for="new" { "密码" } input.form-control #new type="password" name="new" required autocomplete="new-password" aria-describedby="new-hint"; p.hint #new-hint { "至少" (least) "个字符，可用短语；不要用常见密码或包含账号。" } }
            div.field { label for="repeat" { "再输一次" } input.form-control #repeat type="password" name="repeat" required autocomplete="new-password"; }
            button.btn.btn-primary.w-100 type="submit" { "设置密码" }
        }
    };
    Ok(card(app, "设置密码", body))
}
