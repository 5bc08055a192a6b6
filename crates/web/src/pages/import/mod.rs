//! Imports: upload, progress, result.

mod findings;
mod job;
mod result;
mod upload;

use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use crate::{jobs, links, words};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use maud::{Markup, html};
use zhijian_exchange::import::Report;
use zhijian_records::port::Job;

/// Largest upload.
const UPLOAD_LIMIT: usize = 2 * 1024 * 1024 * 1024;

/// Routes below `/import`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/import", get(upload::show).post(upload::submit).layer(DefaultBodyLimit::max(UPLOAD_LIMIT)))
        .route("/import/{job}", get(job::show))
        .route("/import/{job}/cancel", post(job::cancel))
        .route("/import/{job}/continue", post(job::again))
        .route("/import/{job}/report.json", get(result::report))
        .route("/import/{job}/marked/{file}", get(result::marked))
}

/// The caller's newest imports.
///
/// # Errors
/// The store failed.
pub async fn latest(app: &App, signed: &Signed, most: u32) -> Result<Vec<Job>, PageError> {
    let jobs = app.door.store.jobs(Some(&signed.account.login), most * 2).await.map_err(jobs::failed)?;
    Ok(jobs.into_iter().filter(|j| j.what == "import").take(most as usize).collect())
}

/// The job, if it is the caller's own.
async fn own(app: &App, signed: &Signed, id: &str) -> Result<Job, PageError> {
    let found = app.door.store.job(id).await.map_err(jobs::failed)?;
    found.filter(|j| j.what == "import" && j.login == signed.account.login).ok_or_else(|| PageError::NotFound("没有这个导入任务".into()))
}

/// What a job has saved of its report.
fn report_of(job: &Job) -> Report {
    serde_json::from_str(&job.progress).unwrap_or_default()
}

/// State in words, with its tone.
fn state(job: &Job) -> (&'static str, &'static str) {
    match job.state.as_str() {
        "running" if jobs::running(&job.id).is_some() => ("进行中", "badge-going"),
        "running" => ("已中断", "badge-look"),
        "done" => ("完成", "badge-ok"),
        "cancelled" => ("已取消", "badge-quiet"),
        _ => ("失败", "badge-stop"),
    }
}

/// A table of imports.
#[must_use]
pub fn table(app: &App, jobs: &[Job], short: bool) -> Markup {
    let _ = app;
    html! {
        @if jobs.is_empty() { p.muted { "还没有导入过。" a href="/import" { "导入表格" } } } @else {
            ul.job-list {
                @for job in jobs {
                    @let report = report_of(job);
                    @let (word, tone) = state(job);
                    @let names: Vec<&str> = report.files.iter().map(|f| f.file.as_str()).collect();
                    li {
                        a href=(links::job(&job.id)) {
                            @match names.as_slice() { [] => "导入", [one] => (one), [first, ..] => { (first) " 等 " (names.len()) " 个文件" } }
                        }
                        span.job-line {
                            span class={"state-badge " (tone)} { (word) }
                            span.date.muted { (words::moment(job.started)) }
                            @if !short || job.state == "done" { span.muted { "收下 " (report.totals.accepted) " · 拒收 " (report.totals.rejected) } }
                        }
                    }
                }
            }
        }
    }
}
