//! `GET /exams/slots`: a month of a clinic's half days with free places.

use super::{SLOTS, SLOTS_TITLE, allow, release, style};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, posted, words};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::Value;
use time::{Date, Duration, Month};
use zhijian_kinds::dates;
use zhijian_records::access::{self, Wish};
use zhijian_records::exams::SLOT;
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};

/// Slots of a month and clinic: two a day.
const MOST: u32 = 500;

/// `GET /exams/slots`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, PageError> {
    allow(&app, &signed, SLOT, Wish::Read)?;
    let (mut month, mut institution) = (String::new(), String::new());
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        match name.as_str() {
            "month" => month = value,
            "institution" => institution = value,
            _ => return Err(PageError::BadRequest(format!("体检号源没有条件“{name}”"))),
        }
    }
    let today = app.door.today();
    let first = first_day(if month.is_empty() { today.get(..7).unwrap_or_default() } else { &month })
        .ok_or_else(|| PageError::BadRequest(format!("“{month}”不是月份，应为 2026-07 的形式")))?;
    let kind = app.door.kind(SLOT)?;
    let files = signed.is("R11") && access::may(&signed.caller, &kind, Wish::File);
    if signed.is("R11") {
        institution.clone_from(&signed.account.organisation);
    }
    let clinics = clinics(&app, &signed).await?;
    let last = following(first) - Duration::DAY;
    let mut filters = vec![("slot_on".to_owned(), Op::Gte, dates::iso(first)), ("slot_on".to_owned(), Op::Lte, dates::iso(last))];
    if !institution.is_empty() {
        filters.push(("institution_id".to_owned(), Op::Eq, institution.clone()));
    }
    let request = ListRequest { filters, sort: Some("slot_on".into()), limit: MOST, ..ListRequest::default() };
    let slots = app.door.list(&signed.caller, SLOT, &request).await?.rows;
    let flash = Flash::of(&headers);
    let to = |day: Date| {
        format!(
            "{SLOTS}{}",
            links::query(&[("month", format!("{:04}-{:02}", day.year(), u8::from(day.month()))), ("institution", institution.clone())])
        )
    };
    let body = html! {
        (style())
        (flash.notice())
        @if !signed.is("R11") {
            form.due-filter method="get" action=(SLOTS) {
                div { label for="institution" { "体检机构" } select.form-select #institution name="institution" {
                    option value="" { "全部机构" }
                    @for clinic in &clinics { option value=(clinic.id) selected[clinic.id == institution] { (text(clinic, "name")) } }
                } }
                div { label for="month" { "月份" } input.form-control #month type="month" name="month" value=(format!("{:04}-{:02}", first.year(), u8::from(first.month()))); }
                button.btn.btn-primary type="submit" { "查看" }
            }
        }
        nav.month-switch aria-label="月份" {
            a.btn href=(to(first - Duration::DAY)) { "上月" }
            strong { (first.year()) "年" (u8::from(first.month())) "月" }
            a.btn href=(to(following(first))) { "下月" }
        }
        (grid(&app, first, &slots, &today))
        @if slots.is_empty() { p.muted { "这个月还没有公布号源。" } }
        @if files { (release::form(&app, &signed, &today)) }
        @if !files && signed.is("R09") { p.muted { "预约在委托页办理：" a href=(links::list(zhijian_records::exams::ORDER)) { "我的体检委托" } "。" } }
    };
    let crumbs = [(words::DESK, "/".to_owned())];
    let actions = html! { a.btn href=(links::list(SLOT)) { "号源列表" } };
    let frame = Frame { title: SLOTS_TITLE, signed: Some(&signed), active: SLOTS, breadcrumbs: &crumbs, actions, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

/// Clinics of the register, as far as the caller sees them.
async fn clinics(app: &App, signed: &Signed) -> Result<Vec<View>, PageError> {
    let request = ListRequest {
        filters: vec![("category".to_owned(), Op::Eq, "exam".to_owned())],
        sort: Some("name".into()),
        limit: 200,
        ..ListRequest::default()
    };
    match app.door.list(&signed.caller, "institution", &request).await {
        Ok(page) => Ok(page.rows),
        Err(zhijian_records::DoorError::NotAllowed { .. } | zhijian_records::DoorError::BadRequest(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn text<'a>(view: &'a View, path: &str) -> &'a str {
    view.data.get(path).and_then(Value::as_str).unwrap_or_default()
}

fn number(view: &View, path: &str) -> Option<u64> {
    view.data.get(path).and_then(Value::as_u64)
}

/// First day of a month written `2026-07`.
pub(super) fn first_day(month: &str) -> Option<Date> {
    dates::parse_iso(&format!("{month}-01"))
}

/// First day of the next month.
pub(super) fn following(first: Date) -> Date {
    let year = if first.month() == Month::December { first.year() + 1 } else { first.year() };
    Date::from_calendar_date(year, first.month().next(), 1).unwrap_or(first + Duration::days(31))
}

fn grid(app: &App, first: Date, slots: &[View], today: &str) -> Markup {
    let calendar = &app.catalogue().deadlines.calendar;
    let next = following(first);
    let lead = i64::from(first.weekday().number_days_from_monday());
    let days: Vec<Date> = std::iter::successors(Some(first - Duration::days(lead)), |d| Some(*d + Duration::DAY))
        .take_while(|d| *d < next || d.weekday().number_days_from_monday() != 0)
        .collect();
    let half = |slot: &View| app.catalogue().list("HALFDAY").map_or_else(String::new, |l| l.label(text(slot, "half")).to_owned());
    html! {
        div.table-wrap { table.month.exam-month {
            thead { tr { @for name in ["一", "二", "三", "四", "五", "六", "日"] { th scope="col" { (name) } } } }
            tbody { @for week in days.chunks(7) { tr { @for day in week {
                @let iso = dates::iso(*day);
                td class=[(!calendar.works(*day)).then_some("day-off")] aria-current=[(iso == today).then_some("date")] {
                    @if (first..next).contains(day) {
                        span.day-number { (day.day()) }
                        @for slot in slots.iter().filter(|s| text(s, "slot_on") == iso) {
                            @let free = number(slot, "free").unwrap_or_default();
                            a.exam-slot.exam-full[free == 0 || slot.state == "closed"] href=(links::record(SLOT, &slot.id)) title=(text(slot, "institution")) {
                                (half(slot)) " "
                                @if slot.state == "closed" { "停约" } @else { "余 " (free) "/" (number(slot, "capacity").unwrap_or_default()) }
                            }
                        }
                    }
                }
            } } } }
        } }
    }
}
