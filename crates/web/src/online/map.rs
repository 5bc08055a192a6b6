//! `GET /online/map`: devices on the outline of their county, with a table of the same beside it.

use super::posts::{Filter, badge, legend, nothing, search, states, value};
use super::scene::{Scene, Seen};
use super::{PAGE, TITLE, address, employer, may, moment, notice, style, views};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::words;
use axum::extract::{RawQuery, State as Shared};
use maud::{Markup, PreEscaped, html};
use serde_json::{Value, json};

/// The page.
pub(super) const MAP: &str = "/online/map";
/// Its name.
pub(super) const MAP_TITLE: &str = "设备地图";
/// Rows of a page of the table.
const ROWS: usize = 50;

/// `GET /online/map`
pub async fn show(signed: Signed, Shared(app): Shared<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    may(&app, &signed)?;
    let filter = Filter::read(&query.unwrap_or_default())?;
    let scene = Scene::of(&app, &signed.caller, &filter.asked).await?;
    let mut chosen: Vec<&Seen> = scene.devices.iter().filter(|device| filter.state.is_none_or(|state| device.state == state)).collect();
    chosen.sort_by(|a, b| (a.state, a.text("device_no")).cmp(&(b.state, b.text("device_no"))));
    let placed = chosen.iter().filter(|device| place(device).is_some()).count();
    let from = filter.page * ROWS;
    let body = html! {
        (style())
        (notice())
        (views(MAP))
        (states(&filter, MAP, &scene.counts()))
        (search(&app, &filter, MAP))
        @if chosen.is_empty() { (nothing(&filter, MAP)) } @else {
            (picture(&app, &signed, &filter, &chosen))
            p.muted {
                "图上 " (placed) " 台"
                @if placed < chosen.len() { "；另有 " (chosen.len() - placed) " 台没有登记经纬度，只在下表中" }
                "。边界为示意，不作划界依据；" a href="/maps/notice" { "地图来源与许可" } "。"
            }
            (table(&app, chosen.iter().skip(from).take(ROWS).copied()))
            nav.pager aria-label="翻页" {
                @if filter.page > 0 { a.btn href=(filter.with(MAP, filter.state, filter.page - 1)) { "上一页" } }
                @if chosen.len() > from + ROWS { a.btn href=(filter.with(MAP, filter.state, filter.page + 1)) { "下一页" } }
                span.muted { "共 " (chosen.len()) " 台设备" }
            }
            (legend())
        }
    };
    let crumbs = [(words::DESK, "/".to_owned()), (TITLE, PAGE.to_owned())];
    let frame = Frame {
        title: MAP_TITLE,
        signed: Some(&signed),
        active: PAGE,
        breadcrumbs: &crumbs,
        scripts: &["vendor/echarts.js", "app/online-map.js"],
        ..Frame::new(&app)
    };
    Ok(layout::page(&frame, body))
}

fn place(device: &Seen) -> Option<[f64; 2]> {
    Some([device.number("lon")?, device.number("lat")?])
}

/// The county, city or province whose outlines are drawn: what is asked for, else the caller's, else the deployment's.
fn region(app: &App, signed: &Signed, filter: &Filter) -> String {
    let known = [filter.asked.region.as_str(), &signed.account.region, &app.region].into_iter().find(|code| !code.is_empty());
    // The filter keeps a prefix, `1303`; outlines are asked for by code.
    format!("{:0<6}", known.unwrap_or_default())
}

fn picture(app: &App, signed: &Signed, filter: &Filter, devices: &[&Seen]) -> Markup {
    let hazard = |code: &str| app.catalogue().list("HAZARD").map_or(code.to_owned(), |list| list.label(code).to_owned());
    let points: Vec<Value> = devices
        .iter()
        .filter_map(|device| {
            let [lon, lat] = place(device)?;
            let last = device.last.as_ref().map(|last| format!("{} {}", super::value_text(last, device.number("range_high")), device.text("unit")));
            Some(json!({
                "at": [lon, lat], "state": device.state.word(), "title": device.state.title(), "name": device.text("device_no"), "page": address(&device.view.id),
                "text": format!("{} {} {}", employer(&device.view), device.text("workshop"), device.text("post")),
                "hazard": hazard(device.text("hazard")), "value": last,
            }))
        })
        .collect();
    // Nothing in the data may end the element that holds it.
    let data = json!({"points": points}).to_string().replace('<', "\\u003c");
    html! {
        div.on-map data-map=(format!("/maps/below/{}", region(app, signed, filter))) data-from="map-data" role="img" aria-label="设备所在位置，与下表内容相同" {}
        script type="application/json" #map-data { (PreEscaped(data)) }
    }
}

fn table<'a>(app: &App, devices: impl Iterator<Item = &'a Seen>) -> Markup {
    let hazard = |code: &str| app.catalogue().list("HAZARD").map_or(code.to_owned(), |list| list.label(code).to_owned());
    html! {
        div.table-wrap { table.list.small {
            thead { tr {
                th scope="col" { "状态" } th scope="col" { "设备" } th scope="col" { "用人单位" } th scope="col" { "岗位" } th scope="col" { "危害因素" }
                th.num scope="col" { "最新值" } th scope="col" { "时刻" } th.num scope="col" { "经度" } th.num scope="col" { "纬度" }
            } }
            tbody { @for device in devices { tr {
                td data-label="状态" { (badge(device.state)) }
                td data-label="设备" { a href=(address(&device.view.id)) { (device.text("device_no")) } }
                td data-label="用人单位" { (employer(&device.view)) }
                td data-label="岗位" { (device.text("workshop")) " " (device.text("post")) }
                td data-label="危害因素" { (hazard(device.text("hazard"))) }
                td.num data-label="最新值" { (value(device)) }
                td.date data-label="时刻" { @if let Some(last) = &device.last { (moment(last.reading.at_ms)) } @else { span.muted { (words::NONE) } } }
                @if let Some([lon, lat]) = place(device) {
                    td.num data-label="经度" { (format!("{lon:.4}")) } td.num data-label="纬度" { (format!("{lat:.4}")) }
                } @else { td.num data-label="经度" { span.muted { "未登记" } } td.num data-label="纬度" { span.muted { "未登记" } } }
            } } }
        } }
    }
}
