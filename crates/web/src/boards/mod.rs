//! Boards (看板): panels over the facts of the lake, as `definitions/boards/` says; also on a large screen.

mod chart;
pub mod fill;
pub mod filters;
mod index;
pub mod links;
mod page;
mod panel;
pub mod sheet;
mod table;
mod tiles;
pub mod unit_page;
pub mod units;

use crate::app::App;
use crate::board::Refusal;
use axum::Router;
use axum::routing::get;
use maud::{Markup, html};
use zhijian_kinds::Board;

/// Address of the list of boards.
pub const PAGE: &str = "/boards";
/// Name in the menu.
pub const TITLE: &str = "看板";

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(index::page))
        .route("/boards/{board}", get(page::page))
        .route("/boards/{board}/{panel}", get(panel::page))
        .route("/boards/{board}/{panel}/units", get(unit_page::page))
}

/// The board of a name.
///
/// # Errors
/// There is none.
pub fn board<'a>(app: &'a App, name: &str) -> Result<&'a Board, Refusal> {
    app.catalogue().boards.get(name).ok_or(Refusal::NotFound("没有这块看板"))
}

/// The sheets of boards.
fn style() -> Markup {
    html! {
        @for sheet in ["app/board.css", "app/tables.css", "app/boards.css"] { link rel="stylesheet" href=(crate::assets::url(sheet)); }
    }
}
