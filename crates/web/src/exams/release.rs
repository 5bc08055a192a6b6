//! `POST /exams/slots`: a clinic announces several days at once; half days that are there already stay as they are.

use super::{SLOTS, allow, back};
use crate::app::App;
use crate::error::PageError;
use crate::layout::token;
use crate::posted::Posted;
use crate::session::Signed;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::{Map, Value, json};
use time::Duration;
use zhijian_kinds::dates;
use zhijian_kinds::intake::Draft;
use zhijian_records::DoorError;
use zhijian_records::access::Wish;
use zhijian_records::exams::SLOT;
use zhijian_records::submit::Entry;

/// Most days of one announcement.
const DAYS: i64 = 62;

/// The form.
#[must_use]
pub fn form(app: &App, signed: &Signed, today: &str) -> Markup {
    let halves = || app.catalogue().list("HALFDAY").into_iter().flat_map(|list| &list.codes);
    html! {
        section.card {
            h2 { "公布号源" }
            form.form-grid method="post" action=(SLOTS) data-once {
                (token(signed))
                div.field { label for="from" { "从" } input.form-control #from type="date" name="from" value=(today) min=(today) required; }
                div.field { label for="to" { "到" } input.form-control #to type="date" name="to" value=(today) min=(today) required; p.hint { "只在工作日放号，一次最多 " (DAYS) " 天。" } }
                @for half in halves() { div.field {
                    label for={"c" (half.code)} { (half.label) "容量（人）" }
                    input.form-control id={"c" (half.code)} name={"capacity." (half.code)} inputmode="numeric" pattern="[0-9]*";
                    p.hint { "不填或 0 表示这半天不放号。" }
                } }
                div.field.wide role="group" aria-labelledby="cat-label" {
                    span.label #cat-label { "检查类别" }
                    div.checks { @for code in app.catalogue().list("EXCAT").into_iter().flat_map(|list| &list.codes) {
                        label.check { input type="checkbox" name="category" value=(code.code); span { (code.label) } }
                    } }
                    p.hint { "不勾选表示全部备案类别都能检查。" }
                }
                div.field.wide { button.btn.btn-primary type="submit" { "公布" } }
            }
        }
    }
}

/// `POST /exams/slots`
pub async fn submit(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    allow(&app, signed, SLOT, Wish::File)?;
    if signed.account.organisation.is_empty() {
        return Err(PageError::BadRequest("批量公布号源供体检机构使用；代录请用“体检号源”表单".into()));
    }
    let day = |name: &str, title: &str| {
        dates::parse_iso(posted.get(name)).ok_or_else(|| PageError::BadRequest(format!("{title}：“{}”不是日期", posted.get(name))))
    };
    let (from, to) = (day("from", "从")?, day("to", "到")?);
    if to < from || (to - from).whole_days() >= DAYS {
        return Err(PageError::BadRequest(format!("止日须不早于起日，一次最多 {DAYS} 天")));
    }
    let clinic = app.door.open(&signed.caller, "institution", &signed.account.organisation, None).await?.data;
    let mut base = Map::new();
    for (field, from) in [("institution", "name"), ("institution_uscc", "uscc")] {
        base.insert(field.to_owned(), clinic.get(from).cloned().unwrap_or_default());
    }
    let categories: Vec<&str> = posted.all("category").collect();
    if !categories.is_empty() {
        base.insert("categories".into(), json!(categories));
    }
    let kind = app.door.kind(SLOT)?;
    let (mut made, mut there) = (0, 0);
    let mut at = from;
    while at <= to {
        for half in app.catalogue().list("HALFDAY").into_iter().flat_map(|list| &list.codes) {
            let written = posted.get(&format!("capacity.{}", half.code)).trim();
            let capacity: u32 = if written.is_empty() {
                0
            } else {
                written.parse().map_err(|_| PageError::BadRequest(format!("{}容量：“{written}”不是整数", half.label)))?
            };
            if capacity == 0 || !app.catalogue().deadlines.calendar.works(at) {
                continue;
            }
            let mut slot = base.clone();
            slot.insert("slot_on".into(), json!(dates::iso(at)));
            slot.insert("half".into(), Value::String(half.code.clone()));
            slot.insert("capacity".into(), json!(capacity));
            let entry = Entry { source: "web", reason: "", idempotency: None };
            match app.door.submit(&signed.caller, SLOT, &Draft::from_json(&kind, &slot), entry).await {
                Ok(_) => made += 1,
                Err(DoorError::Exists { .. }) => there += 1,
                Err(error) => return Err(error.into()),
            }
        }
        at += Duration::DAY;
    }
    if made + there == 0 {
        return Err(PageError::BadRequest("没有可公布的号源：上午、下午至少有一个填写容量，其间须有工作日".into()));
    }
    let kept = if there > 0 { format!("，{there} 个半天原已公布，未改动") } else { String::new() };
    Ok(back(&format!("{SLOTS}?month={}", posted.get("from").get(..7).unwrap_or_default()), &format!("已公布 {made} 个半天{kept}。")))
}
