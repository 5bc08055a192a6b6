//! Who sees one record, and why; and opening it to somebody (an open case, an appraisal, a review).

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::access::Reach;
use zhijian_records::whosees::Seer;

/// Days for which a case is opened unless said otherwise.
const DAYS: i64 = 30;

/// `GET /records/{kind}/{id}/access`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let seers = app.door.who_sees(&signed.caller, &kind.kind, &id).await?;
    let flash = Flash::of(&headers);
    let opens = signed.oversees(&app) && kind.rights.allowed.iter().any(|a| a.row.scope == Reach::Granted);
    let body = html! {
        (flash.notice())
        p.lead { "可以看到这条" (kind.title) "（记录号 " code { (id) } "）的账号共 " (seers.len()) " 个。本页只列账号与理由，不显示记录内容。" }
        (list(&seers))
        @if opens { (form(&signed, &kind, &id)) }
        p.muted { a href={"/access/" (kind.kind)} { (kind.title) "的访问策略" } }
    };
    let crumbs = [(kind.title.as_str(), links::list(&kind.kind)), ("记录", links::record(&kind.kind, &id))];
    let frame =
        Frame { title: "谁能看到这条记录", signed: Some(&signed), active: "/access", breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn list(seers: &[Seer]) -> Markup {
    html! {
        div.table-wrap { table.list {
            thead { tr { th scope="col" { "账号" } th scope="col" { "为什么" } th scope="col" { "看不到" } th scope="col" { "完整信息" } th scope="col" { "还能" } } }
            tbody { @for seer in seers {
                tr {
                    th scope="row" data-label="账号" { span { (seer.name) " " small.muted { (seer.login) } } }
                    td data-label="为什么" { ul.plain { @for reason in &seer.reasons { li {
                        @if reason.role.is_empty() { "紧急访问" } @else { (words::role(&reason.role)) " · " (reason.reach.word()) }
                        " · " (reason.view)
                        @if !reason.grant.is_empty() { span.muted { "（" (reason.grant) "）" } }
                    } } } }
                    td data-label="看不到" { @if seer.hidden.is_empty() { "—" } @else { details { summary { (seer.hidden.len()) " 项" } (seer.hidden.join("、")) } } }
                    td data-label="完整信息" { @if seer.reveals { "说明用途后" } @else { "始终隐去" } }
                    td data-label="还能" { @if seer.may.is_empty() { "—" } @else { (seer.may.iter().map(|w| w.word()).collect::<Vec<_>>().join("、")) } }
                }
            } }
        } }
    }
}

fn form(signed: &Signed, kind: &Kind, id: &str) -> Markup {
    html! {
        form.card.narrow method="post" action=(links::about(&kind.kind, id, "access")) data-once {
            (token(signed))
            h2 { "指派" }
            p.hint { "因立案、鉴定、评审等须由他人查看时，在此打开这一条记录；到期自动收回，记入审计日志。" }
            div.form-grid {
                div.field { label for="assign-login" { "账号" span.mark-required { "必填" } } input.form-control #assign-login name="login" required autocapitalize="none" autocomplete="off"; }
                div.field { label for="assign-days" { "天数" } input.form-control #assign-days name="days" inputmode="numeric" value=(DAYS); }
                div.field.wide { label for="assign-reason" { "事由（案号、鉴定号或任务）" span.mark-required { "必填" } } input.form-control #assign-reason name="reason" required maxlength="200"; }
            }
            div.form-bar { button.btn.btn-primary type="submit" { "指派" } }
        }
    }
}

/// `POST /records/{kind}/{id}/access`
pub async fn assign(State(app): State<App>, Path((kind, id)): Path<(String, String)>, posted: Posted) -> Result<Response, PageError> {
    let days = posted.get("days").trim().parse().map_err(|_| PageError::BadRequest("天数应为 1 到 366 的整数".into()))?;
    let login = posted.get("login").trim().to_lowercase();
    app.door.assign(&posted.signed.caller, &kind, &id, &login, days, posted.get("reason")).await?;
    let done = Flash::done(&format!("已指派给 {login}。")).cookie();
    Ok(([(header::SET_COOKIE, done)], Redirect::to(&links::about(&kind, &id, "access"))).into_response())
}
