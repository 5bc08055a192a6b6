//! One statistics table for a region and year.

use super::axes::Key;
use super::grid::{self, Cell, Grid, Row};
use super::{PAGE, TITLE, sheet};
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::figures;
use crate::board::place::Territory;
use crate::board::{export, numbers, parts};
use crate::{Frame, PageError, Signed, assets, layout, links, words};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::json;
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::tables::{From, Side};
use zhijian_kinds::{Regions, StatTable};
use zhijian_records::access::{self, Wish};
use zhijian_records::port::Action;

/// The sheets of the boards and of the tables.
pub fn style() -> Markup {
    html! { link rel="stylesheet" href=(assets::url("app/board.css")); link rel="stylesheet" href=(assets::url("app/tables.css")); }
}

/// What the page is about.
struct Subject<'a> {
    app: &'a App,
    table: &'a StatTable,
    node: &'a str,
    year: i32,
    asked: &'a Asked,
    /// The caller may open the list behind a cell.
    lists: bool,
}

impl Subject<'_> {
    fn path(&self) -> String {
        format!("{PAGE}/{}", self.table.table)
    }
}

/// `GET /tables/{table}`
pub async fn page(signed: Signed, State(app): State<App>, Path(name): Path<String>, asked: Asked) -> Result<Response, PageError> {
    let table = super::table(&app, &name)?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(None, asked.text("region"))?;
    let year = asked.when(figures::newest_year(&app).await?)?.year;
    let grid = grid::fill(&app, &territory, table, &node, year).await?;
    let format = asked.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("统计表 {name} {year} {node} {format}");
        app.door.note(&signed.caller, Action::Export, "table", "", &note, "web").await?;
        return export::file(&sheet::of(&app, &signed.caller, table, &node, year, &grid), format);
    }
    let kind = table.behind.as_ref().and_then(|behind| app.catalogue().kind(&behind.kind));
    let lists = kind.is_some_and(|kind| access::may(&signed.caller, kind, Wish::Read) && access::shown(&signed.caller, kind, "region"));
    let subject = Subject { app: &app, table, node: &node, year, asked: &asked, lists };
    let crumbs = [(TITLE, PAGE.to_owned())];
    let frame = Frame {
        title: &table.title,
        signed: Some(&signed),
        active: PAGE,
        breadcrumbs: &crumbs,
        actions: exports(&subject),
        scripts: &["vendor/echarts.js", "app/board.js"],
        ..Frame::new(&app)
    };
    let body = html! {
        (style())
        p.table-help { (table.help) }
        (switch(&subject))
        (parts::tree(&territory, &subject.path(), &asked, &node, &territory.home))
        (summary(&subject, &grid))
        (body(&subject, &grid))
        (chart(&subject, &grid))
        @if !table.see.is_empty() {
            p { "相关指标：" @for (n, code) in table.see.iter().enumerate() { @if n > 0 { "、" } a href=(format!("/indicators/{code}")) { (code) " " (app.catalogue().indicators.get(code).map_or("", |i| i.name.as_str())) } } }
        }
        (notes(&subject))
    };
    Ok(layout::page(&frame, body).into_response())
}

fn exports(subject: &Subject<'_>) -> Markup {
    let year = subject.year.to_string();
    let with = |format: &str| subject.asked.here(&subject.path(), &[("year", &year), ("format", format)]);
    let api = subject.asked.elsewhere(&format!("/api/v1/tables/{}", subject.table.table), &[("year", &year)]);
    html! {
        a.btn href=(with("xlsx")) download { "导出 Excel" }
        a.btn href=(with("csv")) download { "CSV" }
        a.btn href=(api) { "JSON" }
    }
}

fn switch(subject: &Subject<'_>) -> Markup {
    html! {
        form.board-switch method="get" action=(subject.path()) {
            @for (name, value) in subject.asked.carried(&["year", "format"]) { input type="hidden" name=(name) value=(value); }
            label { span { "年度" }
                select.form-select name="year" { @for year in figures::years(subject.app).rev() { option value=(year) selected[year == subject.year] { (year) } } }
            }
            button.btn.btn-primary type="submit" { "查看" }
        }
    }
}

