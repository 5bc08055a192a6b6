//! The section on the employer's page, and the page behind it.

use super::assess::{Assessed, ENOUGH, FEWEST, MODEL, assess};
use super::gather::{Group, Point, gather};
use crate::app::App;
use crate::calculators::{self, numbers, plots, words};
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::pages::records::cells;
use crate::session::Signed;
use crate::{links, words as frame_words};
use axum::extract::{Path, State};
use maud::{Markup, html};
use serde_json::json;
use zhijian_calc::registry;
use zhijian_calc::stats::Observation;
use zhijian_records::access::{self, Wish};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};

const MEASUREMENT: &str = "measurement";
/// Records of a page of the door, and the most that are looked at.
const PAGE: u32 = 500;
const MOST: usize = 5000;

/// What stands on the employer's page until the groups are there; `None` for callers who may not read measurements.
#[must_use]
pub fn placeholder(app: &App, signed: &Signed, employer: &str) -> Option<Markup> {
    let kind = app.catalogue().kinds.get(MEASUREMENT)?;
    access::may(&signed.caller, kind, Wish::Read).then(|| {
        let address = links::about("employer", employer, "groups");
        html! {
            (calculators::style())
            section.card #groups hx-get=(address) hx-trigger="load" hx-select="#groups" hx-swap="outerHTML" {
                h2 { "相似接触组" }
                p { a href=(address) { "按岗位和危害因素查看监测结果的统计" } }
            }
        }
    })
}

/// `GET /records/employer/{id}/groups`
pub async fn page(signed: Signed, State(app): State<App>, Path((kind, id)): Path<(String, String)>) -> Result<Markup, PageError> {
    if kind != "employer" {
        return Err(PageError::NotFound("只有用人单位有相似接触组".into()));
    }
    let employer = app.door.open(&signed.caller, &kind, &id, None).await?;
    let (records, more) = records(&app, &signed, &id).await?;
    let work = move || {
        gather(&records)
            .into_iter()
            .map(|group| {
                let found = assess(&group);
                (group, found)
            })
            .collect::<Vec<_>>()
    };
    let mut groups = tokio::task::spawn_blocking(work).await.map_err(PageError::failed("计算相似接触组"))?;
    // Groups with enough results first, among them what is most likely over its limit.
    let rank = |(group, found): &(Group, Option<Assessed>)| {
        found.as_ref().map_or(-1.0, |f| if group.points.len() >= FEWEST { 1.0 + f.over } else { f.over })
    };
    groups.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    let body = html! { (calculators::style()) (section(&app, &id, &groups, more)) };
    let definition = app.door.kind(&kind)?;
    let name = cells::name(&app, &definition, &employer.data);
    let active = links::list(&kind);
    let crumbs = [(definition.title.as_str(), active.clone()), (name.as_str(), links::record(&kind, &id))];
    let frame = Frame {
        title: "相似接触组",
        signed: Some(&signed),
        active: &active,
        breadcrumbs: &crumbs,
        scripts: &["vendor/echarts.js", "app/calc.js"],
        ..Frame::new(&app)
    };
    Ok(layout::page(&frame, body))
}

/// The employer's measurements that the caller may see, and whether there are more than are looked at.
async fn records(app: &App, signed: &Signed, employer: &str) -> Result<(Vec<View>, bool), PageError> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let filters = vec![("employer_id".to_owned(), Op::Eq, employer.to_owned())];
        let request = ListRequest { filters, limit: PAGE, cursor, ..ListRequest::default() };
        let page = app.door.list(&signed.caller, MEASUREMENT, &request).await?;
        all.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() || all.len() >= MOST {
            return Ok((all, cursor.is_some()));
        }
    }
}

fn section(app: &App, employer: &str, groups: &[(Group, Option<Assessed>)], more: bool) -> Markup {
    let records: usize = groups.iter().map(|g| g.0.records).sum();
    let version = registry::find(MODEL).map_or(0, |c| c.version);
    html! {
        section.card #groups {
            h2 { "相似接触组" span.rows-count { (groups.len()) " 组，" (records) " 条监测记录" } }
            @if groups.is_empty() { p.muted { "没有可读的监测结果。" } } @else {
                @if more { p.notice.notice-warning { "记录很多，只统计了前 " (records) " 条。" } }
                p.muted {
                    "按岗位、危害因素、样品类型、单位和适用限值分组，不同的不合并；同一天同一点的 TWA、噪声样品合为一个班次。"
                    "未检出按删失处理，不代入数值。几何均数、P95、超限概率由 "
                    a href=(calculators::address(MODEL)) { "贝叶斯模型" } "（" code { (MODEL) } " 第 " (version) " 版）给出；"
                    "少于 " (FEWEST) " 个结果不判定，少于 " (ENOUGH) " 个只作初步判定（EN 689:2018）。"
                }
                (summary(app, groups))
                @for (index, (group, found)) in groups.iter().enumerate() { (detail(app, employer, index, group, found.as_ref())) }
            }
        }
    }
}

