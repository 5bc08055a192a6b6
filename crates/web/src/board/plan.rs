//! A plan's table for a year, in the plan's own order.

use super::asked::Asked;
use super::figures::{self, When};
use super::lines::{self, Line};
use super::place::{self, Territory};
use super::{bullet, export, parts, sheets};
use crate::app::App;
use crate::{Frame, PageError, Signed, layout, links, words};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_kinds::Plan;
use zhijian_lake::{PlanRow, Status};
use zhijian_records::access::Wish;
use zhijian_records::port::Action;

/// What the page is about.
struct Subject<'a> {
    app: &'a App,
    territory: &'a Territory<'a>,
    plan: &'a Plan,
    node: &'a str,
    when: When,
    asked: &'a Asked,
    signed: &'a Signed,
}

/// `GET /plans/{plan}`
pub async fn page(signed: Signed, State(app): State<App>, Path(name): Path<String>, asked: Asked) -> Result<Response, PageError> {
    let plan = figures::plan(&app, &name)?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(Some(plan), asked.text("region"))?;
    let when = asked.when(figures::newest_year(&app).await?)?;
    let rows = figures::evaluate(&app, &territory, plan, &node, when).await?;
    let format = asked.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("规划评估 {name} {} {node} {format}", when.year);
        app.door.note(&signed.caller, Action::Export, "plan", "", &note, "web").await?;
        return export::file(&sheets::plan(&app, &signed.caller, plan, &node, when, &rows), format);
    }
    let subject = Subject { app: &app, territory: &territory, plan, node: &node, when, asked: &asked, signed: &signed };
    let crumbs = [(words::BOARD, "/plans".to_owned())];
    let frame = Frame {
        title: &plan.title,
        signed: Some(&signed),
        active: "/plans",
        breadcrumbs: &crumbs,
        actions: exports(&subject),
        ..Frame::new(&app)
    };
    Ok(layout::page(&frame, body(&subject, &rows)).into_response())
}

fn path(plan: &Plan) -> String {
    format!("/plans/{}", plan.plan)
}

fn exports(subject: &Subject<'_>) -> Markup {
    let (plan, asked) = (subject.plan, subject.asked);
    let year = subject.when.year.to_string();
    let with = |format: &str| asked.here(&path(plan), &[("year", &year), ("format", format)]);
    let api = asked.elsewhere(&format!("/api/v1/plans/{}/evaluation", plan.plan), &[("year", &year)]);
    let forecast = asked.elsewhere(&format!("{}/forecast", path(plan)), &[("year", &year)]);
    html! {
        a.btn href=(forecast) { "年末预测" }
        a.btn href=(with("xlsx")) download { "导出 Excel" }
        a.btn href=(with("csv")) download { "CSV" }
        a.btn href=(api) { "JSON" }
    }
}

fn body(subject: &Subject<'_>, rows: &[PlanRow]) -> Markup {
    let Subject { app, territory, plan, node, when, asked, .. } = *subject;
    html! {
        (super::style())
        (parts::switch(&path(plan), app, asked, when))
        (parts::tree(territory, &path(plan), asked, node, &territory.node_of(plan).unwrap_or_default()))
        (summary(rows))
        div.table-wrap {
            table.list.board-table {
                caption.visually-hidden { (plan.title) " " (when.year) " 年" }
                thead {
                    tr {
                        th.num scope="col" { "序号" }
                        th scope="col" { "指标" }
                        th.num scope="col" { "分子" }
                        th.num scope="col" { "分母" }
                        th.num scope="col" { "值" }
                        th scope="col" { "进度" }
                        th.num scope="col" { "2020年基数" }
                        th.num scope="col" { "2023年目标" }
                        th.num scope="col" { "2025年目标" }
                        th scope="col" { "状态" }
                        th scope="col" { "差距" }
                    }
                }
                tbody {
                    @for row in rows {
                        (line(subject, &Line::of(row), bullet::of(row), false))
                        @for part in &row.parts { (line(subject, &Line::of_part(part, row), Markup::default(), true)) }
                    }
                }
            }
        }
        (parts::legend())
        (parts::stand(app, when))
        (notes(subject))
    }
}

/// How many rows stand where.
fn summary(rows: &[PlanRow]) -> Markup {
    let count = |status: Status| rows.iter().filter(|r| r.status == status).count();
    let all = [Status::Met, Status::Near, Status::Missed, Status::Pending, Status::NotApplicable];
    html! {
        ul.board-summary {
            @for status in all { @let n = count(status); @if n > 0 { li { (bullet::light(status)) " " strong { (n) } " 项" } } }
        }
    }
}

fn line(subject: &Subject<'_>, line: &Line, chart: Markup, part: bool) -> Markup {
    let base = format!("/plans/{}/{}", subject.plan.plan, line.code);
    let page = subject.asked.elsewhere(&base, &[]);
    let def = subject.app.catalogue().indicators.get(&line.code);
    let lists = def.is_some_and(|def| place::unit_scope(subject.app, &subject.signed.caller, def, Wish::Read).is_some());
    let figure = |text: &str, which: &str| {
        if text == lines::NOTHING || !lists {
            return html! { (text) };
        }
        html! { a href=(format!("{}#units", subject.asked.elsewhere(&base, &[("which", which)]))) { (text) } }
    };
    html! {
        tr.part[part] {
            td.num data-label="序号" { (line.seq) }
            th scope="row" data-label="指标" { a href=(page) { (line.name) } " " span.muted.board-small { (line.code) } }
            td.num data-label="分子" { (figure(&line.numerator, "numerator")) }
            td.num data-label="分母" { (figure(&line.denominator, "denominator")) }
            td.num data-label="值" {
                a.value href=(page) { (line.value) }
                @if !line.interval.is_empty() { div.interval title="Wilson 95% 区间" { (line.interval) } }
            }
            td data-label="进度" { (chart) }
            td.num data-label="2020年基数" { (line.baseline) }
            td.num.due[line.target_year == Some(2023)] data-label="2023年目标" { (line.target_2023) }
            td.num.due[line.target_year == Some(2025)] data-label="2025年目标" { (line.target_2025) }
            td data-label="状态" { (bullet::light(line.status)) }
            td data-label="差距" {
                (line.gap)
                @if !line.still.is_empty() { div.board-small { (figure(&line.still, "missing")) } }
            }
        }
    }
}

fn notes(subject: &Subject<'_>) -> Markup {
    let plan = subject.plan;
    html! {
        details.card.board-notes {
            summary { "口径与规则版本" }
            @if !plan.note.is_empty() { p { (plan.note) } }
            p { "五部规划均未规定分子、分母，口径为本平台的理解，见各指标" a href="/indicators" { "定义" } "（" span.tag { "unsourced" } "）。目标一律与未取整的值比较；接近指达到目标的 95% 以上。" }
            (parts::editions(subject.app, subject.when))
            p { "涉及代码表：" a href=(links::codes("INDUSTRY")) { "行业" } "、" a href=(links::codes("HAZARD")) { "危害因素" } "。" }
        }
    }
}
