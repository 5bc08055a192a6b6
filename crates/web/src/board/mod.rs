//! The plan board (规划看板) and the indicators: from the five plans' tables down to the records behind a figure.

pub mod alone;
pub mod asked;
mod backtest;
pub mod bullet;
mod closing;
mod definition;
mod drill;
pub mod export;
pub mod figures;
pub mod forecast;
pub mod lines;
pub mod numbers;
pub mod outlook;
pub mod parts;
pub mod place;
mod plan;
mod plans;
pub mod ranking;
pub mod sheets;
mod slices;
pub mod small;
mod unit_list;

use crate::app::App;
use crate::assets;
use crate::error::PageError;
use axum::Router;
use axum::routing::get;
use maud::{Markup, html};
use zhijian_lake::Dimension;

/// Routes of the board.
pub fn router() -> Router<App> {
    Router::new()
        .route("/plans", get(plans::page))
        .route("/plans/{plan}", get(plan::page))
        .route("/plans/{plan}/forecast", get(forecast::page))
        .route("/plans/{plan}/{indicator}", get(drill::page))
        .route("/plans/{plan}/{indicator}/closing", get(closing::page))
        .route("/indicators", get(definition::list))
        .route("/indicators/{code}", get(definition::page))
        .route("/indicators/{code}/figure", get(alone::page))
}

/// The board's own style sheet.
fn style() -> Markup {
    html! { link rel="stylesheet" href=(assets::url("app/board.css")); }
}

/// Name of a dimension.
#[must_use]
pub fn dimension_word(by: Dimension) -> &'static str {
    match by {
        Dimension::Region => "区县",
        Dimension::Town => "乡镇街道",
        Dimension::Industry => "行业",
        Dimension::Size => "规模",
        Dimension::Hazard => "危害因素",
        Dimension::Month => "月份",
    }
}

/// Why somebody gets no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The roles do not allow it.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// There is no such thing, or it lies outside.
    #[error("{0}")]
    NotFound(&'static str),
    /// A parameter makes no sense.
    #[error("{0}")]
    BadRequest(&'static str),
}

impl Refusal {
    /// Another region's figures; says nothing of what is there.
    pub const OUTSIDE: Self = Self::NotFound("该区划不在您的范围内，或不属于这部规划");
}

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotAllowed(why) => Self::NotAllowed(why.into()),
            Refusal::NotFound(why) => Self::NotFound(why.into()),
            Refusal::BadRequest(why) => Self::BadRequest(why.into()),
        }
    }
}
