//! One bulk action: the question before it, its progress, what became of each row.

use super::{address, own};
use crate::actions::{self, Action};
use crate::app::App;
use crate::error::PageError;
use crate::forms::filled::Filled;
use crate::forms::input::{Form, field};
use crate::layout::{self, Frame, token};
use crate::pages::records::{cells, reveal};
use crate::posted::pairs;
use crate::session::Signed;
use crate::{download, links, words};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use std::collections::BTreeMap;
use zhijian_exchange::write::{Cell, Table};
use zhijian_kinds::kind::Transition;
use zhijian_kinds::{Field, Kind, Problem};
use zhijian_records::access::{self, Wish};
use zhijian_records::many::Chosen;
use zhijian_records::port::Job;

/// Rows of a page of results.
const ROWS: usize = 50;

/// `GET /actions/{job}?deed=…&page=…`
pub async fn show(signed: Signed, State(app): State<App>, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let job = own(&app, &signed, &id).await?;
    let action = actions::read(&job);
    let asked = pairs(query.unwrap_or_default().as_bytes());
    let given = |name: &str| asked.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    if job.state == "chosen" {
        return Ok(ask(&app, &signed, &job, &action, given("deed"), &Filled::default(), &[]));
    }
    let page: usize = given("page").parse().unwrap_or(1).max(1);
    let going = actions::running(&id);
    let mut rows = Vec::new();
    for (at, row) in action.rows.iter().enumerate().skip((page - 1) * ROWS).take(ROWS) {
        rows.push((at, row, name(&app, &signed, &row.kind, &row.id).await));
    }
    let here = address(&id);
    let body = html! {
        section #job aria-live="polite" hx-get=[going.then_some(&here)] hx-trigger=[going.then_some("every 1s")] hx-select=[going.then_some("#job")] hx-swap=[going.then_some("outerHTML")] {
            (head(&signed, &job, &action, going))
            div.table-wrap { table.list.small {
                thead { tr { th scope="col" { "记录" } th scope="col" { "结果" } th scope="col" { "原因" } } }
                tbody { @for (at, row, name) in &rows { tr {
                    td data-label="记录" { a href=(links::record(&row.kind, &row.id)) { (name) } }
                    @match action.ends.get(*at) {
                        None => { td data-label="结果" { span.muted { "未办理" } } td data-label="原因" {} }
                        Some(end) if end.done => { td data-label="结果" { span class="state-badge badge-ok" { "已办理" } } td data-label="原因" { (end.message) } }
                        Some(end) => { td data-label="结果" { span class="state-badge badge-stop" { "未通过" } } td data-label="原因" { (end.message) } }
                    }
                } } }
            } }
            (pager(&here, page, action.rows.len()))
        }
    };
    let title = format!("批量办理：{}", action.title);
    Ok(layout::page(
        &Frame {
            title: &title, signed: Some(&signed), active: "", breadcrumbs: &[("返回列表", action.from.clone())], ..Frame::new(&app)
        },
        body,
    ))
}

fn head(signed: &Signed, job: &Job, action: &Action, going: bool) -> Markup {
    let (all, ended, done) = (action.rows.len(), action.ends.len(), action.done());
    let here = address(&job.id);
    let (word, tone) = match job.state.as_str() {
        _ if going => ("进行中", "badge-going"),
        "done" => ("完成", "badge-ok"),
        "cancelled" => ("已取消", "badge-quiet"),
        "running" => ("已中断", "badge-look"),
        _ => ("失败", "badge-stop"),
    };
    html! {
        div.job-head {
            span class={"state-badge " (tone)} { (word) }
            span { "共 " (all) " 条，已办理 " strong { (done) } "，未通过 " strong { (ended - done) } @if ended < all { "，未处理 " (all - ended) } }
            @if going { form method="post" action={(here) "/cancel"} { (token(signed)) button.btn.btn-sm type="submit" { "取消" } } }
            a.btn.btn-sm href={(here) "/result.csv"} download { "下载结果" }
        }
        @if going { div.progress-line { progress max=(all) value=(ended) aria-label="办理进度" {} span { (ended) " / " (all) } } noscript { p { a href=(here) { "刷新进度" } } } }
        @if !action.error.is_empty() { div.notice.notice-error { "办理中止：" (action.error) "。已办理的保留。" } }
        @if !going && ended < all && action.deed.is_some() {
            form method="post" action={(here) "/continue"} data-once { (token(signed)) button.btn.btn-primary type="submit" { "继续办理其余 " (all - ended) " 条" } }
        }
    }
}

