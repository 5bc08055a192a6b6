//! `GET /evaluations/compare?a=…&b=…`: two evaluations side by side.

use super::content::Figure;
use super::store::{self, Evaluation};
use super::{PAGE, TITLE, address, allow, compute, figure_address, light, style};
use crate::app::App;
use crate::board::export;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_exchange::write::{Cell, Table};
use zhijian_records::port::Action;

/// An indicator in both.
struct Pair<'a> {
    code: &'a str,
    name: &'a str,
    a: Option<&'a Figure>,
    b: Option<&'a Figure>,
}

/// The page, or its table as a file.
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    allow(&app, &signed)?;
    let asked = crate::posted::pairs(query.unwrap_or_default().as_bytes());
    let given = |name: &str| asked.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let (a, b) = (given("a"), given("b"));
    if a.is_empty() || b.is_empty() {
        return Err(PageError::BadRequest("请在评估列表中选择要比较的甲、乙两次评估".into()));
    }
    if a == b {
        return Err(PageError::BadRequest("甲、乙是同一次评估，请选择两次不同的评估".into()));
    }
    let (one, two) = (store::open(&app, &signed.caller, a).await?, store::open(&app, &signed.caller, b).await?);
    let pairs = paired(&one, &two)?;
    let (first, second) = (store::name(&app, &one.view), store::name(&app, &two.view));
    if given("format") == "xlsx" {
        app.door.note(&signed.caller, Action::Export, "evaluation", "", &format!("比较评估 {a} {b}"), "web").await?;
        return export::file(&sheet(&pairs, &first, &second), "xlsx");
    }
    let body = html! {
        (style())
        p.lead { "甲：" a href=(address(a)) { (one.text("plan_title")) " " (first) } "（" (place(&app, &one)) "）；乙：" a href=(address(b)) { (two.text("plan_title")) " " (second) } "（" (place(&app, &two)) "）" }
        @if one.text("plan") != two.text("plan") { div.notice.notice-warning { "两次评估不是同一部规划，只列两者都有的或其中一个有的指标。" } }
        div.table-wrap {
            table.list.board-table {
                caption.visually-hidden { "两次评估比较" }
                thead { tr {
                    th scope="col" { "指标" } th.num scope="col" { "甲：" (first) } th scope="col" { "状态" } th.num scope="col" { "乙：" (second) } th scope="col" { "状态" } th.num scope="col" { "变化（乙比甲）" }
                } }
                tbody {
                    @for pair in &pairs {
                        tr {
                            th scope="row" data-label="指标" { (pair.name) " " span.muted.board-small { (pair.code) } }
                            (cell(a, pair.a, "甲"))
                            (cell(b, pair.b, "乙"))
                            td.num data-label="变化" { (change(pair)) }
                        }
                    }
                }
            }
        }
    };
    let file = format!("/evaluations/compare{}", links::query(&[("a", a), ("b", b), ("format", "xlsx")]));
    let actions = html! { a.btn href=(file) download { "导出 Excel" } };
    let crumbs = [(TITLE, PAGE.to_owned())];
    let frame =
        Frame { title: "比较两次评估", signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, actions, ..Frame::new(&app) };
    Ok(layout::page(&frame, body).into_response())
}

fn place<'a>(app: &'a App, evaluation: &'a Evaluation) -> &'a str {
    app.catalogue().regions.name(evaluation.text("county"))
}

fn paired<'a>(one: &'a Evaluation, two: &'a Evaluation) -> Result<Vec<Pair<'a>>, PageError> {
    let rows = |e: &'a Evaluation| {
        e.figures.as_ref().map(|f| f.rows.as_slice()).ok_or_else(|| PageError::BadRequest("其中一次评估还没有数值".into()))
    };
    let (left, right) = (rows(one)?, rows(two)?);
    let mut pairs: Vec<Pair<'a>> =
        left.iter().map(|a| Pair { code: &a.code, name: &a.name, a: Some(a), b: right.iter().find(|b| b.code == a.code) }).collect();
    let rest = right.iter().filter(|b| left.iter().all(|a| a.code != b.code));
    pairs.extend(rest.map(|b| Pair { code: &b.code, name: &b.name, a: None, b: Some(b) }));
    Ok(pairs)
}

fn cell(id: &str, row: Option<&Figure>, side: &str) -> Markup {
    html! {
        @match row {
            Some(row) => {
                td.num data-label=(side) { a href=(figure_address(id, &row.code)) { (row.shown) } }
                td data-label="状态" { (light(&row.status)) }
            }
            None => { td.num data-label=(side) { (words::NONE) } td data-label="状态" { (words::NONE) } }
        }
    }
}

fn change(pair: &Pair<'_>) -> String {
    let said = pair.b.map(|b| compute::changed(b, pair.a.and_then(|a| a.value))).unwrap_or_default();
    if said.is_empty() { words::NONE.to_owned() } else { said }
}

fn sheet(pairs: &[Pair<'_>], first: &str, second: &str) -> Table<String> {
    let shown = |row: Option<&Figure>| row.map_or_else(String::new, |r| r.shown.clone());
    let status = |row: Option<&Figure>| row.map_or_else(String::new, |r| r.status.clone());
    Table {
        title: format!("{first}与{second}比较"),
        notes: Vec::new(),
        columns: vec![
            ("指标代码".into(), 10),
            ("指标".into(), 44),
            (format!("甲：{first}"), 18),
            ("状态".into(), 10),
            (format!("乙：{second}"), 18),
            ("状态".into(), 10),
            ("变化".into(), 24),
            ("甲（未取整）".into(), 16),
            ("乙（未取整）".into(), 16),
        ],
        rows: pairs
            .iter()
            .map(|p| {
                vec![
                    p.code.into(),
                    p.name.into(),
                    shown(p.a).into(),
                    status(p.a).into(),
                    shown(p.b).into(),
                    status(p.b).into(),
                    change(p).into(),
                    Cell::number(p.a.and_then(|r| r.value)),
                    Cell::number(p.b.and_then(|r| r.value)),
                ]
            })
            .collect(),
    }
}
