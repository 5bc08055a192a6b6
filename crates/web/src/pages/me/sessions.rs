//! Sessions of the own account: where and since when, and ending them.

use super::{done, page};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::token;
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::html;
use zhijian_records::accounts::session_id;

/// `GET /me/sessions`
pub async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let sessions = app.door.live_sessions(&signed.account.login).await?;
    let policy = app.door.security().await?;
    let body = html! {
        (Flash::of(&headers).notice())
        p.lead { "无操作 " (policy.idle_minutes) " 分钟后自动退出，每次登录最长 " (policy.absolute_minutes) " 分钟。看到不认识的会话请立即结束并修改密码。" }
        div.table-wrap { table.list {
            thead { tr { th scope="col" { "设备" } th scope="col" { "登录方式" } th scope="col" { "网络地址" } th scope="col" { "登录时间" } th scope="col" { "最近使用" } th scope="col" { "操作" } } }
            tbody { @for one in &sessions { tr {
                td data-label="设备" { (words::device(&one.device)) @if one.token_hash == signed.session.token_hash { " " span.state-badge.badge-ok { "本次会话" } } }
                td data-label="登录方式" { (words::way(&one.way)) }
                td data-label="网络地址" { @if one.address.is_empty() { (words::NONE) } @else { code { (one.address) } } }
                td data-label="登录时间" { (words::moment(one.created)) }
                td data-label="最近使用" { (words::moment(one.seen)) }
                td data-label="操作" { @if one.token_hash != signed.session.token_hash { form method="post" action={"/me/sessions/" (session_id(one)) "/end"} data-once { (token(&signed)) button.btn.btn-sm type="submit" { "结束" } } } }
            } } }
        } }
        @if sessions.len() > 1 { form method="post" action="/me/sessions/end" data-once { (token(&signed)) button.btn type="submit" { "结束其他全部会话" } } }
    };
    Ok(([(header::SET_COOKIE, Flash::gone())], page(&app, &signed, "登录会话", &[], body)).into_response())
}

/// `POST /me/sessions/{id}/end`
pub async fn end(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    app.door.end_own_session(&posted.signed.caller, &id).await?;
    Ok(done("会话已结束。", "/me/sessions"))
}

/// `POST /me/sessions/end`
pub async fn end_others(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let ended = app.door.end_other_sessions(&posted.signed.caller, &posted.signed.session).await?;
    Ok(done(&format!("已结束其他会话 {ended} 个。"), "/me/sessions"))
}
