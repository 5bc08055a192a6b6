//! The result of an import: counts, sheets, files to download.

use super::{own, report_of};
use crate::app::App;
use crate::error::PageError;
use crate::icons::icon;
use crate::session::Signed;
use crate::{download, jobs, links};
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use zhijian_exchange::Finding;
use zhijian_exchange::import::{Counts, FileReport, Report, SheetReport};
use zhijian_exchange::write::{ExportFormat, mark};
use zhijian_records::port::Job;

/// Findings of a file that the marked workbook and the report hold at most.
const MOST: usize = 20_000;

/// The numbers on top; they add up to the rows.
#[must_use]
pub fn counts(report: &Report) -> Markup {
    let t = &report.totals;
    let figure = |n: u64, word: &str, tone: &str| html! { div class={"figure " (tone)} { strong { (n) } span { (word) } } };
    html! {
        div.figures {
            (figure(t.rows_read, "读取", ""))
            (figure(t.accepted, "收下", "figure-ok"))
            (figure(t.warned, "其中有提示", "figure-look"))
            (figure(t.repaired, "其中有规范", ""))
            (figure(t.duplicates, "重复", ""))
            (figure(t.rejected, "拒收", if t.rejected > 0 { "figure-stop" } else { "" }))
        }
    }
}

/// Files and sheets with their counts.
#[must_use]
pub fn sheets(job: &Job, report: &Report, ended: bool) -> Markup {
    html! {
        section.card {
            h2 { "各表结果" @if ended && !report.files.is_empty() { a.quiet href={(links::job(&job.id)) "/report.json"} download { "下载报告（JSON）" } } }
            div.table-wrap { table.list.small {
                thead { tr { th scope="col" { "文件 · 工作表" } th scope="col" { "识别为" } @for word in WORDS { th.num scope="col" { (word) } } th scope="col" { "说明" } } }
                tbody { @for (index, file) in report.files.iter().enumerate() { (rows(job, index, file, ended)) } }
            } }
        }
        @if !report.left_out.is_empty() { p.muted { "未读取：" (report.left_out.join("、")) } }
    }
}

/// Heads of the counts.
const WORDS: [&str; 6] = ["读取", "收下", "提示", "规范", "重复", "拒收"];

fn rows(job: &Job, index: usize, file: &FileReport, ended: bool) -> Markup {
    let marked = ended
        && file.counts.rows_read > 0
        && (file.findings_total > 0 || file.counts.rejected + file.counts.warned + file.counts.repaired > 0);
    let download = html! { @if marked { " " a.quiet.nowrap href={(links::job(&job.id)) "/marked/" (index)} download { (icon("export")) "标注好的原表" } } };
    let first = file.sheets.iter().position(|s| s.counts.rows_read > 0).unwrap_or(0);
    html! {
        @if file.sheets.is_empty() {
            tr {
                td data-label="文件" { (file.file) }
                td colspan="7" {}
                td data-label="说明" { @if let Some(error) = &file.error { span.said.said-error { (error) } } @else if ended && job.state == "done" { span.muted { "没有数据，按零报告处理" } } }
            }
        }
        @for (n, sheet) in file.sheets.iter().enumerate() { (row(file, sheet, Some(&download).filter(|_| n == first))) }
    }
}

fn row(file: &FileReport, sheet: &SheetReport, download: Option<&Markup>) -> Markup {
    let c: &Counts = &sheet.counts;
    let classes: Vec<String> = c.rejected_by.iter().map(|(class, n)| format!("{class} {n}")).collect();
    html! {
        tr {
            td data-label="文件" { (file.file) @if !sheet.sheet.is_empty() { span.muted { " · " (sheet.sheet) } } @if let Some(download) = download { (download) } }
            td.nowrap data-label="识别为" { @if let Some(kind) = &sheet.kind { a href=(links::list(kind)) { (sheet.kind_title.as_deref().unwrap_or(kind)) } } }
            @for (n, word) in [c.rows_read, c.accepted, c.warned, c.repaired, c.duplicates, c.rejected].into_iter().zip(WORDS) { td.num data-label=(word) { (n) } }
            td data-label="说明" {
                @if let Some(why) = &sheet.skipped { span.muted { (why) } }
                @if let Some(error) = &sheet.error { span.said.said-error { (error) } }
                @if !classes.is_empty() { p { "拒收：" (classes.join("、")) } }
                @if !sheet.unknown_columns.is_empty() { p.muted { "未识别的列（内容未读取）：" (sheet.unknown_columns.join("、")) } }
            }
        }
    }
}

/// The findings of a job, by file.
async fn recalled(app: &App, job: &Job, mut report: Report) -> Result<Report, PageError> {
    let mut after = 0;
    loop {
        let page = app.door.store.findings(&report.job, after, 1_000).await.map_err(jobs::failed)?;
        let Some(last) = page.last() else { break };
        after = last.0;
        for (_, _, text) in page {
            let Ok(finding) = serde_json::from_str::<Finding>(&text) else { continue };
            if let Some(file) = report.files.iter_mut().find(|f| f.file == finding.file) {
                file.findings_total = file.findings_total.max(file.findings.len() as u64 + 1);
                if file.findings.len() < MOST {
                    file.findings.push(finding);
                }
            }
        }
    }
    report.job.clone_from(&job.id);
    Ok(report)
}

/// `GET /import/{job}/report.json`
pub async fn report(signed: Signed, State(app): State<App>, Path(id): Path<String>) -> Result<Response, PageError> {
    let job = own(&app, &signed, &id).await?;
    let report = recalled(&app, &job, report_of(&job)).await?;
    let text = serde_json::to_string_pretty(&report).map_err(PageError::failed("生成报告"))?;
    Ok(download::file("导入报告.json", "application/json", text))
}

/// `GET /import/{job}/marked/{file}`: the sender's own workbook with the cells marked.
pub async fn marked(signed: Signed, State(app): State<App>, Path((id, file)): Path<(String, usize)>) -> Result<Response, PageError> {
    let job = own(&app, &signed, &id).await?;
    let report = recalled(&app, &job, report_of(&job)).await?;
    let gone = || PageError::NotFound("原文件已清理，不能再生成标注表".into());
    let source = jobs::files(&app, &id).into_iter().nth(file).ok_or_else(gone)?;
    let findings = report.files.into_iter().nth(file).ok_or_else(gone)?.findings;
    let note = format!("标注好的原表 {}", source.name);
    app.door.note(&signed.caller, zhijian_records::port::Action::Export, "import", &id, &note, "web").await?;
    let stem = source.name.rsplit_once('.').map_or(source.name.as_str(), |(stem, _)| stem).to_owned();
    let made = tokio::task::spawn_blocking(move || {
        let source = zhijian_exchange::read::open(&source.name, source.path.as_path())?;
        mark(&source, &findings)
    })
    .await
    .map_err(PageError::failed("标注原表"))?;
    Ok(download::file(&format!("{stem}_标注.xlsx"), ExportFormat::Xlsx.media_type(), made.map_err(PageError::failed("标注原表"))?))
}
