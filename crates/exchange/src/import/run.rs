//! The import itself.

use super::files::InputFile;
use super::report::{FINDINGS_KEPT, Report, SheetReport};
use super::survey::{Planned, Survey, survey};
use crate::Finding;
use crate::draft::draft;
use crate::header::Recognised;
use crate::read::Source;
use crate::rows::{RowKind, classify};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use zhijian_kinds::{Level, Problem};
use zhijian_records::bulk::{Ahead, Bulk, BulkEnd, BulkRow, End};
use zhijian_records::port::{Checkpoint, Job};
use zhijian_records::{Caller, Door, DoorError};

/// Rows of a chunk: one transaction each.
const CHUNK: usize = 2_000;
/// Setting: region inferred by an earlier import.
const INFERRED: &str = "region.inferred";

/// How to import.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Region of the office; else the deployment's, else inferred from county names.
    pub region: Option<String>,
    /// The sender said which kind the sheets are.
    pub kind: Option<String>,
    /// Job under which progress is kept; a new one is made when empty. An unfinished job of the same files is resumed.
    pub job: Option<String>,
    /// Who sees the job.
    pub login: String,
    /// Files that were left out of folders.
    pub left_out: Vec<String>,
}

/// Where an import stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Somebody else imports; waiting.
    Waiting,
    /// An interrupted import of the same files goes on.
    Resumed,
    /// Rows of a sheet are filed.
    Rows {
        /// File.
        file: String,
        /// Sheet.
        sheet: String,
        /// Title of the kind.
        kind: String,
        /// Rows filed so far.
        rows: u64,
        /// Sheets finished and in all.
        tables: (usize, usize),
    },
}

