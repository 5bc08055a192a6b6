//! The candidates of a kind, and the merges that were made.

use super::{PAGE, TITLE, compare, kinds, undo};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame};
use crate::pages::records::cells;
use crate::posted::pairs;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::DoorError;
use zhijian_records::merge::{Candidate, Found};

/// Pairs of a page.
const PAIRS: usize = 30;

/// `GET /duplicates?kind=…&page=…`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, PageError> {
    let kinds = kinds(&app, &signed);
    if kinds.is_empty() {
        return Err(DoorError::NotAllowed { kind: TITLE.into() }.into());
    }
    let asked = pairs(query.unwrap_or_default().as_bytes());
    let given = |name: &str| asked.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let kind = kinds.iter().find(|k| k.kind == given("kind")).or(kinds.first()).copied().ok_or(DoorError::NotFound)?;
    let page: usize = given("page").parse().unwrap_or(1).max(1);
    let found = app.door.duplicates(&signed.caller, &kind.kind).await?;
    let flash = Flash::of(&headers);
    let mut rows = Vec::new();
    for pair in found.pairs.iter().skip((page - 1) * PAIRS).take(PAIRS) {
        rows.push((pair, name(&app, &signed, kind, &pair.one).await, name(&app, &signed, kind, &pair.other).await));
    }
    let mut merged = Vec::new();
    for (survivor, m) in found.merged.iter().take(PAIRS) {
        merged.push((survivor, m, name(&app, &signed, kind, survivor).await));
    }
    let body = html! {
        (flash.notice())
        nav.tabs aria-label="表单" { @for k in &kinds { a.btn.btn-sm href={(PAGE) "?kind=" (k.kind)} aria-current=[(k.kind == kind.kind).then_some("page")] { (k.title) } } }
        (about(&found))
        section.card {
            h2 { "待核对 " (found.pairs.len()) " 对" }
            @if rows.is_empty() { div.empty-state { p.empty-title { "没有发现疑似重复的记录" } p.muted { "同名、信用代码或证件号相近、地址相同的记录会列在这里。" } } }
            @else { (table(kind, &rows)) (pager(kind, page, found.pairs.len())) }
        }
        @if !merged.is_empty() {
            section.card {
                h2 { "已合并" }
                div.table-wrap { table.list.small {
                    thead { tr { th scope="col" { "存续的记录" } th scope="col" { "原因" } th scope="col" { "合并" } th scope="col" { "操作" } } }
                    tbody { @for (survivor, m, name) in &merged { tr {
                        td data-label="存续的记录" { a href=(links::record(&kind.kind, survivor)) { (name) } }
                        td data-label="原因" { (m.reason) }
                        td data-label="合并" { (m.by) " · " span.date { (words::moment(m.at)) } }
                        td data-label="操作" { a.btn.btn-sm href=(undo(&kind.kind, &m.id)) { "撤销…" } }
                    } } }
                } }
            }
        }
    };
    let frame = Frame { title: TITLE, signed: Some(&signed), active: PAGE, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn about(found: &Found) -> Markup {
    html! {
        p.lead { "在您可以作废的 " (words::count(found.looked as u64)) " 条记录中比对得出，只是提示，合并由人决定。证件号只比对、不显示。"
            @if found.more { strong { "记录太多，只比对了前 " (words::count(found.looked as u64)) " 条。" } } }
    }
}

/// What a record is called.
async fn name(app: &App, signed: &Signed, kind: &Kind, id: &str) -> String {
    match app.door.open(&signed.caller, &kind.kind, id, None).await {
        Ok(view) => cells::name(app, kind, &view.data),
        Err(_) => id.to_owned(),
    }
}

fn table(kind: &Kind, rows: &[(&Candidate, String, String)]) -> Markup {
    html! {
        div.table-wrap { table.list {
            thead { tr { th scope="col" { "先登记" } th scope="col" { "后登记" } th scope="col" { "为什么" } th scope="col" { "操作" } } }
            tbody { @for (pair, one, other) in rows { tr {
                td data-label="先登记" { a href=(links::record(&kind.kind, &pair.one)) { (one) } }
                td data-label="后登记" { a href=(links::record(&kind.kind, &pair.other)) { (other) } }
                td data-label="为什么" { @for why in &pair.why { span.badge-action { (why.title()) } " " } }
                td data-label="操作" { a.btn.btn-sm href=(compare(&kind.kind, &pair.one, &pair.other)) { "比较…" } }
            } } }
        } }
    }
}

fn pager(kind: &Kind, page: usize, all: usize) -> Markup {
    let last = all.div_ceil(PAIRS);
    let to = |page: usize| format!("{PAGE}{}", links::query(&[("kind", kind.kind.clone()), ("page", page.to_string())]));
    html! {
        @if last > 1 {
            nav.pager aria-label="分页" {
                @if page > 1 { a.btn.btn-sm href=(to(page - 1)) { "上一页" } }
                span.muted { " 第 " (page) "/" (last) " 页 " }
                @if page < last { a.btn.btn-sm href=(to(page + 1)) { "下一页" } }
            }
        }
    }
}
