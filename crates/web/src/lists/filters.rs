//! The form above a list: options, townships, coded columns, words of the name.

use super::question::Question;
use super::{address, cell};
use crate::app::App;
use crate::board::asked::Asked;
use crate::words;
use maud::{Markup, html};
use zhijian_lake::LakeError;

/// Most values of a choice; beyond that people search.
const CHOICES: usize = 200;

/// The form. Its choices are those that there are, with their numbers.
///
/// # Errors
/// The lake failed.
pub async fn form(app: &App, question: &Question<'_>, asked: &Asked) -> Result<Markup, LakeError> {
    let def = question.def;
    let towns = choices(app, question, "town").await?;
    let mut coded = Vec::new();
    for name in &def.filters {
        let Some(column) = def.columns.get(name) else { continue };
        coded.push((name, column, choices(app, question, name).await?));
    }
    let mine: Vec<&str> = def.filters.iter().chain(&def.ask).map(String::as_str).chain(["q", "town", "page"]).collect();
    let narrowed = !question.filter.text.is_empty() || !question.filter.town.is_empty() || !question.filter.columns.is_empty();
    let cleared: Vec<(&str, &str)> = mine.iter().map(|name| (*name, "")).collect();
    let regions = &app.catalogue().regions;
    Ok(html! {
        form.board-switch.list-filter method="get" action=(address(&def.list)) {
            @for (name, value) in asked.carried(&mine) { input type="hidden" name=(name) value=(value); }
            @for name in &def.ask {
                label { span { (def.options_help.get(name).unwrap_or(name)) }
                    input.form-control type="number" min="0" step="1" name=(name) value=(question.option(name));
                }
            }
            @if towns.len() > 1 || !question.filter.town.is_empty() {
                label { span { "乡镇街道" }
                    select.form-select name="town" {
                        option value="" { "全部" }
                        @for (code, number) in &towns { option value=(code) selected[*code == question.filter.town] { (regions.name(code)) "（" (number) "）" } }
                    }
                }
            }
            @for (name, column, values) in &coded {
                @let now = asked.text(name);
                label { span { (column.title) }
                    select.form-select name=(name) {
                        option value="" { "全部" }
                        @for (code, number) in values { option value=(code) selected[code == now] { (cell::text(app, column, code)) "（" (words::count(*number)) "）" } }
                    }
                }
            }
            label { span { "名称" } input.form-control type="search" name="q" value=(question.filter.text) placeholder="名称中的字"; }
            button.btn.btn-primary type="submit" { "筛选" }
            @if narrowed { a.btn href=(asked.here(&address(&def.list), &cleared)) { "清除条件" } }
        }
    })
}

/// Values that there are. A column with several codes offers each code.
async fn choices(app: &App, question: &Question<'_>, column: &str) -> Result<Vec<(String, u64)>, LakeError> {
    let mut found: Vec<(String, u64)> = Vec::new();
    for (value, number) in app.evaluator.listed_by(question.def, &question.params, column).await? {
        for code in value.split(';').filter(|code| !code.is_empty()) {
            match found.iter_mut().find(|(known, _)| known == code) {
                Some((_, total)) => *total += number,
                None => found.push((code.to_owned(), number)),
            }
        }
    }
    found.truncate(CHOICES);
    Ok(found)
}
