//! The list of a kind.

use super::asked::Asked;
use super::{cells, filters};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::icons::icon;
use crate::layout::{self, Frame};
use crate::pages::actions;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::access::{self, Wish};
use zhijian_records::read::ViewPage;

/// `GET /records/{kind}`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path(kind): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let asked = Asked::read(&app, &kind, query.as_deref().unwrap_or_default())?;
    let request = asked.request();
    let (page, total) = tokio::try_join!(
        app.door.list(&signed.caller, &kind.kind, &request),
        app.door.count(&signed.caller, &kind.kind, &request, words::COUNT_LIMIT),
    )?;
    let flash = Flash::of(&headers);
    let body = html! {
        (flash.notice())
        @if !kind.help.is_empty() { p.lead { (kind.help) } }
        div #list {
            (filters::bar(&app, &signed, &kind, &asked))
            (table(&app, &signed, &kind, &asked, &page, total))
        }
    };
    let active = links::list(&kind.kind);
    let frame = Frame {
        title: &kind.title,
        signed: Some(&signed),
        active: &active,
        actions: actions(&app, &signed, &kind, &asked),
        ..Frame::new(&app)
    };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn actions(app: &App, signed: &Signed, kind: &Kind, asked: &Asked) -> Markup {
    let files = access::may(&signed.caller, kind, Wish::File);
    let imports = access::may(&signed.caller, kind, Wish::Import);
    let exports = access::may(&signed.caller, kind, Wish::Export);
    html! {
        @if files {
            a.btn.btn-primary href=(links::new(&kind.kind)) data-key="n" { (icon("plus")) "新建" }
            @if imports { a.btn href=(links::import(&kind.kind)) { (icon("import")) "导入" } }
            a.btn href=(links::template(&kind.kind)) download { (icon("template")) "模板" }
        }
        @if exports { (super::export::dialog(app, signed, kind, asked)) }
        a.btn href=(links::help(&kind.kind)) { (icon("help")) "说明" }
    }
}

