//! The declaration wizard (申报向导): a declaration step by step, for somebody who files once a year.
//!
//! The draft is a record of kind `declaration`; each step saves its fields through the door, so that leaving and coming back goes on.

mod hints;
mod own_rows;
mod page;
mod review;
mod save;
mod start;
mod steps;

use crate::app::App;
use axum::Router;
use axum::routing::get;

/// Its address.
pub const PAGE: &str = "/declare";
/// Its name.
pub const TITLE: &str = "申报向导";
/// A region's own rows of suggestions.
pub const OWN_ROWS: &str = "/rules/hazard_suggestions";
/// Their name.
pub const OWN_ROWS_TITLE: &str = "危害因素提示表";
/// The kind it fills in.
const KIND: &str = "declaration";

/// Routes of these pages.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(start::show).post(start::begin))
        .route(OWN_ROWS, get(own_rows::show).post(own_rows::save))
        .route("/declare/{id}", get(review::receipt))
        .route("/declare/{id}/{step}", get(page::show).post(save::submit))
}

/// Address of a step.
fn step_page(id: &str, step: &str) -> String {
    format!("{PAGE}/{id}/{step}")
}
