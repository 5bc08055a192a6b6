//! Exploration (数据探索): a fact by rows and columns, as table and chart, without a word of SQL; saved, shared by its address, exported.
//!
//! Somebody explores what he may read whole, record by record, in his territory. Who sees aggregates only explores counts of persons for the
//! whole territory, unnarrowed, with small cells withheld: narrowing would let single people be reckoned out of differences.

mod behind;
mod chart;
pub mod fact;
pub mod fill;
mod form;
mod index;
mod page;
pub mod question;
mod save;
mod sheet;
mod small;
mod sql;

use crate::app::App;
use axum::Router;
use axum::routing::{get, post};
use maud::{Markup, html};

/// Address.
pub const PAGE: &str = "/explore";
/// Name in the menu.
pub const TITLE: &str = "数据探索";
/// Kind of saved explorations.
pub const SAVED: &str = "saved_view";

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(index::page))
        .route("/explore/save", post(save::submit))
        .route("/explore/sql", get(sql::page).post(sql::run))
        .route("/explore/{fact}", get(page::page))
        .route("/explore/{fact}/records", get(behind::page))
}

/// Address of the exploration of a fact.
#[must_use]
pub fn address(fact: &str) -> String {
    format!("{PAGE}/{fact}")
}

fn style() -> Markup {
    html! {
        link rel="stylesheet" href=(crate::assets::url("app/board.css"));
        link rel="stylesheet" href=(crate::assets::url("app/tables.css"));
        link rel="stylesheet" href=(crate::assets::url("app/explore.css"));
    }
}
