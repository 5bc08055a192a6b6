//! Filters of a board: year, industry, size; in the address and without scripts.

use crate::app::App;
use crate::board::Refusal;
use crate::board::asked::Asked;
use crate::board::figures::{self, When};
use maud::{Markup, html};
use zhijian_kinds::Board;
use zhijian_kinds::boards::Narrowing;
use zhijian_lake::Narrow;

/// What the board is narrowed to.
///
/// # Errors
/// A code that is none.
pub fn narrow(app: &App, board: &Board, asked: &Asked) -> Result<Narrow, Refusal> {
    let wanted = |filter: Narrowing| if board.filters.contains(&filter) { asked.text(filter.column()) } else { "" };
    let (industry, size) = (wanted(Narrowing::Industry), wanted(Narrowing::Size));
    let known = |list: &str, code: &str| code.is_empty() || app.catalogue().list(list).is_some_and(|l| l.get(code).is_some());
    if !known("INDUSTRY", industry) {
        return Err(Refusal::BadRequest("行业应为 GB/T 4754 的门类或代码"));
    }
    if !known("SIZE", size) {
        return Err(Refusal::BadRequest("规模应为代码表“规模”中的代码"));
    }
    let section = !industry.is_empty() && !industry.bytes().all(|b| b.is_ascii_digit());
    let industries = match section {
        // A section is a letter above two-digit divisions; below it codes are prefixes of each other.
        true => app
            .catalogue()
            .list("INDUSTRY")
            .map(|l| l.codes.iter().filter(|c| c.parent == industry).map(|c| c.code.clone()).collect())
            .unwrap_or_default(),
        false if industry.is_empty() => Vec::new(),
        false => vec![industry.to_owned()],
    };
    Ok(Narrow { industries, size: size.to_owned() })
}

/// The form.
pub fn form(app: &App, board: &Board, path: &str, asked: &Asked, when: When) -> Markup {
    let now = *figures::years(app).end();
    html! {
        form.board-switch method="get" action=(path) {
            @for (name, value) in asked.carried(&["year", "industry", "size", "format", "as_of"]) { input type="hidden" name=(name) value=(value); }
            label { span { "年度" }
                select.form-select name="year" {
                    @if when.year > now { option value=(when.year) selected { (when.year) } }
                    @for year in figures::years(app).rev() { option value=(year) selected[year == when.year] { (year) } }
                }
            }
            @for filter in &board.filters { (choice(app, *filter, asked.text(filter.column()))) }
            button.btn.btn-primary type="submit" { "查看" }
            @if board.filters.iter().any(|f| !asked.text(f.column()).is_empty()) { a.btn href=(asked.here(path, &[("industry", ""), ("size", "")])) { "清除筛选" } }
        }
    }
}

fn choice(app: &App, filter: Narrowing, chosen: &str) -> Markup {
    let (title, list) = match filter {
        Narrowing::Industry => ("行业", "INDUSTRY"),
        Narrowing::Size => ("规模", "SIZE"),
    };
    let codes = app.catalogue().list(list).map(|l| l.codes.as_slice()).unwrap_or_default();
    let tops = codes.iter().filter(|c| filter == Narrowing::Size || c.parent.is_empty());
    let below = codes.iter().filter(|c| filter == Narrowing::Industry && !c.parent.is_empty() && c.code == chosen);
    html! {
        label { span { (title) }
            select.form-select name=(filter.column()) {
                option value="" { "全部" }
                @for code in tops.chain(below) { option value=(code.code) selected[code.code == chosen] { (code.label) } }
            }
        }
    }
}
