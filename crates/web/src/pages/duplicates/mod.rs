//! Duplicates (疑似重复): candidates, two records side by side, the merge and its undoing.

mod list;
mod pair;
mod undo;

use crate::app::App;
use crate::session::Signed;
use axum::Router;
use axum::routing::get;
use zhijian_kinds::Kind;
use zhijian_records::access::{self, Wish};

/// Address of the page.
pub const PAGE: &str = "/duplicates";
/// Name of the page.
pub const TITLE: &str = "疑似重复";

/// Routes of these pages.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(list::show))
        .route("/duplicates/{kind}/{one}/{other}", get(pair::show).post(pair::submit))
        .route("/duplicates/{kind}/{loser}", get(undo::show).post(undo::submit))
}

/// Kinds whose records the caller may merge.
#[must_use]
pub fn kinds<'a>(app: &'a App, signed: &Signed) -> Vec<&'a Kind> {
    let may = |kind: &Kind| [Wish::Amend, Wish::Retract].into_iter().all(|wish| access::may(&signed.caller, kind, wish));
    app.catalogue().kinds.values().map(std::sync::Arc::as_ref).filter(|k| k.merge.duplicates.is_some() && may(k)).collect()
}

/// Two records side by side.
#[must_use]
pub fn compare(kind: &str, one: &str, other: &str) -> String {
    format!("{PAGE}/{kind}/{one}/{other}")
}

/// The undoing of a merge.
#[must_use]
pub fn undo(kind: &str, loser: &str) -> String {
    format!("{PAGE}/{kind}/{loser}")
}
