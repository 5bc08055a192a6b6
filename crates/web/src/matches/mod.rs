//! Matches of needs and places (匹配): who needs something, by township, against the places that serve them, as `definitions/matches/` says.

mod fill;
mod page;
mod sheet;

use crate::app::App;
use axum::Router;
use axum::routing::get;

/// Address of a match.
#[must_use]
pub fn address(name: &str) -> String {
    format!("/matches/{name}")
}

/// Routes.
pub fn router() -> Router<App> {
    Router::new().route("/matches/{match}", get(page::page))
}
