//! Code lists: browse, search, and suggestions for forms.

use crate::app::App;
use crate::error::PageError;
use crate::forms::widget::code_text;
use crate::icons::icon;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, posted, words};
use axum::extract::{Path, RawQuery, State};
use maud::{Markup, html};
use zhijian_kinds::{Code, CodeList};

/// Codes of a page.
const ROWS: usize = 200;
/// Suggestions of an input.
const SUGGESTED: usize = 12;

/// Reads `q` and `page`; anything else is refused.
fn asked(query: Option<&str>) -> Result<(String, usize), PageError> {
    let (mut q, mut page) = (String::new(), 1);
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        match name.as_str() {
            "q" => q = value.trim().to_owned(),
            "page" => page = value.parse().ok().filter(|p| *p > 0).ok_or_else(|| PageError::BadRequest("页码有误".into()))?,
            _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
        }
    }
    Ok((q, page))
}

fn list<'a>(app: &'a App, name: &str) -> Result<&'a CodeList, PageError> {
    app.catalogue().list(name).ok_or_else(|| PageError::NotFound(format!("没有代码表“{name}”")))
}

/// Status of a list: firm ones need no mark.
fn status(list: &CodeList) -> Markup {
    html! {
        @match list.status.as_str() {
            "unsourced" | "secondary" => span.state-badge.badge-look title="来源未经权威文本核实" { "未经核实" },
            "design" => span.state-badge.badge-plain title="本平台自编代码" { "自编" },
            _ => {}
        }
    }
}

/// `GET /codes`
pub async fn index(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let (q, _) = asked(query.as_deref())?;
    let lists: Vec<&CodeList> = app
        .catalogue()
        .codes
        .values()
        .map(AsRef::as_ref)
        .filter(|l| q.is_empty() || l.title.contains(&q) || l.name.eq_ignore_ascii_case(&q))
        .collect();
    let body = html! {
        (search("/codes", &q, "代码表名称"))
        div.table-wrap { table.list {
            thead { tr { th scope="col" { "代码表" } th scope="col" { "代号" } th.num scope="col" { "条目" } th scope="col" { "标准" } th scope="col" { "版本" } th scope="col" { "状态" } } }
            tbody { @for list in &lists {
                tr {
                    td data-label="代码表" { a.row-link href=(links::codes(&list.name)) { (list.title) } }
                    td data-label="代号" { code { (list.name) } }
                    td.num data-label="条目" { (list.codes.len()) }
                    td data-label="标准" { (list.standard) }
                    td data-label="版本" { (list.edition) }
                    td data-label="状态" { (status(list)) }
                }
            } }
        } }
        @if lists.is_empty() { div.empty-state { p.empty-title { "没有找到代码表" } p { a href="/codes" { "查看全部" } } } }
    };
    Ok(layout::page(&Frame { title: words::CODES, signed: Some(&signed), active: "/codes", ..Frame::new(&app) }, body))
}

fn search(action: &str, q: &str, hint: &str) -> Markup {
    html! {
        form.filters action=(action) method="get" {
            div.filter-search {
                label.visually-hidden for="codes-q" { "搜索" }
                (icon("search"))
                input.form-control #codes-q type="search" name="q" value=(q) placeholder=(hint);
                button.btn.btn-primary type="submit" { "查询" }
                @if !q.is_empty() { a.btn href=(action) { "清除" } }
            }
        }
    }
}

