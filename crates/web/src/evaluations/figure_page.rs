//! `GET /evaluations/{id}/figures/{code}`: where the references of a report lead: the frozen figure, and the way to its records.

use super::content::{Driver, Figure};
use super::overview::{editor, prose};
use super::store::{self, Evaluation};
use super::{PAGE, TITLE, address, light, style, works};
use crate::app::App;
use crate::board::numbers::grouped;
use crate::board::{figures, parts, place};
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::json;
use zhijian_records::access::Wish;
use zhijian_records::clock::shown;

/// The page.
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path((id, code)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let evaluation = store::open(&app, &signed.caller, &id).await?;
    let Some(kept) = &evaluation.figures else { return Err(PageError::BadRequest("这次评估还没有数值，请先计算".into())) };
    let Some(row) = kept.rows.iter().find(|row| row.code == code) else {
        return Err(PageError::NotFound("这次评估没有这项指标".into()));
    };
    let lists = figures::indicator(&app, &code).ok().and_then(|def| place::unit_scope(&app, &signed.caller, def, Wish::Read)).is_some();
    let said = evaluation.texts.figures.get(&code).cloned().unwrap_or_default();
    let writes = works(&app, &signed) && evaluation.open();
    let body = html! {
        (style())
        (Flash::of(&headers).notice())
        @if !row.failure.is_empty() { div.notice.notice-error role="alert" { (row.failure) "。其余部分照常列出。" } }
        (glance(row))
        section.card.narrative { h2 { "说明" @if said.edited { span.quiet { "人工修改" } } } (prose(&said)) @if writes { (editor(&signed, &evaluation, "figure", (&code, "指标说明"), &said)) } }
        (course(row))
        (places(row))
        (drivers(row))
        (records(&app, &evaluation, row, lists))
        (definition(row))
    };
    let name = store::name(&app, &evaluation.view);
    let crumbs = [(TITLE, PAGE.to_owned()), (name.as_str(), address(&id))];
    let title = format!("{} {}", row.code, row.name);
    let frame = Frame {
        title: &title,
        signed: Some(&signed),
        active: PAGE,
        breadcrumbs: &crumbs,
        scripts: &["vendor/echarts.js", "app/board.js"],
        ..Frame::new(&app)
    };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn number(n: Option<f64>) -> String {
    n.map_or_else(|| words::NONE.to_owned(), grouped)
}

fn glance(row: &Figure) -> Markup {
    html! {
        dl.board-figure {
            div.main { dt { "值（评估时）" } dd { strong { (row.shown) } " " (light(&row.status)) @if !row.interval.is_empty() { div.interval { "95% 区间 " (row.interval) } } } }
            div { dt { "分子" } dd { (number(row.numerator)) } }
            div { dt { "分母" } dd { (number(row.denominator)) } }
            div { dt { "2020年基数" } dd { (row.baseline) } }
            div { dt { "2023年目标" } dd { (row.target_2023) } }
            div { dt { "2025年目标" } dd { (row.target_2025) } }
            @if !row.gap.is_empty() { div { dt { "差距" } dd { (row.gap) @if !row.still.is_empty() { div.board-small { (row.still) } } } } }
        }
        @if !row.parts.is_empty() {
            div.table-wrap { table.slim {
                thead { tr { th scope="col" { "其中" } th.num scope="col" { "分子" } th.num scope="col" { "分母" } th.num scope="col" { "值" } th scope="col" { "状态" } } }
                tbody { @for part in &row.parts { tr { th scope="row" { (part.name) } td.num { (number(part.numerator)) } td.num { (number(part.denominator)) } td.num { (part.shown) } td { (light(&part.status)) } } } }
            } }
        }
    }
}

fn course(row: &Figure) -> Markup {
    let there: Vec<_> = row.trend.iter().filter(|p| p.value.is_some()).collect();
    let none: Vec<Option<f64>> = row.trend.iter().map(|_| None).collect();
    let chart = json!({
        "unit": if row.percent { "%" } else { "" },
        "years": row.trend.iter().map(|p| p.year).collect::<Vec<_>>(),
        "values": row.trend.iter().map(|p| p.value).collect::<Vec<_>>(),
        "low": none, "high": none,
        "goals": row.goals.iter().map(|(year, value)| json!({"year": year, "value": value})).collect::<Vec<_>>(),
    });
    html! {
        section.card.board-course {
            h2 { "历年" }
            div.chart-and-table {
                @if there.len() > 1 || !row.goals.is_empty() && !there.is_empty() {
                    div.chart data-chart="course" data-from="course-data" role="img" aria-label="历年变化，数值见表" {}
                    (parts::data("course-data", &chart))
                }
                div.table-wrap { table.slim {
                    thead { tr { th scope="col" { "年度" } th.num scope="col" { "分子" } th.num scope="col" { "分母" } th.num scope="col" { "值" } } }
                    tbody { @for p in &row.trend { tr { th scope="row" { (p.year) } td.num { (number(p.numerator)) } td.num { (number(p.denominator)) } td.num { (p.shown) } } } }
                } }
            }
        }
    }
}

fn places(row: &Figure) -> Markup {
    let chart = json!({
        "unit": if row.percent { "%" } else { "" },
        "goal": row.goal_value.filter(|_| row.percent),
        "labels": row.places.iter().map(|p| &p.name).collect::<Vec<_>>(),
        "values": row.places.iter().map(|p| p.value).collect::<Vec<_>>(),
        "shown": row.places.iter().map(|p| &p.shown).collect::<Vec<_>>(),
    });
    html! {
        @if !row.places.is_empty() {
            section.card.board-slices {
                h2 { "按" (row.places_are) }
                div.chart-and-table {
                    div.chart.bars data-chart="bars" data-from="places-data" role="img" aria-label={"按" (row.places_are) "，数值见表"} {}
                    (parts::data("places-data", &chart))
                    div.table-wrap { table.slim {
                        thead { tr { th scope="col" { (row.places_are) } th.num scope="col" { "分子" } th.num scope="col" { "分母" } th.num scope="col" { "值" } } }
                        tbody { @for p in &row.places { tr { th scope="row" { (p.name) } td.num { (number(p.numerator)) } td.num { (number(p.denominator)) } td.num { (p.shown) } } } }
                    } }
                }
            }
        }
    }
}

fn drivers(row: &Figure) -> Markup {
    let table = |title: &str, drivers: &[Driver]| {
        html! {
            @if !drivers.is_empty() {
                div {
                    h3 { (title) }
                    div.table-wrap { table.slim {
                        thead { tr { th scope="col" { "维度" } th scope="col" { "名称" } th.num scope="col" { "贡献" } } }
                        tbody { @for d in drivers { tr { td { (d.by) } th scope="row" { (d.name) } td.num { (d.shown) } } } }
                    } }
                }
            }
        }
    };
    html! {
        @if !row.gap_drivers.is_empty() || !row.change_drivers.is_empty() {
            section.card {
                h2 { "差距与变化的来源" }
                div.driver-tables { (table("未完成的数量集中在", &row.gap_drivers)) (table("与上年相比的贡献", &row.change_drivers)) }
                p.hint { "贡献按各部分的比重和比率两方面之变化分摊，各部分之和等于总变化。" }
            }
        }
    }
}

/// The way to the records behind the figure, as they were known when it was computed.
fn records(app: &App, evaluation: &Evaluation, row: &Figure, lists: bool) -> Markup {
    let Some(kept) = &evaluation.figures else { return Markup::default() };
    let (year, known) = (kept.year.to_string(), if kept.known_at.is_empty() { shown(kept.stand) } else { kept.known_at.clone() });
    let to = |which: &str| {
        let mut pairs = vec![("year", year.as_str()), ("region", kept.node.as_str()), ("known_at", known.as_str())];
        if !kept.as_of.is_empty() {
            pairs.push(("as_of", &kept.as_of));
        }
        if !which.is_empty() {
            pairs.push(("which", which));
        }
        format!("/plans/{}/{}{}{}", kept.plan, row.code, links::query(&pairs), if which.is_empty() { "" } else { "#units" })
    };
    html! {
        section.card #records {
            h2 { "数值背后的记录" }
            @if lists {
                ul.plain-links {
                    li { a href=(to("numerator")) { "分子名单" } } li { a href=(to("denominator")) { "分母名单" } } li { a href=(to("missing")) { "未完成名单" @if row.missing_total > 0 { "（" (row.missing_total) "）" } } }
                }
                p.hint { "按评估时（" (words::moment(kept.stand)) "）已入库的数据重新列出，点开即为单条记录。" }
            } @else { p.muted { "您的角色只见汇总，不见名单。" } }
            p { a href=(to("")) { "在规划看板打开这项指标" } " · " a href=(format!("/plans/{}/{}?year={year}", kept.plan, row.code)) { "现值" } }
            @if lists && !row.missing.is_empty() {
                details {
                    summary { "评估时未完成的前 " (row.missing.len()) " 个" }
                    div.table-wrap { table.slim {
                        thead { tr { th scope="col" { "名称" } th scope="col" { "地区" } } }
                        tbody { @for unit in &row.missing { tr {
                            th scope="row" { @if unit.record.is_empty() || app.catalogue().kind(&unit.kind).is_none() { (unit.name) } @else { a href=(links::record(&unit.kind, &unit.record)) { (unit.name) } } }
                            td { (unit.place) }
                        } } }
                    } }
                }
            }
        }
    }
}

fn definition(row: &Figure) -> Markup {
    html! {
        section.card {
            h2 { "定义" }
            dl.facts {
                div { dt { "分子" } dd { (row.numerator_means) } }
                @if !row.denominator_means.is_empty() { div { dt { "分母" } dd { (row.denominator_means) } } }
                @for option in &row.options { div { dt { "本规划的口径" } dd { (option) } } }
                div { dt { "依据" } dd { (words::basis(&row.basis)) } }
            }
            p { a href=(format!("/indicators/{}", row.code)) { "指标定义全文" } }
        }
    }
}
