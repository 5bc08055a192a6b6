//! `/plans/{plan}/targets`: years × counties of an indicator: what is set, what is proposed, what was reached, and whether it makes the plan's target.

use super::store::draft;
use super::targets::{self, YEARS};
use super::targets_check::{Matrix, Place};
use super::{SHARE, style};
use crate::app::App;
use crate::board::figures::{self, BASE_YEAR};
use crate::board::numbers::{grouped, short};
use crate::board::place::Territory;
use crate::error::PageError;
use crate::flash::Flash;
use crate::icons::icon;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::{Indicator, Plan, Target};
use zhijian_records::access::{self, Wish};
use zhijian_records::submit::Entry;

/// What the page is about.
struct Here<'a> {
    signed: &'a Signed,
    plan: &'a Plan,
    target: &'a Target,
    node: String,
    writes: bool,
}

fn address(plan: &str) -> String {
    format!("/plans/{plan}/targets")
}

fn allow(app: &App, signed: &Signed, wish: Wish) -> Result<(), PageError> {
    let kind = app.door.kind(SHARE)?;
    if access::may(&signed.caller, &kind, wish) {
        Ok(())
    } else {
        Err(PageError::NotAllowed("目标分解供行政管理、疾控人员和领导小组使用".into()))
    }
}

/// The indicator asked for, of those that can be divided; else the first with numbers as targets.
fn chosen<'a>(all: &[(&'a Target, &'a Indicator)], wanted: &str) -> Result<(&'a Target, &'a Indicator), PageError> {
    let none = || PageError::NotFound("这部规划没有可以分解的这项指标".into());
    if wanted.is_empty() {
        let numbers = |t: &Target| t.target_2025.as_ref().and_then(crate::board::numbers::number).is_some();
        return all.iter().find(|(t, _)| numbers(t)).or(all.first()).copied().ok_or_else(none);
    }
    all.iter().find(|(t, _)| t.indicator == wanted).copied().ok_or_else(none)
}

/// The page.
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    allow(&app, &signed, Wish::Read)?;
    let asked = crate::posted::pairs(query.unwrap_or_default().as_bytes());
    let given = |name: &str| asked.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let plan = figures::plan(&app, &name)?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = super::node(&territory, plan, given("region"))?;
    let all = targets::divisible(&app, plan);
    let (target, def) = chosen(&all, given("indicator"))?;
    let set = targets::set(&app, &signed.caller, &plan.plan, &target.indicator).await?;
    let matrix = targets::matrix(&app, &territory, plan, (target, def), &node, &set).await?;
    let writes = allow(&app, &signed, Wish::File).is_ok();
    let here = Here { signed: &signed, plan, target, node, writes };
    let body = html! {
        (style())
        (Flash::of(&headers).notice())
        p.lead { "把规划目标分解到年度和县区。平台核对：各县区按分母加权合起来是否达到规划目标（2023年一步、2025年一步），逐年是否倒退；并与实际值对照。" }
        nav.board-tabs aria-label="指标" {
            @for (t, _) in &all { a href=(format!("{}{}", address(&plan.plan), links::query(&[("indicator", t.indicator.as_str()), ("region", here.node.as_str())]))) aria-current=[(t.indicator == target.indicator).then_some("true")] { (t.indicator) } }
        }
        h2 { (target.name) " " span.muted.board-small { (target.indicator) } }
        (goals(&here, &matrix))
        (findings(&matrix))
        (grid(&here, &matrix))
        p.hint {
            @if matrix.places.iter().all(|p| p.base.is_none()) {
                "没有基数，也没有可作起点的数值，暂不能推算建议值。"
            } @else if matrix.base_year == BASE_YEAR {
                "建议值按 2020 年基数到规划各步目标直线推算（县区没有 2020 年数值的用规划基数），仅供协商。"
            } @else {
                "规划没有基数；建议值从各县区最早都有数值的 " (matrix.base_year) " 年到规划各步目标直线推算，仅供协商。"
            }
            @if let Some(year) = matrix.weighed_by { "加权用 " (year) " 年各县区的分母。" }
        }
    };
    let crumbs = [(words::BOARD, "/plans".to_owned()), (plan.title.as_str(), format!("/plans/{}", plan.plan))];
    let actions = html! {
        a.btn href=(links::list(SHARE)) { (icon("export")) "列表与导出" }
        a.btn href=(links::help(SHARE)) { (icon("help")) "说明" }
    };
    let frame =
        Frame {
            title: "目标分解与动态监测", signed: Some(&signed), active: "/plans", breadcrumbs: &crumbs, actions, ..Frame::new(&app)
        };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn said(rate: bool, value: f64) -> String {
    if rate { format!("{} %", short(value)) } else { grouped(value) }
}

