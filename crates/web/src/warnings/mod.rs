//! The early-warning centre (预警中心): open warnings and their course, the rules with their thresholds and how good they are.
//!
//! Numbers and rows come from the same question to the door, so they match.

mod asked;
mod cards;
mod list;
mod look_back;
mod panel;
mod rule;
mod rules;
mod settings;

pub use cards::desk;
pub use panel::{hides, panel};

use crate::app::App;
use crate::assets;
use crate::error::PageError;
use crate::session::Signed;
use axum::Router;
use axum::routing::{get, post};
use maud::{Markup, html};
use zhijian_kinds::warning::{Level, PLAN_ROW, Warning};
use zhijian_records::access::{self, Wish};
use zhijian_records::warnings::KIND;

/// The centre.
pub const PAGE: &str = "/warnings";
/// Its name.
pub const TITLE: &str = "预警中心";
/// The rules.
pub const RULES: &str = "/warnings/rules";
/// Their name.
pub const RULES_TITLE: &str = "预警规则";

/// Routes of these pages.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(list::show))
        .route(RULES, get(rules::show))
        .route("/warnings/rules/{rule}", get(rule::show))
        .route("/warnings/rules/{rule}/settings", post(settings::submit))
}

/// Does the caller read warnings?
#[must_use]
pub fn reads(app: &App, signed: &Signed) -> bool {
    app.catalogue().kind(KIND).is_some_and(|kind| access::may(&signed.caller, kind, Wish::Read))
}

/// Refuses who does not.
fn allow(app: &App, signed: &Signed) -> Result<(), PageError> {
    let kind = app.door.kind(KIND)?;
    Ok(zhijian_records::Door::allow(&signed.caller, &kind, Wish::Read)?)
}

/// The page of what shows a warning: a record, or a row of a plan.
fn proof(kind: &str, id: &str) -> String {
    if kind == PLAN_ROW { format!("/plans/{id}#outlook") } else { crate::links::record(kind, id) }
}

/// Page of a rule.
#[must_use]
pub fn rule_page(rule: &str) -> String {
    format!("{RULES}/{rule}")
}

/// A level as a badge: its word says it, the colour only helps.
#[must_use]
pub fn badge(level: Level) -> Markup {
    html! { span class={"alert-badge alert-" (level.code())} { (level.title()) } }
}

/// A rule's name with the way to it.
fn named(rule: &str, known: Option<&Warning>) -> Markup {
    html! { a href=(rule_page(rule)) { (rule) @if let Some(rule) = known { " " (rule.title) } } }
}

/// A field's text as it is kept, empty when there is none.
fn text<'a>(view: &'a zhijian_records::read::View, path: &str) -> &'a str {
    view.data.get(path).and_then(serde_json::Value::as_str).unwrap_or_default()
}

/// Style sheet of these pages.
fn style() -> Markup {
    html! { link rel="stylesheet" href=(assets::url("app/warnings.css")); }
}
