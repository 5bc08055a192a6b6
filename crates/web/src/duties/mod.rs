//! What is due: the role's list and calendar of open duties, their card on the desk and on a record.
//!
//! Numbers and rows come from the same question to the door, so they match.

pub mod asked;
mod calendar;
mod cards;
mod list;
mod row;

pub use cards::{desk, of_record};
pub use row::when;

use crate::app::App;
use axum::Router;
use axum::routing::get;

/// The list.
pub const PAGE: &str = "/duties";
/// The calendar.
pub const CALENDAR: &str = "/duties/calendar";
/// Its name in menus.
pub const TITLE: &str = "待办与期限";

/// Routes of these pages.
pub fn router() -> Router<App> {
    Router::new().route(PAGE, get(list::show)).route(CALENDAR, get(calendar::show))
}
