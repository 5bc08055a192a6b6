//! Measurements: results of each factor over time with the limit they are held against.

use super::ask::Rows;
use super::parts;
use crate::app::App;
use crate::calculators::{numbers, plots};
use crate::groups::gather::{Group, Limit, Point, gather};
use crate::links;
use maud::{Markup, html};
use serde_json::json;
use std::collections::BTreeMap;
use zhijian_calc::stats::Observation;

/// Factors with a picture of their own.
const FACTORS: usize = 12;
/// Results in a factor's table.
const ROWS: usize = 12;

/// Results of one factor that one limit holds for, of all posts.
#[derive(Debug)]
pub struct Factor<'a> {
    group: &'a Group,
    points: Vec<(&'a str, &'a Point)>,
}

impl Factor<'_> {
    fn limit(&self) -> Option<&Limit> {
        self.group.limit.as_ref().filter(|_| self.group.comparable())
    }

    /// Results surely above the limit, and all.
    fn over(&self) -> Option<(usize, usize)> {
        let limit = self.limit()?.value;
        Some((self.points.iter().filter(|(_, p)| low(p.value) > limit).count(), self.points.len()))
    }
}

/// The least a value can be; a non-detect may be nothing.
fn low(value: Observation) -> f64 {
    match value {
        Observation::Exact(x) | Observation::Above(x) | Observation::Between(x, _) => x,
        Observation::Below(_) => 0.0,
    }
}

fn high(value: Observation) -> f64 {
    match value {
        Observation::Exact(x) | Observation::Above(x) | Observation::Below(x) | Observation::Between(_, x) => x,
    }
}

fn shown(value: Observation) -> String {
    let three = |x: f64| numbers::significant(x, 3);
    match value {
        Observation::Exact(x) => three(x),
        Observation::Below(x) => format!("<{}", three(x)),
        Observation::Above(x) => format!(">{}", three(x)),
        Observation::Between(a, b) => format!("{} – {}", three(a), three(b)),
    }
}

/// Puts the groups of posts together by factor, sample, unit and limit; those with most results over the limit first.
fn by_factor(groups: &[Group]) -> Vec<Factor<'_>> {
    let mut factors: BTreeMap<String, Factor<'_>> = BTreeMap::new();
    for group in groups.iter().filter(|group| !group.points.is_empty()) {
        let limit = group.limit.as_ref().map(|l| format!("{}\u{1}{}\u{1}{}", l.kind, l.unit, l.value)).unwrap_or_default();
        let key = [&group.factor, &group.dust, &group.sample, &group.unit, &limit].map(String::as_str).join("\u{1}");
        let factor = factors.entry(key).or_insert_with(|| Factor { group, points: Vec::new() });
        factor.points.extend(group.points.iter().map(|point| (group.post.as_str(), point)));
    }
    let mut all: Vec<Factor<'_>> = factors.into_values().collect();
    for factor in &mut all {
        factor.points.sort_by(|a, b| b.1.day.cmp(&a.1.day));
    }
    all.sort_by_key(|f| std::cmp::Reverse((f.over().map_or(0, |o| o.0), f.points.len())));
    all
}

/// The section.
#[must_use]
pub fn body(app: &App, employer: &str, rows: &Rows) -> Markup {
    let groups = gather(&rows.views);
    let factors = by_factor(&groups);
    let aside: usize = groups.iter().map(|g| g.aside.len()).sum();
    html! {
        @if rows.views.is_empty() { (parts::none("没有监测记录。")) } @else {
            @if rows.more { p.notice.notice-info { "只统计最近 " (rows.views.len()) " 条监测记录。" } }
            (summary(app, employer, &factors))
            @if aside > 0 { p.muted { (aside) " 条记录没有可用的结果，未列入。" } }
            @for factor in factors.iter().take(FACTORS) { (one(app, employer, factor)) }
            @if factors.len() > FACTORS { p.muted { "另有 " (factors.len() - FACTORS) " 种因素见上表。" } }
            p.file-more {
                @if let Some(all) = &rows.all { a href=(all) { "全部监测记录" } " · " }
                a href=(links::about("employer", employer, "groups")) { "相似接触组统计" }
            }
        }
    }
}

