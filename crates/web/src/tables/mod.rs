//! Statistics tables (统计表): rows by columns over the facts of the lake, as `definitions/tables/` says.

pub mod axes;
pub mod grid;
mod index;
mod page;
pub mod published;
pub mod sheet;
mod withhold;

use crate::app::App;
use crate::board::Refusal;
use axum::Router;
use axum::routing::get;
use zhijian_kinds::StatTable;

/// Address of the list of tables.
pub const PAGE: &str = "/tables";
/// Name in the menu.
pub const TITLE: &str = "统计表";

/// Routes.
pub fn router() -> Router<App> {
    Router::new().route(PAGE, get(index::page)).route("/tables/{table}", get(page::page))
}

/// A table by name.
///
/// # Errors
/// There is none.
pub fn table<'a>(app: &'a App, name: &str) -> Result<&'a StatTable, Refusal> {
    app.catalogue().tables.get(name).ok_or(Refusal::NotFound("没有这张统计表"))
}