fn summary(subject: &Subject<'_>, grid: &Grid) -> Markup {
    let place = subject.app.catalogue().regions.full_name(subject.node);
    let (gaps, expected) = grid.gaps(subject.table);
    html! {
        p.board-stand {
            (place) " · " (subject.year) "年 · 数据截至 " time { (words::moment(subject.app.lake.stand())) }
            @if subject.table.gaps {
                " · " @if gaps == 0 { "应覆盖 " (expected) " 格，没有缺口" } @else { strong { "缺口 " (gaps) " 格" } "，应覆盖 " (expected) " 格" }
            }
        }
    }
}

fn body(subject: &Subject<'_>, grid: &Grid) -> Markup {
    let table = subject.table;
    let rows = grid.groups.iter().map(|g| g.rows.len()).sum::<usize>();
    if rows == 0 || grid.columns.is_empty() {
        return html! { p.notice { "本区划、本年度没有可统计的数据。" } };
    }
    let total = table.columns.total;
    let width = grid.columns.len() + 1 + usize::from(total);
    let caption = format!("{}（{} × {}）", table.title, table.rows.title, table.columns.title);
    html! {
        div.table-wrap tabindex="0" role="region" aria-label=(table.title) {
            table.slim.stat-table {
                caption.visually-hidden { (caption) }
                thead { tr {
                    th scope="col" { (table.rows.title) }
                    @for column in &grid.columns { th.num scope="col" { (column.label) } }
                    @if total { th.num scope="col" { "合计" } }
                } }
                @for group in &grid.groups {
                    tbody {
                        @if let Some(key) = &group.key { tr.stat-group { th scope="rowgroup" colspan=(width) { (key.label) } } }
                        @for row in &group.rows { (line(subject, grid, group.key.as_ref(), row, width)) }
                    }
                }
            }
        }
    }
}

fn line(subject: &Subject<'_>, grid: &Grid, group: Option<&Key>, row: &Row, width: usize) -> Markup {
    html! {
        tr.sum[row.sum] {
            th scope="row" {
                (row.key.label)
                @if !row.none && !row.note.is_empty() { div.muted.board-small { (row.note) } }
            }
            @if row.none {
                td.stat-none colspan=(width - 1) { span.tag { "无数据" } " " (row.note) }
            } @else {
                @for (column, cell) in grid.columns.iter().zip(&row.cells) {
                    (one(subject, row, cell, behind(subject, group, (!row.sum).then_some(&row.key), Some(column))))
                }
                @if let Some(cell) = &row.total { (one(subject, row, cell, behind(subject, group, (!row.sum).then_some(&row.key), None))) }
            }
        }
    }
}

fn one(subject: &Subject<'_>, row: &Row, cell: &Cell, address: Option<String>) -> Markup {
    let text = cell.text(subject.table, row);
    let gap = cell.gap(subject.table, row);
    html! {
        td.num.stat-gap[gap] {
            @match address.filter(|_| cell.numerator > 0.0) { Some(address) => a href=(address) { (text) }, None => (text) }
            @if row.measure == Measure::Rate && cell.denominator > 0.0 && !cell.withheld {
                div.muted.board-small { (numbers::grouped(cell.numerator)) "/" (numbers::grouped(cell.denominator)) }
            }
        }
    }
}

