//! Approval of exports (导出审批): own requests, and those of others to decide on.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::pages::records::export;
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use zhijian_records::exports::{ExportRequest, Standing};

/// Address of the page.
pub const PAGE: &str = "/exports";
/// Most requests on the page.
const SHOWN: usize = 200;

/// Routes of this page.
pub fn router() -> Router<App> {
    Router::new().route(PAGE, get(show)).route("/exports/{id}/decide", post(decide)).route("/exports/{id}/download", post(download))
}

/// `GET /exports`
async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let all = app.door.export_requests(&signed.caller).await?;
    let (own, others): (Vec<_>, Vec<_>) = all.into_iter().take(SHOWN).partition(|r| r.login == signed.caller.login);
    let (open, decided): (Vec<_>, Vec<_>) = others.into_iter().partition(|r| r.standing == Standing::Asked);
    let approver = signed.caller.has_any(&app.catalogue().roles.exports.approvers);
    let flash = Flash::of(&headers);
    let limit = app.catalogue().roles.exports.limit;
    let body = html! {
        (flash.notice())
        p.lead { "一次或一天内导出超过 " (limit.rows) " 条" @if limit.identified { "、或含完整个人信息" } "，须由另一人批准，批准后 " (app.catalogue().roles.exports.hours) " 小时内可下载一次。每一步都记入审计日志。" }
        @if approver {
            section.card {
                h2 { "待我审批" @if !open.is_empty() { span.state-badge.badge-look { (open.len()) } } }
                @if open.is_empty() { p.muted { "没有待审批的导出申请。" } }
                @for request in &open { (pending(&app, &signed, request)) }
            }
        }
        section.card {
            h2 { "我的申请" }
            @if own.is_empty() { p.muted { "还没有申请。在记录列表中选择“导出”，需要批准时会转为申请。" } } @else { (table(&app, &signed, &own, true)) }
        }
        @if !decided.is_empty() { section.card { h2 { "已处理" } (table(&app, &signed, &decided, false)) } }
    };
    let frame = Frame { title: words::EXPORTS, signed: Some(&signed), active: PAGE, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn title(app: &App, request: &ExportRequest) -> String {
    let kind = app.catalogue().kind(&request.wanted.kind).map_or(request.wanted.kind.as_str(), |k| k.title.as_str());
    if !request.wanted.listed.is_empty() {
        format!("{kind}（名单）")
    } else if request.wanted.research.is_empty() {
        kind.to_owned()
    } else {
        format!("{kind}（脱敏）")
    }
}

fn pending(app: &App, signed: &Signed, request: &ExportRequest) -> Markup {
    let field = format!("remark-{}", request.id);
    html! {
        form.card.narrow method="post" action={"/exports/" (request.id) "/decide"} data-once {
            (token(signed))
            dl.facts {
                div.fact { dt { "申请人" } dd { (request.name) " " small.muted { (request.login) } } }
                div.fact { dt { "时间" } dd { (words::moment(request.at)) } }
                div.fact { dt { "内容" } dd { (title(app, request)) " · " (request.rows) " 条 · " (request.wanted.format) } }
                div.fact { dt { "个人信息" } dd { @if request.wanted.full { strong { "完整" } } @else { "隐去" } } }
                div.fact { dt { "条件" } dd { (request.wanted.conditions) } }
                div.fact { dt { "用途" } dd { (request.wanted.purpose) } }
                div.fact.wide { dt { "理由" } dd { (request.reason) } }
            }
            div.field { label for=(field) { "意见（不同意时必填）" } input.form-control id=(field) name="remark" maxlength="200"; }
            div.form-bar {
                button.btn.btn-primary type="submit" name="decision" value="approve" { "同意" }
                button.btn type="submit" name="decision" value="refuse" { "不同意" }
            }
        }
    }
}

fn table(app: &App, signed: &Signed, requests: &[ExportRequest], own: bool) -> Markup {
    let now = app.door.now();
    html! {
        div.table-wrap { table.list.small {
            thead { tr { th scope="col" { "时间" } @if !own { th scope="col" { "申请人" } } th scope="col" { "内容" } th.num scope="col" { "条数" } th scope="col" { "用途与理由" } th scope="col" { "状态" } @if own { th scope="col" { "下载" } } } }
            tbody { @for request in requests { tr {
                td.date data-label="时间" { (words::moment(request.at)) }
                @if !own { td data-label="申请人" { (request.name) " " small.muted { (request.login) } } }
                td data-label="内容" { (title(app, request)) @if request.wanted.full { " " span.mark-required { "完整信息" } } }
                td.num data-label="条数" { (request.rows) }
                td data-label="用途与理由" { (request.wanted.purpose) "：" (request.reason) }
                td data-label="状态" { (standing(request, now)) @if !request.remark.is_empty() { " " small.muted { (request.decided_by) "：" (request.remark) } } }
                @if own { td data-label="下载" {
                    @if request.standing == Standing::Approved && request.until > now {
                        form method="post" action={"/exports/" (request.id) "/download"} { (token(signed)) button.btn.btn-primary type="submit" { "下载（一次）" } small.muted { " " (words::moment(request.until)) " 前" } }
                    }
                } }
            } } }
        } }
    }
}

fn standing(request: &ExportRequest, now: i64) -> &'static str {
    match request.standing {
        Standing::Asked => "待审批",
        Standing::Approved if request.until <= now => "已过期",
        Standing::Approved => "已同意",
        Standing::Refused => "不同意",
        Standing::Taken => "已下载",
    }
}

/// `POST /exports/{id}/decide`
async fn decide(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let approve = match posted.get("decision") {
        "approve" => true,
        "refuse" => false,
        _ => return Err(PageError::BadRequest("请选择同意或不同意".into())),
    };
    app.door.decide_export(&posted.signed.caller, &id, approve, posted.get("remark")).await?;
    let done = Flash::done(if approve { "已同意，申请人可以下载。" } else { "已退回申请。" }).cookie();
    Ok(([(header::SET_COOKIE, done)], Redirect::to(PAGE)).into_response())
}

/// `POST /exports/{id}/download`
async fn download(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let caller = posted.signed.caller.clone();
    let (pass, request) = app.door.take_export(&caller, &id).await?;
    if !request.wanted.listed.is_empty() {
        crate::lists::send(&app, &caller, &pass, &request.wanted).await
    } else if request.wanted.research.is_empty() {
        export::send(app, caller, pass, &request.wanted).await
    } else {
        crate::pages::research::send(&app, &caller, &pass, &request).await
    }
}
