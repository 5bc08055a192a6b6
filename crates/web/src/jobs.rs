//! Imports under way in this process: started from uploads, watched, cancelled, continued after an interruption.

use crate::app::App;
use crate::error::{PageError, log_chain};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use zhijian_exchange::import::{FileReport, InputFile, Options, Progress, Report, import};
use zhijian_records::Caller;
use zhijian_records::port::{Job, StoreError};

/// Days after which uploaded files are removed.
const KEPT_DAYS: u64 = 30;

/// A running import.
#[derive(Debug, Default)]
pub struct Running {
    cancel: AtomicBool,
    line: Mutex<String>,
}

impl Running {
    /// What is being done, in words.
    #[must_use]
    pub fn line(&self) -> String {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn say(&self, progress: &Progress) {
        let text = match progress {
            Progress::Waiting => "另一个导入正在进行，等待其结束……".to_owned(),
            Progress::Resumed => "接着上次中断的地方继续".to_owned(),
            Progress::Rows { file, sheet, kind, rows, tables } => {
                let sheet = if sheet.is_empty() { String::new() } else { format!(" · {sheet}") };
                format!("第 {}/{} 张表：{file}{sheet}（{kind}），已处理 {rows} 行", (tables.0 + 1).min(tables.1), tables.1)
            }
        };
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }
}

fn all() -> MutexGuard<'static, HashMap<String, Arc<Running>>> {
    static ALL: OnceLock<Mutex<HashMap<String, Arc<Running>>>> = OnceLock::new();
    ALL.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// The running import with this job id, when it runs in this process.
#[must_use]
pub fn running(job: &str) -> Option<Arc<Running>> {
    all().get(job).cloned()
}

/// Asks an import to stop after the chunk under way; what is filed by then stays filed.
pub fn cancel(job: &str) {
    if let Some(running) = running(job) {
        running.cancel.store(true, Ordering::Relaxed);
    }
}

/// Folder of the files of a job.
#[must_use]
pub fn folder(app: &App, job: &str) -> PathBuf {
    app.home.join("uploads").join(job)
}

/// File in a job's folder with the kind that the sender named.
pub const KIND: &str = ".kind";

/// Makes the folder of a job, for the service's own eyes.
///
/// # Errors
/// The disk refuses.
pub async fn make_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = tokio::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(folder).await
}

/// The kind that the sender named when the files were uploaded.
#[must_use]
pub fn named_kind(app: &App, job: &str) -> Option<String> {
    std::fs::read_to_string(folder(app, job).join(KIND)).ok().filter(|kind| !kind.is_empty())
}

/// A new job id.
#[must_use]
pub fn new_id() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

/// Starts (or continues) the import of uploaded files under a job id that the job page knows at once.
///
/// # Errors
/// The store failed; nothing is started then.
pub async fn start_import(app: &App, caller: &Caller, id: &str, files: Vec<InputFile>, kind: Option<String>) -> Result<(), PageError> {
    let now = app.door.now();
    let waiting = Report {
        job: id.to_owned(),
        files: files.iter().map(|f| FileReport { file: f.name.clone(), ..FileReport::default() }).collect(),
        ..Report::default()
    };
    let progress = serde_json::to_string(&waiting).unwrap_or_default();
    let job = Job { id: id.to_owned(), progress, ..Job::begun("import", &caller.login, "", now) };
    if app.door.store.job(id).await.map_err(failed)?.is_none() {
        app.door.store.put_job(&job).await.map_err(failed)?;
    }
    let running = Arc::new(Running::default());
    all().insert(id.to_owned(), Arc::clone(&running));
    let region = [caller.region.as_str(), app.region.as_str()].into_iter().find(|r| !r.is_empty()).map(|r| r.chars().take(6).collect());
    let options = Options { region, kind, job: Some(id.to_owned()), login: caller.login.clone(), ..Options::default() };
    let (app, caller) = (app.clone(), caller.clone());
    tokio::spawn(async move {
        let done = import(&app.door, &caller, &files, &options, &|p| running.say(&p), &running.cancel).await;
        if let Ok(report) = &done {
            let counts = &report.totals;
            for (outcome, rows) in [("accepted", counts.accepted), ("duplicate", counts.duplicates), ("rejected", counts.rejected)] {
                app.gate.metrics.imported(outcome, rows);
            }
        }
        if let Err(error) = close(&app, &job, done).await {
            log_chain(&error);
        }
        all().remove(&job.id);
    });
    Ok(())
}

/// Writes the end of an import that did not end under its own job: it failed, or it continued an earlier one.
async fn close(app: &App, job: &Job, done: Result<Report, zhijian_records::DoorError>) -> Result<(), PageError> {
    let (state, progress) = match done {
        Ok(report) if report.job == job.id => return Ok(()),
        Ok(mut report) => {
            for file in &mut report.files {
                file.findings.clear();
            }
            (if report.cancelled { "cancelled" } else { "done" }, serde_json::to_string(&report).unwrap_or_default())
        }
        Err(error) => {
            let kept = app.door.store.job(&job.id).await.map_err(failed)?.map_or_else(|| job.progress.clone(), |j| j.progress);
            let mut report: serde_json::Value = serde_json::from_str(&kept).unwrap_or_default();
            report["error"] = error.to_string().into();
            log_chain(&error);
            ("failed", report.to_string())
        }
    };
    let job = Job { state: state.into(), progress, updated: app.door.now(), ..job.clone() };
    app.door.store.put_job(&job).await.map_err(failed)
}

/// A failed look at the jobs.
pub fn failed(source: StoreError) -> PageError {
    PageError::Door(zhijian_records::DoorError::Store { kind: "import".into(), source })
}

/// The uploaded files of a job, in the order of upload; empty when they have been removed.
#[must_use]
pub fn files(app: &App, job: &str) -> Vec<InputFile> {
    let Ok(entries) = std::fs::read_dir(folder(app, job)) else { return Vec::new() };
    let mut found: Vec<(u32, InputFile)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let (number, name) = entry.file_name().to_str()?.split_once('_').map(|(n, name)| (n.to_owned(), name.to_owned()))?;
            Some((number.parse().ok()?, InputFile { name, path: entry.path() }))
        })
        .collect();
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, file)| file).collect()
}

/// Removes the files of old imports; they hold personal data.
pub fn tidy(app: &App) {
    let Ok(entries) = std::fs::read_dir(app.home.join("uploads")) else { return };
    let kept = std::time::Duration::from_secs(KEPT_DAYS * 86_400);
    for entry in entries.filter_map(Result::ok) {
        let old = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age > kept);
        if old && let Err(error) = std::fs::remove_dir_all(entry.path()) {
            tracing::warn!(error = %error, "cannot remove old uploads");
        }
    }
}
