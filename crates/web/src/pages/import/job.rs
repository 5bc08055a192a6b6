//! One import: progress while it runs, result when it is done.

use super::{findings, own, report_of, result, state};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::{jobs, links, words};
use axum::extract::{Path, RawQuery, State};
use axum::response::Redirect;
use maud::{Markup, html};
use zhijian_exchange::import::Report;
use zhijian_records::port::Job;

/// `GET /import/{job}`
pub async fn show(signed: Signed, State(app): State<App>, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let job = own(&app, &signed, &id).await?;
    let report = report_of(&job);
    let asked = findings::Asked::read(query.as_deref().unwrap_or_default())?;
    let running = jobs::running(&job.id);
    let ended = running.is_none();
    let body = html! {
        section #job aria-live="polite" hx-get=[(!ended).then(|| links::job(&job.id))] hx-trigger=[(!ended).then_some("every 1s")] hx-select=[(!ended).then_some("#job")] hx-swap=[(!ended).then_some("outerHTML")] {
            (head(&signed, &app, &job, running.as_deref()))
            (result::counts(&report))
            (result::sheets(&job, &report, ended))
            @if ended && job.state != "running" { (findings::section(&app, &job, &report, &asked).await?) }
        }
    };
    let title = match report.files.as_slice() {
        [one] => one.file.clone(),
        [first, rest @ ..] => format!("{} 等 {} 个文件", first.file, rest.len() + 1),
        [] => "导入".to_owned(),
    };
    let frame = Frame {
        title: &title,
        signed: Some(&signed),
        active: "/import",
        breadcrumbs: &[(words::IMPORT, "/import".into())],
        ..Frame::new(&app)
    };
    Ok(layout::page(&frame, body))
}

fn head(signed: &Signed, app: &App, job: &Job, running: Option<&jobs::Running>) -> Markup {
    let (word, tone) = state(job);
    let here = |what: &str| format!("{}/{what}", links::job(&job.id));
    let line = running.map(jobs::Running::line).unwrap_or_default();
    let failed: Option<String> =
        serde_json::from_str::<serde_json::Value>(&job.progress).ok().and_then(|v| v["error"].as_str().map(str::to_owned));
    html! {
        div.job-head {
            span class={"state-badge " (tone)} { (word) }
            span.muted { "开始 " span.date { (words::moment(job.started)) } @if running.is_none() { "，最近更新 " span.date { (words::moment(job.updated)) } } }
            @if running.is_some() {
                form method="post" action=(here("cancel")) { (token(signed)) button.btn.btn-sm type="submit" { "取消导入" } }
            }
        }
        @if running.is_some() {
            div.progress-line { progress aria-label="导入进行中" {} span { @if line.is_empty() { "正在识别表格……" } @else { (line) } } }
            noscript { p { a href=(links::job(&job.id)) { "刷新进度" } } }
        }
        @if let Some(message) = failed { div.notice.notice-error { "导入中止：" (message) "。已收下的行保留，可继续导入其余部分。" } }
        @if running.is_none() && matches!(job.state.as_str(), "running" | "failed" | "cancelled") && !jobs::files(app, &job.id).is_empty() {
            form method="post" action=(here("continue")) data-once { (token(signed)) button.btn.btn-primary type="submit" { "继续导入" } span.muted { " 从中断处接着进行，已收下的行不会重复。" } }
        }
    }
}

/// `POST /import/{job}/cancel`
pub async fn cancel(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Redirect, PageError> {
    let job = own(&app, &posted.signed, &id).await?;
    jobs::cancel(&job.id);
    Ok(Redirect::to(&links::job(&job.id)))
}

/// `POST /import/{job}/continue`
pub async fn again(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Redirect, PageError> {
    let job = own(&app, &posted.signed, &id).await?;
    if jobs::running(&job.id).is_some() {
        return Ok(Redirect::to(&links::job(&job.id)));
    }
    let files = jobs::files(&app, &job.id);
    if files.is_empty() {
        return Err(PageError::BadRequest("上传的文件已清理，请重新上传".into()));
    }
    // An import that was cancelled or failed goes on under its own job.
    if job.state != "running" {
        let open = Job { state: "running".into(), progress: without_error(&report_of(&job)), ..job.clone() };
        app.door.store.put_job(&open).await.map_err(jobs::failed)?;
    }
    jobs::start_import(&app, &posted.signed.caller, &job.id, files, jobs::named_kind(&app, &job.id)).await?;
    Ok(Redirect::to(&links::job(&job.id)))
}

fn without_error(report: &Report) -> String {
    serde_json::to_string(&Report { cancelled: false, ..report.clone() }).unwrap_or_default()
}
