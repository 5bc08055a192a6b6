//! Asking for an export, the same for every kind of list: the button with its questions, the door's leave, the reason where somebody else
//! must approve.

use super::exports;
use super::records::reveal;
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::icons::icon;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_records::DoorError;
use zhijian_records::exports::{Pass, Wanted};

/// The questions of one list.
#[derive(Debug)]
pub struct Questions<'a> {
    /// Words of the button.
    pub button: &'a str,
    /// What the file will hold.
    pub hint: &'a str,
    /// Where it is asked.
    pub action: String,
    /// Formats: value, title.
    pub formats: &'a [(&'a str, &'a str)],
    /// The whole personal data may be asked for.
    pub private: bool,
}

/// The button with its questions.
#[must_use]
pub fn dialog(app: &App, signed: &Signed, ask: &Questions<'_>) -> Markup {
    html! {
        details.pop {
            summary.btn { (icon("export")) (ask.button) }
            form.pop-body method="post" action=(ask.action) {
                (token(signed))
                p.hint { (ask.hint) }
                div.field {
                    label for="export-format" { "格式" }
                    select.form-select #export-format name="format" { @for (value, title) in ask.formats { option value=(value) { (title) } } }
                }
                (reveal::choice(app, "export-purpose"))
                @if ask.private { label.check { input type="checkbox" name="full" value="1"; span { "包含完整个人信息（否则隐去）" } } }
                p.hint { "导出人、条件和用途将记入审计日志。含完整个人信息或条数较多的须经另一人批准。" }
                button.btn.btn-primary type="submit" { "下载" }
            }
        }
    }
}

/// The format that was asked for.
///
/// # Errors
/// None of those that there are.
pub fn format<'a>(posted: &'a Posted, formats: &[(&str, &str)]) -> Result<&'a str, PageError> {
    let format = posted.get("format");
    let known = formats.iter().any(|(value, _)| *value == format);
    known.then_some(format).ok_or_else(|| PageError::BadRequest(format!("不支持的格式“{format}”")))
}

/// The list that is exported.
#[derive(Debug)]
pub struct Origin<'a> {
    /// Its address.
    pub list: &'a str,
    /// Where the export is asked, with the question.
    pub action: String,
    /// Entry of the menu.
    pub active: &'a str,
    /// The way to it.
    pub crumbs: &'a [(&'a str, String)],
}

/// What the door says.
#[derive(Debug)]
pub enum Leave {
    /// Take it.
    Given(Pass),
    /// Not yet: what is shown instead.
    Answered(Response),
}

/// Asks the door. Where somebody else must approve, the reason is asked for, then the request is handed in.
///
/// # Errors
/// Not allowed; the store failed.
pub async fn ask(app: &App, posted: &Posted, wanted: &Wanted, origin: &Origin<'_>) -> Result<Leave, PageError> {
    let caller = &posted.signed.caller;
    let why = match app.door.free_export(caller, wanted, "web").await {
        Ok(pass) => return Ok(Leave::Given(pass)),
        Err(error @ DoorError::NeedsApproval { .. }) => error.to_string(),
        Err(other) => return Err(other.into()),
    };
    if posted.get("reason").trim().is_empty() {
        return Ok(Leave::Answered(reason(app, posted, origin, &why).into_response()));
    }
    app.door.ask_export(caller, wanted.clone(), posted.get("reason")).await?;
    let done = Flash::done("已提交申请，批准后可在本页下载。").cookie();
    Ok(Leave::Answered(([(header::SET_COOKIE, done)], Redirect::to(exports::PAGE)).into_response()))
}

fn reason(app: &App, posted: &Posted, origin: &Origin<'_>, why: &str) -> Markup {
    let body = html! {
        div.notice.notice-info { (why) }
        form.card.narrow method="post" action=(origin.action) data-once {
            (token(&posted.signed))
            @for name in ["format", "purpose", "remark", "full"] { input type="hidden" name=(name) value=(posted.get(name)); }
            div.field { label for="ex-reason" { "理由" span.mark-required { "必填" } } textarea.form-control #ex-reason name="reason" rows="3" required minlength="5" maxlength="500" {} p.hint { "由有审批权限的另一人批准后，可下载一次。" } }
            div.form-bar { button.btn.btn-primary type="submit" { "提交申请" } a.btn href=(origin.list) { "返回" } }
        }
    };
    let frame =
        Frame { title: "申请导出", signed: Some(&posted.signed), active: origin.active, breadcrumbs: origin.crumbs, ..Frame::new(app) };
    layout::page(&frame, body)
}
