//! Open warnings on the desk of who deals with them.

use super::{PAGE, TITLE, badge, style, text};
use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use crate::{links, words};
use maud::{Markup, html};
use zhijian_kinds::warning::Level;
use zhijian_records::warnings::KIND;

/// Rows on the desk.
const ROWS: u32 = 5;
/// Roles on whose desk it is.
const ROLES: [&str; 3] = ["R02", "R03", "R06"];

/// The card; nothing for roles that do not deal with warnings, and while there are none.
///
/// # Errors
/// The store failed.
pub async fn desk(app: &App, signed: &Signed) -> Result<Markup, PageError> {
    if !super::reads(app, signed) || !ROLES.iter().any(|role| signed.is(role)) {
        return Ok(Markup::default());
    }
    let kind = app.door.kind(KIND)?;
    let asked = super::asked::Asked::default();
    let request = zhijian_records::read::ListRequest { limit: ROWS, ..asked.request(&kind, &app.door.today(), "") };
    let levels = app.door.count_by(&signed.caller, KIND, &request, "level").await?;
    if levels.is_empty() {
        return Ok(Markup::default());
    }
    let rows = app.door.list(&signed.caller, KIND, &request).await?.rows;
    let number = |level: Level| levels.iter().find(|(code, _)| code == level.code()).map_or(0, |(_, n)| *n);
    Ok(html! {
        (style())
        section.card.alert-card {
            h2 { a href=(PAGE) { (TITLE) } }
            p.alert-numbers { @for level in Level::ALL { a href=(asked.with("level", level.code())) { (badge(level)) " " span.num { (words::count(number(level))) } } } }
            ul.due-list { @for view in &rows { li {
                a href=(links::record(KIND, &view.id)) { @if let Some(level) = Level::of_code(text(view, "level")) { (badge(level)) " " } (text(view, "rule_title")) span.muted { " " (text(view, "subject")) } }
                span.date { (text(view, "due_on")) }
            } } }
        }
    })
}
