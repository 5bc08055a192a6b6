//! `GET /online/devices/{id}`: one device: its chart, its state, its alarms.

use super::{PAGE, TITLE, address, employer, moment, notice, number, state};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, posted};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde_json::{Value, json};
use zhijian_gateway::Device;
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};
use zhijian_telemetry::readings::{Kept, Series, Tally};
use zhijian_telemetry::windows::Level;

/// Spans of the chart: code, title, hours.
pub(super) const SPANS: [(&str, &str, i64); 5] =
    [("2h", "2 小时", 2), ("24h", "24 小时", 24), ("7d", "7 天", 7 * 24), ("30d", "30 天", 30 * 24), ("365d", "一年", 365 * 24)];
/// Alarms on the page.
const ALARMS: u32 = 5;

/// `GET /online/devices/{id}`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let view = app.door.open(&signed.caller, "device", &id, None).await?;
    let span = span(&query.unwrap_or_default())?;
    let text = |name: &str| view.data.get(name).and_then(Value::as_str).unwrap_or_default();
    let series = Series { device: text("device_no").to_owned(), factor: text("hazard").to_owned() };
    let (last, tallies, device) = match &app.online {
        Some(hub) => (
            hub.store.last(std::slice::from_ref(&series)).await.map_err(PageError::failed("读取监测数据"))?.into_iter().next().flatten(),
            hub.store.tallies(Some(std::slice::from_ref(&series.device))).await.map_err(PageError::failed("读取监测数据"))?,
            hub.register.device(&series.device),
        ),
        None => (None, Vec::new(), None),
    };
    let alarms = alarms(&app, &signed, &series.device).await?;
    let requests = super::asking::card(&app, &signed, &view).await?;
    let body = html! {
        (Flash::of(&headers).notice())
        (notice())
        (now(&app, &view, device.as_deref(), last.as_ref()))
        (picture(&app, &id, span, &view, device.as_deref()))
        (alarm_list(&app, &series.device, &alarms))
        (requests)
        (received(&series.device, &tallies))
    };
    let title = format!("{} {}", text("device_no"), text("name"));
    let crumbs = [(TITLE, PAGE.to_owned())];
    let actions = html! { a.btn href=(links::record("device", &id)) { "设备登记" } };
    let frame = Frame {
        title: title.trim(),
        signed: Some(&signed),
        active: PAGE,
        breadcrumbs: &crumbs,
        actions,
        scripts: &["vendor/echarts.js", "app/online.js"],
        ..Frame::new(&app)
    };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

/// The span that the address names.
///
/// # Errors
/// An unknown parameter or span.
pub(super) fn span(query: &str) -> Result<&'static (&'static str, &'static str, i64), PageError> {
    let mut wanted = "24h".to_owned();
    for (name, value) in posted::pairs(query.as_bytes()) {
        match name.as_str() {
            "span" => wanted = value,
            _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
        }
    }
    SPANS
        .iter()
        .find(|(code, ..)| *code == wanted)
        .ok_or_else(|| PageError::BadRequest(format!("时段“{wanted}”应为 2h、24h、7d、30d、365d")))
}

