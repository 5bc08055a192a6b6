//! Recomputations of derived values, for platform administrators (R01): when, why, how many records of which kind changed in what. Counts only:
//! an administrator reads no records.

use crate::app::App;
use crate::error::PageError;
use crate::jobs;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::words;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::port::Job;
use zhijian_records::rederive::{JOB, Progress, Tally};

/// Address of the page.
pub const PAGE: &str = "/rederive";
/// Runs shown.
const RUNS: usize = 20;
/// Jobs looked through for them: imports stand in the same list.
const JOBS: u32 = 500;

/// Routes of this page.
pub fn router() -> Router<App> {
    Router::new().route(PAGE, get(show))
}

/// `GET /rederive`
async fn show(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    if !signed.is("R01") {
        return Err(PageError::NotAllowed("重算记录由平台管理员查看".into()));
    }
    let jobs = app.door.store.jobs(None, JOBS).await.map_err(jobs::failed)?;
    let runs: Vec<Job> = jobs.into_iter().filter(|j| j.what == JOB).take(RUNS).collect();
    let body = html! {
        p.lead { "规则或限值表变更后，在服务器上运行 " code { "zhijian rederive" } " 查看差异，加 " code { "--apply" } " 写入。每条记录按其事件日期有效的版本重算，原值保留在历史中。" }
        @if runs.is_empty() { p.muted { "还没有重算过。" } }
        @for run in &runs { (card(&app, run)) }
    };
    Ok(layout::page(&Frame { title: words::REDERIVE, signed: Some(&signed), active: PAGE, ..Frame::new(&app) }, body))
}

fn card(app: &App, run: &Job) -> Markup {
    let progress: Progress = serde_json::from_str(&run.progress).unwrap_or_default();
    let open = run.state != "done";
    html! {
        section.card {
            h2 { (words::moment(run.started)) @if open { span.state-badge.badge-look { "未完成，再次运行时继续" } } }
            dl.facts {
                div.fact { dt { "原因" } dd { (progress.reason) } }
                div.fact { dt { "操作人" } dd { (run.login) } }
            }
            div.table-wrap { table.list.small {
                thead { tr { th scope="col" { "表单" } th.num scope="col" { "检查" } th.num scope="col" { "数值有变" } th.num scope="col" { "写入" } th.num scope="col" { "跳过" } th scope="col" { "变化" } } }
                tbody { @for tally in &progress.tallies { (row(app, tally)) } }
            } }
        }
    }
}

fn row(app: &App, tally: &Tally) -> Markup {
    let kind = app.catalogue().kind(&tally.kind);
    let changes: Vec<String> =
        tally.fields.iter().map(|(field, count)| format!("{} {}", title(kind.map(AsRef::as_ref), field), count)).collect();
    html! {
        tr {
            td data-label="表单" { (tally.title) }
            td.num data-label="检查" { (tally.records) }
            td.num data-label="数值有变" { (tally.changed) }
            td.num data-label="写入" { (tally.written) }
            td.num data-label="跳过" { (tally.stale + tally.refused) }
            td data-label="变化" { @if changes.is_empty() { (words::NONE) } @else { (changes.join("；")) } }
        }
    }
}

fn title(kind: Option<&Kind>, field: &str) -> String {
    kind.and_then(|k| k.field(field)).map_or(field, |f| f.title.as_str()).to_owned()
}