/// `GET /codes/{list}`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Markup, PageError> {
    let (q, page) = asked(query.as_deref())?;
    let list = list(&app, &name)?;
    let found: Vec<&Code> = list.search(&q).collect();
    let here: Vec<&&Code> = found.iter().skip((page - 1) * ROWS).take(ROWS).collect();
    let extra: Vec<(usize, &String)> =
        list.extra.iter().enumerate().filter(|(i, _)| here.iter().any(|c| c.more.get(*i).is_some_and(|m| !m.is_empty()))).collect();
    let dated = here.iter().any(|c| !c.valid_from.is_empty() || !c.valid_to.is_empty());
    let today = app.door.today();
    let address = links::codes(&list.name);
    let body = html! {
        section.card.about { dl {
            dt { "代号" } dd { code { (list.name) } " " (status(list)) }
            @if !list.standard.is_empty() { dt { "标准" } dd { (list.standard) @if !list.edition.is_empty() { " · " (list.edition) } } }
            @if !list.source.is_empty() { dt { "来源" } dd { (list.source) } }
        } }
        (search(&address, &q, "名称、代码、拼音首字母或 CAS 号"))
        p.list-count role="status" { "共 " strong { (found.len()) } " 条" }
        @if found.is_empty() { div.empty-state { p.empty-title { "没有找到“" (q) "”" } p { "可以换用代码、拼音首字母或 CAS 号。" } } } @else {
            div.table-wrap { table.list {
                thead { tr { th scope="col" { "代码" } th scope="col" { "名称" } th scope="col" { "同义写法" } @for (_, name) in &extra { th scope="col" { (column(name)) } } @if dated { th scope="col" { "有效期" } } th scope="col" { "备注" } } }
                tbody { @for code in &here {
                    tr class=[(!code.valid_on(&today)).then_some("withdrawn")] {
                        td data-label="代码" { code { (code.code) } }
                        th scope="row" data-label="名称" { (code.label) }
                        td.muted data-label="同义写法" { (code.synonyms.join("、")) }
                        @for (index, name) in &extra { td data-label=(column(name)) { (code.more.get(*index).map_or("", String::as_str)) } }
                        @if dated { td.date data-label="有效期" { (code.valid_from) @if !code.valid_from.is_empty() || !code.valid_to.is_empty() { " 至 " } (code.valid_to) @if !code.valid_on(&today) { span.state-badge.badge-quiet { "已停用" } } } }
                        td.muted data-label="备注" { (code.note) }
                    }
                } }
            } }
            (pager(&address, &q, page, found.len()))
        }
    };
    let frame = Frame {
        title: &list.title,
        signed: Some(&signed),
        active: "/codes",
        breadcrumbs: &[(words::CODES, "/codes".into())],
        ..Frame::new(&app)
    };
    Ok(layout::page(&frame, body))
}

fn pager(address: &str, q: &str, page: usize, total: usize) -> Markup {
    let to = |page: usize| format!("{address}{}", links::query(&[("q", q.to_owned()), ("page", page.to_string())]));
    html! {
        nav.pager aria-label="翻页" {
            @if page > 1 { a.btn href=(to(page - 1)) { (icon("prev")) "上一页" } }
            @if page * ROWS < total { a.btn.next href=(to(page + 1)) { "下一页" (icon("next")) } }
        }
    }
}

/// Titles of the further columns that lists use.
fn column(name: &str) -> &str {
    match name {
        "cas" => "CAS",
        "category" => "类别",
        "unit" => "单位",
        "value_type" => "结果类型",
        "canonical" => "基准单位",
        "factor" => "换算系数",
        other => other,
    }
}

/// `GET /codes/{list}/options?q=`: suggestions for an input.
pub async fn options(_: Signed, State(app): State<App>, Path(name): Path<String>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let (q, _) = asked(query.as_deref())?;
    let list = list(&app, &name)?;
    let today = app.door.today();
    let exact = |c: &&Code| c.code == q || c.label == q;
    let mut found: Vec<&Code> = list.search(&q).filter(|c| c.valid_on(&today)).take(200).collect();
    found.sort_by_key(|c| (!exact(c), !c.label.starts_with(&q), c.label.chars().count()));
    Ok(html! {
        @for code in found.into_iter().take(SUGGESTED) {
            li role="option" data-value=(code_text(list, &code.code, &today)) {
                span { (code.label) }
                small { (code.code) @if let Some(cas) = list.column(&code.code, "cas").filter(|c| !c.is_empty()) { " · CAS " (cas) } }
            }
        }
    })
}
