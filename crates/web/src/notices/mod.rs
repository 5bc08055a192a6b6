//! Notices: the bell, the inbox, one's own settings, stopping an escalation, messages that were not delivered.
//!
//! List, bell and API ask the door the same question, so their numbers match.

pub mod asked;
mod bell;
mod escalation;
mod letters;
mod list;
mod row;
mod settings;

pub use bell::bell;
pub use escalation::beside as escalation_beside;
pub use letters::card as letters_card;

use crate::app::App;
use axum::Router;
use axum::routing::{get, post};

/// The inbox.
pub const PAGE: &str = "/notices";
/// One's own settings.
pub const SETTINGS: &str = "/notices/settings";
/// Stopping an escalation.
pub const ESCALATION: &str = "/duties/escalation";
/// Its name in menus.
pub const TITLE: &str = "通知";

/// Routes of these pages.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(list::show))
        .route("/notices/bell", get(bell::show))
        .route("/notices/read", post(list::read_all))
        .route("/notices/unread", post(list::undo))
        .route(SETTINGS, get(settings::show).post(settings::save))
        .route("/notices/{id}/open", post(list::open))
        .route("/notices/{id}/mark", post(list::mark))
        .route(ESCALATION, get(escalation::show).post(escalation::save))
        .route("/system/letters", post(letters::resend))
}