/// The address of the list behind a cell, where the list can be asked for just that.
fn behind(subject: &Subject<'_>, group: Option<&Key>, row: Option<&Key>, column: Option<&Key>) -> Option<String> {
    let behind = subject.table.behind.as_ref().filter(|_| subject.lists)?;
    let table = subject.table;
    let sides = [("{group}", table.groups.as_ref(), group), ("{row}", Some(&table.rows), row), ("{column}", Some(&table.columns), column)];
    let side = |from: From| sides.iter().find(|(_, axis, _)| axis.is_some_and(|a| a.from == from)).and_then(|(_, _, key)| *key);
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (filter, template) in &behind.filters {
        let mut value = template.clone();
        for (name, _, key) in &sides {
            if value.contains(name) {
                value = value.replace(name, &(*key)?.codes.join(","));
            }
        }
        if value.contains("{first_year}") {
            let span = i32::try_from(table.columns.span).unwrap_or(1);
            value = value.replace("{first_year}", &(subject.year - span + 1).to_string());
        }
        if value.contains("{year}") {
            let years = table.axes().any(|axis| axis.from == From::Years);
            let year = if years { side(From::Years)?.key.clone() } else { subject.year.to_string() };
            value = value.replace("{year}", &year);
        }
        pairs.push((filter.clone(), value));
    }
    let place = side(From::Regions).map_or(subject.node, |key| key.key.as_str());
    match place.len() {
        9.. => pairs.push(("town".into(), place.into())),
        _ => pairs.push(("region__prefix".into(), Regions::prefix(place).into())),
    }
    Some(format!("{}{}", links::list(&behind.kind), links::query(&pairs)))
}

fn chart(subject: &Subject<'_>, grid: &Grid) -> Markup {
    let table = subject.table;
    let Some(side) = table.chart else { return Markup::default() };
    let rows: Vec<&Row> = grid.groups.iter().flat_map(|g| &g.rows).filter(|r| !r.none).collect();
    let bars: Vec<(String, Cell)> = match side {
        Side::Rows => rows.iter().filter(|r| !r.sum).filter_map(|r| Some((r.key.label.clone(), r.total?))).collect(),
        Side::Columns => {
            let Some(sums) = rows.iter().find(|r| r.sum).or_else(|| rows.first().filter(|_| rows.len() == 1)) else {
                return Markup::default();
            };
            grid.columns.iter().map(|c| c.label.clone()).zip(sums.cells.iter().copied()).collect()
        }
    };
    if bars.is_empty() {
        return Markup::default();
    }
    let value = |cell: &Cell| (!cell.withheld).then_some(cell.numerator);
    let data = json!({
        "unit": "", "goal": null,
        "labels": bars.iter().map(|(label, _)| label).collect::<Vec<_>>(),
        "values": bars.iter().map(|(_, cell)| value(cell)).collect::<Vec<_>>(),
        "shown": bars.iter().map(|(_, cell)| value(cell).map_or_else(|| crate::board::small::WITHHELD.to_owned(), numbers::grouped)).collect::<Vec<_>>(),
    });
    html! {
        section.card {
            h2 { "合计图示" }
            div.chart.bars data-chart="bars" data-from="table-data" role="img" aria-label=(format!("{}合计，数值见上表", table.title)) {}
            (parts::data("table-data", &data))
        }
    }
}

fn notes(subject: &Subject<'_>) -> Markup {
    let table = subject.table;
    html! {
        details.board-notes {
            summary { "口径与依据" }
            dl.definition {
                div { dt { "依据" } dd { (words::basis(&table.basis.replace(" (unsourced)", "（未注明出处）").replace("（unsourced）", "（未注明出处）"))) } }
                @if let Some(note) = table.behind.as_ref().map(|b| b.note.as_str()).filter(|n| !n.is_empty()) { div { dt { "名单" } dd { (note) } } }
                @if table.gaps { div { dt { "缺口" } dd { "应有而没有任何记录的单元格标为“" (grid::GAP) "”。" } } }
                @if !table.persons.is_empty() { div { dt { "小数目" } dd { "只看汇总的角色只看到本辖区全表，人数过少的单元格及可据以推出它的单元格不显示。" } } }
                @for (name, value) in &table.options { div { dt { "口径 " (name) } dd { (value.to_string()) "：" (table.options_help.get(name).map_or("", String::as_str)) } } }
            }
            @for line in table.lines.iter().filter(|l| l.sql.is_some()) {
                details { summary { "计算语句" @if !line.label.is_empty() { " · " (line.label) } } pre.sql { (line.sql.as_deref().unwrap_or_default()) } }
            }
        }
    }
}