fn factor(app: &App, group: &Group) -> String {
    let label = |list: &str, code: &str| app.catalogue().list(list).and_then(|l| l.get(code)).map_or(code.to_owned(), |c| c.label.clone());
    let mut text = if group.factor.is_empty() { "（未填因素）".into() } else { label("HAZARD", &group.factor) };
    if !group.dust.is_empty() {
        text.push('·');
        text.push_str(&label("DUSTKIND", &group.dust));
    }
    if !group.sample.is_empty() {
        text.push('·');
        text.push_str(&label("OEL", &group.sample));
    }
    text
}

fn post(group: &Group) -> &str {
    if group.post.is_empty() { "（未填岗位）" } else { &group.post }
}

fn three(value: f64) -> String {
    numbers::significant(value, 3)
}

fn percent(share: f64) -> String {
    if share < 0.001 {
        "< 0.1 %".into()
    } else if share > 0.999 {
        "> 99.9 %".into()
    } else {
        format!("{:.1} %", 100.0 * share)
    }
}

/// What is told of a group. Fewer results than are judged leave little but the prior of the model, and a figure would be read as a finding.
fn told<'a>(group: &Group, found: Option<&'a Assessed>) -> Option<&'a Assessed> {
    found.filter(|_| group.points.len() >= FEWEST)
}

/// How a group stands, in words, with a badge class.
fn verdict(group: &Group, found: Option<&Assessed>) -> (&'static str, String) {
    let n = group.points.len();
    let Some(found) = found else { return ("badge-quiet", plain_verdict(group)) };
    if told(group, Some(found)).is_none() {
        return ("badge-quiet", format!("太少（n < {FEWEST}），不判定"));
    }
    let few = if n < ENOUGH { "（初步）" } else { "" };
    match found.decision.as_str() {
        "acceptable" => ("badge-ok", format!("可接受{few}")),
        "tolerable" => ("badge-look", format!("可容忍{few}")),
        _ => ("badge-stop", format!("控制不良{few}")),
    }
}

fn plain_verdict(group: &Group) -> String {
    let Some(limit) = &group.limit else { return "没有适用限值".into() };
    if !group.comparable() {
        return format!("单位 {} 与限值单位 {} 不同，不作比较", group.unit, limit.unit);
    }
    if group.points.is_empty() {
        return "没有可用的结果".into();
    }
    if group.is_concentration() {
        return "模型不适用于这组数值，请核对单位".into();
    }
    let over = group.points.iter().filter(|p| bound(p.value) > limit.value).count();
    if over > 0 { format!("{over} 个超过限值") } else { "均不超过限值".into() }
}

/// The largest the value can be.
fn bound(value: Observation) -> f64 {
    match value {
        Observation::Exact(x) | Observation::Below(x) | Observation::Above(x) | Observation::Between(_, x) => x,
    }
}

fn summary(app: &App, groups: &[(Group, Option<Assessed>)]) -> Markup {
    html! {
        div.table-wrap tabindex="0" role="region" aria-label="相似接触组" { table.list.small.groups-table {
            thead { tr {
                th scope="col" { "岗位 · 因素" } th.num scope="col" { "结果" } th.num scope="col" { "未检出" } th.num scope="col" { "几何均数" } th.num scope="col" { "GSD" }
                th.num scope="col" { "P95" } th.num scope="col" { "超限比例" } th.num scope="col" { "超限概率" } th scope="col" { "AIHA" } th scope="col" { "限值" } th scope="col" { "判定" }
            } }
            tbody { @for (index, (group, found)) in groups.iter().enumerate() {
                @let (class, words) = verdict(group, found.as_ref());
                @let told = told(group, found.as_ref());
                tr {
                    th scope="row" { a href=(format!("#group-{index}")) { (post(group)) } span.muted { (factor(app, group)) } }
                    td.num data-label="结果" { (group.points.len()) }
                    td.num data-label="未检出" { (group.non_detects()) }
                    td.num data-label="几何均数" { (told.map_or("—".into(), |f| three(f.gm))) }
                    td.num data-label="GSD" { (told.map_or("—".into(), |f| three(f.gsd))) }
                    td.num data-label="P95" { (told.map_or("—".into(), |f| three(f.p95))) }
                    td.num data-label="超限比例" { (told.map_or("—".into(), |f| percent(f.exceedance_pct / 100.0))) }
                    td.num data-label="超限概率" { (told.map_or("—".into(), |f| percent(f.over))) }
                    td data-label="AIHA" { (told.map_or("—".into(), |f| format!("{} 类", f.band))) }
                    td.groups-limit data-label="限值" { (limit(group)) }
                    td data-label="判定" { span class=(format!("state-badge {class}")) { (words) } }
                }
            } }
        } }
    }
}

fn limit(group: &Group) -> String {
    group.limit.as_ref().map_or_else(|| frame_words::NONE.into(), |l| format!("{} {} {}", l.kind, three(l.value), l.unit))
}

