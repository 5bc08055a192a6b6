//! The audit chain as pages: for those who read the audit, for overseers of a record, and everybody's own lines.

mod asked;
mod export;
mod head;
mod list;
mod record;
mod rows;

pub use rows::own;

use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use axum::Router;
use axum::routing::{get, post};

/// Address of the list.
pub const PAGE: &str = "/audit";

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route("/audit", get(list::show))
        .route("/audit/export", post(export::start))
        .route("/audit/head", get(head::show))
        .route("/records/{kind}/{id}/audit", get(record::show))
}

/// Reads the audit, of the platform or of a region.
#[must_use]
pub fn may(app: &App, signed: &Signed) -> bool {
    zhijian_records::looks::auditor_of(&app.door, &signed.caller).is_some()
}

fn auditor(app: &App, signed: &Signed) -> Result<(), PageError> {
    if may(app, signed) { Ok(()) } else { Err(PageError::NotAllowed("您的角色不能查阅审计日志".into())) }
}
