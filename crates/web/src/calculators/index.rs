//! All calculators, by family, with a search.

use crate::app::App;
use crate::error::PageError;
use crate::icons::icon;
use crate::layout::{self, Frame};
use crate::posted;
use crate::session::Signed;
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use zhijian_calc::registry::{self, Calculator, FAMILIES};
use zhijian_calc::tables::Status;

/// `GET /calc`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let mut q = String::new();
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        match name.as_str() {
            "q" => q = value.trim().to_owned(),
            _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
        }
    }
    let found = search(&q);
    let body = html! {
        (super::style())
        form.filters action="/calc" method="get" role="search" {
            div.filter-search {
                label.visually-hidden for="calc-q" { "搜索计算器" }
                (icon("search"))
                input.form-control #calc-q type="search" name="q" value=(q) placeholder="名称、编号、标准号，如 贝叶斯、TWA、GBZ 49" autocomplete="off";
                button.btn.btn-primary type="submit" { "查询" }
                @if !q.is_empty() { a.btn href="/calc" { "清除" } }
            }
        }
        p.list-count role="status" { "共 " strong { (found.len()) } " 个计算器" }
        @if found.is_empty() { div.empty-state { p.empty-title { "没有找到“" (q) "”" } p { a href="/calc" { "查看全部" } } } }
        @for family in FAMILIES {
            @let members: Vec<&&Calculator> = found.iter().filter(|c| c.family() == *family).collect();
            @if !members.is_empty() {
                section.card.calc-family {
                    h2 { (family.title) span.rows-count { (members.len()) } }
                    ul { @for calculator in members { (entry(calculator)) } }
                }
            }
        }
    };
    Ok(layout::page(&Frame { title: super::TITLE, signed: Some(&signed), active: super::INDEX, ..Frame::new(&app) }, body))
}

fn entry(calculator: &Calculator) -> Markup {
    html! {
        li {
            a href=(super::address(calculator.id)) { (calculator.title) }
            span.muted { code { (calculator.id) } " " (calculator.source) }
            @if calculator.status != Status::Firm { span.state-badge.badge-look { (super::words::status(calculator.status)) } }
        }
    }
}

/// Calculators in which every word of the question occurs.
#[must_use]
pub fn search(q: &str) -> Vec<&'static Calculator> {
    let words: Vec<String> = q.split_whitespace().map(str::to_lowercase).collect();
    let text = |c: &Calculator| format!("{} {} {} {} {}", c.id, c.title, c.source, c.guide().words, c.family().title).to_lowercase();
    registry::list()
        .iter()
        .filter(|c| {
            let text = text(c);
            words.iter().all(|word| text.contains(word))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calculators_are_found_by_name_id_and_standard() {
        let ids = |q: &str| search(q).iter().map(|c| c.id).collect::<Vec<_>>();
        assert_eq!(ids(""), registry::list().iter().map(|c| c.id).collect::<Vec<_>>());
        assert!(ids("贝叶斯").contains(&"stats.bayes_seg"));
        assert_eq!(ids("GBZ 噪声聋"), ["hearing.gbz49"]);
        assert!(ids("Twa").contains(&"air.twa"));
        assert!(ids("没有这样的").is_empty());
    }
}
