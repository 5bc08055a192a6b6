//! `GET /lists/{list}`: the rows, each with the record to open.

use super::question::Question;
use super::{PAGE, TITLE, address, cell, filters, handover, style};
use crate::app::App;
use crate::board::asked::{Asked, PAGE as ROWS};
use crate::board::place::Territory;
use crate::board::{figures, parts};
use crate::flash::Flash;
use crate::pages::records::{cells, those};
use crate::{Frame, PageError, Signed, layout, links, words};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use std::collections::HashMap;
use zhijian_kinds::lists::Rows;
use zhijian_lake::{ListedPage, ListedRow};
use zhijian_records::access::Wish;
use zhijian_records::read::View;

/// `GET /lists/{list}`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path(name): Path<String>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    super::question::find(&app, &signed.caller, &name, Wish::Read)?;
    let territory = Territory::of(&app, &signed.caller)?;
    let when = asked.when(figures::newest_year(&app).await?)?;
    let given = |name: &str| asked.text(name).to_owned();
    let question = Question::new(&app, &territory, &signed.caller, &name, Wish::Read, when, given)?;
    let def = question.def;
    let page = question.rows(&app, (asked.page() - 1) * ROWS, ROWS).await?;
    let views = views(&app, &signed, &question, &page).await?;
    let path = address(&def.list);
    let flash = Flash::of(&headers);
    let body = html! {
        (style())
        (flash.notice())
        p.lead { (def.help) }
        (parts::switch(&path, &app, &asked, when))
        (parts::tree(&territory, &path, &asked, &question.params.region, &territory.home))
        (parts::stand(&app, when))
        (filters::form(&app, &question, &asked).await?)
        @if page.total == 0 { (nothing(&question, &asked)) } @else {
            (table(&app, &question, &page, &views))
            (parts::paging(&asked, &path, page.total))
        }
        (handover::section(&app, &signed, &question, &asked, page.total).await?)
        (about(&app, &question))
    };
    let crumbs = [(TITLE, asked.elsewhere(PAGE, &[]))];
    let frame = Frame { title: &def.title, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

/// The records behind the rows as the door shows them to the caller: a row whose record does not come back is not shown.
async fn views(app: &App, signed: &Signed, question: &Question<'_>, page: &ListedPage) -> Result<HashMap<String, View>, PageError> {
    if question.def.rows == Rows::Place || page.rows.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<&str> = page.rows.iter().map(|row| row.record.as_str()).collect();
    Ok(those(app, &signed.caller, &question.def.kind, &ids).await?)
}

fn table(app: &App, question: &Question<'_>, page: &ListedPage, views: &HashMap<String, View>) -> Markup {
    let def = question.def;
    let catalogue = app.catalogue();
    let kind = catalogue.kind(&def.kind);
    let title = |path: &str| kind.map_or_else(String::new, |k| cells::title(k, path).to_owned());
    let whose = match (def.rows, def.show.first()) {
        (Rows::Record, Some(path)) => title(path),
        (Rows::Record, None) => "名称".into(),
        (Rows::Place, _) => "地点".into(),
    };
    let shown: Vec<&ListedRow> = page.rows.iter().filter(|row| def.rows == Rows::Place || views.contains_key(&row.record)).collect();
    html! {
        div.table-wrap {
            table.list.board-table.named-list {
                thead { tr {
                    th scope="col" { (whose) }
                    @for path in def.show.iter().skip(1) { th scope="col" { (title(path)) } }
                    th scope="col" { "区县" } @if def.rows == Rows::Record { th scope="col" { "乡镇街道" } }
                    @for column in def.columns.values() { th scope="col" class=(cell::class(column)) { (cell::heading(column)) } }
                } }
                tbody { @for row in &shown { tr {
                    th scope="row" data-label=(whose) { (name(app, question, row, views.get(&row.record))) }
                    @for path in def.show.iter().skip(1) { td data-label=(title(path)) { @if let (Some(kind), Some(view)) = (kind, views.get(&row.record)) { (cells::cell(app, kind, path, view)) } } }
                    td data-label="区县" { (catalogue.regions.name(&row.region)) }
                    @if def.rows == Rows::Record { td data-label="乡镇街道" { (catalogue.regions.name(&row.town)) } }
                    @for (column, value) in def.columns.values().zip(&row.values) {
                        @let text = cell::text(app, column, value);
                        td class=(cell::class(column)) data-label=(cell::heading(column)) { @if text.is_empty() { (words::NONE) } @else { (text) } }
                    }
                } } }
            }
        }
    }
}

/// What a row is called, with the way to its record or, of a place, to its records.
fn name(app: &App, question: &Question<'_>, row: &ListedRow, view: Option<&View>) -> Markup {
    let def = question.def;
    let kind = app.catalogue().kind(&def.kind);
    let label = if row.label.trim().is_empty() { "（未命名）" } else { row.label.trim() };
    match (def.rows, view, kind, def.show.first()) {
        (Rows::Record, Some(view), Some(kind), Some(path)) => {
            html! { a href=(links::record(&def.kind, &row.record)) { (cells::cell(app, kind, path, view)) } }
        }
        (Rows::Record, ..) => html! { a href=(links::record(&def.kind, &row.record)) { (label) } },
        (Rows::Place, ..) => match &def.leads {
            Some(field) if !row.town.is_empty() => html! { a href=(links::list_by(&def.kind, field, &row.town)) { (label) } },
            _ => html! { (label) },
        },
    }
}

fn nothing(question: &Question<'_>, asked: &Asked) -> Markup {
    let narrowed = !question.filter.text.is_empty() || !question.filter.town.is_empty() || !question.filter.columns.is_empty();
    html! {
        div.empty-state {
            p.empty-title { @if narrowed { "没有符合条件的行" } @else { "名单上没有人或单位" } }
            p { @if narrowed { "请放宽条件。" } @else { "在所选地区、年度和您的查看范围内，已入库的记录没有需要列入的。数据每次入库后自动更新。" } }
            @if !asked.text("region").is_empty() { p { a href=(asked.here(&address(&question.def.list), &[("region", ""), ("page", "")])) { "查看全部地区" } } }
        }
    }
}

/// Where the list comes from.
fn about(app: &App, question: &Question<'_>) -> Markup {
    let def = question.def;
    let kinds: Vec<&str> = def
        .facts
        .iter()
        .filter_map(|fact| app.catalogue().kinds.values().find(|k| k.kind == *fact || k.facts.contains_key(fact)))
        .map(|kind| kind.title.as_str())
        .collect();
    let mut kinds = kinds;
    kinds.dedup();
    html! {
        details.card.list-about {
            summary { "名单的口径与依据" }
            dl.definition {
                div { dt { "依据" } dd { (words::basis(&def.basis)) @if def.basis.contains("unsourced") { " " span.tag { "未注明出处" } } } }
                div { dt { "取自" } dd { (kinds.join("、")) } }
                @for (name, help) in &def.options_help { div { dt { "条件" } dd { (help) "：" (question.option(name)) } } }
                @if let Some(plan) = question.plan { div { dt { "口径" } dd { "条件取自" (plan) } } }
                div { dt { "查询" } dd { details { summary { "SQL" } pre.sql { (def.sql) } } } }
            }
        }
    }
}