/// Told about progress.
pub type Observer<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Imports files. Every data row of every recognised sheet finds its end.
///
/// # Errors
/// The caller may not file one of the kinds, or the store failed; what is filed by then stays filed, and the same import resumes there.
pub async fn import(
    door: &Door,
    caller: &Caller,
    files: &[InputFile],
    options: &Options,
    observer: Observer<'_>,
    cancel: &AtomicBool,
) -> Result<Report, DoorError> {
    let store_failed = |source| DoorError::Store { kind: "import".into(), source };
    let _lease = loop {
        match door.store.lease("import").await.map_err(store_failed)? {
            Some(lease) => break lease,
            None if cancel.load(Ordering::Relaxed) => return Err(DoorError::BadRequest("已取消：另一个导入仍在进行".into())),
            None => {
                observer(Progress::Waiting);
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    };
    let surveyed = tokio::task::block_in_place(|| survey(files, &door.catalogue, options.kind.as_deref()));
    let (region, inferred) = office(door, options, &surveyed).await?;
    let mut run = Run::begin(door, caller, options, surveyed, region, inferred, observer).await?;
    let planned = std::mem::take(&mut run.survey.planned);
    let total = planned.len();
    for (done, table) in planned.iter().enumerate() {
        if cancel.load(Ordering::Relaxed) {
            run.report.cancelled = true;
            break;
        }
        run.table(table, (done, total), observer, cancel).await?;
    }
    run.end().await
}

async fn office(door: &Door, options: &Options, survey: &Survey) -> Result<(String, bool), DoorError> {
    let store_failed = |source| DoorError::Store { kind: "import".into(), source };
    if let Some(region) = options.region.clone().filter(|r| !r.is_empty()) {
        return Ok((region, false));
    }
    let guessed = tokio::task::block_in_place(|| survey.infer_region(&door.catalogue));
    if let Some(region) = guessed {
        door.store.set_setting(INFERRED, &region).await.map_err(store_failed)?;
        return Ok((region, true));
    }
    let earlier = door.store.setting(INFERRED).await.map_err(store_failed)?;
    Ok((earlier.unwrap_or_default(), true))
}

struct Run<'a> {
    door: &'a Door,
    caller: &'a Caller,
    survey: Survey,
    report: Report,
    job: Job,
    /// Findings of the interrupted run are in the job store, not here.
    resumed: bool,
}

impl<'a> Run<'a> {
    async fn begin(
        door: &'a Door,
        caller: &'a Caller,
        options: &Options,
        survey: Survey,
        region: String,
        inferred: bool,
        observer: Observer<'_>,
    ) -> Result<Self, DoorError> {
        let store_failed = |source| DoorError::Store { kind: "import".into(), source };
        let input = zhijian_records::audit::hex(&zhijian_records::audit::content_hash(&region, "", &survey.digest, &[])[..16]);
        let mut report = Report {
            region,
            region_inferred: inferred,
            files: survey.files.clone(),
            left_out: options.left_out.clone(),
            ..Report::default()
        };
        let earlier = door.store.unfinished("import", &input).await.map_err(store_failed)?;
        let now = door.now();
        let mut resumed = false;
        let job = match earlier {
            Some(job) => {
                if let Ok(kept) = serde_json::from_str::<Report>(&job.progress)
                    && kept.files.len() == report.files.len()
                    && kept.files.iter().any(|f| f.sheets.iter().any(|s| s.last_row > 0))
                {
                    observer(Progress::Resumed);
                    resumed = true;
                    report.files = kept.files;
                }
                Job { state: "running".into(), ..job }
            }
            None => {
                let job = Job { progress: "{}".into(), ..Job::begun("import", &options.login, &input, now) };
                Job { id: options.job.clone().unwrap_or(job.id), ..job }
            }
        };
        report.job.clone_from(&job.id);
        door.store.put_job(&job).await.map_err(store_failed)?;
        Ok(Self { door, caller, survey, report, job, resumed })
    }

    async fn table(
        &mut self,
        planned: &Planned,
        tables: (usize, usize),
        observer: Observer<'_>,
        cancel: &AtomicBool,
    ) -> Result<(), DoorError> {
        let sheet = self.report.files[planned.file].sheets[planned.sheet].clone();
        if sheet.done {
            return Ok(());
        }
        let recognised = &planned.recognised;
        let mut bulk = match Bulk::new(self.door, self.caller, &recognised.kind.kind, &self.report.region, &self.job.id, "excel") {
            Ok(bulk) => bulk,
            Err(DoorError::NotAllowed { .. }) => {
                self.sheet(planned).error = Some(format!("您的角色不能报送“{}”", recognised.kind.title));
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        if sheet.last_row > 0 {
            bulk.recall().await?;
        }
        let Some(source) = self.survey.sources[planned.file].take() else { return Ok(()) };
        let result = self.rows(&source, planned, sheet.last_row, &mut bulk, tables, observer, cancel).await;
        self.survey.sources[planned.file] = Some(source);
        result
    }

    #[expect(clippy::too_many_arguments, reason = "one loop's working set")]
    async fn rows(
        &mut self,
        source: &Source,
        planned: &Planned,
        after: u32,
        bulk: &mut Bulk,
        tables: (usize, usize),
        observer: Observer<'_>,
        cancel: &AtomicBool,
    ) -> Result<(), DoorError> {
        let recognised = &planned.recognised;
        let mut rows = match source.rows(planned.table) {
            Ok(rows) => rows,
            Err(error) => {
                self.sheet(planned).error = Some(error.to_string());
                return Ok(());
            }
        };
        let mut filed: Vec<BulkRow> = Vec::new();
        // One chunk is read and checked while the one before it is written.
        let mut waiting: Option<Ahead> = None;
        loop {
            let mut chunk: Vec<BulkRow> = Vec::with_capacity(CHUNK);
            let mut broken = None;
            let mut ended = true;
            tokio::task::block_in_place(|| {
                for row in rows.by_ref() {
                    match row {
                        Err(error) => {
                            broken = Some(error.to_string());
                            return;
                        }
                        Ok(row) if row.number < recognised.header_rows.end => {}
                        Ok(row) if row.number <= after => {
                            // Filed by the interrupted run: only remembered.
                            if classify(&row, recognised) == RowKind::Data {
                                filed.push(BulkRow { row: row.number, draft: draft(&row, recognised) });
                            }
                        }
                        Ok(row) if classify(&row, recognised) == RowKind::Data => {
                            chunk.push(BulkRow { row: row.number, draft: draft(&row, recognised) })
                        }
                        Ok(_) => {}
                    }
                    if chunk.len() == CHUNK || filed.len() == CHUNK {
                        ended = false;
                        return;
                    }
                }
            });
            let finished = ended && broken.is_none();
            if !filed.is_empty() {
                bulk.remember(&std::mem::take(&mut filed)).await?;
            }
            let last = chunk.is_empty();
            let next = (!last).then(|| bulk.ahead(chunk));
            if let Some(chunk) = std::mem::replace(&mut waiting, next) {
                self.file(planned, bulk, chunk, finished && last).await?;
            }
            // At the end nothing more is worth waiting for; a table without (further) rows is recorded as done.
            if ended && (waiting.is_some() || finished && !self.sheet(planned).done) {
                let chunk = waiting.take().unwrap_or_else(|| bulk.ahead(Vec::new()));
                self.file(planned, bulk, chunk, finished).await?;
            }
            let sheet = self.sheet(planned);
            observer(Progress::Rows {
                file: source.name.clone(),
                sheet: sheet.sheet.clone(),
                kind: recognised.kind.title.clone(),
                rows: sheet.counts.rows_read,
                tables,
            });
            if let Some(error) = broken {
                sheet.error = Some(format!("读到第 {} 行之后无法继续：{error}", sheet.last_row));
                return Ok(());
            }
            if ended {
                return Ok(());
            }
            if cancel.load(Ordering::Relaxed) {
                self.report.cancelled = true;
                return Ok(());
            }
        }
    }

    /// Files one chunk; progress and findings are saved with it.
    async fn file(&mut self, planned: &Planned, bulk: &mut Bulk, chunk: Ahead, finished: bool) -> Result<(), DoorError> {
        let file = self.report.files[planned.file].file.clone();
        let before = self.sheet(planned).clone();
        let advance = |ends: &[BulkEnd]| -> SheetReport {
            let mut next = before.clone();
            next.counts.add_ends(ends);
            next.last_row = ends.last().map_or(next.last_row, |e| e.row);
            next.done = finished;
            next
        };
        let recognised = &planned.recognised;
        let skeleton = self.skeleton();
        let job = self.job.id.clone();
        let checkpoint = |ends: &[BulkEnd]| {
            let mut progress = skeleton.clone();
            progress.files[planned.file].sheets[planned.sheet] = advance(ends);
            progress.sum();
            let findings = ends
                .iter()
                .flat_map(|e| findings(e, &file, &before.sheet, recognised))
                .map(|f| (i64::from(f.row), serde_json::to_string(&f).unwrap_or_default()))
                .collect();
            Some(Checkpoint { job: job.clone(), progress: serde_json::to_string(&progress).unwrap_or_default(), findings })
        };
        let ends = bulk.chunk(chunk, checkpoint).await?;
        *self.sheet(planned) = advance(&ends);
        let report = &mut self.report.files[planned.file];
        for finding in ends.iter().flat_map(|e| findings(e, &file, &before.sheet, recognised)) {
            report.findings_total += 1;
            if report.findings.len() < FINDINGS_KEPT {
                report.findings.push(finding);
            }
        }
        Ok(())
    }

    /// Takes the findings of all runs of the job from the store.
    async fn recall_findings(&mut self) -> Result<(), DoorError> {
        for file in &mut self.report.files {
            file.findings.clear();
            file.findings_total = 0;
        }
        let mut after = 0;
        loop {
            let page = self
                .door
                .store
                .findings(&self.job.id, after, 1_000)
                .await
                .map_err(|source| DoorError::Store { kind: "import".into(), source })?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.0;
            for (_, _, text) in page {
                let Ok(finding) = serde_json::from_str::<Finding>(&text) else { continue };
                if let Some(file) = self.report.files.iter_mut().find(|f| f.file == finding.file) {
                    file.findings_total += 1;
                    if file.findings.len() < FINDINGS_KEPT {
                        file.findings.push(finding);
                    }
                }
            }
        }
    }

    /// The report without findings: what is saved as progress.
    fn skeleton(&self) -> Report {
        let mut report = self.report.clone();
        for file in &mut report.files {
            file.findings = Vec::new();
        }
        report
    }

    fn sheet(&mut self, planned: &Planned) -> &mut SheetReport {
        &mut self.report.files[planned.file].sheets[planned.sheet]
    }

    async fn end(mut self) -> Result<Report, DoorError> {
        let store_failed = |source| DoorError::Store { kind: "import".into(), source };
        if self.resumed {
            self.recall_findings().await?;
        }
        self.report.sum();
        self.job.state = if self.report.cancelled { "cancelled" } else { "done" }.into();
        self.job.updated = self.door.now();
        self.job.progress = serde_json::to_string(&self.skeleton()).unwrap_or_default();
        self.door.store.put_job(&self.job).await.map_err(store_failed)?;
        Ok(self.report)
    }
}

/// The findings of a row, the refusing one first.
fn findings(end: &BulkEnd, file: &str, sheet: &str, recognised: &Recognised) -> Vec<Finding> {
    let merged = (end.end == End::Duplicate).then(|| {
        let mut problem = Problem::new(Level::Repair, "D_DUPLICATE", "", "", "", "");
        problem.message = "与已有记录重复，已合并".into();
        problem
    });
    merged
        .iter()
        .chain(&end.problems)
        .map(|problem| {
            let column = recognised.column_for(problem);
            let title = || recognised.kind.field(&problem.field).map(|f| f.title.clone());
            Finding {
                file: file.to_owned(),
                sheet: sheet.to_owned(),
                row: end.row,
                column: column.map(|c| c.header.clone()).or_else(title),
                index: column.map(|c| c.index),
                class: problem.class.clone(),
                level: problem.level,
                found: problem.found.clone(),
                expected: problem.expected.clone(),
                message: problem.message.clone(),
            }
        })
        .collect()
}
