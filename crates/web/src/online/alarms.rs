//! Alarms of a device on its page: the newest ones, and `GET /online/devices/{id}/alarms`, the same piece again when they have changed.

use super::number;
use crate::app::App;
use crate::error::PageError;
use crate::links;
use crate::session::Signed;
use axum::extract::{Path, State};
use maud::{Markup, html};
use serde_json::Value;
use std::fmt::Write as _;
use zhijian_records::Caller;
use zhijian_records::access::{self, Wish};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};

/// Alarms on the page.
const ALARMS: u32 = 5;

/// `GET /online/devices/{id}/alarms`
pub async fn piece(signed: Signed, State(app): State<App>, Path(id): Path<String>) -> Result<Markup, PageError> {
    let view = app.door.open(&signed.caller, "device", &id, None).await?;
    let device = view.data.get("device_no").and_then(Value::as_str).unwrap_or_default();
    Ok(list(&app, device, &of_device(&app, &signed.caller, device).await?))
}

/// The newest alarms of a device that the caller may read; none where it may read none.
pub(super) async fn of_device(app: &App, caller: &Caller, device: &str) -> Result<Vec<View>, PageError> {
    let filters = vec![("device_no".to_owned(), Op::Eq, device.to_owned())];
    asked(app, caller, ListRequest { filters, limit: ALARMS, sort: Some("-started_at".into()), ..ListRequest::default() }).await
}

/// Alarms of a list; none where the caller may read none.
pub(super) async fn asked(app: &App, caller: &Caller, request: ListRequest) -> Result<Vec<View>, PageError> {
    if !app.catalogue().kind("alarm").is_some_and(|kind| access::may(caller, kind, Wish::Read)) {
        return Ok(Vec::new());
    }
    Ok(app.door.list(caller, "alarm", &request).await?.rows)
}

/// Tells one state of a list from another.
pub(super) fn mark(alarms: &[View]) -> String {
    alarms.iter().fold(String::new(), |mut mark, view| {
        // Writing to a text does not fail.
        let _ = write!(mark, "{}:{} ", view.id, view.rev);
        mark
    })
}

/// Title of an alarm's state.
pub(super) fn state<'a>(app: &'a App, view: &'a View) -> &'a str {
    let states = app.catalogue().kind("alarm").and_then(|kind| kind.states.as_ref());
    states.and_then(|s| s.list.iter().find(|s| s.code == view.state)).map_or(view.state.as_str(), |s| s.title.as_str())
}

/// A moment of an alarm's record, to the second.
pub(super) fn short(view: &View, name: &str) -> String {
    let text = view.data.get(name).and_then(Value::as_str).unwrap_or_default();
    text.get(..19).unwrap_or_default().replace('T', " ")
}

/// The list.
pub(super) fn list(app: &App, device: &str, alarms: &[View]) -> Markup {
    let text = |view: &View, name: &str| view.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    html! {
        @if alarms.is_empty() { p.muted { "没有报警。" } } @else {
            div.table-wrap { table.list.small {
                thead { tr { th scope="col" { "开始" } th scope="col" { "级别" } th.num scope="col" { "峰值" } th scope="col" { "恢复" } th scope="col" { "处置" } } }
                tbody { @for view in alarms {
                    tr {
                        td.date data-label="开始" { a href=(links::record("alarm", &view.id)) { (short(view, "started_at")) } }
                        td data-label="级别" { (level(app, &text(view, "level"))) }
                        td.num data-label="峰值" { (peak(view)) }
                        td.date data-label="恢复" { @if text(view, "ended_at").is_empty() { "持续中" } @else { (short(view, "ended_at")) } }
                        td data-label="处置" { (state(app, view)) }
                    }
                } }
            } }
            p { a href=(links::list_by("alarm", "device_no", device)) { "全部报警" } }
        }
    }
}

/// Its peak; a bound where some of it was over the range of the device.
pub(super) fn peak(view: &View) -> Markup {
    let bound = view.data.get("peak_note").and_then(Value::as_str);
    html! { @if let Some(peak) = view.data.get("peak").and_then(Value::as_f64) { span title=[bound] { @if bound.is_some() { "≥ " } (number(peak)) @if bound.is_some() { " " small { "超测量上限" } } } } }
}

/// A level as a badge: the word says it, colour and lightness help.
pub(super) fn level(app: &App, code: &str) -> Markup {
    let label = app.catalogue().list("ALARMLV").map_or(code, |list| list.label(code));
    html! { span class={"on-badge on-" (class(code))} { (label) } }
}

/// Word of a level in class names.
fn class(code: &str) -> &'static str {
    match code {
        "3" => "high",
        "2" => "alarm",
        _ => "notice",
    }
}
