//! Bulk actions (批量办理) under way in this process: one job each, its rows and their ends kept with it.

use crate::app::App;
use crate::error::{PageError, log_chain};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use zhijian_records::many::{Chosen, Deed, Outcome};
use zhijian_records::port::Job;
use zhijian_records::{Caller, DoorError};

/// `what` of these jobs.
pub const JOB: &str = "action";
/// Most records of one action.
pub const MOST: usize = 2_000;
/// Ends between two saves of the progress.
const SAVED: usize = 20;

/// What a job of an action keeps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Action {
    /// Rows as they were shown.
    pub rows: Vec<Chosen>,
    /// Where they came from, to go back to.
    pub from: String,
    /// More fitted than an action takes.
    pub more: bool,
    /// What is done; `None` until that was said.
    pub deed: Option<Deed>,
    /// In words.
    pub title: String,
    /// Reason.
    pub reason: String,
    /// Ends of the first rows, in order.
    pub ends: Vec<Outcome>,
    /// Why it stopped.
    pub error: String,
}

impl Action {
    /// Rows that were done.
    #[must_use]
    pub fn done(&self) -> usize {
        self.ends.iter().filter(|end| end.done).count()
    }
}

fn all() -> MutexGuard<'static, HashMap<String, Arc<AtomicBool>>> {
    static ALL: OnceLock<Mutex<HashMap<String, Arc<AtomicBool>>>> = OnceLock::new();
    ALL.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does the job run in this process?
#[must_use]
pub fn running(job: &str) -> bool {
    all().contains_key(job)
}

/// Asks a job to stop after the row under way; what is done by then stays done.
pub fn cancel(job: &str) {
    if let Some(cancel) = all().get(job) {
        cancel.store(true, Ordering::Relaxed);
    }
}

/// Keeps a selection as a job that has not begun.
///
/// # Errors
/// The store failed.
pub async fn choose(app: &App, caller: &Caller, action: &Action) -> Result<String, PageError> {
    let job = Job { state: "chosen".into(), progress: written(action), ..Job::begun(JOB, &caller.login, "", app.door.now()) };
    app.door.store.put_job(&job).await.map_err(crate::jobs::failed)?;
    Ok(job.id)
}

fn written(action: &Action) -> String {
    serde_json::to_string(action).unwrap_or_default()
}

/// What a job keeps.
#[must_use]
pub fn read(job: &Job) -> Action {
    serde_json::from_str(&job.progress).unwrap_or_default()
}

/// Begins a job, or goes on with one that was interrupted: rows that have found their end keep it.
///
/// # Errors
/// It runs already; the store failed.
pub async fn start(app: &App, caller: &Caller, job: Job, action: Action) -> Result<(), PageError> {
    let cancel = Arc::new(AtomicBool::new(false));
    {
        let mut running = all();
        if running.contains_key(&job.id) {
            return Err(PageError::BadRequest("该任务正在进行".into()));
        }
        running.insert(job.id.clone(), Arc::clone(&cancel));
    }
    let job = Job { state: "running".into(), progress: written(&action), updated: app.door.now(), ..job };
    if let Err(error) = app.door.store.put_job(&job).await.map_err(crate::jobs::failed) {
        all().remove(&job.id);
        return Err(error);
    }
    let (app, caller) = (app.clone(), caller.clone());
    tokio::spawn(async move {
        if let Err(error) = run(&app, &caller, &job, action, &cancel).await {
            log_chain(&error);
        }
        all().remove(&job.id);
    });
    Ok(())
}

async fn run(app: &App, caller: &Caller, job: &Job, mut action: Action, cancel: &AtomicBool) -> Result<(), PageError> {
    let Some(deed) = action.deed.clone() else { return Ok(()) };
    let mut state = "done";
    for at in action.ends.len()..action.rows.len() {
        if cancel.load(Ordering::Relaxed) {
            state = "cancelled";
            break;
        }
        match app.door.act(caller, &deed, &action.rows[at], &action.reason).await {
            Ok(end) => action.ends.push(end),
            Err(error) => {
                action.error = error.to_string();
                log_chain(&error);
                state = "failed";
                break;
            }
        }
        if action.ends.len().is_multiple_of(SAVED) {
            save(app, job, "running", &action).await?;
        }
    }
    save(app, job, state, &action).await
}

async fn save(app: &App, job: &Job, state: &str, action: &Action) -> Result<(), PageError> {
    let job = Job { state: state.into(), progress: written(action), updated: app.door.now(), ..job.clone() };
    app.door.store.put_job(&job).await.map_err(|source| PageError::Door(DoorError::Store { kind: JOB.into(), source }))
}
