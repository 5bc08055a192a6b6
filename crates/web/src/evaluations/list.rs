//! `GET /evaluations`: all evaluations, and the form that starts one.

use super::{KIND, PAGE, TITLE, address, allow, store, style, works};
use crate::app::App;
use crate::board::figures;
use crate::board::place::Territory;
use crate::error::PageError;
use crate::flash::Flash;
use crate::icons::icon;
use crate::layout::{self, Frame};
use crate::pages::records::cells;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_kinds::{Kind, Plan};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};

/// Rows of a page.
const ROWS: u32 = 50;
/// Fields by which the list is narrowed.
const FILTERS: [&str; 4] = ["plan", "year", "evaluation_kind", "status"];

/// The page.
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, PageError> {
    allow(&app, &signed)?;
    let asked = crate::posted::pairs(query.unwrap_or_default().as_bytes());
    let given = |name: &str| asked.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let kind = app.door.kind(KIND)?;
    let request = ListRequest {
        filters: FILTERS.iter().filter(|f| !given(f).is_empty()).map(|f| ((*f).to_owned(), Op::Eq, given(f).to_owned())).collect(),
        sort: Some("-started_on".into()),
        cursor: Some(given("after").to_owned()).filter(|c| !c.is_empty()),
        limit: ROWS,
        ..ListRequest::default()
    };
    let page = app.door.list(&signed.caller, KIND, &request).await?;
    let narrowed = FILTERS.iter().any(|f| !given(f).is_empty());
    let next = page.next.as_ref().map(|cursor| {
        let mut pairs: Vec<(&str, &str)> = FILTERS.iter().map(|f| (*f, given(f))).filter(|(_, v)| !v.is_empty()).collect();
        pairs.push(("after", cursor));
        format!("{PAGE}{}", links::query(&pairs))
    });
    let starts = if works(&app, &signed) { start_form(&app, &signed).await? } else { Markup::default() };
    let body = html! {
        (style())
        (Flash::of(&headers).notice())
        p.lead { "规划的年度、中期（2023年）和终期（2025年）评估：数值一次算出，定稿后不再变；报告中的每张图表都标明在哪里打开。" }
        (starts)
        (plans(&app, &signed))
        (filter(&app, &kind, &asked))
        @if page.rows.is_empty() {
            div.empty-state {
                p.empty-title { @if narrowed { "没有符合条件的评估" } @else { "还没有评估" } }
                p.muted { @if narrowed { a href=(PAGE) { "查看全部" } } @else { "由卫生健康行政部门在上方发起。" } }
            }
        } @else {
            (table(&app, &kind, &page.rows))
            nav.pager aria-label="翻页" {
                @if !given("after").is_empty() { a.btn href=(PAGE) { "回到第一页" } }
                @if let Some(next) = next { a.btn href=(next) { "下一页" } }
            }
        }
    };
    let actions = html! {
        a.btn href=(links::list(KIND)) { (icon("export")) "列表与导出" }
        a.btn href=(links::help(KIND)) { (icon("help")) "说明" }
    };
    let crumbs = [(words::BOARD, "/plans".to_owned())];
    let frame = Frame { title: TITLE, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, actions, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

/// Tasks and targets of the caller's plans.
fn plans(app: &App, signed: &Signed) -> Markup {
    let Ok(territory) = Territory::of(app, &signed.caller) else { return Markup::default() };
    html! {
        ul.plan-links {
            @for plan in app.catalogue().plans.values().filter(|plan| territory.node_of(plan).is_some()) {
                li { span { (plan.title) } a href=(super::tasks_address(&plan.plan)) { "规划任务" } a href={"/plans/" (plan.plan) "/targets"} { "目标分解与动态监测" } a href={"/plans/" (plan.plan)} { (words::BOARD) } }
            }
        }
    }
}

/// Plan, year, kind: one button.
async fn start_form(app: &App, signed: &Signed) -> Result<Markup, PageError> {
    let territory = Territory::of(app, &signed.caller)?;
    let plans: Vec<&Plan> = app.catalogue().plans.values().filter(|plan| territory.node_of(plan).is_some()).collect();
    let newest = figures::newest_year(app).await?;
    let kinds = app.catalogue().list("EVALKIND").map(|list| list.codes.as_slice()).unwrap_or_default();
    Ok(html! {
        section.card {
            h2 { "发起评估" }
            @if plans.is_empty() { p.muted { "您的辖区没有规划。" } } @else {
                form.board-switch.evaluation-start method="post" action=(PAGE) data-once {
                    (layout::token(signed))
                    label { span { "规划" } select.form-select name="plan" required { @for plan in &plans { option value=(plan.plan) { (plan.title) } } } }
                    label { span { "年度" } select.form-select name="year" { @for year in figures::years(app).rev() { option value=(year) selected[year == newest] { (year) } } } }
                    label { span { "类别" } select.form-select name="evaluation_kind" { @for code in kinds { option value=(code.code) selected[code.code == "midterm"] { (code.label) } } } }
                    label title="不填为全年；年度未结束的按生成当天" { span { "数据截止日（可不填）" } input.form-control type="date" name="as_of"; }
                    label title="只按这一天结束时已入库的数据计算；不填为现在" { span { "入库截至（可不填）" } input.form-control type="date" name="known_at"; }
                    button.btn.btn-primary type="submit" { "发起并计算" }
                }
                p.hint { "设定截止日或入库截至时，涉及个人健康的指标不列数值（两个时点之差会暴露个案）。" }
            }
        }
    })
}

fn filter(app: &App, kind: &Kind, asked: &[(String, String)]) -> Markup {
    let given = |name: &str| asked.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let kinds = app.catalogue().list("EVALKIND").map(|list| list.codes.as_slice()).unwrap_or_default();
    let states = kind.states.as_ref().map(|s| s.list.as_slice()).unwrap_or_default();
    html! {
        form.board-switch method="get" action=(PAGE) role="search" aria-label="筛选" {
            label { span { "规划" } select.form-select name="plan" { option value="" { "全部" } @for plan in app.catalogue().plans.values() { option value=(plan.plan) selected[given("plan") == plan.plan] { (plan.title) } } } }
            label { span { "年度" } select.form-select name="year" { option value="" { "全部" } @for year in figures::years(app).rev() { option value=(year) selected[given("year") == year.to_string()] { (year) } } } }
            label { span { "类别" } select.form-select name="evaluation_kind" { option value="" { "全部" } @for code in kinds { option value=(code.code) selected[given("evaluation_kind") == code.code] { (code.label) } } } }
            label { span { "状态" } select.form-select name="status" { option value="" { "全部" } @for state in states { option value=(state.code) selected[given("status") == state.code] { (state.title) } } } }
            button.btn type="submit" { "筛选" }
        }
    }
}

fn table(app: &App, kind: &Kind, rows: &[View]) -> Markup {
    html! {
        form method="get" action="/evaluations/compare" {
            div.table-wrap {
                table.list {
                    caption.visually-hidden { "规划评估" }
                    thead { tr {
                        th scope="col" { "评估" } th scope="col" { "规划" } th scope="col" { "地区" } th.date scope="col" { "发起日期" } th scope="col" { "状态" } th scope="col" { "比较" }
                    } }
                    tbody {
                        @for view in rows {
                            tr {
                                th scope="row" data-label="评估" { a.row-link href=(address(&view.id)) { (store::name(app, view)) } }
                                td data-label="规划" { (store::text(view, "plan_title")) }
                                td data-label="地区" { (app.catalogue().regions.name(store::text(view, "county"))) }
                                td.date data-label="发起日期" { (store::text(view, "started_on")) }
                                td.state data-label="状态" { (cells::state(kind, &view.state)) }
                                td data-label="比较" {
                                    @let name = store::name(app, view);
                                    label.compare-pick { input type="radio" name="a" value=(view.id) aria-label={"以“" (name) "”为甲"}; "甲" }
                                    label.compare-pick { input type="radio" name="b" value=(view.id) aria-label={"以“" (name) "”为乙"}; "乙" }
                                }
                            }
                        }
                    }
                }
            }
            @if rows.len() > 1 { p.compare-go { button.btn type="submit" { "比较所选的甲、乙两次评估" } } }
        }
    }
}
