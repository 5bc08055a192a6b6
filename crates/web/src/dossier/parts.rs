//! What sections are built of.

use super::ask::Rows;
use crate::app::App;
use crate::assets;
use crate::calculators;
use crate::links;
use crate::pages::records::cells;
use crate::words;
use maud::{Markup, html};
use serde_json::{Value, json};
use zhijian_kinds::intake::get_path;

/// Scripts of pages with charts.
pub const SCRIPTS: &[&str] = &["vendor/echarts.js", "app/calc.js"];

/// A section of the file.
#[derive(Debug)]
pub struct Section {
    /// Anchor.
    pub id: &'static str,
    /// Heading.
    pub title: &'static str,
    /// Content; `None` where the caller may not see it.
    pub body: Option<Markup>,
}

/// Style sheets of the files.
#[must_use]
pub fn style() -> Markup {
    html! {
        (calculators::style())
        link rel="stylesheet" href=(assets::url("app/file.css"));
    }
}

/// Sections with their table of contents; those that the policy closes are named in one line.
#[must_use]
pub fn sections(sections: &[Section]) -> Markup {
    let open = || sections.iter().filter_map(|s| s.body.as_ref().map(|body| (s, body)));
    let closed: Vec<&str> = sections.iter().filter(|s| s.body.is_none()).map(|s| s.title).collect();
    html! {
        nav.file-nav.no-print aria-label="档案目录" { ol { @for (s, _) in open() { li { a href={"#" (s.id)} { (s.title) } } } } }
        @for (s, body) in open() { section.card.file-section id=(s.id) { h2 { (s.title) } (body) } }
        @if !closed.is_empty() { p.muted.file-closed { "不在您的查看范围：" (closed.join("、")) "。" } }
    }
}

/// Nothing is there.
#[must_use]
pub fn none(text: &str) -> Markup {
    html! { p.muted { (text) } }
}

/// A table of rows: the first column opens the record, columns that hold nothing are left out.
#[must_use]
pub fn table(app: &App, rows: &Rows, columns: &[&str]) -> Markup {
    let kind = &rows.kind;
    let filled = |path: &str| rows.views.iter().any(|view| get_path(&view.data, path).is_some_and(|v| !v.is_null()));
    let columns: Vec<&str> = columns.iter().copied().filter(|path| filled(path)).collect();
    html! {
        @if rows.views.is_empty() { (none("没有记录。")) } @else {
            div.table-wrap tabindex="0" role="region" aria-label=(kind.title) { table.list.small {
                thead { tr { @for path in &columns { th scope="col" class=(cells::class(kind, path)) { (cells::title(kind, path)) (unit(rows, path)) } } th scope="col" { "记录" } } }
                tbody { @for view in &rows.views { tr {
                    @for path in &columns { td class=(cells::class(kind, path)) data-label=(cells::title(kind, path)) { (cells::cell(app, kind, path, view)) } }
                    td data-label="记录" { a.file-open href=(links::record(&kind.kind, &view.id)) aria-label={"打开" (kind.title) " " (super::ask::day(kind, view))} { "打开" } }
                } } }
            } }
        }
        (more(rows))
    }
}

fn unit(rows: &Rows, path: &str) -> Markup {
    html! { @if let Some(unit) = rows.kind.field(path).and_then(|f| f.unit.as_ref()) { span.unit-note { (unit) } } }
}

/// The way to all rows.
#[must_use]
pub fn more(rows: &Rows) -> Markup {
    html! {
        @match &rows.all {
            Some(all) if !rows.views.is_empty() => p.file-more { a href=(all) { @if rows.more { "只列出最近 " (rows.views.len()) " 条，查看全部" } @else { "在列表中打开（" (rows.views.len()) " 条）" } } },
            _ => @if rows.more { p.muted { "只列出最近 " (rows.views.len()) " 条。" } },
        }
    }
}

/// A number that opens the list behind it.
#[must_use]
pub fn counted(number: u64, address: &str) -> Markup {
    html! { @if number == 0 { "0" } @else { a href=(address) { (words::count(number)) } } }
}

/// Several series over time with lines across, and what it says to who does not see it.
#[must_use]
pub fn lines(title: &str, unit: &str, series: &[(String, Vec<(String, f64)>)], limits: &[(String, f64)]) -> Markup {
    let data = json!({
        "kind": "lines",
        "unit": unit,
        "series": series.iter().map(|(name, points)| json!({"name": name, "points": points})).collect::<Vec<Value>>(),
        "lines": limits.iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<Value>>(),
    });
    let names: Vec<&str> = series.iter().map(|(name, _)| name.as_str()).collect();
    calculators::plots::picture(&data, &format!("{title}：{}；数值见表", names.join("、")))
}

/// A chart beside its table; what has one day only is told by the table alone.
#[must_use]
pub fn over_time(title: &str, days: usize, chart: &Markup, table: &Markup) -> Markup {
    if days > 1 { beside(title, chart, table) } else { beside(title, &Markup::default(), table) }
}

/// A chart beside its table.
#[must_use]
pub fn beside(title: &str, chart: &Markup, table: &Markup) -> Markup {
    html! {
        div.file-figure {
            h3 { (title) }
            div.chart-and-table { (chart) div.table-wrap tabindex="0" role="region" aria-label={(title) "数据表"} { (table) } }
        }
    }
}

/// Who made the file and when; stands on paper.
#[must_use]
pub fn made(app: &App, by: &str) -> Markup {
    html! { p.muted.file-made { "由" (words::PRODUCT) "生成 · " (words::moment(app.door.now())) " · " (by) } }
}

/// The button that prints the page.
#[must_use]
pub fn print() -> Markup {
    html! { button.btn type="button" data-print { (crate::icons::icon("print")) "打印" } }
}
