//! `GET /duties/calendar`: a month with the number of duties that end on each day, working days told apart.

use super::{CALENDAR, PAGE, TITLE};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, posted, words};
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use std::collections::HashMap;
use time::{Date, Duration, Month};
use zhijian_kinds::dates;
use zhijian_records::duties::Ask;

/// `GET /duties/calendar?month=2026-11`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let today = app.door.today();
    let mut wanted = today.get(..7).unwrap_or_default().to_owned();
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        match name.as_str() {
            "month" => wanted = value,
            _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
        }
    }
    let first = dates::parse_iso(&format!("{wanted}-01")).ok_or_else(|| PageError::BadRequest(format!("月份“{wanted}”应写作 2026-01")))?;
    let next = following(first).ok_or_else(|| PageError::BadRequest("月份超出范围".into()))?;
    let ask = Ask { from: Some(dates::iso(first)), until: Some(dates::iso(next - Duration::DAY)), ..Ask::default() };
    let counts: HashMap<String, u64> = app.door.duty_days(&signed.caller, ask).await?.into_iter().collect();
    let month = |date: Date| format!("{CALENDAR}?month={:04}-{:02}", date.year(), u8::from(date.month()));
    let body = html! {
        nav.month-switch aria-label="月份" {
            a.btn href=(month(first - Duration::DAY)) { "上月" }
            strong { (first.year()) "年" (u8::from(first.month())) "月" }
            a.btn href=(month(next)) { "下月" }
        }
        (grid(&app, first, next, &counts, &today))
        @if !app.catalogue().deadlines.calendar.knows(first) {
            p.notice.notice-warning { (first.year()) " 年的节假日安排尚未录入，按周一至周五推算工作日。" }
        }
    };
    let crumbs = [(words::DESK, "/".to_owned()), (TITLE, PAGE.to_owned())];
    let frame = Frame { title: "期限日历", signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

fn following(first: Date) -> Option<Date> {
    let month = first.month().next();
    let year = if month == Month::January { first.year() + 1 } else { first.year() };
    Date::from_calendar_date(year, month, 1).ok()
}

fn grid(app: &App, first: Date, next: Date, counts: &HashMap<String, u64>, today: &str) -> Markup {
    let calendar = &app.catalogue().deadlines.calendar;
    let lead = i64::from(first.weekday().number_days_from_monday());
    let days: Vec<Date> = std::iter::successors(Some(first - Duration::days(lead)), |d| Some(*d + Duration::DAY))
        .take_while(|d| *d < next || d.weekday().number_days_from_monday() != 0)
        .collect();
    html! {
        div.table-wrap { table.month {
            thead { tr { @for name in ["一", "二", "三", "四", "五", "六", "日"] { th scope="col" { (name) } } } }
            tbody { @for week in days.chunks(7) { tr { @for day in week {
                @let iso = dates::iso(*day);
                @let inside = (first..next).contains(day);
                td class=[(!calendar.works(*day)).then_some("day-off")] aria-current=[(iso == today).then_some("date")] {
                    @if inside {
                        span.day-number { (day.day()) @if !calendar.works(*day) { span.muted { " 休" } } }
                        @if let Some(number) = counts.get(&iso) {
                            a class=[(*iso < *today).then_some("day-overdue")] href={(PAGE) (links::query(&[("day", iso.as_str())]))} { (words::count(*number)) " 项" }
                        }
                    }
                }
            } } } }
        } }
    }
}
