//! Evaluations of plans (规划评估): yearly, mid-term, final. Figures are computed once, frozen with the approval, and printed as a report whose every
//! table and chart names the page where it opens (decision 0030).
//!
//! *compute* asks the lake as the leading group would see it; *content* is what is kept; *store* brings it through the door; *report* and *sheets* are
//! the files; the pages start, write, compare.

mod compare;
pub mod compute;
pub mod content;
mod figure_page;
mod files;
mod job;
mod list;
mod overview;
pub mod report;
mod report_parts;
mod sheets;
mod start;
pub mod store;
mod targets;
mod targets_check;
mod targets_page;
mod tasks;
mod write;

use crate::app::App;
use crate::assets;
use crate::board::place::Territory;
use crate::error::PageError;
use crate::session::Signed;
use axum::Router;
use axum::routing::{get, post};
use maud::{Markup, html};
use zhijian_kinds::Plan;
use zhijian_records::access::{self, Wish};

/// Kind of the evaluations.
pub const KIND: &str = "evaluation";
/// Kind of their figures and texts.
pub const CONTENT: &str = "evaluation_content";
/// Kind of the plans' tasks.
pub const TASK: &str = "plan_task";
/// Kind of targets by year and county.
pub const SHARE: &str = "target_share";
/// The page.
pub const PAGE: &str = "/evaluations";
/// Its name.
pub const TITLE: &str = "规划评估";

/// Routes of evaluations.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(list::show).post(start::start))
        .route("/evaluations/compare", get(compare::show))
        .route("/evaluations/{id}", get(overview::show))
        .route("/evaluations/{id}/compute", post(start::again))
        .route("/evaluations/{id}/correct", post(start::correct))
        .route("/evaluations/{id}/text", post(write::submit))
        .route("/evaluations/{id}/figures/{code}", get(figure_page::show))
        .route("/evaluations/{id}/files/{format}", get(files::download))
        .route("/plans/{plan}/tasks", get(tasks::show).post(tasks::enter))
        .route("/plans/{plan}/targets", get(targets_page::show).post(targets_page::save))
}

/// The node of a plan that is asked for.
///
/// # Errors
/// The plan or the node lies outside the caller's territory.
fn node(territory: &Territory<'_>, plan: &Plan, asked: &str) -> Result<String, PageError> {
    territory.choose(Some(plan), asked).map_err(|_| PageError::BadRequest(format!("“{}”的这一地区不在您的辖区内", plan.title)))
}

/// May somebody look at evaluations?
#[must_use]
pub fn reads(app: &App, signed: &Signed) -> bool {
    app.catalogue().kind(KIND).is_some_and(|kind| access::may(&signed.caller, kind, Wish::Read))
}

/// May somebody work on evaluations: start, compute, write?
#[must_use]
pub fn works(app: &App, signed: &Signed) -> bool {
    app.catalogue().kind(KIND).is_some_and(|kind| access::may(&signed.caller, kind, Wish::Advance))
}

fn allow(app: &App, signed: &Signed) -> Result<(), PageError> {
    if reads(app, signed) {
        Ok(())
    } else {
        Err(PageError::NotAllowed("规划评估供行政管理、监督、疾控人员和领导小组使用".into()))
    }
}

/// Page of an evaluation.
#[must_use]
pub fn address(id: &str) -> String {
    format!("{PAGE}/{id}")
}

/// Page of one of its figures.
#[must_use]
pub fn figure_address(id: &str, code: &str) -> String {
    format!("{PAGE}/{id}/figures/{code}")
}

/// Page of a plan's tasks.
#[must_use]
pub fn tasks_address(plan: &str) -> String {
    format!("/plans/{plan}/tasks")
}

/// Style sheets of these pages.
fn style() -> Markup {
    html! {
        link rel="stylesheet" href=(assets::url("app/board.css"));
        link rel="stylesheet" href=(assets::url("app/evaluations.css"));
    }
}

/// The light of a status word.
fn light(status: &str) -> Markup {
    html! { span class=(format!("light {}", content::tone(status))) { (status) } }
}
