//! `GET /plans/{plan}/tasks`: the plan's tasks by section with departments, milestones, progress, evidence; entering those that the plan's text names.

use super::store::{draft, text};
use super::{TASK, style, tasks_address};
use crate::app::App;
use crate::board::figures;
use crate::board::place::Territory;
use crate::error::PageError;
use crate::flash::Flash;
use crate::icons::icon;
use crate::layout::{self, Frame, token};
use crate::pages::records::cells;
use crate::posted::Posted;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::Value;
use std::collections::BTreeSet;
use zhijian_kinds::evaluation::PlanTasks;
use zhijian_kinds::{Kind, Plan};
use zhijian_records::access::{self, Wish};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View, display};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, DoorError};

/// Most tasks of a plan.
const MOST: u32 = 500;

/// Where the page stands.
struct Here<'a> {
    app: &'a App,
    plan: &'a Plan,
    kind: &'a Kind,
    node: String,
}

/// The page.
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let kind = app.door.kind(TASK)?;
    if !access::may(&signed.caller, &kind, Wish::Read) {
        return Err(PageError::NotAllowed("规划任务供行政管理、责任部门和领导小组查看".into()));
    }
    let asked = crate::posted::pairs(query.unwrap_or_default().as_bytes());
    let given = |name: &str| asked.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let plan = figures::plan(&app, &name)?;
    let node = super::node(&Territory::of(&app, &signed.caller)?, plan, given("region"))?;
    let here = Here { app: &app, plan, kind: &kind, node };
    let all = tasks(&here, &signed.caller).await?;
    let (leader, status) = (given("leader"), given("status"));
    let shown: Vec<&View> =
        all.iter().filter(|v| (leader.is_empty() || text(v, "leader") == leader) && (status.is_empty() || v.state == status)).collect();
    let body = html! {
        (style())
        (Flash::of(&headers).notice())
        p.lead { "规划正文的任务：章节、责任部门、节点、凭据和进度；打开任务即可填报进展。" }
        (enter_card(&here, &signed, &all))
        (summary(&here, &all))
        (filter(&here, &all, leader, status))
        @if shown.is_empty() {
            div.empty-state { p.empty-title { @if all.is_empty() { "还没有登记任务" } @else { "没有符合条件的任务" } } @if !all.is_empty() { p.muted { a href=(tasks_address(&plan.plan)) { "查看全部" } } } }
        } @else { (sections(&here, &shown)) }
    };
    let crumbs = [(words::BOARD, "/plans".to_owned()), (plan.title.as_str(), format!("/plans/{}", plan.plan))];
    let actions = html! {
        a.btn href=(links::list(TASK)) { (icon("export")) "列表与导出" }
        @if access::may(&signed.caller, &kind, Wish::File) { a.btn href=(links::new(TASK)) { "新增任务" } }
        a.btn href=(links::help(TASK)) { (icon("help")) "说明" }
    };
    let frame = Frame { title: "规划任务", signed: Some(&signed), active: "/plans", breadcrumbs: &crumbs, actions, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

async fn tasks(here: &Here<'_>, caller: &Caller) -> Result<Vec<View>, DoorError> {
    let request = ListRequest {
        filters: vec![("plan".into(), Op::Eq, here.plan.plan.clone()), ("county".into(), Op::Eq, here.node.clone())],
        sort: Some("task_no".into()),
        limit: MOST,
        ..ListRequest::default()
    };
    Ok(here.app.door.list(caller, TASK, &request).await?.rows)
}

/// Tasks of the plan's text that are not registered.
fn missing<'a>(
    defined: &'a PlanTasks,
    all: &[View],
) -> Vec<(String, &'a zhijian_kinds::evaluation::TaskSection, &'a zhijian_kinds::evaluation::TaskDef)> {
    let there: BTreeSet<&str> = all.iter().map(|v| text(v, "task_no")).collect();
    defined.all().filter(|(no, _, _)| !there.contains(no.as_str())).collect()
}

fn enter_card(here: &Here<'_>, signed: &Signed, all: &[View]) -> Markup {
    let Some(defined) = here.app.catalogue().plan_tasks.get(&here.plan.plan) else { return Markup::default() };
    let open = missing(defined, all).len();
    html! {
        @if open > 0 && access::may(&signed.caller, here.kind, Wish::File) {
            section.card {
                h2 { "列入规划任务" }
                p { (defined.source) " 的 " (open) " 项任务还没有登记。" @if !defined.departments_note.is_empty() { (defined.departments_note) "。" } }
                form method="post" action=(tasks_address(&here.plan.plan)) data-once {
                    (token(signed))
                    input type="hidden" name="region" value=(here.node);
                    button.btn.btn-primary type="submit" { "列入这 " (open) " 项任务" }
                }
            }
        }
    }
}

fn progress_of(view: &View) -> i64 {
    view.data.get("progress").and_then(Value::as_i64).unwrap_or_default()
}

fn summary(here: &Here<'_>, all: &[View]) -> Markup {
    let states = here.kind.states.as_ref().map(|s| s.list.as_slice()).unwrap_or_default();
    let counted: Vec<&View> = all.iter().filter(|v| v.state != "dropped").collect();
    let mean = if counted.is_empty() {
        0
    } else {
        counted.iter().map(|v| progress_of(v)).sum::<i64>() / i64::try_from(counted.len()).unwrap_or(1)
    };
    html! {
        @if !all.is_empty() {
            ul.board-summary {
                @for state in states { @let n = all.iter().filter(|v| v.state == state.code).count(); @if n > 0 { li { (cells::state(here.kind, &state.code)) " " strong { (n) } " 项" } } }
                li { "平均进度 " strong { (mean) " %" } }
            }
        }
    }
}

