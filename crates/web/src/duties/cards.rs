//! Open duties on the desk and beside a record.

use super::{PAGE, row};
use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use crate::words;
use maud::{Markup, html};
use zhijian_records::duties::Ask;
use zhijian_records::read::View;

/// Rows on the desk.
const ROWS: u32 = 8;

/// The desk's first card: numbers and the next few. Nothing for roles that have no duties.
///
/// # Errors
/// The store failed.
pub async fn desk(app: &App, signed: &Signed) -> Result<Markup, PageError> {
    if !app.door.has_duties(&signed.caller) {
        return Ok(Markup::default());
    }
    let counts = app.door.duty_counts(&signed.caller, Ask::default()).await?;
    let (overdue, soon): (u64, u64) = (counts.iter().map(|c| c.overdue).sum(), counts.iter().map(|c| c.soon).sum());
    let later: u64 = counts.iter().map(|c| c.later).sum();
    let running = Ask { paused: Some(false), limit: ROWS, ..Ask::default() };
    let mut rows = app.door.duties(&signed.caller, Ask { from: Some(app.door.today()), ..running.clone() }).await?;
    if rows.is_empty() {
        // Nothing lies ahead: what has waited longest.
        rows = app.door.duties(&signed.caller, running).await?;
    }
    let shown = row::with_records(app, signed, rows).await?;
    let figure = |part: &str, title: &str, number: u64, tone: &str| {
        html! { a class={"due-figure " (tone)} href={(PAGE) "?part=" (part)} { strong { (words::count(number)) } span { (title) } } }
    };
    Ok(html! {
        section.card.due {
            h2 { (super::TITLE) a.quiet href=(super::CALENDAR) { "日历" } }
            div.due-figures {
                (figure("overdue", "逾期", overdue, if overdue > 0 { "due-stop" } else { "" }))
                (figure("soon", "临期", soon, if soon > 0 { "due-look" } else { "" }))
                (figure("later", "未到期", later, ""))
            }
            @if shown.is_empty() {
                p.muted { "没有待办事项。" }
            } @else { (row::table(app, signed, &shown, true)) }
        }
    })
}

/// Duties of one record that are on the caller's desk.
///
/// # Errors
/// The store failed.
pub async fn of_record(app: &App, signed: &Signed, kind: &str, view: &View) -> Result<Markup, PageError> {
    let ask = Ask { record: Some((kind.to_owned(), view.id.clone())), limit: 20, ..Ask::default() };
    let rows = app.door.duties(&signed.caller, ask).await?;
    let today = app.door.today();
    let escalation = crate::notices::escalation_beside(app, signed, &rows).await?;
    Ok(html! {
        @if !rows.is_empty() {
            section.card {
                h2 { "期限" }
                ul.due-list { @for r in &rows { li {
                    span { (app.catalogue().duties.get(&r.duty).map_or("", |d| d.title.as_str())) }
                    span { (row::when(r, &today)) }
                } } }
                (escalation)
            }
        }
    })
}