fn pager(here: &str, page: usize, all: usize) -> Markup {
    let last = all.div_ceil(ROWS);
    html! {
        @if last > 1 {
            nav.pager aria-label="翻页" {
                @if page > 1 { a.btn href={(here) "?page=" (page - 1)} { "上一页" } }
                span.muted { "第 " (page) "/" (last) " 页" }
                @if page < last { a.btn href={(here) "?page=" (page + 1)} { "下一页" } }
            }
        }
    }
}

/// What a record is called, when it is still seen.
async fn name(app: &App, signed: &Signed, kind: &str, id: &str) -> String {
    let Some(kind) = app.catalogue().kind(kind) else { return id.to_owned() };
    match app.door.open(&signed.caller, &kind.kind, id, None).await {
        Ok(view) => format!("{} · {}", kind.title, cells::name(app, kind, &view.data)),
        Err(_) => format!("{} · {id}", kind.title),
    }
}

/// Numbers of the chosen rows by kind.
fn kinds<'a>(app: &'a App, action: &Action) -> Vec<(&'a Kind, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &action.rows {
        *counts.entry(&row.kind).or_default() += 1;
    }
    counts.into_iter().filter_map(|(kind, n)| Some((app.catalogue().kind(kind)?.as_ref(), n))).collect()
}

/// The step of a choice `kind:step`, when it is the caller's.
pub(super) fn step<'a>(app: &'a App, signed: &Signed, action: &Action, deed: &str) -> Option<(&'a Kind, &'a Transition)> {
    let (kind, step) = deed.split_once(':')?;
    let (kind, _) = kinds(app, action).into_iter().find(|(k, _)| k.kind == kind)?;
    steps(signed, kind).find(|s| s.id == step).map(|step| (kind, step))
}

fn steps<'a>(signed: &Signed, kind: &'a Kind) -> impl Iterator<Item = &'a Transition> {
    let may = access::may(&signed.caller, kind, Wish::Advance);
    kind.transitions.iter().filter(move |t| may && signed.caller.has_any(&t.roles))
}

/// What is to be done with the chosen rows.
pub(super) fn ask(app: &App, signed: &Signed, job: &Job, action: &Action, deed: &str, filled: &Filled, problems: &[Problem]) -> Markup {
    let kinds = kinds(app, action);
    let here = address(&job.id);
    let chosen = step(app, signed, action, deed);
    let body = html! {
        p.lead { "已选 " strong { (action.rows.len()) } " 条：" @for (n, (kind, count)) in kinds.iter().enumerate() { @if n > 0 { "、" } (kind.title) " " (count) " 条" }
            @if action.more { strong { "。一次最多 " (actions::MOST) " 条，其余请办完后再选。" } } }
        p.muted { "每条记录都按单条办理时的同样规则检查；选中之后被他人修改过的不办理。" }
        @if let Some((kind, step)) = chosen {
            (step_form(app, signed, &here, kind, step, filled, problems))
        } @else {
            section.card {
                h2 { "办理" }
                @for (kind, _) in &kinds {
                    @let steps: Vec<&Transition> = steps(signed, kind).collect();
                    @if !steps.is_empty() {
                        h3 { (kind.title) }
                        div.buttons { @for step in steps { a.btn href={(here) (links::query(&[("deed", format!("{}:{}", kind.kind, step.id))]))} { (step.title) "…" } } }
                    }
                }
                @if kinds.iter().all(|(kind, _)| steps(signed, kind).next().is_none()) { p.muted { "您的角色对所选记录没有办理步骤。" } }
            }
            @if signed.oversees(app) { (assign_form(signed, &here)) }
            (export_forms(app, signed, &here, &kinds))
        }
        p { a.btn href=(action.from) { "返回列表" } }
    };
    layout::page(
        &Frame {
            title: "批量办理",
            signed: Some(signed),
            active: "",
            breadcrumbs: &[("返回列表", action.from.clone())],
            ..Frame::new(app)
        },
        body,
    )
}

