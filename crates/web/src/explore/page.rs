//! `GET /explore/{fact}`: form, chart, table, what it rests on.

use super::fill::{self, Cell, Filled, SHOWN};
use super::question::{NONE, Question, Share};
use super::{PAGE, TITLE, address, chart, form, save, sheet, style};
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::place::Territory;
use crate::board::small::WITHHELD;
use crate::board::{export, numbers, parts};
use crate::flash::Flash;
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_records::port::Action;

/// `GET /explore/{fact}`
pub async fn page(
    signed: Signed,
    State(app): State<App>,
    Path(name): Path<String>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let territory = Territory::of(&app, &signed.caller)?;
    let question = Question::read(&app, &territory, &signed.caller, &name, &asked)?;
    let filled = fill::fill(&app, &question).await?;
    let words = question.words(&app);
    let format = asked.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("探索 {words} {} {format}", question.params.region);
        app.door.note(&signed.caller, Action::Export, "explore", "", &note, "web").await?;
        return export::file(&sheet::of(&app, &signed.caller, &question, &filled), format);
    }
    let path = address(&name);
    let flash = Flash::of(&headers);
    let crumbs = [(TITLE, PAGE.to_owned())];
    let frame = Frame {
        title: &question.fact.title,
        signed: Some(&signed),
        active: PAGE,
        breadcrumbs: &crumbs,
        actions: html! {
            (save::dialog(&app, &signed, &words, &asked.here(&path, &[("format", ""), ("add", "")])))
            a.btn href=(asked.here(&path, &[("format", "xlsx")])) download { "导出 Excel" }
            a.btn href=(asked.here(&path, &[("format", "csv")])) download { "CSV" }
        },
        scripts: &["vendor/echarts.js", "app/explore.js"],
        ..Frame::new(&app)
    };
    let body = html! {
        (style())
        (flash.notice())
        (form::form(&app, &question, &asked).await?)
        @if !question.fact.closed { (parts::tree(&territory, &path, &asked, &question.params.region, &territory.home)) }
        p.board-stand { (words) " · " (app.catalogue().regions.full_name(&question.params.region)) " · 数据截至 " time { (words::moment(app.lake.stand())) } }
        @if filled.rows.is_empty() { (nothing(&question, &asked, &path)) } @else {
            (chart::section(&question, &filled, &words))
            (table(&question, &filled, &asked))
        }
        (about(&app, &question))
    };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn nothing(question: &Question<'_>, asked: &Asked, path: &str) -> Markup {
    let narrowed = !question.only.is_empty() || question.number.is_some() || question.days != (None, None);
    html! {
        div.empty-state {
            p.empty-title { @if narrowed { "没有符合条件的数据" } @else { "还没有这类数据" } }
            p { @if narrowed { "请放宽条件，或 " a href=(path) { "清除全部条件" } "。" } @else { "有记录入库后这里会自动更新。" } }
            @if !asked.text("region").is_empty() { p { a href=(asked.here(path, &[("region", "")])) { "查看全部地区" } } }
        }
    }
}

fn text(question: &Question<'_>, filled: &Filled, cell: &Cell, row: Option<usize>, column: Option<usize>) -> String {
    if cell.withheld {
        return WITHHELD.to_owned();
    }
    match filled.shown(question.share, cell, row, column) {
        None => {
            if cell.records == 0 {
                String::new()
            } else {
                words::NONE.to_owned()
            }
        }
        Some(value) if question.share == Share::Value => numbers::grouped(value),
        Some(value) => zhijian_lake::percent_text(value),
    }
}

fn table(question: &Question<'_>, filled: &Filled, asked: &Asked) -> Markup {
    let side = |at: usize| question.sides.get(at).map_or("", |s| s.title.as_str());
    let measure = question.measures.get(question.measure).map_or("", |m| m.title.as_str());
    let two = question.columns.is_some();
    let behind = format!("{}/records", address(&question.fact.def.name));
    let (mut row_key, mut column_key) = (String::new(), String::new());
    let mut cell = |cell: &Cell, row: Option<usize>, column: Option<usize>| {
        let words = text(question, filled, cell, row, column);
        let key = |at: Option<usize>, keys: &[super::fill::Key], into: &mut String| {
            into.clear();
            if let Some(key) = at.and_then(|at| keys.get(at)) {
                into.push_str(if key.key.is_empty() { NONE } else { &key.key });
            }
        };
        key(row, &filled.rows, &mut row_key);
        key(column.filter(|_| two), &filled.columns, &mut column_key);
        let open = !question.fact.closed && cell.records > 0;
        let to = asked.here(&behind, &[("row", &row_key), ("column", &column_key), ("page", ""), ("add", ""), ("format", "")]);
        html! { td.num { @if open { a href=(to) { (words) } } @else { (words) } } }
    };
    let (rows, columns) = (filled.rows.len().min(SHOWN.0), filled.columns.len().min(SHOWN.1));
    html! {
        div.table-wrap tabindex="0" role="region" aria-label=(question.fact.title) {
            table.slim.stat-table {
                caption.visually-hidden { (side(question.rows)) @if let Some(at) = question.columns { " × " (side(at)) } "：" (measure) }
                thead { tr {
                    th scope="col" { (side(question.rows)) }
                    @for key in filled.columns.iter().take(columns) { th.num scope="col" { (key.label) } }
                    @if two { th.num scope="col" { "合计" } }
                } }
                tbody {
                    @for (at, key) in filled.rows.iter().enumerate().take(rows) {
                        tr {
                            th scope="row" { (key.label) }
                            @for (column, found) in filled.cells[at].iter().enumerate().take(columns) { (cell(found, Some(at), Some(column))) }
                            @if two { (cell(&filled.row_totals[at], Some(at), None)) }
                        }
                    }
                    tr.sum {
                        th scope="row" { @if question.measures.get(question.measure).is_some_and(|m| m.adds) { "合计" } @else { "全部" } }
                        @for (column, found) in filled.column_totals.iter().enumerate().take(columns) { (cell(found, None, Some(column))) }
                        @if two { (cell(&filled.total, None, None)) }
                    }
                }
            }
        }
        @if filled.rows.len() > rows || filled.columns.len() > columns {
            p.muted { "共 " (filled.rows.len()) " 行、" (filled.columns.len()) " 列，页面只列前 " (rows) " 行、前 " (columns) " 列；导出文件含全部。" }
        }
        @if question.measures.get(question.measure).is_some_and(|m| !m.adds) { p.muted { "该度量不能相加：“全部”一行（列）按全部数据重算，不等于各格之和。" } }
    }
}

fn about(app: &App, question: &Question<'_>) -> Markup {
    let sql = app.evaluator.cube_sql(&question.cube(), &question.params).unwrap_or_default();
    html! {
        details.board-notes {
            summary { "取数说明" }
            dl.definition {
                div { dt { "取自" } dd { (question.fact.title) "（" code { (question.fact.def.name) } "），每条记录的现行版本" } }
                div { dt { "范围" } dd { "您可查看的记录；姓名、证件号等个人信息不进入统计库" } }
                div { dt { "时间" } dd { "年度、季度、月份和起止日期按记录的发生日期" } }
            }
            details { summary { "计算语句" } pre.sql { (sql) } }
        }
    }
}
