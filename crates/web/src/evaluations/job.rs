//! The computation of an evaluation, a job of its own: figures take a while, and the page says how far it is.

use super::compute::{self, Desk};
use super::store;
use crate::app::App;
use crate::board::figures::When;
use crate::error::{PageError, log_chain};
use crate::jobs;
use serde::{Deserialize, Serialize};
use zhijian_kinds::dates;
use zhijian_records::Caller;
use zhijian_records::port::{Instant, Job};
use zhijian_records::read::View;

/// `what` of these jobs.
const JOB: &str = "evaluation";
/// A job that says nothing for so long was interrupted, microseconds.
const SILENT: Instant = 10 * 60 * 1_000_000;

/// How far a computation is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Indicators done.
    pub done: usize,
    /// Indicators in all.
    pub total: usize,
    /// What is computed now.
    pub line: String,
    /// Why it failed.
    pub error: String,
}

/// The newest computation of an evaluation as far as it can be told: running, or failed.
///
/// # Errors
/// The store failed.
pub async fn running(app: &App, id: &str) -> Result<Option<Progress>, PageError> {
    let job = app.door.store.unfinished(JOB, id).await.map_err(jobs::failed)?;
    let alive = job.filter(|job| app.door.now() - job.updated < SILENT);
    Ok(alive.map(|job| serde_json::from_str(&job.progress).unwrap_or_default()))
}

/// Begins to compute; the page of the evaluation shows how far it is.
///
/// # Errors
/// It runs already; the plan is unknown; the store failed.
pub async fn begin(app: &App, caller: &Caller, view: &View) -> Result<(), PageError> {
    if running(app, &view.id).await?.is_some() {
        return Err(PageError::BadRequest("这次评估正在计算".into()));
    }
    let plan = crate::board::figures::plan(app, store::text(view, "plan"))?;
    let total = plan.targets.len();
    let job =
        Job { progress: written(&Progress { total, ..Progress::default() }), ..Job::begun(JOB, &caller.login, &view.id, app.door.now()) };
    app.door.store.put_job(&job).await.map_err(jobs::failed)?;
    let (app, caller, view) = (app.clone(), caller.clone(), view.clone());
    tokio::spawn(async move {
        let done = run(&app, &caller, &view, &job, total).await;
        let (state, progress) = match &done {
            Ok(()) => ("done", Progress { done: total, total, ..Progress::default() }),
            Err(error) => {
                log_chain(error);
                ("failed", Progress { total, error: error.to_string(), ..Progress::default() })
            }
        };
        if let Err(error) = save(&app, &job, state, &progress).await {
            log_chain(&error);
        }
    });
    Ok(())
}

async fn run(app: &App, caller: &Caller, view: &View, job: &Job, total: usize) -> Result<(), PageError> {
    let plan = crate::board::figures::plan(app, store::text(view, "plan"))?;
    let day = |name: &str| Some(store::text(view, name)).filter(|t| !t.is_empty());
    let when = When {
        year: store::number(view, "year"),
        as_of: day("as_of").and_then(dates::parse_iso),
        known_at: day("known_at").and_then(crate::api::moment),
    };
    // Of a running year the day is kept with the figures, so that each can be opened later as it was.
    let when = When { as_of: crate::board::parts::cut_short(app, when), ..when };
    let desk = Desk::new(app, caller, plan, store::text(view, "county"), when)?;
    let mut rows = Vec::with_capacity(total);
    for (done, target) in plan.targets.iter().enumerate() {
        save(app, job, "running", &Progress { done, total, line: target.name.clone(), error: String::new() }).await?;
        rows.push(compute::figure(&desk, target).await);
    }
    save(app, job, "running", &Progress { done: total, total, line: "任务、经费与文字".into(), error: String::new() }).await?;
    let figures = compute::figures(&desk, rows).await?;
    let old = store::open(app, caller, &view.id).await?.texts;
    let texts = compute::texts(&app.catalogue().narrative, &figures, store::kind_word(app, view), &old);
    store::keep(app, caller, &view.id, &figures, &texts).await
}

fn written(progress: &Progress) -> String {
    serde_json::to_string(progress).unwrap_or_default()
}

async fn save(app: &App, job: &Job, state: &str, progress: &Progress) -> Result<(), PageError> {
    let job = Job { state: state.into(), progress: written(progress), updated: app.door.now(), ..job.clone() };
    app.door.store.put_job(&job).await.map_err(jobs::failed)
}

/// Why the last computation of this person failed, if it did.
///
/// # Errors
/// The store failed.
pub async fn failure(app: &App, caller: &Caller, id: &str) -> Result<Option<String>, PageError> {
    let jobs = app.door.store.jobs(Some(&caller.login), 50).await.map_err(jobs::failed)?;
    let last = jobs.into_iter().find(|job| job.what == JOB && job.input == id);
    Ok(last.and_then(|job| match job.state.as_str() {
        "failed" => Some(serde_json::from_str::<Progress>(&job.progress).unwrap_or_default().error),
        "running" if app.door.now() - job.updated >= SILENT => Some("计算已中断".into()),
        _ => None,
    }))
}
