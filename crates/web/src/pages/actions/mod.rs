//! Bulk actions: rows are chosen in a list, what is done with them is said on a page of its own, then a job does it row by row.

mod begin;
mod choose;
mod show;

pub use choose::{bar, boxed, header};

use crate::actions::JOB;
use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use axum::Router;
use axum::routing::{get, post};
use zhijian_records::port::Job;

/// Address of a choice that is sent.
pub const PAGE: &str = "/actions";

/// Routes of these pages.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, post(choose::submit))
        .route("/actions/{job}", get(show::show))
        .route("/actions/{job}/start", post(begin::start))
        .route("/actions/{job}/export", post(begin::export))
        .route("/actions/{job}/cancel", post(begin::cancel))
        .route("/actions/{job}/continue", post(begin::again))
        .route("/actions/{job}/result.csv", get(show::file))
}

/// Address of one job.
#[must_use]
pub fn address(job: &str) -> String {
    format!("{PAGE}/{job}")
}

/// The job, if it is the caller's own.
async fn own(app: &App, signed: &Signed, id: &str) -> Result<Job, PageError> {
    let found = app.door.store.job(id).await.map_err(crate::jobs::failed)?;
    found.filter(|j| j.what == JOB && j.login == signed.account.login).ok_or_else(|| PageError::NotFound("没有这个批量任务".into()))
}
