//! `GET /online`: the caller's devices with state and last value.

use super::{PAGE, QUARANTINE, QUARANTINE_TITLE, TITLE, address, employer, may, moment, notice, state, views};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, posted, words};
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use serde_json::Value;
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};
use zhijian_telemetry::readings::{Kept, Series};

/// Devices of a page.
const ROWS: u32 = 50;

#[derive(Debug, Default)]
struct Asked {
    hazard: String,
    q: String,
    cursor: String,
}

/// `GET /online`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    may(&app, &signed)?;
    let mut asked = Asked::default();
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        match name.as_str() {
            "hazard" => asked.hazard = value,
            "q" => asked.q = value,
            "cursor" => asked.cursor = value,
            _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
        }
    }
    let mut request = ListRequest { limit: ROWS, search: asked.q.clone(), sort: Some("device_no".into()), ..ListRequest::default() };
    if !asked.hazard.is_empty() {
        request.filters.push(("hazard".into(), Op::Eq, asked.hazard.clone()));
    }
    request.cursor = Some(asked.cursor.clone()).filter(|cursor| !cursor.is_empty());
    let page = app.door.list(&signed.caller, "device", &request).await?;
    let text = |view: &View, name: &str| view.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let series: Vec<Series> =
        page.rows.iter().map(|view| Series { device: text(view, "device_no"), factor: text(view, "hazard") }).collect();
    let last = match &app.online {
        Some(hub) => hub.store.last(&series).await.map_err(PageError::failed("读取监测数据"))?,
        None => vec![None; series.len()],
    };
    let body = html! {
        (notice())
        (views(PAGE))
        (super::trouble(&app))
        (filter(&app, &asked))
        @if page.rows.is_empty() { (nothing(&asked)) } @else {
            (table(&app, &page.rows, &last))
            nav.pager aria-label="翻页" {
                @if !asked.cursor.is_empty() { a.btn href=(with(&asked, "")) { "回到第一页" } }
                @if let Some(next) = &page.next { a.btn href=(with(&asked, next)) { "下一页" } }
            }
        }
    };
    let actions = html! {
        a.btn href=(links::list("alarm")) { "报警" }
        a.btn href=(QUARANTINE) { (QUARANTINE_TITLE) }
        a.btn href=(links::list("device")) { "设备登记" }
    };
    let crumbs = [(words::DESK, "/".to_owned())];
    let frame = Frame { title: TITLE, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, actions, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

fn with(asked: &Asked, cursor: &str) -> String {
    let pairs = [("hazard", asked.hazard.as_str()), ("q", asked.q.as_str()), ("cursor", cursor)];
    let some: Vec<(&str, &str)> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    format!("{PAGE}{}", links::query(&some))
}

fn filter(app: &App, asked: &Asked) -> Markup {
    let hazard = app.catalogue().list("HAZARD").filter(|_| !asked.hazard.is_empty()).map(|list| list.label(&asked.hazard).to_owned());
    html! {
        form.due-filter method="get" action=(PAGE) role="search" {
            div { label for="device-q" { "设备编号或用人单位" } input.form-control #device-q type="search" name="q" value=(asked.q); }
            @if let Some(hazard) = &hazard {
                input type="hidden" name="hazard" value=(asked.hazard);
                p.muted { "危害因素：" (hazard) }
            }
            button.btn.btn-primary type="submit" { "查找" }
            @if !(asked.q.is_empty() && asked.hazard.is_empty()) { a.quiet href=(PAGE) { "清除" } }
        }
    }
}

fn nothing(asked: &Asked) -> Markup {
    html! {
        div.empty-state {
            @if asked.q.is_empty() && asked.hazard.is_empty() {
                p.empty-title { "还没有在线监测设备" }
                p.muted { "在" a href=(links::list("device")) { "设备登记" } "中登记，或由运维人员用 " code { "zhijian device add" } " 登记并取得设备密码。" }
            } @else { p.empty-title { "没有符合条件的设备" } p { a href=(PAGE) { "查看全部" } } }
        }
    }
}

fn table(app: &App, rows: &[View], last: &[Option<Kept>]) -> Markup {
    let now_ms = app.door.now().div_euclid(1000);
    let today = app.door.today();
    let text = |view: &View, name: &str| view.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let label = |list: &str, code: &str| app.catalogue().list(list).map_or(code.to_owned(), |list| list.label(code).to_owned());
    html! {
        div.table-wrap { table.list {
            thead { tr {
                th scope="col" { "设备" } th scope="col" { "用人单位" } th scope="col" { "岗位" } th scope="col" { "危害因素" }
                th.num scope="col" { "最新值" } th scope="col" { "时刻" } th scope="col" { "状态" } th scope="col" { "检定有效期" }
            } }
            tbody { @for (view, last) in rows.iter().zip(last) {
                @let number_of = text(view, "device_no");
                @let device = app.online.as_ref().and_then(|hub| hub.register.device(&number_of));
                @let (code, class) = state(device.as_deref(), &view.state, last.as_ref(), now_ms);
                @let until = text(view, "valid_until");
                tr {
                    td data-label="设备" { a href=(address(&view.id)) { (number_of) } }
                    td data-label="用人单位" { (employer(view)) }
                    td data-label="岗位" { (text(view, "workshop")) " " (text(view, "post")) }
                    td data-label="危害因素" { (label("HAZARD", &text(view, "hazard"))) }
                    td.num data-label="最新值" { @if let Some(last) = last { (super::value_text(last, view.data.get("range_high").and_then(Value::as_f64))) " " small.muted { (text(view, "unit")) } } @else { span.muted { (words::NONE) } } }
                    td.date data-label="时刻" { @if let Some(last) = last { (moment(last.reading.at_ms)) } @else { span.muted { (words::NONE) } } }
                    td data-label="状态" { span class={"state-badge " (class)} { (super::state_title(app, code)) } }
                    td.date data-label="检定有效期" {
                        @if until.is_empty() { span.muted { "未登记" } } @else if until < today { span.state-badge.badge-stop { (until) " 已过期" } } @else { (until) }
                    }
                }
            } }
        } }
    }
}
