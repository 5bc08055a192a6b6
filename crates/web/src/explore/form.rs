//! The form above an exploration: rows, columns, measure, time, conditions. It is a plain form: the address holds the whole question.

use super::address;
use super::fact::{self, Named, Words};
use super::question::{NONE, ONLY, Question, SHARES};
use crate::app::App;
use crate::board::asked::Asked;
use maud::{Markup, html};
use zhijian_kinds::dates;
use zhijian_lake::LakeError;
use zhijian_lake::explore::{Cube, Sum};
use zhijian_lake::facts::ColumnType;

/// Most values of a condition that are offered.
const CHOICES: usize = 120;

/// The form.
///
/// # Errors
/// The lake failed.
pub async fn form(app: &App, question: &Question<'_>, asked: &Asked) -> Result<Markup, LakeError> {
    let path = address(&question.fact.def.name);
    let id = |at: Option<usize>| at.and_then(|at| question.sides.get(at)).map_or("", |s| s.id.as_str());
    let measure = question.measures.get(question.measure);
    let own = ["rows", "columns", "measure", "share", "from", "to", "number", "least", "most", "add", "page", "format"];
    let adding = question.sides.iter().find(|s| s.id == asked.text("add")).filter(|_| !question.fact.closed);
    let values = match adding {
        Some(side) => values(app, question, side).await?,
        None => Vec::new(),
    };
    Ok(html! {
        form.board-switch.explore-form method="get" action=(path) {
            @for (name, value) in asked.carried(&own) { input type="hidden" name=(name) value=(value); }
            label { span { "行" } (sides("rows", question, id(Some(question.rows)), None)) }
            label { span { "列" } (sides("columns", question, id(question.columns), Some("（不分列）"))) }
            label { span { "度量" }
                select.form-select name="measure" { @for m in &question.measures { option value=(m.id) selected[measure.is_some_and(|now| now.id == m.id)] { (m.title) } } }
            }
            @if measure.is_some_and(|m| m.adds) {
                label { span { "显示" } select.form-select name="share" { @for (value, title, share) in SHARES { option value=(value) selected[share == question.share] { (title) } } } }
            }
            @if !question.fact.closed {
                label { span { "发生日期自" } input.form-control type="date" name="from" value=[question.days.0.map(dates::iso)]; }
                label { span { "至" } input.form-control type="date" name="to" value=[question.days.1.map(dates::iso)]; }
                label { span { "添加条件" }
                    select.form-select name="add" {
                        option value="" { "（不添加）" }
                        @for side in question.sides.iter().filter(|s| !matches!(s.words, Words::Time)) { option value=(side.id) selected[adding.is_some_and(|a| a.id == side.id)] { (side.title) } }
                    }
                }
                (number(question))
            }
            @if let Some(side) = adding { (choices(app, question, side, &values)) }
            button.btn.btn-primary type="submit" { @if adding.is_some() { "应用条件" } @else { "查看" } }
        }
        (conditions(app, question, asked, &path))
        @if question.fact.closed { p.muted { "您的角色只看汇总：按本辖区全部数据统计，不能加条件；人数过少的单元格及可据以推出它的单元格不显示。" } }
    })
}

fn sides(name: &str, question: &Question<'_>, now: &str, none: Option<&str>) -> Markup {
    html! {
        select.form-select name=(name) {
            @if let Some(none) = none { option value="" { (none) } }
            @for side in &question.sides { option value=(side.id) selected[side.id == now] { (side.title) } }
        }
    }
}

fn number(question: &Question<'_>) -> Markup {
    let numbers: Vec<_> = question.fact.fields().filter(|(c, _)| matches!(c.ty, ColumnType::Integer | ColumnType::Number)).collect();
    if numbers.is_empty() {
        return Markup::default();
    }
    let (name, least, most) = question.number.clone().unwrap_or_default();
    html! {
        label { span { "数值范围" }
            select.form-select name="number" {
                option value="" { "（不限）" }
                @for (column, field) in &numbers { option value=(column.name) selected[column.name == name] { (field.title) @if let Some(unit) = &field.unit { "（" (unit) "）" } } }
            }
        }
        label.explore-bound { span { "不小于" } input.form-control type="number" step="any" name="least" value=[least]; }
        label.explore-bound { span { "不大于" } input.form-control type="number" step="any" name="most" value=[most]; }
    }
}

/// The values that there are, the most frequent first, with their numbers.
async fn values(app: &App, question: &Question<'_>, side: &Named<'_>) -> Result<Vec<(String, u64)>, LakeError> {
    let cube = Cube { rows: side.side.clone(), columns: None, sum: Sum::Rows, ..question.cube() };
    let mut found: Vec<(String, u64)> =
        app.evaluator.cube(&cube, &question.params).await?.into_iter().filter_map(|cell| Some((cell.row?, cell.records))).collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found.truncate(CHOICES);
    Ok(found)
}

fn choices(app: &App, question: &Question<'_>, side: &Named<'_>, values: &[(String, u64)]) -> Markup {
    let chosen = |value: &str| {
        question.only.iter().any(|(at, list)| question.sides.get(*at).is_some_and(|s| s.id == side.id) && list.iter().any(|v| v == value))
    };
    html! {
        fieldset.explore-values {
            legend { (side.title) }
            @if values.is_empty() { p.muted { "在现有条件下没有数据。" } }
            @for (value, records) in values.iter().filter(|(value, _)| !chosen(value)) {
                label.check { input type="checkbox" name={(ONLY) (side.id)} value=(if value.is_empty() { NONE } else { value }); span { (fact::label(app, side.words, value)) " " span.muted { (records) } } }
            }
        }
    }
}

fn conditions(app: &App, question: &Question<'_>, asked: &Asked, path: &str) -> Markup {
    let none = question.only.is_empty() && question.number.is_none() && question.days == (None, None);
    if none {
        return Markup::default();
    }
    html! {
        ul.explore-only aria-label="条件" {
            @for (at, values) in &question.only {
                @if let Some(side) = question.sides.get(*at) {
                    li { (side.title) "：" (values.iter().map(|v| fact::label(app, side.words, v)).collect::<Vec<_>>().join("、"))
                        " " a href=(asked.here(path, &[(&format!("{ONLY}{}", side.id), ""), ("add", "")])) aria-label=(format!("去掉条件 {}", side.title)) { "去掉" } }
                }
            }
            @if question.number.is_some() { li { "数值范围 " a href=(asked.here(path, &[("number", ""), ("least", ""), ("most", "")])) aria-label="去掉数值范围" { "去掉" } } }
            @if question.days != (None, None) { li { "起止日期 " a href=(asked.here(path, &[("from", ""), ("to", "")])) aria-label="去掉起止日期" { "去掉" } } }
        }
    }
}
