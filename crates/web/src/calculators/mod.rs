//! The calculators (计算工具): index, one page each, made from the registry of `zhijian_calc`.

pub mod column;
pub mod entered;
pub mod form;
pub mod index;
pub mod numbers;
pub mod plots;
pub mod result;
pub mod show;
pub mod words;

use crate::app::App;
use crate::{assets, links};
use axum::Router;
use axum::routing::get;
use maud::{Markup, html};

/// Address of the index.
pub const INDEX: &str = "/calc";
/// Title of the index.
pub const TITLE: &str = "计算工具";

/// Routes below `/calc`.
pub fn router() -> Router<App> {
    Router::new().route(INDEX, get(index::show)).route("/calc/{id}", get(show::show).post(show::calculate))
}

/// Address of one calculator.
#[must_use]
pub fn address(id: &str) -> String {
    format!("{INDEX}/{}", links::encode(id))
}

/// Style sheets of the section; the charts share those of the board.
#[must_use]
pub fn style() -> Markup {
    html! {
        link rel="stylesheet" href=(assets::url("app/board.css"));
        link rel="stylesheet" href=(assets::url("app/calc.css"));
    }
}