fn now(app: &App, view: &View, device: Option<&Device>, last: Option<&Kept>) -> Markup {
    let text = |name: &str| view.data.get(name).and_then(Value::as_str).unwrap_or_default();
    let label = |list: &str, code: &str| app.catalogue().list(list).map_or(code.to_owned(), |list| list.label(code).to_owned());
    let (code, class) = state(device, &view.state, last, app.door.now().div_euclid(1000));
    let quality = last.map(|last| label("QFLAG", &last.reading.quality.code().to_string()));
    html! {
        section.card.about { h2 { "现在" } dl {
            dt { "状态" } dd { span class={"state-badge " (class)} { (label("DEVST", code)) } }
            dt { "最新值" }
            dd {
                strong #live-value { @if let Some(last) = last { (number(last.reading.value)) } @else { "—" } } " " (text("unit"))
                " " small.muted { span #live-at { @if let Some(last) = last { (moment(last.reading.at_ms)) } @else { "还没有数据" } } @if let Some(quality) = &quality { " · " (quality) } }
            }
            dt { "用人单位" } dd { (employer(view)) }
            dt { "岗位" } dd { (text("workshop")) " " (text("post")) }
            dt { "危害因素" } dd { (label("HAZARD", text("hazard"))) }
            dt { "检定有效期" } dd { @if text("valid_until").is_empty() { "未登记" } @else { (text("valid_until")) } }
            dt { "报警设定" }
            dd { @match device.map(|device| &device.points) {
                Some(Ok(points)) => {
                    @for (level, name) in levels() { @if let Some(point) = points.rule.points.at(level) { (name) " " (number(point)) "　" } }
                    (text("unit")) br; small.muted { (points.basis) "；回差和持续时间未注明出处，按登记" }
                },
                Some(Err(why)) => { span.state-badge.badge-look { "没有设定值" } " " small.muted { (why) } },
                None => { "设备登记尚未生效" },
            } }
        } }
    }
}

const fn levels() -> [(Level, &'static str); 3] {
    [(Level::Notice, "预报"), (Level::Alarm, "警报"), (Level::High, "高报")]
}

fn picture(app: &App, id: &str, span: &(&str, &str, i64), view: &View, device: Option<&Device>) -> Markup {
    let points = device.and_then(|device| device.points.as_ref().ok());
    let lines: Vec<Value> =
        levels().into_iter().filter_map(|(level, name)| Some(json!({"name": name, "value": points?.rule.points.at(level)?}))).collect();
    let unit = view.data.get("unit").and_then(Value::as_str).unwrap_or_default();
    let page = address(id);
    html! {
        section.card {
            h2 { "曲线" }
            nav.tabs aria-label="时段" { @for (code, title, _) in SPANS { a href={(page) "?span=" (code)} aria-current=[(code == span.0).then_some("page")] { (title) } } }
            @if app.online.is_some() {
                div.chart data-series={(page) "/chart?span=" (span.0)} data-live={(page) "/live"} data-lines=(Value::from(lines).to_string()) data-unit=(unit) role="img" aria-label={"最近" (span.1) "的监测曲线"} {}
                p.muted { a href={(page) "/chart?span=" (span.0)} { "曲线数据（JSON）" } "；时段内的数据分段取最低和最高值，峰值不会被抹平。" }
            } @else { p.muted { "本服务没有启用在线监测。" } }
        }
    }
}

async fn alarms(app: &App, signed: &Signed, device: &str) -> Result<Vec<View>, PageError> {
    let readable = app
        .catalogue()
        .kind("alarm")
        .is_some_and(|kind| zhijian_records::access::may(&signed.caller, kind, zhijian_records::access::Wish::Read));
    if !readable {
        return Ok(Vec::new());
    }
    let filters = vec![("device_no".to_owned(), Op::Eq, device.to_owned())];
    let request = ListRequest { filters, limit: ALARMS, sort: Some("-started_at".into()), ..ListRequest::default() };
    Ok(app.door.list(&signed.caller, "alarm", &request).await?.rows)
}

fn alarm_list(app: &App, device: &str, alarms: &[View]) -> Markup {
    let label = |list: &str, code: &str| app.catalogue().list(list).map_or(code.to_owned(), |list| list.label(code).to_owned());
    let states = app.catalogue().kind("alarm").and_then(|kind| kind.states.as_ref());
    html! {
        section.card {
            h2 { "报警" }
            @if alarms.is_empty() { p.muted { "没有报警。" } } @else {
                div.table-wrap { table.list.small {
                    thead { tr { th scope="col" { "开始" } th scope="col" { "级别" } th.num scope="col" { "峰值" } th scope="col" { "恢复" } th scope="col" { "处置" } } }
                    tbody { @for view in alarms {
                        @let text = |name: &str| view.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                        @let short = |name: &str| text(name).get(..19).unwrap_or_default().replace('T', " ");
                        tr {
                            td.date data-label="开始" { a href=(links::record("alarm", &view.id)) { (short("started_at")) } }
                            td data-label="级别" { (label("ALARMLV", &text("level"))) }
                            td.num data-label="峰值" { @if let Some(peak) = view.data.get("peak").and_then(Value::as_f64) { (number(peak)) } }
                            td.date data-label="恢复" { @if text("ended_at").is_empty() { "持续中" } @else { (short("ended_at")) } }
                            td data-label="处置" { (states.and_then(|s| s.list.iter().find(|s| s.code == view.state)).map_or(view.state.as_str(), |s| s.title.as_str())) }
                        }
                    } }
                } }
                p { a href=(links::list_by("alarm", "device_no", device)) { "全部报警" } }
            }
        }
    }
}

fn received(device: &str, tallies: &[Tally]) -> Markup {
    let title = |what: &str| match what {
        "new" => "入库",
        "duplicate" => "重复（不另存）",
        "corrected" => "更正",
        "superseded" => "旧数据（入隔离区）",
        other => zhijian_telemetry::readings::Reason::read(other).map_or("其他", zhijian_telemetry::readings::Reason::title),
    };
    html! {
        section.card.about {
            h2 { "收到的数据" }
            @if tallies.is_empty() { p.muted { "还没有收到数据。" } } @else {
                dl { @for tally in tallies { dt { (title(&tally.what)) } dd { (tally.count) " 条" } } }
                p { a href={(super::QUARANTINE) (links::query(&[("device", device)]))} { "隔离区中这台设备的数据" } }
            }
        }
    }
}