fn table(app: &App, signed: &Signed, kind: &Kind, asked: &Asked, page: &ViewPage, total: u64) -> Markup {
    let base = links::list(&kind.kind);
    let columns: Vec<&String> = kind.list.columns.iter().filter(|c| access::shown(&signed.caller, kind, c)).collect();
    html! {
        section aria-label="记录" {
            div.list-head {
                p.list-count role="status" { "共 " strong { (words::count(total)) } " 条" }
                (chips(app, kind, asked, &base))
            }
            @if page.rows.is_empty() {
                (nothing(signed, kind, asked, &base))
            } @else {
                div.table-wrap {
                    table.list {
                        thead { tr { (actions::header(app, signed, Some(kind))) @for column in &columns { (head(kind, asked, column, &base)) } } }
                        tbody {
                            @for row in &page.rows {
                                tr {
                                    (actions::boxed(app, signed, kind, row, &cells::name(app, kind, &row.data)))
                                    @for (index, column) in columns.iter().enumerate() {
                                        td class=(cells::class(kind, column)) data-label=(cells::title(kind, column)) {
                                            @if index == 0 {
                                                a.row-link href=(links::record(&kind.kind, &row.id)) {
                                                    @let shown = cells::cell(app, kind, column, row);
                                                    @if shown.0.is_empty() { (words::NONE) } @else { (shown) }
                                                }
                                            } @else { (cells::cell(app, kind, column, row)) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                (actions::bar(app, signed, Some(kind), &links::query(&asked.pairs), &format!("{base}{}", links::query(&asked.pairs))))
                (pager(asked, page, &base))
            }
        }
    }
}

/// A link that replaces the list only, when scripts run.
fn swap(address: &str, class: &str, text: Markup) -> Markup {
    html! { a class=(class) href=(address) hx-get=(address) hx-target="#list" hx-select="#list" hx-select-oob="#page-actions" hx-swap="outerHTML" hx-push-url="true" { (text) } }
}

fn head(kind: &Kind, asked: &Asked, column: &str, base: &str) -> Markup {
    let title = cells::title(kind, column);
    let sort = asked.sort.as_ref().or(kind.list.sort.as_ref()).map_or("", String::as_str);
    let (falling, field) = sort.strip_prefix('-').map_or((false, sort), |f| (true, f));
    let here = field == column;
    let order = match (here, falling) {
        (true, true) => "descending",
        (true, false) => "ascending",
        _ => "none",
    };
    if !sortable(kind, column) {
        return html! { th scope="col" class=(cells::class(kind, column)) { (title) } };
    }
    let next = if here && !falling { format!("-{column}") } else { column.to_owned() };
    html! {
        th scope="col" class=(cells::class(kind, column)) aria-sort=(order) {
            (swap(&asked.with(base, "sort", &next), "sort", html! { (title) span.sort-mark aria-hidden="true" { @if here { @if falling { "↓" } @else { "↑" } } } }))
        }
    }
}

/// Columns that an index serves.
fn sortable(kind: &Kind, column: &str) -> bool {
    let default = kind.list.sort.as_ref().is_some_and(|s| s.trim_start_matches('-') == column);
    kind.event_date.as_deref() == Some(column) || default || kind.field(column).is_some_and(|f| f.index && f.private.is_none())
}

/// What narrows the list, each with a way to take it out.
fn chips(app: &App, kind: &Kind, asked: &Asked, base: &str) -> Markup {
    html! {
        ul.chips {
            @for (name, value) in asked.narrowing() {
                li { (swap(&asked.with(base, name, ""), "chip", html! { (said(app, kind, name, value)) span aria-hidden="true" { " ×" } span.visually-hidden { "（取消此条件）" } })) }
            }
        }
    }
}

fn said(app: &App, kind: &Kind, name: &str, value: &str) -> String {
    let (path, way) = name.split_once("__").unwrap_or((name, ""));
    let title = match path {
        "q" => "搜索",
        "region" => "属地",
        "state" => "状态",
        "recorded_from" => "保存时间",
        "as_of" => "数据截至",
        other => cells::title(kind, other),
    };
    let sign = match way {
        "gte" => "不早于 ",
        "lte" => "不晚于 ",
        "contains" => "含 ",
        "empty" => return format!("{title}：空"),
        _ => "",
    };
    let mut data = serde_json::Map::new();
    let typed = if value == "true" || value == "false" {
        serde_json::Value::Bool(value == "true")
    } else {
        serde_json::Value::String(value.to_owned())
    };
    zhijian_kinds::intake::set_path(&mut data, path, typed);
    let shown = match path {
        "region" | "town" => app.catalogue().regions.name(value).to_owned(),
        "state" => {
            kind.states.as_ref().and_then(|s| s.list.iter().find(|s| s.code == value)).map_or(value, |s| s.title.as_str()).to_owned()
        }
        _ if kind.refs.contains_key(path) => "所选记录".to_owned(),
        _ => match kind.field(path).map(|f| &f.ty) {
            Some(zhijian_kinds::FieldType::Codes(list)) => app.catalogue().list(list).map_or(value, |l| l.label(value)).to_owned(),
            _ => zhijian_records::read::display(app.catalogue(), kind, path, &data),
        },
    };
    format!("{title}：{sign}{}", if shown.is_empty() { value } else { &shown })
}

fn nothing(signed: &Signed, kind: &Kind, asked: &Asked, base: &str) -> Markup {
    let narrowed = asked.narrowing().next().is_some();
    html! {
        div.empty-state {
            @if narrowed {
                p.empty-title { "没有符合条件的记录" }
                p { "可以放宽条件，或" a href=(base) { "查看全部" } "。" }
            } @else {
                p.empty-title { "还没有" (kind.title) "记录" }
                @if access::may(&signed.caller, kind, Wish::File) {
                    p { "可以" a href=(links::new(&kind.kind)) { "新建一条" } "，或下载" a href=(links::template(&kind.kind)) download { "表格模板" } "填好后" a href=(links::import(&kind.kind)) { "批量导入" } "。" }
                } @else { p { "有关单位报送后会显示在这里。" } }
            }
        }
    }
}

fn pager(asked: &Asked, page: &ViewPage, base: &str) -> Markup {
    let first = format!("{base}{}", links::query(&asked.pairs));
    html! {
        nav.pager aria-label="翻页" {
            @if asked.cursor.is_some() {
                a.btn href=(first) data-back { (icon("prev")) "上一页" }
                (swap(&first, "btn", html! { "第一页" }))
            }
            @if let Some(next) = &page.next { (swap(&asked.with(base, "cursor", next), "btn next", html! { "下一页" (icon("next")) })) }
        }
    }
}
