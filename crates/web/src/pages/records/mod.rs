//! Records: list, detail, forms, workflow, history, export.

pub mod asked;
pub mod basis;
pub mod cells;
pub mod changes;
pub mod detail;
pub mod edit;
pub mod export;
pub mod filters;
pub mod form;
pub mod history;
pub mod list;
pub mod new;
pub mod pick;
pub mod print;
pub mod related;
pub mod reveal;
pub mod step;
pub mod template;
mod those;
pub mod void;

pub use those::those;

use crate::app::App;
use crate::groups;
use axum::Router;
use axum::routing::{get, post};

/// Routes below `/records`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/records/{kind}", get(list::show))
        .route("/records/{kind}/new", get(new::show).post(new::submit))
        .route("/records/{kind}/export", post(export::start))
        .route("/records/{kind}/template.xlsx", get(template::show))
        .route("/records/{kind}/pick/{reference}", get(pick::show))
        .route("/records/{kind}/{id}", get(detail::show))
        .route("/records/{kind}/{id}/groups", get(groups::page))
        .route("/records/{kind}/{id}/edit", get(edit::show).post(edit::submit))
        .route("/records/{kind}/{id}/history", get(history::show))
        .route("/records/{kind}/{id}/print", get(print::show).post(print::reveal))
        .route("/records/{kind}/{id}/reveal", post(reveal::show))
        .route("/records/{kind}/{id}/retract", get(void::show).post(void::submit))
        .route("/records/{kind}/{id}/steps/{step}", get(step::show).post(step::submit))
}
