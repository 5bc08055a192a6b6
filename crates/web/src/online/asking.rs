//! Requests to a device: what can be asked, what was asked; `POST /online/devices/{id}/ask`, first looked over, then confirmed.

use super::{TITLE, address};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame};
use crate::links;
use crate::posted::Posted;
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Map, Value};
use zhijian_gateway::hj212::requests::{KIND, ask_of, reported, with_factor};
use zhijian_kinds::intake::Draft;
use zhijian_records::access::{self, Wish};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};
use zhijian_records::submit::Entry;
use zhijian_records::{DoorError, clock};

/// Requests on the page of a device.
const SHOWN: u32 = 8;
/// What a form gives.
const FIELDS: [&str; 8] = ["command", "interval", "timeout_s", "resend_times", "factor", "begin_at", "end_at", "purpose"];

/// Whether somebody may ask this device: who may amend its entry and file requests.
fn may_ask(app: &App, signed: &Signed, device: &View) -> bool {
    let files = app.catalogue().kind(KIND).is_some_and(|kind| access::may(&signed.caller, kind, Wish::File));
    files && device.may.contains(&Wish::Amend)
}

fn text<'a>(view: &'a View, name: &str) -> &'a str {
    view.data.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The number under which a device's messages come.
fn sender(device: &View) -> &str {
    Some(text(device, "logger_no")).filter(|logger| !logger.is_empty()).unwrap_or_else(|| text(device, "device_no"))
}

fn connected(app: &App, device: &View) -> bool {
    app.online.as_ref().is_some_and(|hub| hub.lines().connected(sender(device)))
}

/// The card on the page of a device; nothing for devices that cannot be asked, and for those who may not see requests.
pub(super) async fn card(app: &App, signed: &Signed, device: &View) -> Result<Markup, PageError> {
    let readable = app.catalogue().kind(KIND).is_some_and(|kind| access::may(&signed.caller, kind, Wish::Read));
    if !readable || text(device, "protocol") != "hj212" {
        return Ok(html! {});
    }
    let filters = vec![("device_no".to_owned(), Op::Eq, text(device, "device_no").to_owned())];
    let request = ListRequest { filters, limit: SHOWN, sort: Some("-asked_at".into()), ..ListRequest::default() };
    let asked = app.door.list(&signed.caller, KIND, &request).await?.rows;
    Ok(html! {
        section.card #requests {
            h2 { "远程请求" }
            @if !may_ask(app, signed, device) { p.muted { "能修改这台设备登记的人才能下发请求。" } }
            @else if !connected(app, device) { p.muted { "设备现在没有连接到本服务，不能下发请求。" } }
            @else { (form(app, signed, device)) }
            @if asked.is_empty() { p.muted { "还没有请求。" } } @else { (table(app, &asked)) p { a href=(links::list_by(KIND, "device_no", text(device, "device_no"))) { "全部请求" } } }
        }
    })
}