fn name(app: &App, group: &Group) -> String {
    let label = |list: &str, code: &str| app.catalogue().list(list).map_or(code.to_owned(), |l| l.label(code).to_owned());
    let mut parts = vec![if group.factor.is_empty() { "（未填因素）".to_owned() } else { label("HAZARD", &group.factor) }];
    for (list, code) in [("DUSTKIND", &group.dust), ("OEL", &group.sample)] {
        if !code.is_empty() {
            parts.push(label(list, code));
        }
    }
    parts.join("·")
}

fn address(employer: &str, group: &Group) -> String {
    let mut pairs = vec![("employer_id", employer)];
    pairs.extend([("factor", group.factor.as_str()), ("sample_type", group.sample.as_str())].into_iter().filter(|(_, v)| !v.is_empty()));
    format!("{}{}", links::list("measurement"), links::query(&pairs))
}

fn share((over, all): (usize, usize)) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of a page")]
    let percent = 100.0 * over as f64 / all as f64;
    format!("{over} / {all}（{percent:.0} %）")
}

fn summary(app: &App, employer: &str, factors: &[Factor<'_>]) -> Markup {
    html! {
        div.table-wrap tabindex="0" role="region" aria-label="各因素监测结果" { table.list.small {
            thead { tr { th scope="col" { "因素" } th.num scope="col" { "结果数" } th.text scope="col" { "限值" } th.num scope="col" { "最近一次" } th.num scope="col" { "最高" } th.num scope="col" { "超限" } } }
            tbody { @for f in factors {
                @let newest = f.points.first();
                tr {
                    td.text data-label="因素" { (name(app, f.group)) }
                    td.num data-label="结果数" { a href=(address(employer, f.group)) { (f.points.len()) } }
                    td.text data-label="限值" { @if let Some(l) = f.limit() { (l.kind) " " (numbers::significant(l.value, 3)) " " (l.unit) @if l.unverified { span.muted { "（待核对）" } } } @else { span.muted { "没有适用限值" } } }
                    td.num data-label="最近一次" { @if let Some((_, p)) = newest { (shown(p.value)) span.muted { " " (p.day) } } }
                    td.num data-label="最高" { (numbers::significant(f.points.iter().map(|(_, p)| high(p.value)).fold(0.0, f64::max), 3)) " " (f.group.unit) }
                    td.num data-label="超限" { @if let Some(over) = f.over() { span class=[(over.0 > 0).then_some("state-badge badge-stop")] { (share(over)) } } @else { "—" } }
                }
            } }
        } }
    }
}

fn one(app: &App, employer: &str, factor: &Factor<'_>) -> Markup {
    let group = factor.group;
    let title = name(app, group);
    let data = json!({
        "kind": "trend",
        "log": group.is_concentration(),
        "unit": group.unit,
        "points": factor.points.iter().rev().map(|(_, p)| json!([p.day, high(p.value), p.value.exact().is_some()])).collect::<Vec<_>>(),
        "limit": factor.limit().map(|l| l.value),
    });
    let said = format!("{title}的 {} 个结果按日期{}，数值见表", factor.points.len(), if factor.limit().is_some() { "与限值" } else { "" });
    let limit = factor.limit().filter(|_| group.is_concentration());
    let table = html! { table.slim {
        thead { tr { th scope="col" { "日期" } th scope="col" { "岗位 · 地点" } th.num scope="col" { "结果 " (group.unit) } @if limit.is_some() { th.num scope="col" { "与限值之比" } } } }
        tbody { @for (post, p) in factor.points.iter().take(ROWS) { tr {
            th scope="row" { @if let Some(id) = p.ids.first() { a href=(links::record("measurement", id)) { (p.day) } } @else { (p.day) } }
            td { (post) @if !p.place.is_empty() { span.muted { " " (p.place) } } }
            td.num { (shown(p.value)) }
            @if let Some(l) = limit { td.num { @if p.value.is_non_detect() { "<" } (numbers::significant(high(p.value) / l.value, 3)) } }
        } } }
        @if factor.points.len() > ROWS { tfoot { tr { td colspan="4" { a href=(address(employer, group)) { "全部 " (factor.points.len()) " 个结果" } } } } }
    } };
    parts::over_time(&title, factor.points.len(), &plots::picture(&data, &said), &table)
}
