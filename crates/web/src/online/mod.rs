//! On-line monitoring (在线监测): devices with their last values, a device's chart as it grows, the quarantine; and the way in for HTTP batches.
//!
//! Every page says that on-line values are an indication, not a legal test (domain B5).

mod alarms;
mod asking;
mod chart;
mod device;
mod exposure;
pub mod figures;
mod intake;
mod list;
mod live;
mod map;
mod posts;
mod quarantine;
mod scene;
mod wall;

pub use posts::of_employer;
mod series;

use crate::app::App;
use crate::error::PageError;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use maud::{Markup, html};
use zhijian_gateway::{Device, Hub, batch};
use zhijian_records::access::{self, Wish};
use zhijian_telemetry::readings::Kept;
use zhijian_telemetry::windows::Quality;

use crate::session::Signed;

/// List of devices.
pub const PAGE: &str = "/online";
/// Its name.
pub const TITLE: &str = "在线监测";
/// Quarantine.
pub const QUARANTINE: &str = "/online/quarantine";
/// Its name.
pub const QUARANTINE_TITLE: &str = "数据隔离区";
/// The way in for devices.
pub const INTAKE: &str = "/api/v1/readings";

/// Routes of these pages.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(list::show))
        .route(posts::POSTS, get(posts::show))
        .route(map::MAP, get(map::show))
        .route(wall::WALL, get(wall::show))
        .route("/online/wall/piece", get(wall::piece))
        .route("/online/wall/live", get(wall::events))
        .route(QUARANTINE, get(quarantine::show))
        .route("/online/devices/{id}", get(device::show))
        .route("/online/devices/{id}/ask", post(asking::ask))
        .route("/online/devices/{id}/chart", get(chart::data))
        .route("/online/devices/{id}/live", get(live::events))
        .route("/online/devices/{id}/alarms", get(alarms::piece))
        .route("/online/devices/{id}/exposure", get(exposure::show))
        .route(INTAKE, post(intake::take).layer(DefaultBodyLimit::max(batch::LARGEST + 1)))
}

/// Whether the caller has devices to look at.
#[must_use]
pub fn shown(app: &App, signed: &Signed) -> bool {
    app.catalogue().kind("device").is_some_and(|kind| access::may(&signed.caller, kind, Wish::Read))
}

fn may(app: &App, signed: &Signed) -> Result<(), PageError> {
    if shown(app, signed) { Ok(()) } else { Err(PageError::NotAllowed("您的角色不能查看在线监测".into())) }
}

fn hub(app: &App) -> Result<&Hub, PageError> {
    app.online.as_ref().ok_or_else(|| PageError::NotFound("本服务没有启用在线监测".into()))
}

/// What every page says.
fn notice() -> Markup {
    html! { p.lead role="note" { "在线数据只作提示，不是法定检测结果：不计入工作场所合格率（I-04），不单独作为处罚证据。" } }
}

/// Style sheet of these pages.
fn style() -> Markup {
    html! { link rel="stylesheet" href=(crate::assets::url("app/online.css")); }
}

/// The ways to look at the same devices.
fn views(active: &str) -> Markup {
    let all = [(PAGE, "设备"), (posts::POSTS, posts::POSTS_TITLE), (map::MAP, map::MAP_TITLE), (wall::WALL, wall::WALL_TITLE)];
    html! { nav.tabs aria-label="视图" { @for (page, title) in all { a href=(page) aria-current=[(page == active).then_some("page")] { (title) } } } }
}

/// What is wrong with keeping readings at this moment.
fn trouble(app: &App) -> Markup {
    let trouble = app.online.as_ref().and_then(Hub::trouble);
    html! { @if let Some(why) = trouble { div.notice.notice-error role="alert" { strong { "监测数据现在无法保存" } "，设备没有收到应答，会重发：" (why) } } }
}

/// Address of a device's page.
fn address(id: &str) -> String {
    format!("/online/devices/{id}")
}

/// What the last reading says that no list of register states has: it was over the range.
const OVER_RANGE: &str = "over_range";

/// Title of a device's state: a code of the list DEVST, or that it is over its range.
fn state_title<'a>(app: &'a App, code: &'a str) -> &'a str {
    match code {
        OVER_RANGE => "超量程",
        _ => app.catalogue().list("DEVST").map_or(code, |list| list.label(code)),
    }
}

/// A reading's value as pages show it: over the range it is a bound, the upper end of the range or what was sent, whichever is more.
fn value_text(kept: &Kept, range_high: Option<f64>) -> String {
    let value = kept.reading.value;
    match kept.reading.quality {
        Quality::OverRange => format!("≥ {}", number(range_high.map_or(value, |upper| value.max(upper)))),
        _ => number(value),
    }
}

/// How a device is by its last reading: code of the list DEVST or [`OVER_RANGE`], and the class of its badge.
fn state(device: Option<&Device>, registered: &str, last: Option<&Kept>, now_ms: i64) -> (&'static str, &'static str) {
    /// Intervals without a reading after which a device is taken to be off line (design).
    const SILENT: i64 = 5;
    match (registered, device, last) {
        ("stopped", ..) => ("stopped", "badge-quiet"),
        (_, _, None) => ("offline", "badge-look"),
        (_, device, Some(last)) => {
            let interval = device.map_or(60_000, |device| device.interval_ms);
            if now_ms - last.reading.at_ms > SILENT * interval {
                return ("offline", "badge-look");
            }
            match last.reading.quality {
                Quality::OverRange => (OVER_RANGE, "badge-stop"),
                Quality::Ok | Quality::Suspect => ("online", "badge-ok"),
                Quality::Calibration => ("calibrating", "badge-going"),
                Quality::Fault | Quality::Maintenance => ("fault", "badge-stop"),
            }
        }
    }
}

/// The employer as a device's record names it: by name, else by its credit code.
fn employer(view: &zhijian_records::read::View) -> &str {
    let text = |name: &str| view.data.get(name).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
    text("employer_name").or_else(|| text("uscc")).unwrap_or(crate::words::NONE)
}

/// A moment for pages, to the second.
fn moment(at_ms: i64) -> String {
    let text = zhijian_records::clock::shown(at_ms * 1000);
    text.get(..19).unwrap_or(&text).replace('T', " ")
}

/// A value as pages show it.
fn number(value: f64) -> String {
    zhijian_kinds::text::rounded_text(value)
}
