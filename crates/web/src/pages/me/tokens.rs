//! Tokens of the own account for scripts.

use super::{done, owner, page, password_field};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::token;
use crate::posted::Posted;
use crate::session::Signed;
use crate::visit::Visit;
use crate::words;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_records::DoorError;
use zhijian_records::accounts::SCOPES;

const TITLE: &str = "接口令牌";

/// `GET /me/tokens`
pub async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let body = html! { (Flash::of(&headers).notice()) (list(&app, &signed, None).await?) };
    Ok(([(header::SET_COOKIE, Flash::gone())], page(&app, &signed, TITLE, &[], body)).into_response())
}

async fn list(app: &App, signed: &Signed, wrong: Option<&str>) -> Result<Markup, PageError> {
    let (tokens, policy, now) = (app.door.own_tokens(&signed.caller).await?, app.door.security().await?, app.door.now());
    Ok(html! {
        p.lead { "供程序调用接口：请求头 " code { "Authorization: Bearer 令牌" } "。令牌的权限不超过本账号，不能管理账号、会话和令牌；账号停用即失效。" }
        @if let Some(message) = wrong { div.notice.notice-error role="alert" { (message) } }
        @if !tokens.is_empty() { div.table-wrap { table.list {
            thead { tr { th scope="col" { "名称" } th scope="col" { "权限范围" } th scope="col" { "有效期至" } th scope="col" { "最近使用" } th scope="col" { "操作" } } }
            tbody { @for one in &tokens { tr {
                td data-label="名称" { (one.name) }
                td data-label="权限范围" { (one.scopes.iter().map(|s| SCOPES.iter().find(|(c, _)| c == s).map_or(s.as_str(), |(_, t)| t)).collect::<Vec<_>>().join("；")) }
                td data-label="有效期至" { (words::moment(one.expires)) @if one.expires <= now { " " span.state-badge.badge-quiet { "已过期" } } }
                td data-label="最近使用" { @if one.used > 0 { (words::moment(one.used)) } @else { "未使用过" } }
                td data-label="操作" { form method="post" action={"/me/tokens/" (one.id()) "/revoke"} data-once { (token(signed)) button.btn.btn-sm type="submit" { "撤销" } } }
            } } }
        } } }
        form.record-form.narrow method="post" action="/me/tokens" data-once { (token(signed))
            section.card { h2 { "新建令牌" } div.form-grid {
                div.field { label for="name" { "名称" } input.form-control #name name="name" required maxlength="40" placeholder="用途或使用它的程序"; }
                div.field { label for="days" { "有效天数" } input.form-control #days name="days" required inputmode="numeric" value=(policy.token_days.min(90)); p.hint { "最长 " (policy.token_days) " 天。" } }
                div.field.wide { span.label #scopes-label { "权限范围" } div.checks role="group" aria-labelledby="scopes-label" { @for (code, title) in SCOPES { label.check { input type="checkbox" name="scopes" value=(code); span { (title) " " small.muted { (code) } } } } } }
                (password_field(app, signed, "token-password"))
            } }
            div.form-bar { button.btn.btn-primary type="submit" { "新建" } }
        }
    })
}

/// `POST /me/tokens`: the token is shown once.
pub async fn issue(State(app): State<App>, visit: Visit, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    let scopes: Vec<String> = posted.all("scopes").map(str::to_owned).collect();
    let days = posted.get("days").trim().parse().unwrap_or_default();
    let wrong = match owner(&app, &posted, &visit).await? {
        Some(message) => message,
        None => match app.door.issue_token(&signed.caller, posted.get("name"), &scopes, days).await {
            Ok(issued) => {
                let body = html! { section.card.narrow {
                    p { "令牌“" (issued.token.name) "”，有效期至 " (words::moment(issued.token.expires)) "：" }
                    p.password.long { code { (issued.secret) } }
                    p.hint { "只显示这一次，请立即存入程序的密钥库；遗失只能撤销后重建。" }
                    p { a.btn.btn-primary href="/me/tokens" { "我已保存" } }
                } };
                return Ok(page(&app, signed, "新令牌", &[], body).into_response());
            }
            Err(DoorError::BadRequest(message)) => message,
            Err(error) => return Err(error.into()),
        },
    };
    let body = list(&app, signed, Some(&wrong)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, signed, TITLE, &[], body)).into_response())
}

/// `POST /me/tokens/{id}/revoke`
pub async fn revoke(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    app.door.revoke_token(&posted.signed.caller, &id).await?;
    Ok(done("令牌已撤销。", "/me/tokens"))
}
