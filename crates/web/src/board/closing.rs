//! What-if of an indicator (补差测算): which organisations, once dealt with, bring a rate to its target at the least effort.

use super::asked::Asked;
use super::figures::{self, Question};
use super::place::{self, Territory};
use super::{export, numbers, parts};
use crate::app::App;
use crate::pages::records::those;
use crate::{Frame, PageError, Signed, layout, links, words};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::json;
use std::collections::HashMap;
use zhijian_calc::closing::Rate;
use zhijian_exchange::write::{Cell, Table};
use zhijian_kinds::Plan;
use zhijian_kinds::indicator::Measure;
use zhijian_lake::{Answer, Closer, Params, PlanRow, percent_text};
use zhijian_records::access::Wish;
use zhijian_records::port::Action;

/// Organisations that are looked at.
const FEWEST: u64 = 50;
/// Names that are asked for at a time.
const TOGETHER: usize = 200;
/// Most that may be asked for.
const MOST: u64 = 500;

/// Name.
pub const TITLE: &str = "补差测算";

/// What the page tells.
struct Told<'a> {
    app: &'a App,
    question: &'a Question<'a>,
    rate: Rate,
    target: f64,
    closers: Vec<Closer>,
    names: HashMap<String, String>,
    total: u64,
}

/// `GET /plans/{plan}/{indicator}/closing`
pub async fn page(
    signed: Signed,
    State(app): State<App>,
    Path((name, code)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, PageError> {
    let plan = figures::plan(&app, &name)?;
    let def = figures::indicator(&app, &code)?;
    let target = plan.targets.iter().find(|t| t.indicator == code).ok_or_else(|| PageError::NotFound("这部规划没有这个指标".into()))?;
    if def.measure != Measure::Rate || target.test == "trend_up" || target.test == "state" {
        return Err(PageError::BadRequest("只有按比率设目标的指标可以测算".into()));
    }
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(Some(plan), asked.text("region"))?;
    let when = asked.when(figures::newest_year(&app).await?)?;
    let question = Question::new(&territory, Some(plan), def, &node, when);
    let scope = place::unit_scope(&app, &signed.caller, def, Wish::Read)
        .ok_or_else(|| PageError::NotAllowed("您的角色只看汇总，不看名单，不能测算".into()))?;
    let count = count(&asked)?;
    let only = Plan { targets: vec![target.clone()], ..plan.clone() };
    let rows = figures::evaluate(&app, &territory, &only, &node, when).await?;
    let goal = goal(&asked, rows.first())?;
    let sum = |of: fn(&Answer) -> Option<f64>| rows.first().and_then(|row| of(&row.answer)).unwrap_or_default();
    let rate = Rate { numerator: sum(|answer| answer.numerator), denominator: sum(|answer| answer.denominator) };
    let params = Params { scope, ..question.params.clone() };
    let (closers, total) = app.evaluator.closers(def, &params, count).await?;
    let names = names(&app, &signed, &closers).await?;
    let told = Told { app: &app, question: &question, rate, target: goal, closers, names, total };
    let path = format!("/plans/{name}/{code}/closing");
    let format = asked.text("format");
    if matches!(format, "csv" | "xlsx") {
        place::unit_scope(&app, &signed.caller, def, Wish::Export)
            .ok_or_else(|| PageError::NotAllowed("您的角色不能导出这份名单".into()))?;
        let note = format!("补差测算 {code} {} {node} {format}", when.year);
        app.door.note(&signed.caller, Action::Export, "closing", "", &note, "web").await?;
        return export::file(&sheet(&told, &signed), format);
    }
    let crumbs = [
        (words::BOARD, "/plans".to_owned()),
        (plan.title.as_str(), asked.elsewhere(&format!("/plans/{name}"), &[])),
        (target.name.as_str(), asked.elsewhere(&format!("/plans/{name}/{code}"), &[])),
    ];
    let exports = place::unit_scope(&app, &signed.caller, def, Wish::Export).is_some();
    let frame = Frame {
        title: TITLE,
        signed: Some(&signed),
        active: "/plans",
        breadcrumbs: &crumbs,
        actions: html! { @if exports && !told.closers.is_empty() {
            a.btn href=(asked.here(&path, &[("format", "xlsx")])) download { "导出 Excel" }
            a.btn href=(asked.here(&path, &[("format", "csv")])) download { "CSV" }
        } },
        scripts: &["vendor/echarts.js", "app/board.js"],
        ..Frame::new(&app)
    };
    let body = html! {
        (super::style())
        p.lead { (target.name) "：先办哪些单位，用最少的家数达到目标。" }
        (form(&path, &app, &asked, when, count, goal))
        (parts::tree(&territory, &path, &asked, &node, &territory.node_of(plan).unwrap_or_default()))
        (parts::stand(&app, when))
        (verdict(&told))
        @if !told.closers.is_empty() { (chart(&told)) (list(&told)) }
        (method())
    };
    Ok(layout::page(&frame, body).into_response())
}

fn count(asked: &Asked) -> Result<u64, PageError> {
    match asked.text("count") {
        "" => Ok(FEWEST),
        text => text
            .parse()
            .ok()
            .filter(|n| (1..=MOST).contains(n))
            .ok_or_else(|| PageError::BadRequest(format!("家数应为 1 到 {MOST} 的整数"))),
    }
}

/// The target asked for, else the plan's for the year.
fn goal(asked: &Asked, row: Option<&PlanRow>) -> Result<f64, PageError> {
    match asked.text("target") {
        "" => row
            .and_then(|row| row.target.as_ref())
            .and_then(numbers::number)
            .ok_or_else(|| PageError::BadRequest("规划没有给出这个指标的目标值，请填写目标".into())),
        text => {
            let wrong = || PageError::BadRequest("目标应为 0 到 100 的百分数".into());
            text.parse().ok().filter(|n: &f64| (0.0..=100.0).contains(n)).ok_or_else(wrong)
        }
    }
}

/// Names of the organisations, as the door gives them to the caller.
async fn names(app: &App, signed: &Signed, closers: &[Closer]) -> Result<HashMap<String, String>, PageError> {
    let mut names = HashMap::new();
    for chunk in closers.chunks(TOGETHER) {
        let ids: Vec<&str> = chunk.iter().map(|c| c.owner.as_str()).collect();
        let found = those(app, &signed.caller, "employer", &ids).await?;
        names.extend(found.into_iter().filter_map(|(id, view)| Some((id, view.data.get("name")?.as_str()?.to_owned()))));
    }
    Ok(names)
}

fn form(path: &str, app: &App, asked: &Asked, when: figures::When, count: u64, goal: f64) -> Markup {
    html! {
        form.board-switch method="get" action=(path) {
            @for (name, value) in asked.carried(&["year", "target", "count", "format"]) { input type="hidden" name=(name) value=(value); }
            label { span { "年度" } select.form-select name="year" { @for year in figures::years(app).rev() { option value=(year) selected[year == when.year] { (year) } } } }
            label { span { "目标（%）" } input.form-control type="number" name="target" min="0" max="100" step="any" value=(numbers::short(goal)); }
            label { span { "列出家数" } input.form-control type="number" name="count" min="1" max=(MOST) value=(count); }
            button.btn.btn-primary type="submit" { "测算" }
        }
    }
}

fn verdict(told: &Told<'_>) -> Markup {
    let gains: Vec<f64> = told.closers.iter().map(|c| c.gain).collect();
    let Some(now) = told.rate.percent() else {
        return html! { div.notice.notice-info { "本地区、本年度没有应统计的单位，不能测算。" } };
    };
    let needed = told.rate.needed(told.target);
    let after = told.rate.after(&gains).last().copied().unwrap_or(now);
    html! {
        dl.board-figure {
            div.main { dt { "现值" } dd { strong { (percent_text(now)) } } }
            div { dt { "目标" } dd { (numbers::short(told.target)) " %" } }
            div { dt { "分子还需" } dd { (numbers::grouped(needed)) } }
            div { dt { "未达单位" } dd { (told.total) " 家" } }
            div { dt { "办完所列 " (told.closers.len()) " 家后" } dd { (percent_text(after)) } }
        }
        @match told.rate.fewest(&gains, told.target) {
            Some(0) => div.notice.notice-ok { "已达到目标。" },
            Some(fewest) => div.notice.notice-info { "按每家增加的分子由多到少办理，最少办 " strong { (fewest) " 家" } " 即可达到目标（下表标线处）。" },
            None if told.total > told.closers.len() as u64 => div.notice.notice-warning { "所列 " (told.closers.len()) " 家全部办完仍达不到目标，请增加家数。" },
            None => div.notice.notice-warning { "全部未达单位办完仍达不到目标。" },
        }
    }
}

fn name<'a>(told: &'a Told<'_>, closer: &'a Closer) -> &'a str {
    told.names.get(&closer.owner).map_or(closer.label.trim(), String::as_str)
}

