//! What an administrator does to an account besides changing it: invite, unlock, reset factors, end sessions, link a subject.

use super::{LIST, done, refused};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame, token};
use crate::links;
use crate::pages::invite::address;
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_records::DoorError;
use zhijian_records::accounts::Subject;
use zhijian_records::port::Account;

fn page_of(login: &str) -> String {
    format!("{LIST}/{}", links::encode(login))
}

/// The cards below an account's form.
pub async fn cards(app: &App, signed: &Signed, account: &Account) -> Result<Markup, PageError> {
    let login = &account.login;
    let proofs = app.door.proofs(login).await?;
    let paused = app.door.paused_until(login).await?;
    let sessions = app.door.live_sessions(login).await?.len();
    let tokens = app.door.store.tokens(login).await.map_err(super::failed)?.len();
    let person = if signed.administers(app) { crate::pages::access::person_card(app, signed, login).await? } else { Markup::default() };
    let deed = |what: &str, button: &str| {
        html! { form method="post" action={(page_of(login)) "/" (what)} data-once { (token(signed)) button.btn type="submit" { (button) } } }
    };
    Ok(html! {
        section.card.narrow { h2 { "密码与登录" }
            p.hint { "生成一次性邀请链接，由本人设置密码；原密码、会话和令牌立即失效，双因素不变。" } (deed("invite", "重置密码（生成邀请链接）"))
            @if paused > 0 { p { "连续失败，暂停登录至 " (words::moment(paused)) "。" } (deed("unlock", "解除暂停")) }
        }
        section.card.narrow { h2 { "双因素" }
            p { "验证器 " (proofs.totp.len()) "，通行密钥 " (proofs.passkeys.len()) "，恢复码 " (proofs.recovery) "。" }
            @if proofs.second() { p.hint { "本人遗失手机或密钥、且没有恢复码时使用；须先核实身份。重置后会话结束。" } (deed("factors", "重置双因素")) }
        }
        section.card.narrow { h2 { "会话与令牌" } p { "登录中的会话 " (sessions) " 个，接口令牌 " (tokens) " 个。" } @if sessions + tokens > 0 { (deed("sessions", "全部结束并撤销")) } }
        @if let Some(sso) = &app.gate.sso {
            section.card.narrow { h2 { "单点登录" }
                p { "已关联身份 " (proofs.subjects.len()) " 个。" }
                form method="post" action={(page_of(login)) "/subject"} data-once { (token(signed)) div.form-grid { div.field { label for="subject" { "身份标识（sub）" } input.form-control #subject name="subject" required maxlength="255" autocomplete="off"; p.hint { "“" (sso.name) "”中该人员的唯一标识。" } } } button.btn type="submit" { "关联" } }
            }
        }
        (person)
    })
}

/// `POST /accounts/{login}/invite`
pub async fn invite(State(app): State<App>, Path(login): Path<String>, posted: Posted) -> Result<Response, PageError> {
    invited(&app, &posted.signed, &login).await
}

/// Makes an invitation and shows its link once.
pub async fn invited(app: &App, signed: &Signed, login: &str) -> Result<Response, PageError> {
    let invitation = app.door.invite(&signed.caller, login).await.map_err(refused)?;
    let body = html! {
        section.card.narrow {
            p { "账号 " strong { (login) } " 的邀请链接，" (words::moment(invitation.until)) " 前有效，只能使用一次：" }
            p.password.long { code { (address(app, &invitation.secret)) } }
            p.hint { "只显示这一次，请当面或以其他安全方式交给本人，由本人打开并设置密码。" @if app.gate.public_url.is_empty() { " 请在前面加上本平台的网址。" } }
            p { a.btn.btn-primary href=(LIST) { "返回账号列表" } }
        }
    };
    let frame =
        Frame {
            title: "邀请链接", signed: Some(signed), active: LIST, breadcrumbs: &[(words::ACCOUNTS, LIST.into())], ..Frame::new(app)
        };
    Ok(layout::page(&frame, body).into_response())
}

/// `POST /accounts/{login}/unlock`
pub async fn unlock(State(app): State<App>, Path(login): Path<String>, posted: Posted) -> Result<Response, PageError> {
    app.door.unlock(&posted.signed.caller, &login).await.map_err(refused)?;
    Ok(done("已解除登录暂停。", &page_of(&login)))
}

/// `POST /accounts/{login}/factors`
pub async fn reset_factors(State(app): State<App>, Path(login): Path<String>, posted: Posted) -> Result<Response, PageError> {
    app.door.reset_factors(&posted.signed.caller, &login).await.map_err(refused)?;
    Ok(done("双因素已重置。", &page_of(&login)))
}

/// `POST /accounts/{login}/sessions`
pub async fn end_sessions(State(app): State<App>, Path(login): Path<String>, posted: Posted) -> Result<Response, PageError> {
    app.door.end_sessions_of(&posted.signed.caller, &login).await.map_err(refused)?;
    app.door.revoke_tokens_of(&posted.signed.caller, &login).await.map_err(refused)?;
    Ok(done("会话已结束，令牌已撤销。", &page_of(&login)))
}

/// `POST /accounts/{login}/subject`
pub async fn link_subject(State(app): State<App>, Path(login): Path<String>, posted: Posted) -> Result<Response, PageError> {
    app.door.managed(&posted.signed.caller, &login).await.map_err(refused)?;
    let sso = app.gate.sso.as_ref().ok_or_else(crate::pages::login::no_sso)?;
    let subject = Subject { issuer: sso.issuer().to_owned(), subject: posted.get("subject").trim().to_owned() };
    match app.door.link_subject(&posted.signed.caller, &login, &subject).await {
        Err(error @ DoorError::NotAllowed { .. }) => Err(refused(error)),
        other => {
            other?;
            Ok(done("已关联单点登录身份。", &page_of(&login)))
        }
    }
}