fn step_form(app: &App, signed: &Signed, here: &str, kind: &Kind, step: &Transition, filled: &Filled, problems: &[Problem]) -> Markup {
    let today = app.door.today();
    let form = Form { app, signed, kind, filled, problems, masked: false, today: &today, more: "", remarks: &[] };
    let fields: Vec<&Field> = step.needs.iter().filter_map(|path| kind.field(path)).filter(|f| !f.read_only).collect();
    html! {
        form.record-form.narrow method="post" action={(here) "/start"} data-once {
            (token(signed))
            input type="hidden" name="deed" value=(format!("{}:{}", kind.kind, step.id));
            section.card {
                h2 { (kind.title) "·" (step.title) }
                p { "办理前状态：" @for from in &step.from { (cells::state(kind, from)) " " } "→ " (cells::state(kind, &step.to)) }
                div.form-grid {
                    @for f in &fields { (field(&form, &Field { required: true, ..(*f).clone() })) }
                    div.field.wide { label for="reason" { "说明" } input.form-control #reason name="_reason" maxlength="200" placeholder="会记入每条记录的历史（可不填）"; }
                }
            }
            div.form-bar { button.btn.btn-primary type="submit" { "开始办理" } a.btn href=(here) { "换一个步骤" } }
        }
    }
}

fn assign_form(signed: &Signed, here: &str) -> Markup {
    html! {
        form.card method="post" action={(here) "/start"} data-once {
            (token(signed))
            h2 { "指派" }
            div.form-grid {
                div.field { label for="login" { "账号" } input.form-control #login name="login" required maxlength="64" autocomplete="off"; }
                div.field { label for="days" { "天数" } input.form-control #days type="number" name="days" value="30" min="1" max="366" required; }
                div.field { label for="assign-reason" { "事由" } input.form-control #assign-reason name="_reason" required maxlength="200"; }
            }
            div.form-bar { button.btn type="submit" name="deed" value="assign" { "指派所选" } }
        }
    }
}

fn export_forms(app: &App, signed: &Signed, here: &str, kinds: &[(&Kind, usize)]) -> Markup {
    html! {
        @for (n, (kind, count)) in kinds.iter().filter(|(kind, _)| access::may(&signed.caller, kind, Wish::Export)).enumerate() {
            form.card method="post" action={(here) "/export"} {
                (token(signed))
                input type="hidden" name="kind" value=(kind.kind);
                h2 { "导出" (kind.title) " " (count) " 条" }
                (reveal::choice(app, &format!("export-{n}")))
                div.form-bar { button.btn type="submit" { "下载 Excel（个人信息隐去）" } }
            }
        }
    }
}

/// `GET /actions/{job}/result.csv`
pub async fn file(signed: Signed, State(app): State<App>, Path(id): Path<String>) -> Result<Response, PageError> {
    let job = own(&app, &signed, &id).await?;
    let action = actions::read(&job);
    let row = |(at, row): (usize, &Chosen)| {
        let title = app.catalogue().kind(&row.kind).map_or(row.kind.as_str(), |k| k.title.as_str());
        let (word, why) = match action.ends.get(at) {
            None => ("未办理", ""),
            Some(end) => (if end.done { "已办理" } else { "未通过" }, end.message.as_str()),
        };
        [title, &row.id, &row.rev.to_string(), word, why].map(|text| Cell::Text(text.to_owned())).to_vec()
    };
    let table = Table {
        columns: vec![("表单", 20), ("记录", 36), ("选中时版本", 10), ("结果", 10), ("原因", 40)],
        rows: action.rows.iter().enumerate().map(row).collect(),
        ..Table::default()
    };
    let name = format!("批量办理_{}.csv", words::moment(job.started).replace([' ', ':'], "-"));
    Ok(download::file(&name, "text/csv; charset=utf-8", table.csv()))
}
