//! Global search: employers, persons and papers across all kinds, within what the caller may see.

use crate::app::App;
use crate::error::PageError;
use crate::icons::icon;
use crate::layout::{self, Frame};
use crate::pages::records::cells;
use crate::session::Signed;
use crate::{links, posted, words};
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::DoorError;
use zhijian_records::access::{self, Wish};
use zhijian_records::read::{ListRequest, ViewPage};

/// Rows of a kind.
const ROWS: u32 = 5;
/// Columns of a row.
const COLUMNS: usize = 4;

/// `GET /search?q=`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let mut q = String::new();
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        if name != "q" {
            return Err(PageError::BadRequest(format!("不认识查询参数“{name}”")));
        }
        value.trim().clone_into(&mut q);
    }
    let kinds = app.catalogue().kinds.values().filter(|k| !k.search.is_empty() && access::may(&signed.caller, k, Wish::Read));
    let request = ListRequest { search: q.clone(), limit: ROWS, ..ListRequest::default() };
    let found: Vec<(&Kind, ViewPage)> = if q.is_empty() {
        Vec::new()
    } else {
        let asked = kinds.map(|kind| {
            let (app, signed, request) = (&app, &signed, &request);
            async move { Ok::<_, DoorError>((kind.as_ref(), found_in(app.door.list(&signed.caller, &kind.kind, request).await)?)) }
        });
        futures::future::try_join_all(asked).await?.into_iter().filter(|(_, page)| !page.rows.is_empty()).collect()
    };
    let body = html! {
        form.filters action="/search" method="get" {
            div.filter-search {
                label.visually-hidden for="search-q" { "搜索" }
                (icon("search"))
                input.form-control #search-q type="search" name="q" value=(q) placeholder=(words::SEARCH_HINT) autofocus;
                button.btn.btn-primary type="submit" { "搜索" }
            }
        }
        @if q.is_empty() {
            div.empty-state { p.empty-title { "查找单位、人员和文书" } p { "可输入单位名称的一部分、统一社会信用代码、姓名、完整证件号或各类编号；几个词用空格分开。" } }
        } @else if found.is_empty() {
            div.empty-state { p.empty-title { "没有找到“" (q) "”" } p { "请核对写法；证件号须输入完整。只查找您有权查看的记录。" } }
        }
        @for (kind, page) in &found { (group(&app, kind, page, &q)) }
    };
    let title = if q.is_empty() { words::SEARCH.to_owned() } else { format!("搜索“{q}”") };
    Ok(layout::page(&Frame { title: &title, signed: Some(&signed), active: "/search", ..Frame::new(&app) }, body))
}

/// A kind whose search fields are not all shown to the caller cannot be searched by it, and then has no part in the answer.
///
/// # Errors
/// Everything else.
pub fn found_in(page: Result<ViewPage, DoorError>) -> Result<ViewPage, DoorError> {
    match page {
        Err(DoorError::BadRequest(_)) => Ok(ViewPage { rows: Vec::new(), next: None }),
        page => page,
    }
}

fn group(app: &App, kind: &Kind, page: &ViewPage, q: &str) -> Markup {
    let columns: Vec<&String> = kind.list.columns.iter().take(COLUMNS).collect();
    let all = format!("{}{}", links::list(&kind.kind), links::query(&[("q", q)]));
    html! {
        section.card.found {
            h2 { (kind.title) @if page.next.is_some() { a.quiet href=(all) { "查看全部" } } }
            div.table-wrap { table.list.small {
                thead { tr { @for column in &columns { th scope="col" class=(cells::class(kind, column)) { (cells::title(kind, column)) } } } }
                tbody { @for row in &page.rows {
                    tr { @for (index, column) in columns.iter().enumerate() {
                        td class=(cells::class(kind, column)) data-label=(cells::title(kind, column)) {
                            @if index == 0 { a.row-link href=(links::record(&kind.kind, &row.id)) { (cells::cell(app, kind, column, row)) } @if kind.kind == "employer" { " " a.quiet href=(crate::dossier::employer_file(&row.id)) { (crate::dossier::EMPLOYER) } } } @else { (cells::cell(app, kind, column, row)) }
                        }
                    } }
                } }
            } }
        }
    }
}