fn goals(here: &Here<'_>, matrix: &Matrix) -> Markup {
    let words = |value: &Option<serde_json::Value>| value.as_ref().and_then(serde_json::Value::as_str).map(str::to_owned);
    let goal =
        |year: i32, printed: &Option<serde_json::Value>| matrix.goals.get(&year).map(|g| said(matrix.rate, *g)).or_else(|| words(printed));
    html! {
        dl.board-figure {
            div { dt { "2020年基数" } dd { (matrix.base.map(|b| said(matrix.rate, b)).or_else(|| words(&here.target.baseline_2020)).unwrap_or_else(|| words::NONE.into())) } }
            @for (year, printed) in [(2023, &here.target.target_2023), (2025, &here.target.target_2025)] {
                div { dt { (year) "年目标" } dd { (goal(year, printed).unwrap_or_else(|| words::NONE.into())) } }
                div { dt { (year) "年县区合计" } dd { (matrix.together(year).map_or_else(|| words::NONE.to_owned(), |sum| said(matrix.rate, (sum * 100.0).round() / 100.0))) } }
            }
        }
    }
}

fn findings(matrix: &Matrix) -> Markup {
    let found = matrix.findings(YEARS);
    let wrong = found.iter().filter(|f| f.wrong).count();
    html! {
        @if found.is_empty() {
            div.notice.notice-ok #check { @if matrix.whole { "核对通过：各县区合起来达到规划目标，逐年不倒退。" } @else { "本县区目标逐年不倒退。" } }
        } @else {
            div #check class={"notice " (if wrong > 0 { "notice-error" } else { "notice-info" })} {
                @if wrong > 0 { strong { "核对发现 " (wrong) " 处不符" } } @else { strong { "尚未分解完" } }
                ul { @for f in &found { li { (f.text) } } }
            }
        }
    }
}

/// Heading of the column that proposals start from.
fn base_head(matrix: &Matrix) -> String {
    if matrix.base_year == BASE_YEAR { "2020年".into() } else { format!("起点（{}年）", matrix.base_year) }
}

fn grid(here: &Here<'_>, matrix: &Matrix) -> Markup {
    let table = html! {
        div.table-wrap {
            table.list.small.target-table {
                caption.visually-hidden { (here.target.name) "目标分解" }
                thead { tr { th scope="col" { "县区" } th.num scope="col" { (base_head(matrix)) } @for year in YEARS { th.num scope="col" { (year) "年" } } } }
                tbody {
                    @for place in &matrix.places {
                        tr {
                            th scope="row" data-label="县区" { (place.name) @if let Some(weight) = place.weight { div.muted.board-small { "分母 " (grouped(weight)) } } }
                            td.num data-label=(base_head(matrix)) { (place.base.map_or_else(|| words::NONE.to_owned(), |b| said(matrix.rate, b))) }
                            @for year in YEARS { td.num data-label=(format!("{year}年")) { (cell(here, matrix, place, year)) } }
                        }
                    }
                }
            }
        }
    };
    html! {
        @if here.writes {
            form method="post" action=(address(&here.plan.plan)) data-once {
                (token(here.signed))
                input type="hidden" name="indicator" value=(here.target.indicator);
                input type="hidden" name="region" value=(here.node);
                (table)
                div.target-save {
                    label { span { "下达文号（可不填）" } input.form-control name="document_no" maxlength="80"; }
                    label { span { "确定办法（可不填）" } input.form-control name="reason" maxlength="300"; }
                    button.btn.btn-primary type="submit" { "保存并核对" }
                    button.btn type="submit" name="adopt" value="1" { "空格采用建议值" }
                }
            }
        } @else { (table) }
    }
}

