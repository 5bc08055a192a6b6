//! One map (一张网): a number a place, by layer and time, as `definitions/layers/` says; and the boundaries that it draws.

pub mod geometry;
pub mod page;
pub mod places;
mod points;
mod scale;
pub mod sheet;
mod units;
mod view;

use crate::app::App;
use crate::board::Refusal;
use axum::Router;
use axum::routing::get;
use zhijian_kinds::Layer;

pub use places::{params, plan_of};
pub use view::{not_begun, until};

/// Address of the map.
pub const PAGE: &str = "/map";
/// Name in the menu.
pub const TITLE: &str = "一张网";

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(page::page))
        .route("/map/points", get(points::answer))
        .route("/map/units", get(units::page))
        .route("/maps/notice", get(geometry::notice))
        .route("/maps/below/{region}", get(geometry::below))
        .route("/maps/{name}", get(geometry::whole))
}

/// The layer asked for; the first when none is.
///
/// # Errors
/// There is none of that name.
pub fn layer<'a>(app: &'a App, name: &str) -> Result<&'a Layer, Refusal> {
    let layers = &app.catalogue().layers;
    let found = if name.is_empty() { layers.first().map(|(_, layer)| layer) } else { layers.get(name) };
    found.ok_or(Refusal::NotFound("没有这个图层"))
}