fn filter(here: &Here<'_>, all: &[View], leader: &str, status: &str) -> Markup {
    let leaders: BTreeSet<&str> = all.iter().map(|v| text(v, "leader")).filter(|l| !l.is_empty()).collect();
    let label = |code: &str| here.app.catalogue().list("PLANDEPT").map_or(code, |l| l.label(code)).to_owned();
    let states = here.kind.states.as_ref().map(|s| s.list.as_slice()).unwrap_or_default();
    html! {
        @if !all.is_empty() {
            form.board-switch method="get" action=(tasks_address(&here.plan.plan)) role="search" aria-label="筛选" {
                input type="hidden" name="region" value=(here.node);
                label { span { "牵头部门" } select.form-select name="leader" { option value="" { "全部" } @for code in leaders { option value=(code) selected[code == leader] { (label(code)) } } } }
                label { span { "状态" } select.form-select name="status" { option value="" { "全部" } @for state in states { option value=(state.code) selected[state.code == status] { (state.title) } } } }
                button.btn type="submit" { "筛选" }
            }
        }
    }
}

fn sections(here: &Here<'_>, rows: &[&View]) -> Markup {
    let mut headings: Vec<&str> = Vec::new();
    for view in rows {
        if !headings.contains(&text(view, "section")) {
            headings.push(text(view, "section"));
        }
    }
    html! {
        @for heading in headings {
            section.task-section {
                h2 { (heading) }
                div.table-wrap {
                    table.list.small.task-table {
                        thead { tr { th scope="col" { "编号" } th scope="col" { "任务" } th scope="col" { "责任部门" } th scope="col" { "节点" } th scope="col" { "进度" } th scope="col" { "状态" } th scope="col" { "凭据" } } }
                        tbody { @for view in rows.iter().filter(|v| text(v, "section") == heading) { (line(here, view)) } }
                    }
                }
            }
        }
    }
}

fn line(here: &Here<'_>, view: &View) -> Markup {
    let said = |name: &str| display(here.app.catalogue(), here.kind, name, &view.data);
    let progress = progress_of(view);
    let place = [said("source"), said("box")].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    html! {
        tr {
            td.nowrap data-label="编号" { (said("task_no")) }
            th scope="row" data-label="任务" { a.row-link href=(links::record(TASK, &view.id)) { (said("task")) } @if !place.is_empty() { div.muted.board-small { (place) } } }
            td data-label="责任部门" { (said("departments")) @if !said("departments_basis").is_empty() { div.muted.board-small { (said("departments_basis")) } } }
            td data-label="节点" { (said("due_year")) @if !said("milestone").is_empty() { div.board-small { (said("milestone")) } } }
            td.nowrap data-label="进度" { span { progress max="100" value=(progress) aria-label={(said("task")) "进度"} {} " " (progress) " %" } }
            td.state data-label="状态" { (cells::state(here.kind, &view.state)) }
            td data-label="凭据" { (said("evidence")) }
        }
    }
}

/// `POST /plans/{plan}/tasks`: registers the tasks that the plan's text names and that are not there yet.
pub async fn enter(State(app): State<App>, Path(name): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let kind = app.door.kind(TASK)?;
    let caller = &posted.signed.caller;
    if !access::may(caller, &kind, Wish::File) {
        return Err(PageError::NotAllowed("您的角色不能列入规划任务".into()));
    }
    let plan = figures::plan(&app, &name)?;
    let node = super::node(&Territory::of(&app, caller)?, plan, posted.get("region"))?;
    let Some(defined) = app.catalogue().plan_tasks.get(&plan.plan) else {
        return Err(PageError::NotFound("平台没有这部规划的任务清单，请逐项新增".into()));
    };
    let here = Here { app: &app, plan, kind: &kind, node };
    let all = tasks(&here, caller).await?;
    let open = missing(defined, &all);
    for (no, section, task) in &open {
        let given = draft([
            ("plan", plan.plan.clone().into()),
            ("county", here.node.clone().into()),
            ("task_no", no.clone().into()),
            ("section", section.title.clone().into()),
            ("task", task.task.clone().into()),
            ("box", task.boxed.clone().into()),
            ("source", task.source(section).into()),
            ("quote", task.quote.clone().into()),
            ("departments_basis", task.basis().into()),
            ("milestone", task.milestone.clone().into()),
            ("departments", task.departments.clone().into()),
            ("leader", task.departments.first().cloned().into()),
            ("indicators", task.indicators.clone().into()),
            ("due_year", task.due_year.unwrap_or(defined.due_year).into()),
            ("progress", 0.into()),
            ("entered_on", app.door.today().into()),
        ]);
        match app.door.submit(caller, TASK, &given, Entry { source: "web", reason: "列入规划任务", idempotency: None }).await {
            // Somebody was faster; it is there.
            Ok(_) | Err(DoorError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let said = format!("已列入 {} 项任务。", open.len());
    let back = format!("{}{}", tasks_address(&plan.plan), links::query(&[("region", here.node.as_str())]));
    Ok(([(header::SET_COOKIE, Flash::done(&said).cookie())], Redirect::to(&back)).into_response())
}
