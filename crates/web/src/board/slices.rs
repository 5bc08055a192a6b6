//! Breakdowns: tabs, table and bar chart. A row above others is the sum of the rows below it.

use super::drill::Subject;
use super::{dimension_word, export, numbers, parts, sheets};
use crate::{PageError, words};
use axum::response::Response;
use maud::{Markup, html};
use serde_json::json;
use zhijian_lake::{Dimension, PlanRow, Slice};
use zhijian_records::port::Action;

/// Deepest level that is shown at first, 0 at the top.
const LEVELS: usize = 1;
/// Most bars of a chart; the table has all rows.
const BARS: usize = 30;

/// The breakdown as a file, when the address asks for one.
///
/// # Errors
/// The lake or the audit failed.
pub async fn file(subject: &Subject<'_>) -> Result<Option<Response>, PageError> {
    let (question, asked) = (&subject.question, subject.asked);
    let Some(by) = asked.by(question.dimensions()).filter(|_| asked.text("export") == "breakdown") else { return Ok(None) };
    let format = if asked.text("format") == "csv" { "csv" } else { "xlsx" };
    let rows = question.breakdown(subject.app, by).await?;
    let note = format!("指标分解 {} {} {} {format}", question.def.code, by.name(), question.params.year);
    subject.app.door.note(&subject.signed.caller, Action::Export, "plan", "", &note, "web").await?;
    export::file(&sheets::breakdown(subject.app, &subject.signed.caller, question, dimension_word(by), &rows), format).map(Some)
}

/// Tabs, chart and table.
///
/// # Errors
/// The lake failed.
pub async fn section(subject: &Subject<'_>, row: Option<&PlanRow>) -> Result<Markup, PageError> {
    let (question, asked, path) = (&subject.question, subject.asked, &subject.path);
    let Some(by) = asked.by(question.dimensions()) else { return Ok(Markup::default()) };
    let mut rows = question.breakdown(subject.app, by).await?;
    let deepest = rows.iter().map(|r| r.depth).max().unwrap_or_default();
    let all = asked.text("levels") == "all";
    if !all {
        rows.retain(|r| r.depth <= LEVELS);
    }
    let goal = row
        .filter(|r| !matches!(r.test.as_str(), "fall_by" | "count_ge" | "state"))
        .and_then(|r| r.target.as_ref())
        .and_then(numbers::number);
    let export = |format: &str| asked.here(path, &[("export", "breakdown"), ("format", format)]);
    Ok(html! {
        section.card.board-slices #slices {
            div.board-section-head {
                h2 { "分解" }
                div { a.btn.btn-sm href=(export("xlsx")) download { "导出 Excel" } " " a.btn.btn-sm href=(export("csv")) download { "CSV" } }
            }
            nav.board-tabs aria-label="分解维度" {
                @for dimension in question.dimensions() {
                    a href=(format!("{}#slices", asked.here(path, &[("by", dimension.name())]))) aria-current=[(dimension == by).then_some("true")] { (dimension_word(dimension)) }
                }
            }
            @if rows.is_empty() { p.muted { "没有数据" } }
            @else {
                div.chart-and-table {
                    div.chart.bars data-chart="bars" data-from="slices-data" role="img" aria-label=(format!("按{}分解，数值见表", dimension_word(by))) {}
                    (parts::data("slices-data", &chart(&rows, goal, question.def.unit == "percent")))
                    div {
                        div.table-wrap { (table(subject, by, &rows)) }
                        @if deepest > LEVELS {
                            p.board-more { a href=(format!("{}#slices", asked.here(path, &[("levels", if all { "" } else { "all" })]))) { (if all { "只看上两级" } else { "展开全部层级" }) } }
                        }
                    }
                }
            }
        }
    })
}

/// The rows of the lowest level that has few enough bars.
fn chart(rows: &[Slice], goal: Option<f64>, percent: bool) -> serde_json::Value {
    let deepest = rows.iter().map(|r| r.depth).max().unwrap_or_default();
    let at = |depth: usize| rows.iter().filter(|r| r.depth == depth || (r.depth < depth && !r.sum)).collect::<Vec<_>>();
    let bars = (0..=deepest).rev().map(at).find(|bars| bars.len() <= BARS).unwrap_or_else(|| at(0).into_iter().take(BARS).collect());
    json!({
        "unit": if percent { "%" } else { "" },
        "goal": goal,
        "labels": bars.iter().map(|r| &r.label).collect::<Vec<_>>(),
        "values": bars.iter().map(|r| r.value).collect::<Vec<_>>(),
        "shown": bars.iter().map(|r| &r.display).collect::<Vec<_>>(),
    })
}

fn table(subject: &Subject<'_>, by: Dimension, rows: &[Slice]) -> Markup {
    html! {
        table.slim {
            thead { tr { th scope="col" { (dimension_word(by)) } th.num scope="col" { "分子" } th.num scope="col" { "分母" } th.num scope="col" { "值" } } }
            tbody { @for row in rows { (slice(subject, by, row)) } }
        }
    }
}

fn slice(subject: &Subject<'_>, by: Dimension, row: &Slice) -> Markup {
    // Units without a value of the dimension cannot be asked for.
    let number = |n: f64, which: &str| match row.key.as_str() {
        "" => html! { (numbers::grouped(n)) },
        key => subject.figure(&numbers::grouped(n), &[("which", which), (by.name(), key)]),
    };
    html! {
        tr.sum[row.sum] {
            th scope="row" class=(format!("depth-{}", row.depth.min(5))) {
                @match down(subject, by, row) { Some(address) => a href=(address) { (row.label) }, None => (row.label) }
                @if row.sum { span.visually-hidden { "（合计）" } }
            }
            td.num { (number(row.numerator, "numerator")) }
            td.num { @if row.denominator > 0.0 || row.value.is_none() { (number(row.denominator, "denominator")) } @else { (words::NONE) } }
            td.num { (row.display) }
        }
    }
}

/// The same page one region further down.
fn down(subject: &Subject<'_>, by: Dimension, row: &Slice) -> Option<String> {
    let region = matches!(by, Dimension::Region | Dimension::Town) && !row.key.is_empty() && row.key != subject.question.params.region;
    let there = region && subject.territory.sees(&row.key) && subject.app.catalogue().regions.get(&row.key).is_some();
    there.then(|| subject.asked.here(&subject.path, &[("region", &row.key), ("page", "")]))
}
