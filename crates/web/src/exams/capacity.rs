//! `GET /exams/capacity`: places that clinics announced against workers due, by month.
//!
//! Due workers are the denominator of indicator I-13 by month, places the sum of the slots' capacities, so both can be opened.

use super::{CAPACITY, CAPACITY_TITLE, allow, slots::first_day, slots::following, style};
use crate::app::App;
use crate::board::alone;
use crate::board::figures::{Question, When, indicator};
use crate::board::place::Territory;
use crate::calculators;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, posted, words};
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use time::{Date, Duration, Month};
use zhijian_kinds::dates;
use zhijian_lake::Dimension;
use zhijian_records::access::Wish;
use zhijian_records::exams::SLOT;
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;

/// A month.
#[derive(Debug, Clone, Copy, Default)]
struct Numbers {
    due: Option<f64>,
    capacity: f64,
    free: f64,
}

/// `GET /exams/capacity`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    allow(&app, &signed, SLOT, Wish::Read)?;
    let today = app.door.today();
    let mut year: i32 = today.get(..4).and_then(|y| y.parse().ok()).unwrap_or_default();
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        match name.as_str() {
            "year" => year = value.parse().map_err(|_| PageError::BadRequest(format!("“{value}”不是年份")))?,
            _ => return Err(PageError::BadRequest(format!("体检能力没有条件“{name}”"))),
        }
    }
    if !(1990..=2100).contains(&year) {
        return Err(PageError::BadRequest(format!("“{year}”不是年份")));
    }
    let mut months: BTreeMap<String, Numbers> = (1..=12).map(|m| (format!("{year}-{m:02}"), Numbers::default())).collect();
    let told = due(&app, &signed, year, &mut months).await?;
    places(&app, &signed, &mut months).await?;
    let body = html! {
        (calculators::style())
        (style())
        form.due-filter method="get" action=(CAPACITY) {
            div { label for="year" { "年度" } input.form-control #year name="year" inputmode="numeric" value=(year); }
            button.btn.btn-primary type="submit" { "查看" }
        }
        section.card {
            h2 { (year) " 年各月" }
            @let something = months.values().any(|n| n.capacity > 0.0 || n.due.is_some_and(|due| due > 0.0));
            @if !something { p.muted { (year) " 年没有应检人员，也没有公布的号源。" } }
            div.chart-and-table {
                @if something { (picture(&months, told)) }
                div.table-wrap tabindex="0" role="region" aria-label="各月数据表" { table.list.small {
                    thead { tr { th scope="col" { "月份" } @if told { th.num scope="col" { "应检（人）" } } th.num scope="col" { "号源容量（人）" } th.num scope="col" { "余号" } @if told { th.num scope="col" { "缺口" } } } }
                    tbody { @for (month, n) in &months { tr {
                        td.date data-label="月份" { (month) }
                        @if told { td.num data-label="应检" { @match n.due { Some(due) => a href=(links_to_due(year, month, &months)) { (due) }, None => (words::NONE) } } }
                        td.num data-label="容量" { a href=(format!("{}?month={month}", super::SLOTS)) { (n.capacity) } }
                        td.num data-label="余号" { (n.free) }
                        @if told { td.num data-label="缺口" { @match n.due { Some(due) if due > n.capacity => span.state-badge.badge-look { (due - n.capacity) }, Some(_) => "0", None => (words::NONE) } } }
                    } } }
                } }
            }
            p.muted {
                @if told { "应检人数为指标 I-13 的分母按应检月份分（名册、GBZ 188 周期），人数过小的月份隐去；只看汇总数的角色看到今天为止。" } @else { "您的角色不看应检汇总，只列号源。" }
                "号源只含本平台公布的；没有公布号源的机构不在内。"
            }
        }
    };
    let crumbs = [(words::DESK, "/".to_owned())];
    let frame = Frame {
        title: CAPACITY_TITLE,
        signed: Some(&signed),
        active: CAPACITY,
        breadcrumbs: &crumbs,
        scripts: &["vendor/echarts.js", "app/calc.js"],
        ..Frame::new(&app)
    };
    Ok(layout::page(&frame, body))
}

/// The people due in a month; of a running year up to its end where the months to come are told.
fn links_to_due(year: i32, month: &str, months: &BTreeMap<String, Numbers>) -> String {
    let end = if months.values().all(|n| n.due.is_some()) { format!("{year}-12-31") } else { String::new() };
    let pairs = [("year", year.to_string()), ("as_of", end), ("which", "denominator".into()), ("month", month.to_owned())];
    format!("{}{}#units", alone::address(None, "I-13"), links::query(&pairs))
}

/// Due workers by month, those of months to come too, for those who see aggregates.
async fn due(app: &App, signed: &Signed, year: i32, months: &mut BTreeMap<String, Numbers>) -> Result<bool, PageError> {
    let Ok(territory) = Territory::of(app, &signed.caller) else { return Ok(false) };
    let Ok(def) = indicator(app, "I-13") else { return Ok(false) };
    let home = territory.home.clone();
    // Whoever sees sums of persons only is not told two days of one year: what lies between them could be single persons.
    let end = Date::from_calendar_date(year, Month::December, 31).ok().filter(|_| !territory.withholds(def));
    let question = Question::new(&territory, None, def, &home, When { year, as_of: end, known_at: None });
    let known = dates::iso(app.evaluator.cut(year, end));
    for (_, numbers) in months.iter_mut().filter(|(month, _)| known.get(..7).is_some_and(|last| month.as_str() <= last)) {
        numbers.due = Some(0.0);
    }
    for slice in question.breakdown(app, Dimension::Month).await? {
        if let Some(numbers) = months.get_mut(&slice.key) {
            numbers.due = slice.denominator;
        }
    }
    Ok(true)
}

/// Places by month, one page of slots after the other.
async fn places(app: &App, signed: &Signed, months: &mut BTreeMap<String, Numbers>) -> Result<(), PageError> {
    for (month, numbers) in months.iter_mut() {
        let Some(first) = first_day(month) else { continue };
        let last = following(first) - Duration::DAY;
        let filters = vec![("slot_on".to_owned(), Op::Gte, dates::iso(first)), ("slot_on".to_owned(), Op::Lte, dates::iso(last))];
        let mut request = ListRequest { filters, sort: Some("slot_on".into()), limit: 500, ..ListRequest::default() };
        loop {
            let page = app.door.list(&signed.caller, SLOT, &request).await?;
            for slot in &page.rows {
                let number = |path: &str| slot.data.get(path).and_then(Value::as_f64).unwrap_or_default();
                numbers.capacity += number("capacity");
                numbers.free += if slot.state == "open" { number("free") } else { 0.0 };
            }
            request.cursor = page.next;
            if request.cursor.is_none() {
                break;
            }
        }
    }
    Ok(())
}

fn picture(months: &BTreeMap<String, Numbers>, told: bool) -> Markup {
    let points = |value: &dyn Fn(&Numbers) -> Option<f64>| -> Vec<Value> {
        months.iter().filter_map(|(month, n)| Some(json!([format!("{month}-01"), value(n)?]))).collect()
    };
    let mut series = Vec::new();
    if told {
        series.push(json!({"name": "应检", "points": points(&|n| n.due)}));
    }
    series.push(json!({"name": "号源容量", "points": points(&|n| Some(n.capacity))}));
    series.push(json!({"name": "余号", "points": points(&|n| Some(n.free))}));
    let data = json!({"kind": "lines", "unit": "人", "floor": 0, "series": series, "lines": []});
    calculators::plots::picture(&data, "各月应检人数、号源容量和余号；数值见表")
}
