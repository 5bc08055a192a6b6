//! The findings of an import, filtered and paged.

use super::report_of;
use crate::app::App;
use crate::error::PageError;
use crate::{jobs, links, posted};
use maud::{Markup, html};
use zhijian_exchange::Finding;
use zhijian_exchange::import::Report;
use zhijian_kinds::Level;
use zhijian_records::port::Job;

/// Rows of a page.
const ROWS: usize = 100;

/// What is shown.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    level: String,
    class: String,
    after: i64,
}

impl Asked {
    /// Reads the address.
    ///
    /// # Errors
    /// Unknown parameters.
    pub fn read(query: &str) -> Result<Self, PageError> {
        let mut asked = Self::default();
        for (name, value) in posted::pairs(query.as_bytes()) {
            match name.as_str() {
                "level" => asked.level = value,
                "class" => value.trim().to_uppercase().clone_into(&mut asked.class),
                "after" => asked.after = value.parse().map_err(|_| PageError::BadRequest("位置有误".into()))?,
                _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
            }
        }
        Ok(asked)
    }

    fn takes(&self, finding: &Finding) -> bool {
        let level = match self.level.as_str() {
            "error" => finding.level == Level::Error,
            "warning" => finding.level == Level::Warning,
            "repair" => finding.level == Level::Repair,
            _ => true,
        };
        level && (self.class.is_empty() || finding.class == self.class)
    }
}

/// The section of the job page.
///
/// # Errors
/// The store failed.
pub async fn section(app: &App, job: &Job, report: &Report, asked: &Asked) -> Result<Markup, PageError> {
    let source = if report.job.is_empty() { report_of(job).job } else { report.job.clone() };
    let (mut rows, mut after, mut more) = (Vec::new(), asked.after, false);
    'read: loop {
        let page = app.door.store.findings(&source, after, 1_000).await.map_err(jobs::failed)?;
        if page.is_empty() {
            break;
        }
        for (position, _, text) in page {
            let Some(finding) = serde_json::from_str::<Finding>(&text).ok().filter(|f| asked.takes(f)) else {
                after = position;
                continue;
            };
            if rows.len() == ROWS {
                more = true;
                break 'read;
            }
            after = position;
            rows.push(finding);
        }
    }
    Ok(html! {
        section.card #findings {
            h2 { "逐条结果" }
            (filter(job, report, asked))
            @if rows.is_empty() { p.muted { "没有需要说明的行。" } } @else { (table(&rows)) }
            nav.pager aria-label="翻页" {
                @if asked.after > 0 { a.btn href=(address(job, asked, 0)) { "第一页" } }
                @if more { a.btn.next href=(address(job, asked, after)) { "下一页" } }
            }
        }
    })
}

fn address(job: &Job, asked: &Asked, after: i64) -> String {
    let pairs = [
        ("level", asked.level.clone()),
        ("class", asked.class.clone()),
        ("after", if after > 0 { after.to_string() } else { String::new() }),
    ];
    let pairs: Vec<_> = pairs.into_iter().filter(|(_, v)| !v.is_empty()).collect();
    format!("{}{}#findings", links::job(&job.id), links::query(&pairs))
}

fn filter(job: &Job, report: &Report, asked: &Asked) -> Markup {
    let mut classes: Vec<&String> = report.files.iter().flat_map(|f| &f.sheets).flat_map(|s| s.counts.rejected_by.keys()).collect();
    classes.sort();
    classes.dedup();
    html! {
        form.filters.inline action={(links::job(&job.id)) "#findings"} method="get" {
            div.field { label for="level" { "级别" } select.form-select #level name="level" {
                @for (value, word) in [("", "全部"), ("error", "错误（拒收）"), ("warning", "提示"), ("repair", "规范与重复")] { option value=(value) selected[asked.level == value] { (word) } }
            } }
            div.field { label for="class" { "类别" } input.form-control #class name="class" value=(asked.class) list="classes" placeholder="如 E_DATE"; datalist #classes { @for class in classes { option value=(class) {} } } }
            button.btn type="submit" { "筛选" }
        }
    }
}

fn table(rows: &[Finding]) -> Markup {
    html! {
        div.table-wrap { table.list.small.findings {
            thead { tr { th scope="col" { "级别" } th scope="col" { "位置" } th scope="col" { "问题" } th scope="col" { "现填" } th scope="col" { "应为" } th scope="col" { "类别" } } }
            tbody { @for f in rows {
                @let tone = match f.level { Level::Error => "badge-stop", Level::Warning => "badge-look", Level::Repair => "badge-plain" };
                tr {
                    td data-label="级别" { span class={"state-badge " (tone)} { (f.level_title()) } }
                    td data-label="位置" { (f.file) @if !f.sheet.is_empty() { " · " (f.sheet) } " 第 " span.num { (f.row) } " 行" @if let Some(column) = &f.column { " · " (column) } }
                    td data-label="问题" { (f.message) }
                    td data-label="现填" { (f.found) }
                    td data-label="应为" { (f.expected) }
                    td data-label="类别" { code { (f.class) } }
                }
            } }
        } }
    }
}