fn chart(told: &Told<'_>) -> Markup {
    let gains: Vec<f64> = told.closers.iter().map(|c| c.gain).collect();
    let now = told.rate.percent().unwrap_or_default();
    let course: Vec<f64> = std::iter::once(now).chain(told.rate.after(&gains)).collect();
    let data = json!({
        "unit": "%", "goal": told.target,
        "labels": (0..course.len()).map(|n| n.to_string()).collect::<Vec<_>>(),
        "values": course,
    });
    html! {
        section.card {
            h2 { "办完前 n 家后的值" }
            div.chart data-chart="climb" data-from="climb-data" role="img" aria-label="办完前 n 家后的值，数值见下表" {}
            (parts::data("climb-data", &data))
        }
    }
}

fn list(told: &Told<'_>) -> Markup {
    let gains: Vec<f64> = told.closers.iter().map(|c| c.gain).collect();
    let after = told.rate.after(&gains);
    let line = told.rate.fewest(&gains, told.target);
    let catalogue = told.app.catalogue();
    let industry = catalogue.list("INDUSTRY");
    html! {
        div.table-wrap tabindex="0" role="region" aria-label="先办的单位" {
            table.list.board-table {
                thead { tr { th.num scope="col" { "序" } th scope="col" { "单位" } th scope="col" { "区县" } th scope="col" { "行业" } th.num scope="col" { "未达项" } th.num scope="col" { "分子增加" } th.num scope="col" { "办完后" } } }
                tbody { @for (at, (closer, value)) in told.closers.iter().zip(&after).enumerate() {
                    tr.here[line == Some(at + 1)] {
                        td.num data-label="序" { (at + 1) }
                        th scope="row" data-label="单位" {
                            @if told.names.contains_key(&closer.owner) { a href=(links::record("employer", &closer.owner)) { (name(told, closer)) } }
                            @else { a href=(links::record(&closer.kind, &closer.record)) { (name(told, closer)) } }
                        }
                        td data-label="区县" { (catalogue.regions.name(&closer.region)) }
                        td data-label="行业" { (industry.map_or(closer.industry.as_str(), |l| l.label(&closer.industry))) }
                        td.num data-label="未达项" { (closer.units) }
                        td.num data-label="分子增加" { (numbers::grouped(closer.gain)) }
                        td.num data-label="办完后" { (percent_text(*value)) @if line == Some(at + 1) { " " span.tag { "达标" } } }
                    }
                } }
            }
        }
        @if told.total > told.closers.len() as u64 { p.muted { "共 " (told.total) " 家未达，列出前 " (told.closers.len()) " 家。" } }
    }
}

