//! `GET /online/devices/{id}`: one device: its chart, its state, its alarms.

use super::series::{SPANS, Span, span};
use super::{PAGE, TITLE, address, alarms, employer, exposure, moment, notice, number, state, style};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame};
use crate::links;
use crate::session::Signed;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde_json::{Value, json};
use zhijian_gateway::Device;
use zhijian_records::read::View;
use zhijian_telemetry::readings::{DROPPED, Kept, Series, Tally};
use zhijian_telemetry::windows::Level;

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
            known(hub, &series.device).await,
        ),
        None => (None, Vec::new(), None),
    };
    let open = alarms::of_device(&app, &signed.caller, &series.device).await?;
    let requests = super::asking::card(&app, &signed, &view).await?;
    let body = html! {
        (style())
        (Flash::of(&headers).notice())
        (notice())
        (super::trouble(&app))
        (now(&app, &view, device.as_deref(), last.as_ref()))
        (picture(&app, &id, span, &view, device.as_deref()))
        @if let Some(device) = &device { (exposure::today(&app, &id, device).await?) }
        section.card { h2 { "报警" } div #alarms data-piece={(address(&id)) "/alarms"} aria-live="polite" { (alarms::list(&app, &series.device, &open)) } }
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

/// The device as gateways know it. One that has just been entered is looked for again, or its page would say that it is not known.
async fn known(hub: &zhijian_gateway::Hub, number: &str) -> Option<std::sync::Arc<Device>> {
    if let Some(device) = hub.register.device(number) {
        return Some(device);
    }
    if let Err(error) = hub.register.renew(std::time::Duration::from_secs(2)).await {
        tracing::error!(error = &error as &dyn std::error::Error, "cannot read the register of devices");
    }
    hub.register.device(number)
}

fn now(app: &App, view: &View, device: Option<&Device>, last: Option<&Kept>) -> Markup {
    let text = |name: &str| view.data.get(name).and_then(Value::as_str).unwrap_or_default();
    let label = |list: &str, code: &str| app.catalogue().list(list).map_or(code.to_owned(), |list| list.label(code).to_owned());
    let (code, class) = state(device, &view.state, last, app.door.now().div_euclid(1000));
    let quality = last.map(|last| label("QFLAG", &last.reading.quality.code().to_string()));
    html! {
        section.card.about { h2 { "现在" } dl {
            dt { "状态" } dd { span #live-state class={"state-badge " (class)} { (super::state_title(app, code)) } }
            dt { "最新值" }
            dd {
                strong #live-value { @if let Some(last) = last { (super::value_text(last, view.data.get("range_high").and_then(Value::as_f64))) } @else { "—" } } " " (text("unit"))
                " " small.muted { span #live-at { @if let Some(last) = last { (moment(last.reading.at_ms)) } @else { "还没有数据" } } " · " span #live-quality { @if let Some(quality) = &quality { (quality) } } }
            }
            dt { "用人单位" } dd { (employer(view)) }
            dt { "岗位" } dd { (text("workshop")) " " (text("post")) }
            dt { "危害因素" } dd { (label("HAZARD", text("hazard"))) }
            dt { "检定有效期" } dd { @if text("valid_until").is_empty() { "未登记" } @else { (text("valid_until")) } }
            dt { "报警设定" }
            dd { @match device.map(|device| &device.points) {
                Some(Ok(points)) => {
                    @for (level, name) in levels() { @if let Some(point) = points.rule.points.at(level) { (name) " " (number(point)) "　" } }
                    (text("unit")) br; small.muted { (points.basis) "；" (points.manner(text("unit"))) }
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

fn picture(app: &App, id: &str, span: &Span, view: &View, device: Option<&Device>) -> Markup {
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
                p.muted { a href={(page) "/chart?span=" (span.0)} { "曲线数据（JSON）" } "；时段内的数据分段取最低、最高和平均值，峰值不会被抹平。" }
            } @else { p.muted { "本服务没有启用在线监测。" } }
        }
    }
}

fn received(device: &str, tallies: &[Tally]) -> Markup {
    let title = |what: &str| match what {
        "new" => "入库",
        "duplicate" => "重复（不另存）",
        "corrected" => "更正",
        "superseded" => "旧数据（入隔离区）",
        DROPPED => "隔离区已满而清除",
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
