//! `/duties/escalation`: stopping the escalation of an overdue duty for some time, with a reason.

use super::ESCALATION;
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::links;
use crate::posted::{self, Posted};
use crate::session::Signed;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::dates;
use zhijian_records::duties::DutyRow;
use zhijian_records::notices::hold::LONGEST;

/// Beside a record's duties: what is stopped until when and why, and the way to change it.
///
/// # Errors
/// The store failed.
pub async fn beside(app: &App, signed: &Signed, rows: &[DutyRow]) -> Result<Markup, PageError> {
    let holds = app.door.escalation_holds(rows).await?;
    let today = app.door.today();
    let late = rows.iter().filter(|r| *r.due_on < *today && !r.paused);
    let mine: Vec<&DutyRow> = late.filter(|r| app.door.may_hold_escalation(&signed.caller, &r.duty)).collect();
    let title = |duty: &str| app.catalogue().duties.get(duty).map_or("", |d| d.title.as_str()).to_owned();
    Ok(html! {
        @for hold in &holds { p.hint { "“" (title(&hold.duty)) "”暂停督办至 " (hold.until) "：" (hold.reason) "（" (hold.by) "）" } }
        @for row in mine { p { a.quiet href={(ESCALATION) (links::query(&[("kind", &row.kind), ("id", &row.id), ("duty", &row.duty)]))} { "督办设置：" (title(&row.duty)) } } }
    })
}

/// Which duty.
struct Which {
    kind: String,
    id: String,
    duty: String,
}

impl Which {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let get = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
        Self { kind: get("kind"), id: get("id"), duty: get("duty") }
    }
}

/// `GET /duties/escalation?kind=&id=&duty=`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let which = Which::read(posted::pairs(query.unwrap_or_default().as_bytes()));
    let row = app.door.own_duty(&signed.caller, &which.kind, &which.id, &which.duty).await?;
    let held = app.door.escalation_holds(std::slice::from_ref(&row)).await?.into_iter().next();
    let title = app.catalogue().duties.get(&row.duty).map_or("", |d| d.title.as_str());
    let today = app.door.today();
    let latest = dates::add_days(&today, LONGEST).unwrap_or_default();
    let body = html! {
        section.card.about.narrow { dl {
            dt { "事项" } dd { (title) }
            dt { "期限" } dd { (crate::duties::when(&row, &today)) }
            dt { "督办" } dd { @if let Some(hold) = &held { "暂停至 " (hold.until) "：" (hold.reason) "（" (hold.by) "）" } @else { "按规定逐级督办" } }
        } }
        @if app.door.may_hold_escalation(&signed.caller, &row.duty) {
            form.card.narrow method="post" action=(ESCALATION) data-once {
                (token(&signed)) (hidden(&row))
                h2 { "暂停督办" }
                p.hint { "暂停期间不再逐级通知；事项本身仍按期限显示为逾期。暂停写入审计日志。" }
                div.field { label for="until" { "暂停至（最长 " (LONGEST) " 天）" } input.form-control #until type="date" name="until" required min=(today) max=(latest) value=[held.as_ref().map(|h| h.until.as_str())]; }
                div.field { label for="reason" { "理由" } textarea.form-control #reason name="reason" required minlength="5" maxlength="500" rows="3" {} }
                div.form-bar { button.btn.btn-primary type="submit" name="deed" value="hold" { "暂停督办" } a.btn href=(links::record(&row.kind, &row.id)) { "返回" } }
            }
            @if held.is_some() {
                form method="post" action=(ESCALATION) { (token(&signed)) (hidden(&row)) button.btn type="submit" name="deed" value="lift" { "恢复督办" } }
            }
        }
    };
    let crumbs = [(crate::duties::TITLE, crate::duties::PAGE.to_owned())];
    let frame =
        Frame { title: "督办设置", signed: Some(&signed), active: crate::duties::PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

fn hidden(row: &DutyRow) -> Markup {
    html! {
        @for (name, value) in [("kind", &row.kind), ("id", &row.id), ("duty", &row.duty)] { input type="hidden" name=(name) value=(value); }
    }
}

/// `POST /duties/escalation`
pub async fn save(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let which = Which::read(posted.fields.clone());
    let caller = &posted.signed.caller;
    let told = match posted.get("deed") {
        "hold" => {
            let (until, reason) = (posted.get("until"), posted.get("reason"));
            app.door.hold_escalation(caller, &which.kind, &which.id, &which.duty, until, reason).await?;
            format!("已暂停督办至 {until}")
        }
        "lift" => {
            app.door.lift_escalation(caller, &which.kind, &which.id, &which.duty).await?;
            "已恢复督办".to_owned()
        }
        other => return Err(PageError::BadRequest(format!("参数 deed 的值“{other}”应为 hold 或 lift"))),
    };
    let to = links::record(&which.kind, &which.id);
    Ok(([(header::SET_COOKIE, Flash::done(&told).cookie())], Redirect::to(&to)).into_response())
}
