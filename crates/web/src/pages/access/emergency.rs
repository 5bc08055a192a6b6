//! Emergency access (紧急访问): the form for those who may, and the notices for those who must know.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::pages::records::reveal;
use crate::posted::Posted;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::emergency::{Notice, Wanted};

/// Address of the page.
const PAGE: &str = "/emergency";
/// Most notices on the page.
const SHOWN: usize = 200;

/// `GET /emergency`
pub async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let kinds = app.door.emergency_kinds(&signed.caller);
    let notices = app.door.notices(&signed.caller).await?;
    let flash = Flash::of(&headers);
    let body = html! {
        (flash.notice())
        p.lead { "遇抢救、突发事件等紧急情况，经授权的角色可以打开负责范围以外的记录。每次都记入审计日志，并通知记录所在地的卫健部门和所属单位。" }
        @if !kinds.is_empty() { (form(&app, &signed, &kinds)) }
        section.card {
            h2 { "紧急访问通知" }
            @if notices.is_empty() { p.muted { "没有与您有关的紧急访问。" } } @else { (list(&app, &signed, &notices)) }
        }
    };
    let frame = Frame { title: words::EMERGENCY, signed: Some(&signed), active: PAGE, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn form(app: &App, signed: &Signed, kinds: &[&Kind]) -> Markup {
    let rule = app.catalogue().roles.break_glass;
    html! {
        form.card.narrow method="post" action=(PAGE) data-once {
            (token(signed))
            h2 { "打开范围以外的记录" }
            div.form-grid {
                div.field { label for="em-kind" { "表单" span.mark-required { "必填" } } select.form-select #em-kind name="kind" required { @for kind in kinds { option value=(kind.kind) { (kind.title) } } } }
                div.field { label for="em-person" { "证件号码（完整）" } input.form-control #em-person name="person" autocomplete="off" maxlength="18"; p.hint { "或在下面填写记录号。" } }
                div.field { label for="em-record" { "记录号" } input.form-control #em-record name="record" autocomplete="off" maxlength="32"; }
                (reveal::choice(app, "em-purpose"))
                div.field.wide {
                    label for="em-reason" { "紧急事由" span.mark-required { "必填" } }
                    textarea.form-control #em-reason name="reason" rows="3" required minlength=(rule.reason_length) maxlength="500" {}
                    p.hint { "至少 " (rule.reason_length) " 个字。打开后 " (rule.hours) " 小时内可以查看，不能修改。" }
                }
            }
            div.form-bar { button.btn.btn-primary type="submit" { "打开并通知" } }
        }
    }
}

fn list(app: &App, signed: &Signed, notices: &[Notice]) -> Markup {
    let now = app.door.now();
    html! {
        div.table-wrap { table.list.small {
            thead { tr { th scope="col" { "时间" } th scope="col" { "谁" } th scope="col" { "记录" } th scope="col" { "属地" } th scope="col" { "事由" } th scope="col" { "有效至" } } }
            tbody { @for notice in notices.iter().take(SHOWN) {
                @let title = app.catalogue().kind(&notice.kind).map_or(notice.kind.as_str(), |k| k.title.as_str());
                @let open = notice.until > now;
                tr {
                    td.date data-label="时间" { (words::moment(notice.at)) }
                    td data-label="谁" { (notice.name) " " small.muted { (notice.login) } }
                    td data-label="记录" { @if open && notice.login == signed.caller.login { a href=(links::record(&notice.kind, &notice.id)) { (title) } } @else { (title) " " small.muted { (notice.id) } } }
                    td data-label="属地" { (app.catalogue().regions.name(&notice.region)) }
                    td data-label="事由" { (notice.reason) }
                    td.date data-label="有效至" { (words::moment(notice.until)) @if !open { span.muted { "（已收回）" } } }
                }
            } }
        } }
    }
}

/// `POST /emergency`
pub async fn submit(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let (record, person) = (posted.get("record").trim(), posted.get("person").trim());
    let wanted = match (record.is_empty(), person.is_empty()) {
        (false, true) => Wanted::Record(record),
        (true, false) => Wanted::Person(person),
        _ => return Err(PageError::BadRequest("请填写证件号码或记录号其中一项".into())),
    };
    let purpose = posted.get("purpose");
    if !crate::purposes::all(&app).contains(&purpose) {
        return Err(PageError::BadRequest("请先选择用途".into()));
    }
    let opened = app.door.break_glass(&posted.signed.caller, posted.get("kind"), wanted, purpose, posted.get("reason")).await?;
    for notice in &opened {
        app.purposes.remember(&posted.signed, &notice.kind, &notice.id, app.door.now(), purpose, posted.get("reason"));
    }
    let done = Flash::done(&format!("已打开 {} 条记录，并已通知当地卫健部门和所属单位。", opened.len())).cookie();
    let to = match opened.as_slice() {
        [one] => links::record(&one.kind, &one.id),
        _ => PAGE.to_owned(),
    };
    Ok(([(header::SET_COOKIE, done)], Redirect::to(&to)).into_response())
}