fn cell(here: &Here<'_>, matrix: &Matrix, place: &Place, year: i32) -> Markup {
    let value = place.set.get(&year);
    let proposed = matrix.proposed(place, year);
    let reached = place.reached.get(&year);
    html! {
        @if here.writes {
            input.form-control type="number" step="0.01" min="0" max=[matrix.rate.then_some("100")] name=(format!("v_{year}_{}", place.code)) value=[value.map(|v| short(*v))]
                placeholder=[proposed.map(short)] aria-label=(format!("{} {year}年目标", place.name));
        } @else { (value.map_or_else(|| words::NONE.to_owned(), |v| said(matrix.rate, *v))) }
        @if value.is_none() { @if let Some(p) = proposed { div.board-small.muted { "建议 " (said(matrix.rate, p)) } } }
        @if let Some(r) = reached {
            div.board-small { "实际 " (said(matrix.rate, (r * 100.0).round() / 100.0)) @if let Some(v) = value { " " (super::light(if r >= v { "达标" } else if *r >= 0.95 * v { "接近" } else { "未达标" })) } }
        }
    }
}

/// `POST /plans/{plan}/targets`: files, amends or retracts what changed.
pub async fn save(State(app): State<App>, Path(name): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    allow(&app, signed, Wish::File)?;
    let plan = figures::plan(&app, &name)?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = super::node(&territory, plan, posted.get("region"))?;
    let all = targets::divisible(&app, plan);
    let (target, def) = chosen(&all, posted.get("indicator"))?;
    let set = targets::set(&app, &signed.caller, &plan.plan, &target.indicator).await?;
    let matrix = targets::matrix(&app, &territory, plan, (target, def), &node, &set).await?;
    let adopt = !posted.get("adopt").is_empty();
    let mut changed = Vec::new();
    for place in &matrix.places {
        for year in YEARS {
            let field = format!("v_{year}_{}", place.code);
            let there = place.set.get(&year).copied();
            // A field that was not sent says nothing; an empty one takes the target back.
            let sent = posted.fields.iter().any(|(name, _)| *name == field);
            let mut wanted = if sent { read(posted.get(&field).trim(), place, year, matrix.rate)? } else { there };
            let mut reason = posted.get("reason").trim().to_owned();
            if wanted.is_none() && adopt {
                wanted = matrix.proposed(place, year);
                if reason.is_empty() {
                    let from = if matrix.base_year == BASE_YEAR { "基数" } else { "数值" };
                    reason = format!("按{}年{from}直线推算", matrix.base_year);
                }
            }
            if wanted != there {
                changed.push((place, year, wanted, reason));
            }
        }
    }
    for (place, year, wanted, reason) in &changed {
        let old = set.get(&(*year, place.code.clone()));
        let entry = Entry { source: "web", reason: "分解规划目标", idempotency: None };
        let given = wanted.map(|value| {
            draft([
                ("plan", plan.plan.clone().into()),
                ("indicator", target.indicator.clone().into()),
                ("year", (*year).into()),
                ("county", place.code.clone().into()),
                ("value", value.into()),
                ("set_on", app.door.today().into()),
                ("document_no", posted.get("document_no").trim().into()),
                ("reason", reason.clone().into()),
            ])
        });
        match (given, old) {
            (Some(given), Some(old)) => drop(app.door.amend(&signed.caller, SHARE, &old.id, old.rev, &given, entry).await?),
            (Some(given), None) => drop(app.door.submit(&signed.caller, SHARE, &given, entry).await?),
            (None, Some(old)) => drop(app.door.retract(&signed.caller, SHARE, &old.id, old.rev, entry).await?),
            (None, None) => {}
        }
    }
    let back =
        format!("{}{}#check", address(&plan.plan), links::query(&[("indicator", target.indicator.as_str()), ("region", node.as_str())]));
    let said = if changed.is_empty() { "没有改动。".to_owned() } else { format!("已保存 {} 处目标。", changed.len()) };
    Ok(([(header::SET_COOKIE, Flash::done(&said).cookie())], Redirect::to(&back)).into_response())
}

/// A typed target; nothing when the field is empty.
fn read(typed: &str, place: &Place, year: i32, rate: bool) -> Result<Option<f64>, PageError> {
    if typed.is_empty() {
        return Ok(None);
    }
    let value: Option<f64> =
        typed.trim_end_matches(['%', ' ']).parse().ok().filter(|v: &f64| v.is_finite() && *v >= 0.0 && !(rate && *v > 100.0));
    let expected = if rate { "0 到 100 的数" } else { "不小于 0 的数" };
    value.map(Some).ok_or_else(|| PageError::BadRequest(format!("{} {year} 年：“{typed}”，应为{expected}", place.name)))
}
