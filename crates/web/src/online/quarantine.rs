//! `GET /online/quarantine`: what came and is no reading, with the reason.

use super::{PAGE, QUARANTINE, QUARANTINE_TITLE, TITLE, may, moment, notice, trouble};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, posted, words};
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use serde_json::Value;
use std::collections::BTreeSet;
use zhijian_records::read::ListRequest;
use zhijian_telemetry::readings::{Held, HeldQuery, Reason};

/// Entries of a page.
const ROWS: u32 = 50;
/// Devices whose entries are looked for at most.
const DEVICES: usize = 2000;

#[derive(Debug, Default)]
struct Asked {
    device: String,
    reason: String,
    page: u32,
}

/// `GET /online/quarantine`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    may(&app, &signed)?;
    let mut asked = Asked::default();
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        let wrong = || PageError::BadRequest(format!("参数 {name} 的值“{value}”无法识别"));
        match name.as_str() {
            "device" => asked.device = value,
            "reason" if value.is_empty() || Reason::read(&value).is_some() => asked.reason = value,
            "page" => asked.page = value.parse().ok().filter(|page| *page < 1000).ok_or_else(wrong)?,
            "reason" => return Err(wrong()),
            _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
        }
    }
    let mine = senders(&app, &signed).await?;
    // What calls itself by a number that is nobody's belongs to no county: those who see the whole deployment see it.
    let devices = match (asked.device.is_empty(), everywhere(&app, &signed)) {
        (true, true) => None,
        (true, false) => Some(mine.into_iter().collect()),
        (false, all) => Some(if all || mine.contains(&asked.device) { vec![asked.device.clone()] } else { Vec::new() }),
    };
    let (held, dropped) = match &app.online {
        Some(hub) => {
            let dropped = hub.store.dropped(devices.as_deref()).await.map_err(PageError::failed("读取隔离区"))?;
            let query = HeldQuery { devices, reason: asked.reason.clone(), skip: asked.page * ROWS, limit: ROWS + 1 };
            (hub.store.held(&query).await.map_err(PageError::failed("读取隔离区"))?, dropped)
        }
        None => (Vec::new(), 0),
    };
    let more = held.len() > ROWS as usize;
    let body = html! {
        (notice())
        p.lead { "无法作为监测数据入库的内容，连同原因保存在这里；同样的内容再次到来时只增加次数。设备收到应答后不会重发，请据原因检查设备。" }
        (trouble(&app))
        @if dropped > 0 { p role="note" { "隔离区容量有限（见接入说明），已满时先清除重复到来的旧内容：到现在共清除 " strong { (dropped) } " 项。" } }
        (filter(&asked))
        @if held.is_empty() { div.empty-state { p.empty-title { "没有隔离的数据" } } } @else {
            (table(held.iter().take(ROWS as usize)))
            nav.pager aria-label="翻页" {
                @if asked.page > 0 { a.btn href=(with(&asked, asked.page - 1)) { "上一页" } }
                @if more { a.btn href=(with(&asked, asked.page + 1)) { "下一页" } }
            }
        }
    };
    let crumbs = [(words::DESK, "/".to_owned()), (TITLE, PAGE.to_owned())];
    let frame = Frame { title: QUARANTINE_TITLE, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

/// Numbers of the caller's devices and their loggers.
async fn senders(app: &App, signed: &Signed) -> Result<BTreeSet<String>, PageError> {
    let mut numbers = BTreeSet::new();
    let mut cursor = None;
    loop {
        let request = ListRequest { limit: 500, cursor, ..ListRequest::default() };
        let page = app.door.list(&signed.caller, "device", &request).await?;
        for view in &page.rows {
            for name in ["device_no", "logger_no"] {
                numbers.extend(view.data.get(name).and_then(Value::as_str).map(str::to_owned));
            }
        }
        cursor = page.next;
        if cursor.is_none() || numbers.len() >= DEVICES {
            return Ok(numbers);
        }
    }
}

/// Offices whose region of duty is the deployment's.
fn everywhere(app: &App, signed: &Signed) -> bool {
    let region = &signed.account.region;
    !region.is_empty() && app.region.starts_with(zhijian_kinds::Regions::prefix(region))
}

fn with(asked: &Asked, page: u32) -> String {
    let page = page.to_string();
    let pairs = [("device", asked.device.as_str()), ("reason", asked.reason.as_str()), ("page", page.as_str())];
    let some: Vec<(&str, &str)> = pairs.into_iter().filter(|(_, value)| !value.is_empty() && *value != "0").collect();
    format!("{QUARANTINE}{}", links::query(&some))
}

fn filter(asked: &Asked) -> Markup {
    html! {
        form.due-filter method="get" action=(QUARANTINE) {
            div { label for="held-device" { "设备编号" } input.form-control #held-device name="device" value=(asked.device) autocomplete="off"; }
            div {
                label for="held-reason" { "原因" }
                select.form-select #held-reason name="reason" {
                    option value="" { "全部原因" }
                    @for reason in Reason::ALL { option value=(reason.code()) selected[reason.code() == asked.reason] { (reason.title()) } }
                }
            }
            button.btn.btn-primary type="submit" { "筛选" }
            @if !(asked.device.is_empty() && asked.reason.is_empty()) { a.quiet href=(QUARANTINE) { "清除" } }
        }
    }
}

fn table<'a>(held: impl Iterator<Item = &'a Held>) -> Markup {
    html! {
        div.table-wrap { table.list.small {
            thead { tr { th scope="col" { "最近到达" } th scope="col" { "设备" } th scope="col" { "原因" } th scope="col" { "来源" } th.num scope="col" { "次数" } th scope="col" { "内容" } } }
            tbody { @for one in held { tr {
                td.date data-label="最近到达" { (moment(one.last_ms)) }
                td data-label="设备" { @if one.refused.device.is_empty() { span.muted { "未表明" } } @else { (one.refused.device) } }
                td data-label="原因" { (one.refused.reason.title()) }
                td data-label="来源" { (source(&one.refused.source)) }
                td.num data-label="次数" { (one.times) }
                td data-label="内容" { code { (one.refused.detail) } }
            } } }
        } }
    }
}

fn source(word: &str) -> &str {
    match word {
        "mqtt" => "MQTT",
        "hj212" => "HJ 212",
        "http" => "HTTP",
        "store" => "入库核对",
        other => other,
    }
}
