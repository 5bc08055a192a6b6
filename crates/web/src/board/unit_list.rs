//! The units behind a figure: numerator, denominator and what is still to be done, each with the record to open.

use super::asked::PAGE;
use super::drill::Subject;
use super::figures::List;
use super::{export, numbers, parts, sheets};
use crate::{PageError, links};
use axum::response::Response;
use maud::{Markup, html};
use zhijian_kinds::indicator::Measure;
use zhijian_lake::{Unit, UnitPage, Which};
use zhijian_records::access::Wish;
use zhijian_records::port::Action;

/// Most rows of an exported list.
const EXPORTED: u64 = 100_000;

/// The list as a file, when the address asks for one.
///
/// # Errors
/// Not allowed; the lake or the audit failed.
pub async fn file(subject: &Subject<'_>) -> Result<Option<Response>, PageError> {
    let (question, asked) = (&subject.question, subject.asked);
    if asked.text("export") != "units" {
        return Ok(None);
    }
    let which = asked.which();
    let list = List { which, filter: asked.filter(), offset: 0, limit: EXPORTED };
    let page = question.units(subject.app, &subject.signed.caller, Wish::Export, &list).await?;
    let page = page.ok_or_else(|| PageError::NotAllowed("您的角色不能导出名单".into()))?;
    let format = if asked.text("format") == "csv" { "csv" } else { "xlsx" };
    let note = format!("指标名单 {} {} {} {format}", question.def.code, sheets::which_word(which), question.params.year);
    subject.app.door.note(&subject.signed.caller, Action::Export, "plan", "", &note, "web").await?;
    export::file(&sheets::units(subject.app, &subject.signed.caller, question, which, &page.rows), format).map(Some)
}

/// Tabs, search, table and paging.
///
/// # Errors
/// The lake failed.
pub async fn section(subject: &Subject<'_>) -> Result<Markup, PageError> {
    let asked = subject.asked;
    let list = List { which: asked.which(), filter: asked.filter(), offset: (asked.page() - 1) * PAGE, limit: PAGE };
    let page = subject.question.units(subject.app, &subject.signed.caller, Wish::Read, &list).await?;
    Ok(html! {
        section.card.board-units #units {
            div.board-section-head { h2 { "名单" } @if page.is_some() { (exports(subject)) } }
            @match page {
                None => p.muted { "您的角色只查看汇总数，不提供名单。" },
                Some(page) => { (tabs(subject, list.which)) (search(subject)) (rows(subject, &page)) (parts::paging(subject.asked, &format!("{}#units", subject.path), page.total)) },
            }
        }
    })
}

fn exports(subject: &Subject<'_>) -> Markup {
    let to = |format: &str| subject.asked.here(&subject.path, &[("export", "units"), ("format", format), ("page", "")]);
    html! { div { a.btn.btn-sm href=(to("xlsx")) download { "导出 Excel" } " " a.btn.btn-sm href=(to("csv")) download { "CSV" } } }
}

fn tabs(subject: &Subject<'_>, here: Which) -> Markup {
    let all = [("missing", Which::Missing), ("numerator", Which::Numerator), ("denominator", Which::Denominator)];
    html! {
        nav.board-tabs aria-label="名单" {
            @for (name, which) in all {
                a href=(format!("{}#units", subject.asked.here(&subject.path, &[("which", name), ("page", "")]))) aria-current=[(which == here).then_some("true")] {
                    (word(subject, which))
                }
            }
        }
    }
}

/// For a rate that should fall the numerator is the to-do list.
fn word(subject: &Subject<'_>, which: Which) -> &'static str {
    let falling = subject.question.def.direction == "down" || subject.question.def.measure == Measure::Change;
    match (which, falling) {
        (Which::Missing, false) => "未达成（待办）",
        (Which::Missing, true) => "分母中其余",
        (Which::Numerator, true) => "分子（待整改）",
        (other, _) => sheets::which_word(other),
    }
}

fn search(subject: &Subject<'_>) -> Markup {
    let asked = subject.asked;
    let labels: Vec<(&str, String)> =
        asked.narrowed().filter(|(name, _)| *name != "q").map(|(name, value)| (name, label(subject, name, value))).collect();
    html! {
        form.unit-search method="get" action=(format!("{}#units", subject.path)) {
            @for (name, value) in asked.carried(&["q", "page"]) { input type="hidden" name=(name) value=(value); }
            label.visually-hidden for="unit-q" { "名称" }
            input.form-control #unit-q type="search" name="q" value=(asked.text("q")) placeholder="名称中的字";
            button.btn type="submit" { "查找" }
            @for (name, value) in &labels {
                a.chip href=(format!("{}#units", asked.here(&subject.path, &[(*name, ""), ("page", "")]))) title="取消此条件" { (value) " ×" }
            }
        }
    }
}

fn label(subject: &Subject<'_>, name: &str, value: &str) -> String {
    let catalogue = subject.app.catalogue();
    let coded = |list: &str| catalogue.list(list).map_or(value, |l| l.label(value)).to_owned();
    match name {
        "town" => catalogue.regions.name(value).to_owned(),
        "industry" => coded("INDUSTRY"),
        "size" => coded("SIZE"),
        "hazard" => coded("HAZARD"),
        _ => value.to_owned(),
    }
}

fn rows(subject: &Subject<'_>, page: &UnitPage) -> Markup {
    let catalogue = subject.app.catalogue();
    let has = |value: fn(&Unit) -> &str| page.rows.iter().any(|unit| !value(unit).is_empty());
    let (industry, size, hazard, month) = (has(|u| &u.industry), has(|u| &u.size), has(|u| &u.hazard), has(|u| &u.month));
    if page.rows.is_empty() {
        return html! { p.muted { "没有符合条件的单位或记录。" } };
    }
    html! {
        div.table-wrap {
            table.list.board-table.unit-table {
                thead {
                    tr {
                        th scope="col" { "名称" } th scope="col" { "区县" } th scope="col" { "乡镇街道" }
                        @if industry { th scope="col" { "行业" } } @if size { th scope="col" { "规模" } }
                        @if hazard { th scope="col" { "危害因素" } } @if month { th scope="col" { "月份" } }
                        th.num scope="col" { "分子" } th.num scope="col" { "分母" }
                    }
                }
                tbody {
                    @for unit in &page.rows {
                        tr {
                            th scope="row" data-label="名称" { (name(subject, unit)) }
                            td data-label="区县" { (catalogue.regions.name(&unit.region)) }
                            td data-label="乡镇街道" { (catalogue.regions.name(&unit.town)) }
                            @if industry { td data-label="行业" { (label(subject, "industry", &unit.industry)) } }
                            @if size { td data-label="规模" { (label(subject, "size", &unit.size)) } }
                            @if hazard { td data-label="危害因素" { (label(subject, "hazard", &unit.hazard)) } }
                            @if month { td data-label="月份" { (unit.month) } }
                            td.num data-label="分子" { (numbers::grouped(unit.num)) }
                            td.num data-label="分母" { (numbers::grouped(unit.den)) }
                        }
                    }
                }
            }
        }
    }
}

/// The unit's name, a link where a record stands behind it.
fn name(subject: &Subject<'_>, unit: &Unit) -> Markup {
    let shown = if unit.label.trim().is_empty() { unit.unit.as_str() } else { unit.label.trim() };
    let known = subject.app.catalogue().kind(&unit.kind).is_some() && !unit.record.is_empty();
    html! { @if known { a href=(links::record(&unit.kind, &unit.record)) { (shown) } } @else { (shown) } }
}
