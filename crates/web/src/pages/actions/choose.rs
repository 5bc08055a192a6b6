//! Choosing rows: boxes in lists, and the choice as it is sent.

use super::{PAGE, address};
use crate::actions::{self, Action, MOST};
use crate::app::App;
use crate::error::PageError;
use crate::layout::token;
use crate::pages::records::asked::Asked;
use crate::posted::Posted;
use crate::session::Signed;
use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::access::{self, Wish};
use zhijian_records::many::Chosen;
use zhijian_records::read::{ListRequest, View};

/// Rows read at a time.
const CHUNK: u32 = 500;

/// May the caller do anything with many records of the kind at once?
fn offered(app: &App, signed: &Signed, kind: &Kind) -> bool {
    let advances = access::may(&signed.caller, kind, Wish::Advance) && kind.transitions.iter().any(|t| signed.caller.has_any(&t.roles));
    let assigns = signed.oversees(app) && kind.rights.def.allow.iter().any(|row| row.scope == zhijian_kinds::access::Reach::Granted);
    advances || assigns || access::may(&signed.caller, kind, Wish::Export)
}

/// The head of the column of boxes.
#[must_use]
pub fn header(app: &App, signed: &Signed, kind: Option<&Kind>) -> Markup {
    html! { @if kind.is_none_or(|k| offered(app, signed, k)) { th.check-cell scope="col" { label.check { input type="checkbox" data-all-rows aria-label="选中本页全部"; } } } }
}

/// The box of a row.
#[must_use]
pub fn boxed(app: &App, signed: &Signed, kind: &Kind, view: &View, name: &str) -> Markup {
    html! {
        @if offered(app, signed, kind) {
            td.check-cell data-label="选择" { label.check { input type="checkbox" name="row" form="choice" value=(format!("{}:{}:{}", kind.kind, view.id, view.rev)) data-row aria-label={"选中 " (name)}; } }
        }
    }
}

/// What is done with the chosen rows; the boxes belong to this form by its id.
#[must_use]
pub fn bar(app: &App, signed: &Signed, kind: Option<&Kind>, query: &str, from: &str) -> Markup {
    html! {
        @if kind.is_none_or(|k| offered(app, signed, k)) {
            form.choice-bar #choice method="post" action=(PAGE) {
                (token(signed))
                input type="hidden" name="from" value=(from);
                span.muted data-chosen-rows role="status" { "勾选后可批量办理" }
                button.btn.btn-sm type="submit" { "批量办理所选…" }
                @if let Some(kind) = kind {
                    input type="hidden" name="kind" value=(kind.kind);
                    input type="hidden" name="query" value=(query);
                    button.btn.btn-sm type="submit" name="all" value="1" { "按当前条件全部…" }
                }
            }
        }
    }
}

/// `POST /actions`: keeps the choice, with the revisions as they are shown now, and asks what is to be done.
pub async fn submit(State(app): State<App>, posted: Posted) -> Result<Redirect, PageError> {
    let signed = &posted.signed;
    let from = posted.get("from");
    let from = if from.starts_with("/records/") || from.starts_with("/duties") { from.to_owned() } else { "/".to_owned() };
    let mut action = Action { from, ..Action::default() };
    if posted.get("all") == "1" {
        let kind = app.door.kind(posted.get("kind"))?;
        let asked = Asked::read(&app, &kind, posted.get("query").trim_start_matches('?'))?;
        if asked.as_of.is_some() {
            return Err(PageError::BadRequest("过去某日的数据只供查看，请先取消“数据截至”条件".into()));
        }
        let mut request = ListRequest { limit: CHUNK, cursor: None, ..asked.request() };
        loop {
            let page = app.door.list(&signed.caller, &kind.kind, &request).await?;
            action.rows.extend(page.rows.into_iter().map(|v| Chosen { kind: kind.kind.clone(), id: v.id, rev: v.rev }));
            request.cursor = page.next;
            if request.cursor.is_none() || action.rows.len() >= MOST {
                break;
            }
        }
        action.more = request.cursor.is_some() || action.rows.len() > MOST;
    } else {
        for text in posted.all("row") {
            let mut parts = text.split(':');
            let (Some(kind), Some(id), Some(Ok(rev))) = (parts.next(), parts.next(), parts.next().map(str::parse)) else {
                return Err(PageError::BadRequest("选中的记录无法识别，请重新选择".into()));
            };
            app.door.kind(kind)?;
            let chosen = Chosen { kind: kind.to_owned(), id: id.to_owned(), rev };
            if !action.rows.contains(&chosen) {
                action.rows.push(chosen);
            }
        }
        action.more = action.rows.len() > MOST;
    }
    action.rows.truncate(MOST);
    if action.rows.is_empty() {
        return Err(PageError::BadRequest("没有选中记录，请先勾选".into()));
    }
    let job = actions::choose(&app, &signed.caller, &action).await?;
    Ok(Redirect::to(&address(&job)))
}
