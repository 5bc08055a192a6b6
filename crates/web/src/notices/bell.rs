//! The bell in the bar: how many unread notices there are.
//!
//! The page asks once when it is there, and again while somebody is at work on it (`zhijian.js`): a page that was left open neither asks nor keeps
//! its session alive.

use super::PAGE;
use crate::app::App;
use crate::error::PageError;
use crate::icons::icon;
use crate::session;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_kinds::notice::Level;

/// More are shown as “99+”.
const MOST: u64 = 99;

/// The bell as part of a page; its number follows.
#[must_use]
pub fn bell() -> Markup {
    html! { a.bell #bell href=(PAGE) aria-label="通知" hx-get="/notices/bell" hx-trigger="load, zj:look" hx-swap="outerHTML" { (icon("bell")) } }
}

/// `GET /notices/bell`
///
/// Whoever must first set a password or a second factor is told nothing, and above all not sent to that page: it has a bell too.
pub async fn show(State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let signed = session::find(&app, &headers).await?.ok_or(PageError::Stranger { wanted: String::new() })?;
    if signed.account.must_change || signed.factor_first {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let counts = app.door.unread(&signed.caller).await?;
    let unread: u64 = counts.iter().map(|(_, n)| n).sum();
    let urgent = counts.iter().any(|(level, n)| *level == Level::Urgent && *n > 0);
    let label = if unread == 0 { "通知，没有未读".to_owned() } else { format!("通知，{unread} 条未读") };
    let shown = if unread > MOST { format!("{MOST}+") } else { unread.to_string() };
    let bell = html! {
        a.bell #bell href=(PAGE) aria-label=(label) title=(label) hx-get="/notices/bell" hx-trigger="zj:look" hx-swap="outerHTML" {
            (icon("bell"))
            @if unread > 0 { span class=(if urgent { "bell-count bell-urgent" } else { "bell-count" }) aria-hidden="true" { (shown) } }
        }
    };
    Ok(bell.into_response())
}
