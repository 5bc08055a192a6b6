//! The desk's card for both sides; every number opens the list that it counts.

use super::{DUE, SLOTS, UNEXAMINED, due_list};
use crate::app::App;
use crate::error::PageError;
use crate::links;
use crate::session::Signed;
use crate::words;
use axum::extract::State;
use maud::{Markup, html};
use zhijian_records::access::{self, Wish};
use zhijian_records::exams::{Met, ORDER, SLOT};
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;

/// Address of the employer's numbers.
pub const FIGURES: &str = "/exams/due/figures";

/// The card, nothing for other roles.
///
/// # Errors
/// The store failed.
pub async fn desk(app: &App, signed: &Signed) -> Result<Markup, PageError> {
    let organisation = signed.account.organisation.as_str();
    if organisation.is_empty() {
        return Ok(Markup::default());
    }
    if signed.is("R08") || signed.is("R09") {
        return Ok(waiting());
    }
    if signed.is("R11") && access::may(&signed.caller, &*app.door.kind(ORDER)?, Wish::Read) {
        return clinic(app, signed).await;
    }
    Ok(Markup::default())
}

fn figure(address: &str, title: &str, number: u64, tone: &str) -> Markup {
    html! { a class={"due-figure " (tone)} href=(address) { strong { (words::count(number)) } span { (title) } } }
}

/// The employer's card as the desk is drawn: a roster may be long, so its numbers come after the page.
fn waiting() -> Markup {
    html! {
        section.card.due #exam-figures hx-get=(FIGURES) hx-trigger="load" hx-swap="outerHTML" {
            (heading())
            p { a href=(DUE) { (super::DUE_TITLE) } " · " a href=(UNEXAMINED) { (super::UNEXAMINED_TITLE) } }
        }
    }
}

fn heading() -> Markup {
    html! { h2 { "申报与体检" a.quiet href=(crate::wizard::PAGE) { (crate::wizard::TITLE) } } }
}

/// `GET /exams/due/figures`: the employer's card with its numbers.
pub async fn figures(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    super::allow(&app, &signed, "exposed_worker", Wish::Reveal)?;
    let organisation = signed.account.organisation.as_str();
    if organisation.is_empty() {
        return Ok(Markup::default());
    }
    let today = app.door.today();
    let roster = app.door.exams_due(&signed.caller, organisation).await?;
    let unbooked = roster.rows.iter().filter(|row| due_list::unbooked(row, &today)).count() as u64;
    let overdue = roster.rows.iter().filter(|row| due_list::state(row, &today) == "overdue").count() as u64;
    let lines = app.door.lines_of(&signed.caller, organisation, None).await?;
    let unexamined = lines.rows.iter().filter(|line| line.met == Met::Not && line.state != "draft").count() as u64;
    let tone = |number: u64, tone: &'static str| if number > 0 { tone } else { "" };
    Ok(html! {
        section.card.due #exam-figures {
            (heading())
            div.due-figures {
                (figure(&format!("{DUE}?state=unbooked"), "应检未约", unbooked, tone(unbooked, "due-look")))
                (figure(&format!("{DUE}?state=overdue"), "逾期未委托", overdue, tone(overdue, "due-stop")))
                (figure(UNEXAMINED, "已委托未检", unexamined, ""))
            }
        }
    })
}

async fn clinic(app: &App, signed: &Signed) -> Result<Markup, PageError> {
    let state = |code: &str| ListRequest { filters: vec![("state".into(), Op::Eq, code.into())], limit: 1, ..ListRequest::default() };
    let count = |code: &'static str| async move { app.door.count(&signed.caller, ORDER, &state(code), words::COUNT_LIMIT).await };
    let (sent, confirmed, scheduled) = (count("sent").await?, count("confirmed").await?, count("scheduled").await?);
    let open = ListRequest {
        filters: vec![("slot_on".into(), Op::Gte, app.door.today()), ("state".into(), Op::Eq, "open".into())],
        limit: 1,
        ..ListRequest::default()
    };
    let slots = app.door.count(&signed.caller, SLOT, &open, words::COUNT_LIMIT).await?;
    Ok(html! {
        section.card.due {
            h2 { "体检委托" a.quiet href=(SLOTS) { (super::SLOTS_TITLE) } }
            div.due-figures {
                (figure(&links::list_by(ORDER, "state", "sent"), "委托待确认", sent, if sent > 0 { "due-look" } else { "" }))
                (figure(&links::list_by(ORDER, "state", "confirmed"), "已确认待排期", confirmed, ""))
                (figure(&links::list_by(ORDER, "state", "scheduled"), "已排期", scheduled, ""))
                (figure(SLOTS, "可约半天", slots, ""))
            }
        }
    })
}
