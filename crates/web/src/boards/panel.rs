//! `GET /boards/{board}/{panel}`: one panel alone, with its definition; and as a file.

use super::fill::{Asking, Filled};
use super::{PAGE, TITLE, filters, page, sheet, style, table};
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::place::Territory;
use crate::board::{Refusal, export, parts};
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_kinds::boards::{Chart, Panel};
use zhijian_records::port::Action;

/// `GET /boards/{board}/{panel}`
pub async fn page(
    signed: Signed,
    State(app): State<App>,
    Path((name, panel)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, PageError> {
    let board = super::board(&app, &name)?;
    let panel = board.panel(&panel).ok_or(Refusal::NotFound("看板没有这个面板"))?;
    let territory = Territory::of(&app, &signed.caller)?;
    let asking = Asking::of(&app, &signed.caller, &territory, board, &asked).await?;
    let filled = asking.fill(panel).await.map_err(PageError::failed("计算面板"))?;
    let format = asked.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("看板 {name}/{} {} {} {format}", panel.panel, asking.when.year, asking.node);
        app.door.note(&signed.caller, Action::Export, "board", "", &note, "web").await?;
        return export::file(&sheet::of(&asking, panel, &filled), format);
    }
    let path = format!("{PAGE}/{name}/{}", panel.panel);
    let crumbs = [(TITLE, PAGE.to_owned()), (board.title.as_str(), asked.here(&format!("{PAGE}/{name}"), &[]))];
    let to = |format: &str| asked.here(&path, &[("format", format)]);
    let frame = Frame {
        title: &panel.title,
        signed: Some(&signed),
        active: PAGE,
        breadcrumbs: &crumbs,
        actions: html! { a.btn href=(to("xlsx")) download { "导出 Excel" } a.btn href=(to("csv")) download { "CSV" } },
        scripts: &["vendor/echarts.js", "app/boards.js"],
        ..Frame::new(&app)
    };
    let body = html! {
        (style())
        @if !panel.help.is_empty() { p.table-help { (panel.help) } }
        (filters::form(&app, board, &path, &asked, asking.when))
        (parts::tree(&territory, &path, &asked, &asking.node, &territory.home))
        (page::stand(&asking))
        (crate::maps::not_begun(&app, asking.when.year))
        (page::remark(&asking, &filled))
        section.card { (page::picture(&asking, panel, &filled, "panel-data")) @if panel.chart != Chart::Number { (table::table(&asking, panel, &filled)) } }
        (definition(&asking, panel, &filled))
    };
    Ok(layout::page(&frame, body).into_response())
}

/// What the numbers are: words, basis, editions, queries.
fn definition(asking: &Asking<'_>, panel: &Panel, filled: &Filled) -> Markup {
    let (app, table) = (asking.app, &filled.table);
    html! {
        details.board-notes.card open {
            summary { "口径、依据与规则版本" }
            dl.definition {
                div { dt { "依据" } dd { (words::basis(&table.basis.replace("unsourced", "未注明出处"))) } }
                @for line in table.lines.iter().filter(|l| !l.formula.is_empty()) { div { dt { (if line.label.is_empty() { "口径" } else { line.label.as_str() }) } dd { (line.formula) } } }
                @for code in &panel.indicators { div { dt { "指标" } dd { a href=(format!("/indicators/{code}")) { (code) " " (app.catalogue().indicators.get(code).map_or("", |i| i.name.as_str())) } } } }
                @if let Some(name) = &panel.table { div { dt { "统计表" } dd { a href=(format!("{}/{name}", crate::tables::PAGE)) { (app.catalogue().tables.get(name).map_or(name.as_str(), |t| t.title.as_str())) } } } }
                @if !table.persons.is_empty() { div { dt { "小数目" } dd { "只看汇总的角色只看到本辖区全年、未经筛选的数；人数过少的单元格及可据以推出它的单元格不显示。" } } }
                @for (name, value) in &table.options { div { dt { "口径 " (name) } dd { (value.to_string()) "：" (table.options_help.get(name).map_or("", String::as_str)) } } }
            }
            (parts::editions(app, asking.when))
            @for line in table.lines.iter().filter(|l| l.sql.is_some()) {
                details { summary { "计算语句" @if !line.label.is_empty() { " · " (line.label) } } pre.sql tabindex="0" { (line.sql.as_deref().unwrap_or_default()) } }
            }
        }
    }
}
