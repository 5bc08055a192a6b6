//! One open duty in a table: until when, what, on which record.

use crate::app::App;
use crate::error::PageError;
use crate::links;
use crate::pages::actions;
use crate::pages::records::{cells, step};
use crate::session::Signed;
use maud::{Markup, html};
use zhijian_kinds::due::Rule;
use zhijian_kinds::{Kind, dates};
use zhijian_records::DoorError;
use zhijian_records::duties::DutyRow;
use zhijian_records::read::View;

/// Columns of the record that are shown.
const COLUMNS: usize = 3;

/// A duty with its record as the caller sees it.
pub struct Shown {
    row: DutyRow,
    view: Option<View>,
}

/// Joins rows with their records.
///
/// # Errors
/// The store failed.
pub async fn with_records(app: &App, signed: &Signed, rows: Vec<DutyRow>) -> Result<Vec<Shown>, PageError> {
    let opened = rows.into_iter().map(|row| async move {
        let view = match app.door.open(&signed.caller, &row.kind, &row.id, None).await {
            Ok(view) => Some(view),
            // It may have been retracted since.
            Err(DoorError::NotFound | DoorError::NotAllowed { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(Shown { row, view })
    });
    Ok(futures::future::try_join_all(opened).await?)
}

/// The table; narrow leaves out the record's further columns.
#[must_use]
pub fn table(app: &App, signed: &Signed, rows: &[Shown], narrow: bool) -> Markup {
    html! {
        div.table-wrap { table.list.duties {
            thead { tr { @if !narrow { (actions::header(app, signed, None)) } th scope="col" { "期限" } th scope="col" { "事项" } th scope="col" { "对象" } @if !narrow { th scope="col" { "地区" } } th scope="col" { "办理" } } }
            tbody { @for shown in rows { (one(app, signed, shown, narrow)) } }
        } }
    }
}

fn one(app: &App, signed: &Signed, shown: &Shown, narrow: bool) -> Markup {
    let Some(kind) = app.catalogue().kind(&shown.row.kind) else { return Markup::default() };
    let duty = app.catalogue().duties.get(&shown.row.duty);
    let rule = duty.and_then(|d| app.catalogue().deadlines.rule(&d.rule, d.part, &shown.row.since));
    html! {
        tr {
            @if !narrow {
                @match &shown.view { Some(view) => { @let cell = actions::boxed(app, signed, kind, view, &cells::name(app, kind, &view.data)); @if cell.0.is_empty() { td.check-cell {} } @else { (cell) } }, None => td.check-cell {} }
            }
            td.date data-label="期限" { (when(&shown.row, &app.door.today())) }
            td.text data-label="事项" {
                (duty.map_or("", |d| d.title.as_str()))
                @if let Some(rule) = rule { span.muted.duty-basis { (basis(rule)) } }
            }
            td.text data-label="对象" { (record(app, kind, shown)) }
            @if !narrow { td.text data-label="地区" { (app.catalogue().regions.name(&shown.row.region)) } }
            td.text data-label="办理" { @if let Some(view) = &shown.view { (act(app, signed, kind, view, duty.and_then(|d| d.step.as_deref()))) } }
        }
    }
}

/// Last day and how far off it is, in words and colour.
#[must_use]
pub fn when(row: &DutyRow, today: &str) -> Markup {
    let left = dates::days_between(today, &row.due_on).unwrap_or_default();
    let (tone, words) = match left {
        _ if row.paused => ("badge-quiet", "中止".to_owned()),
        ..0 => ("badge-stop", format!("逾期{}天", -left)),
        0 => ("badge-look", "今天到期".to_owned()),
        _ if *row.warn_on <= *today => ("badge-look", format!("还剩{left}天")),
        _ => ("badge-plain", format!("还剩{left}天")),
    };
    html! {
        time datetime=(row.due_on) { (row.due_on) } " "
        span class={"state-badge " (tone)} { (words) }
        @if row.doubtful { " " abbr title="该年度的节假日安排尚未录入，按周一至周五推算" { "约" } }
    }
}

/// Regulation, article and how well it is known.
fn basis(rule: &Rule) -> Markup {
    let doubt = match rule.status.as_str() {
        "firm" => "",
        "secondary" => "（转引）",
        "design" => "（平台约定）",
        _ => "（出处待核）",
    };
    html! { (if rule.basis.is_empty() { "期限登记" } else { rule.basis.as_str() }) (doubt) }
}

fn record(app: &App, kind: &Kind, shown: &Shown) -> Markup {
    let Some(view) = &shown.view else { return html! { span.muted { (kind.title) } } };
    let columns = kind.list.columns.iter().filter(|c| cells::class(kind, c) == "text").take(COLUMNS);
    html! {
        a href=(links::record(&kind.kind, &view.id)) {
            @for (index, column) in columns.enumerate() { @if index > 0 { " · " } (cells::cell(app, kind, column, view)) }
        }
    }
}

/// The step that settles it, when it is the caller's and possible now; else the way to the record.
fn act(app: &App, signed: &Signed, kind: &Kind, view: &View, wanted: Option<&str>) -> Markup {
    let possible = step::possible(app, signed, kind, view);
    match possible.into_iter().find(|s| Some(s.id.as_str()) == wanted) {
        Some(step) => html! { a.btn.btn-sm href=(links::step(&kind.kind, &view.id, &step.id)) { (step.title) } },
        None => html! { a.quiet href=(links::record(&kind.kind, &view.id)) { "查看" } },
    }
}