fn form(app: &App, signed: &Signed, device: &View) -> Markup {
    let commands = app.catalogue().list("DEVASK").map(|list| list.codes.clone()).unwrap_or_default();
    html! {
        form method="post" action={(address(&device.id)) "/ask"} {
            (layout::token(signed))
            div.filters.inline {
                div.field { label for="ask-command" { "命令" } select.form-select #ask-command name="command" required { @for code in &commands { option value=(code.code) { (code.label) } } } }
                div.field { label for="ask-interval" { "间隔（设置间隔时）" } input.form-control #ask-interval type="number" name="interval" min="1" max="86400" inputmode="numeric"; }
                div.field { label for="ask-timeout" { "超时秒数（设置超时时）" } input.form-control #ask-timeout type="number" name="timeout_s" min="1" max="3600" inputmode="numeric"; }
                div.field { label for="ask-resends" { "重发次数（设置超时时）" } input.form-control #ask-resends type="number" name="resend_times" min="0" max="99" inputmode="numeric"; }
                div.field { label for="ask-factor" { "因子编码（校准、采样时）" } input.form-control #ask-factor type="text" name="factor" maxlength="24" placeholder=(reported(&device.data).unwrap_or_default()); }
                div.field { label for="ask-begin" { "补取自" } input.form-control #ask-begin type="datetime-local" name="begin_at"; }
                div.field { label for="ask-end" { "补取至" } input.form-control #ask-end type="datetime-local" name="end_at"; }
                div.field { label for="ask-purpose" { "事由" } input.form-control #ask-purpose type="text" name="purpose" maxlength="200"; }
                button.btn type="submit" { "核对后下发" }
            }
        }
    }
}

fn table(app: &App, asked: &[View]) -> Markup {
    let label = |code: &str| app.catalogue().list("DEVASK").map_or(code.to_owned(), |list| list.label(code).to_owned());
    let states = app.catalogue().kind(KIND).and_then(|kind| kind.states.as_ref());
    html! {
        div.table-wrap { table.list.small {
            thead { tr { th scope="col" { "请求时刻" } th scope="col" { "命令" } th scope="col" { "状态" } th scope="col" { "结果" } } }
            tbody { @for view in asked {
                @let readings = view.data.get("readings").and_then(Value::as_i64).unwrap_or_default();
                tr {
                    td.date data-label="请求时刻" { a href=(links::record(KIND, &view.id)) { (text(view, "asked_at").get(..19).unwrap_or_default().replace('T', " ")) } }
                    td data-label="命令" { (label(text(view, "command"))) }
                    td data-label="状态" { (states.and_then(|s| s.list.iter().find(|s| s.code == view.state)).map_or(view.state.as_str(), |s| s.title.as_str())) }
                    td data-label="结果" {
                        (text(view, "result"))
                        @if readings > 0 { "；数据 " (readings) " 条" }
                        @if !text(view, "answer").is_empty() { " " code { (text(view, "answer")) } }
                    }
                }
            } }
        } }
    }
}

/// `POST /online/devices/{id}/ask`
pub async fn ask(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    let device = app.door.open(&signed.caller, "device", &id, None).await?;
    if !may_ask(&app, signed, &device) {
        return Err(PageError::NotAllowed("能修改这台设备登记的人才能向它下发请求".into()));
    }
    let document = document(&app, signed, &device, &posted);
    let problem = match ask_of(app.catalogue(), &document, app.door.now().div_euclid(1000)) {
        Err(why) => Some(why),
        Ok(_) if text(&device, "protocol") != "hj212" => Some("只有以 HJ 212 接入的设备能接受请求".into()),
        Ok(_) if !connected(&app, &device) => Some("设备现在没有连接到本服务，请等它连接后再试".into()),
        Ok(_) => None,
    };
    if problem.is_some() || posted.get("confirmed") != "1" {
        return Ok(review(&app, &posted, &device, &document, problem.as_deref()).into_response());
    }
    let kind = app.door.kind(KIND)?;
    let entry = Entry { source: "web", reason: "向设备下发请求", idempotency: None };
    let flash = match app.door.submit(&signed.caller, KIND, &Draft::from_json(&kind, &document), entry).await {
        Ok(_) => Flash::done("请求已记录，正在发送；稍后刷新本页查看结果。"),
        Err(DoorError::Invalid(problems)) => {
            let words: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
            return Ok(review(&app, &posted, &device, &document, Some(&words.join("；"))).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    Ok(([(header::SET_COOKIE, flash.cookie())], Redirect::to(&format!("{}#requests", address(&id)))).into_response())
}

/// The record that a form asks for.
fn document(app: &App, signed: &Signed, device: &View, posted: &Posted) -> Map<String, Value> {
    let mut document = Map::new();
    for name in ["device_no", "employer_name", "uscc"] {
        if let Some(value) = device.data.get(name).filter(|value| !value.is_null()) {
            document.insert(name.into(), value.clone());
        }
    }
    for name in FIELDS {
        let given = posted.get(name).trim();
        let value = match name {
            _ if given.is_empty() => continue,
            "interval" | "timeout_s" | "resend_times" => given.parse::<i64>().map_or_else(|_| Value::from(given), Value::from),
            // Browsers leave seconds and zone out.
            "begin_at" | "end_at" if given.len() == 16 => Value::from(format!("{given}:00+08:00")),
            _ => Value::from(given),
        };
        document.insert(name.into(), value);
    }
    if with_factor(posted.get("command")) && !document.contains_key("factor") {
        document.extend(reported(&device.data).map(|factor| ("factor".to_owned(), Value::from(factor))));
    }
    document.insert("asked_on".into(), Value::from(app.door.today()));
    document.insert("asked_at".into(), Value::from(clock::shown(app.door.now())));
    document.insert("asked_by".into(), Value::from(signed.caller.name.as_str()));
    document
}

/// What is about to be sent, to be confirmed; or why it cannot be.
fn review(app: &App, posted: &Posted, device: &View, document: &Map<String, Value>, problem: Option<&str>) -> Markup {
    let of = |name: &str| document.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let command = of("command").unwrap_or_default();
    let label = app.catalogue().list("DEVASK").map_or(command.clone(), |list| list.label(&command).to_owned());
    let note =
        app.catalogue().list("DEVASK").and_then(|list| list.codes.iter().find(|code| code.code == command).map(|code| code.note.as_str()));
    let note = note.filter(|note| !note.is_empty());
    let page = address(&device.id);
    let body = html! {
        section.card.about.narrow {
            h2 { "核对" }
            @if let Some(problem) = problem { div.notice.notice-error role="alert" { "不能下发：" (problem) } }
            dl {
                dt { "设备" } dd { (text(device, "device_no")) " " (text(device, "name")) }
                dt { "用人单位" } dd { (super::employer(device)) }
                dt { "命令" } dd { (label) "（" (command) "）" }
                @for (name, title) in [("interval", "间隔"), ("timeout_s", "超时（秒）"), ("resend_times", "重发次数"), ("factor", "因子编码"), ("begin_at", "补取自"), ("end_at", "补取至"), ("purpose", "事由")] {
                    @if let Some(value) = of(name) { dt { (title) } dd { (value) } }
                }
            }
            @if let Some(note) = note { p.notice.notice-info { (note) "。" } }
            p.muted { "请求、请求人和设备的应答都会记录在案。没有应答的每 5 秒重发一次，最多重发 3 次（HJ 212）。" }
            form method="post" action={(page) "/ask"} {
                (layout::token(&posted.signed))
                @for name in FIELDS { input type="hidden" name=(name) value=(posted.get(name)); }
                input type="hidden" name="confirmed" value="1";
                div.form-bar {
                    @if problem.is_none() { button.btn.btn-primary type="submit" { "确认下发" } }
                    a.btn href={(page) "#requests"} { "取消" }
                }
            }
        }
    };
    let crumbs = [(TITLE, super::PAGE.to_owned()), (text(device, "device_no"), page.clone())];
    let frame =
        Frame { title: "下发设备请求", signed: Some(&posted.signed), active: super::PAGE, breadcrumbs: &crumbs, ..Frame::new(app) };
    layout::page(&frame, body)
}