fn method() -> Markup {
    html! {
        details.board-notes {
            summary { "方法与限度" }
            p { "以指标的分母中未计入分子的单位为名单，按用人单位（机构）合并；假定每家所费工夫相同，由分子增加最多的办起，这样所需家数最少。" }
            p { "测算不改变分母：年内新增、注销的单位和新到期的人员未计入；所需工夫因单位而异（路程、停产、拒不配合），名单只供安排次序，不作处罚依据。没有抽样，数字没有抽样误差；误差来自名册是否齐全。" }
        }
    }
}

fn sheet(told: &Told<'_>, signed: &Signed) -> Table<String> {
    let gains: Vec<f64> = told.closers.iter().map(|c| c.gain).collect();
    let after = told.rate.after(&gains);
    let regions = &told.app.catalogue().regions;
    #[expect(clippy::cast_precision_loss, reason = "numbers of rows")]
    let rows = told.closers.iter().zip(after).enumerate().map(|(at, (closer, value))| {
        vec![
            Cell::Number((at + 1) as f64),
            name(told, closer).to_owned().into(),
            regions.name(&closer.region).to_owned().into(),
            closer.industry.clone().into(),
            Cell::Number(closer.units as f64),
            Cell::Number(closer.gain),
            Cell::Number(value),
        ]
    });
    Table {
        title: format!("{TITLE} {} {}年", told.question.def.name, told.question.params.year),
        notes: vec![
            format!(
                "目标 {} %；区划 {}；数据截至 {}",
                told.target,
                regions.full_name(&told.question.params.region),
                words::moment(told.app.lake.stand())
            ),
            "假定每家所费工夫相同，由分子增加最多的办起；名单只供安排次序，不作处罚依据。".into(),
            format!("导出：{}（{}），{}", signed.caller.name, signed.caller.login, words::moment(told.app.door.now())),
        ],
        columns: [("序", 6), ("单位", 36), ("区县", 16), ("行业代码", 10), ("未达项", 10), ("分子增加", 10), ("办完后（%）", 12)]
            .map(|(h, w)| (h.to_owned(), w))
            .to_vec(),
        rows: rows.collect(),
    }
}