fn detail(app: &App, employer: &str, index: usize, group: &Group, found: Option<&Assessed>) -> Markup {
    let mut filters = vec![("employer_id", employer), ("factor", group.factor.as_str())];
    if !group.post.is_empty() {
        filters.push(("post", group.post.as_str()));
    }
    if !group.sample.is_empty() {
        filters.push(("sample_type", group.sample.as_str()));
    }
    let list = format!("{}{}", links::list(MEASUREMENT), links::query(&filters));
    html! {
        details.group-detail id=(format!("group-{index}")) open[index == 0] {
            summary { (post(group)) " · " (factor(app, group)) "（" (group.points.len()) "）" }
            dl.facts {
                (limit_facts(group))
                @if let Some(found) = told(group, found) { (figures(group, found)) }
                div.fact { dt { "记录" } dd { a href=(list) { (group.records) " 条" } } }
            }
            @if group.workshops.len() > 1 {
                p.notice.notice-warning { "含 " (group.workshops.len()) " 个车间（" (group.workshops.iter().cloned().collect::<Vec<_>>().join("、")) "），请确认接触相似。" }
            }
            @if let Some(found) = found { @for warning in &found.warnings { p.notice.notice-warning { (words::warning(warning)) } }
                @if found.gsd > 4.0 { p.notice.notice-warning { (words::warning("high_gsd")) } }
            }
            @if !group.aside.is_empty() {
                div.notice.notice-warning {
                    p { (group.aside.len()) " 条记录没有参加统计：" }
                    ul { @for (id, why) in group.aside.iter().take(20) { li { a href=(links::record(MEASUREMENT, id)) { (why) } } } }
                }
            }
            @if !group.points.is_empty() {
                div.chart-and-table { (trend(group)) div.table-wrap tabindex="0" role="region" aria-label=(format!("{}的结果", post(group))) { (results(group)) } }
            }
        }
    }
}

fn limit_facts(group: &Group) -> Markup {
    html! {
        @if let Some(l) = &group.limit {
            div.fact { dt { "适用限值" } dd { (l.kind) " " (three(l.value)) " " (l.unit) @if l.value < l.tabled { span.muted { "（" (three(l.tabled)) " 按长班次折减）" } } } }
            div.fact { dt { "标准与版本" } dd { (l.editions.iter().cloned().collect::<Vec<_>>().join("；")) @if l.unverified { span.muted { "（待核对）" } } } }
        } @else { div.fact { dt { "适用限值" } dd { "没有" } } }
    }
}

fn figures(group: &Group, found: &Assessed) -> Markup {
    let en689 = match found.en689.as_deref() {
        Some("compliance") => "符合",
        Some("non_compliance") => "不符合",
        Some("no_decision") => "不能判定，补测到 6 个以上",
        _ => "结果太少或未检出太多，不判定",
    };
    html! {
        div.fact { dt { "几何均数 / GSD" } dd { (three(found.gm)) " " (group.unit) " / " (three(found.gsd)) } }
        div.fact { dt { "P95（95 % 可信上限）" } dd { (three(found.p95)) "（" (three(found.p95_high)) "）" } }
        div.fact { dt { "超限比例" } dd { (percent(found.exceedance_pct / 100.0)) } }
        div.fact { dt { "超限概率 P(P95 > 限值)" } dd { (percent(found.over)) } }
        div.fact { dt { "AIHA 类别" } dd { (found.band) " 类（概率 " (percent(found.band_probability)) "）" } }
        div.fact { dt { "EN 689" } dd { (en689) } }
    }
}

fn shown(value: Observation) -> String {
    match value {
        Observation::Exact(x) => three(x),
        Observation::Below(x) => format!("<{}", three(x)),
        Observation::Above(x) => format!(">{}", three(x)),
        Observation::Between(low, high) => format!("{} – {}", three(low), three(high)),
    }
}

fn trend(group: &Group) -> Markup {
    let place = |p: &Point| json!([p.day, bound(p.value), p.value.exact().is_some()]);
    let data = json!({
        "kind": "trend",
        "log": group.is_concentration(),
        "unit": group.unit,
        "points": group.points.iter().map(place).collect::<Vec<_>>(),
        "limit": group.limit.as_ref().filter(|_| group.comparable()).map(|l| l.value),
    });
    plots::picture(&data, &format!("{}的 {} 个结果按日期，数值见表", post(group), group.points.len()))
}

/// Results, each opening its records.
fn results(group: &Group) -> Markup {
    let limit = group.limit.as_ref().filter(|_| group.comparable() && group.is_concentration());
    html! {
        table.slim {
            thead { tr { th scope="col" { "日期" } th scope="col" { "地点" } th.num scope="col" { "结果 " (group.unit) } @if limit.is_some() { th.num scope="col" { "与限值之比" } } th scope="col" { "记录" } } }
            tbody { @for point in &group.points {
                tr {
                    th scope="row" { (point.day) }
                    td { (point.place) }
                    td.num { (shown(point.value)) }
                    @if let Some(limit) = limit { td.num { @if point.value.is_non_detect() { "<" } (three(bound(point.value) / limit.value)) } }
                    td { @for (n, id) in point.ids.iter().enumerate() { @if n > 0 { " " } a href=(links::record(MEASUREMENT, id)) aria-label=(format!("{} 的记录 {}", point.day, n + 1)) { (n + 1) } } }
                }
            } }
        }
    }
}
