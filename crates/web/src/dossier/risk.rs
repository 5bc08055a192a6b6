//! Risk of an employer: classes with their scheme, the score of the profile with its inputs, posts by exposure level and grade.
//!
//! Computed when the page is read, so it is never behind the records.

use super::ask::{self, Rows, number, text};
use super::parts;
use crate::app::App;
use crate::error::PageError;
use crate::links;
use crate::session::Signed;
use maud::{Markup, html};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use zhijian_calc::profile::{self, Profile, Score};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::text::rounded_text;
use zhijian_records::duties::DutyRow;
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};

/// Natures of hazards: field of the register, first letter of the hazard's code, name.
const NATURES: [(&str, char, &str); 4] =
    [("dust", 'D', "粉尘"), ("chemical", 'C', "化学因素"), ("physical", 'P', "物理因素"), ("radiation", 'R', "放射性因素")];
/// Posts listed.
const POSTS: usize = 60;

/// A post and factor with its newest result.
#[derive(Debug)]
struct Post<'a> {
    view: &'a View,
    level: Option<u8>,
    ratio: Option<f64>,
}

/// Numbers of cases, where the caller may know them.
#[derive(Debug, Default)]
pub struct Cases {
    suspected: Option<u64>,
    contraindicated: Option<u64>,
    confirmed: Option<u64>,
}

/// Counts cases of an employer.
///
/// # Errors
/// The store failed.
pub async fn cases(app: &App, signed: &Signed, id: &str) -> Result<Cases, PageError> {
    let counted = async |kind: &str, field: &str, value: &str| -> Result<Option<u64>, PageError> {
        let filters = vec![("owner".to_owned(), Op::Eq, id.to_owned()), (field.to_owned(), Op::Eq, value.to_owned())];
        let request = ListRequest { filters, limit: 1, ..ListRequest::default() };
        match app.door.count(&signed.caller, kind, &request, crate::words::COUNT_LIMIT).await {
            Ok(n) => Ok(Some(n)),
            Err(zhijian_records::DoorError::NotAllowed { .. } | zhijian_records::DoorError::BadRequest(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    };
    Ok(Cases {
        suspected: counted("exam", "conclusion", "3").await?,
        contraindicated: counted("exam", "conclusion", "4").await?,
        confirmed: counted("diagnosis", "conclusion", "1").await?,
    })
}

/// Newest result of each post and factor.
fn posts(rows: &Rows) -> Vec<Post<'_>> {
    let mut newest: BTreeMap<[&str; 3], Post<'_>> = BTreeMap::new();
    // Rows come newest first.
    for view in &rows.views {
        let key = [text(view, "workshop"), text(view, "post"), text(view, "factor")];
        // Level and ratio are of one judgement: of the exposure where it was judged, else of the sample.
        let judged = text(view, "exposure.level").parse().ok();
        let (level, ratio) = match (judged, number(view, "exposure.ratio")) {
            (None, None) => (text(view, "exposure_level").parse().ok(), number(view, "ratio")),
            of_exposure => of_exposure,
        };
        if level.is_some() || ratio.is_some() {
            newest.entry(key).or_insert(Post { view, level, ratio });
        }
    }
    let mut all: Vec<Post<'_>> = newest.into_values().collect();
    all.sort_by(|a, b| b.level.cmp(&a.level).then(b.ratio.unwrap_or_default().total_cmp(&a.ratio.unwrap_or_default())));
    all
}

/// The section.
#[must_use]
pub fn body(
    app: &App,
    signed: &Signed,
    employer: &View,
    measured: Option<&Rows>,
    inspected: Option<&Rows>,
    duties: Option<&[DutyRow]>,
    cases: &Cases,
) -> Option<Markup> {
    let measured = measured?;
    let posts = posts(measured);
    let office = crate::warnings::reads(app, signed);
    let assessed = inspected.and_then(|rows| rows.views.iter().find(|v| !text(v, "comp_risk").is_empty()));
    let today = app.door.today();
    let overdue = duties.unwrap_or_default().iter().filter(|d| !d.paused && d.due_on < today).count();
    Some(html! {
        (classes(app, employer, &posts, assessed))
        @if office { (profile(employer, &posts, assessed, overdue, cases)) }
        (list(app, measured, &posts))
        @if office { p.file-more { a href={(crate::warnings::PAGE) (links::query(&[("employer", employer.id.as_str())]))} { "该单位未关闭的预警" } } }
    })
}

/// Exposed workers of a nature.
fn exposed(employer: &View, nature: &str) -> u64 {
    get_path(&employer.data, &format!("exposed_by_class.{nature}")).and_then(Value::as_u64).unwrap_or_default()
}

/// What `calc` is told of each nature of hazard, as an object of [`risk.employer`].
fn hazards(employer: &View, posts: &[Post<'_>]) -> Vec<(&'static str, Value)> {
    let severe = text(employer, "risk_class") == "1";
    let natures = NATURES.iter().filter_map(|(field, letter, name)| {
        let over = posts.iter().any(|p| text(p.view, "factor").starts_with(*letter) && p.level == Some(4));
        let exposed = exposed(employer, field);
        let there = exposed > 0 || posts.iter().any(|p| text(p.view, "factor").starts_with(*letter));
        there.then(|| (*name, json!({"severe": severe, "over_limit": over, "exposed": exposed})))
    });
    natures.collect()
}

fn classes(app: &App, employer: &View, posts: &[Post<'_>], assessed: Option<&View>) -> Markup {
    let hazards = hazards(employer, posts);
    let told: Vec<&Value> = hazards.iter().map(|(_, h)| h).collect();
    let by = |management: &str| {
        let given = json!({"hazards": told, "management": management});
        zhijian_calc::registry::run("risk.employer", &given).ok().map(|a| a.outputs)
    };
    let class = by("A").and_then(|o| o.get("risk_class").and_then(Value::as_u64));
    let word = |management: &str| {
        by(management).and_then(|o| o.get("comprehensive").and_then(Value::as_str).map(str::to_owned)).unwrap_or_default()
    };
    let label = |list: &str, code: &str| app.catalogue().list(list).map_or(code.to_owned(), |l| l.label(code).to_owned());
    let source = zhijian_calc::registry::find("risk.employer").map_or("", |c| c.source);
    html! {
        dl.facts {
            div.fact { dt { "危害风险分类" } dd { @match text(employer, "risk_class") { "" => "未登记", code => (label("RISKCLS", code)) } } }
            div.fact { dt { "危害风险等级" } dd { @match class { Some(class) => (label("RISKLV", &class.to_string())), None => "没有危害因素资料" } } }
            div.fact { dt { "综合风险" } dd { @match assessed {
                Some(view) => { (label("COMP", text(view, "comp_risk"))) " " a href=(links::record("inspection", &view.id)) { (text(view, "inspected_on")) } },
                None => "未评估",
            } } }
        }
        @if class.is_some() {
            details { summary { "如何得出" }
                div.table-wrap { table.slim {
                    thead { tr { th scope="col" { "性质" } th scope="col" { "严重危害" } th scope="col" { "有岗位超限" } th.num scope="col" { "接触人数" } } }
                    tbody { @for (name, h) in &hazards { tr {
                        th scope="row" { (name) } td { (yes(h, "severe")) } td { (yes(h, "over_limit")) } td.num { (h["exposed"]) }
                    } } }
                } }
                p.muted { "依据：" (source) "（风险等级与管理状况的组合表未见原文，待核）。严重危害按登记的危害风险分类；超限看各岗位最近一次结果。管理状况 A、B、C 时综合风险分别为 " (word("A")) "、" (word("B")) "、" (word("C")) "。" a href="/calc/risk.employer" { "计算器" } }
            }
        }
    }
}

fn yes(of: &Value, name: &str) -> &'static str {
    if of[name].as_bool().unwrap_or_default() { "是" } else { "否" }
}

fn profile(employer: &View, posts: &[Post<'_>], assessed: Option<&View>, overdue: usize, cases: &Cases) -> Markup {
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let known = |n: Option<u64>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or_default();
    let at = |level: u8| small(posts.iter().filter(|p| p.level == Some(level)).count());
    let exposed = get_path(&employer.data, "exposed_total").and_then(Value::as_u64);
    let given = Profile {
        comprehensive: assessed.and_then(|view| profile::comprehensive(text(view, "comp_risk"))),
        posts: small(posts.iter().filter(|p| p.level.is_some()).count()),
        posts_at_3: at(3),
        posts_at_4: at(4),
        exposed: known(exposed),
        suspected: known(cases.suspected),
        confirmed: known(cases.confirmed),
        contraindicated: known(cases.contraindicated),
        overdue: f64::from(small(overdue)),
    };
    let found = profile::score(&given);
    let one = |x: f64| rounded_text((x * 10.0).round() / 10.0);
    html! {
        h3 { "风险画像评分" }
        p.risk-score { strong { @if found.risk.is_some() { (one(found.range.0)) } @else { (one(found.range.0)) "–" (one(found.range.1)) } } span.muted { " / 100，只用于排列工作次序，不作处罚依据（平台约定）" } }
        div.table-wrap { table.slim {
            thead { tr { th scope="col" { "部分" } th.num scope="col" { "系数" } th.num scope="col" { "得分" } th scope="col" { "输入" } } }
            tbody { @for (name, weight, factor, inputs) in parts_of(&given, &found) { tr {
                th scope="row" { (name) }
                td.num { @match factor { Some(f) => (rounded_text((f * 1000.0).round() / 1000.0)), None => "未知" } }
                td.num { @match factor { Some(f) => (one(f * weight)), None => { (one(0.2 * weight)) "–" (one(weight)) } } " / " (one(weight)) }
                td { (inputs) }
            } } }
        } }
        @if cases.suspected.is_none() || cases.confirmed.is_none() { p.muted { "健康损害的例数不全在您的查看范围内，未计的部分按 0。" } }
    }
}

fn parts_of(given: &Profile, found: &Score) -> [(&'static str, f64, Option<f64>, String); 4] {
    [
        (
            "综合风险",
            40.0,
            found.risk,
            if found.risk.is_some() { "甲 0.2、乙 0.6、丙 1".into() } else { "未评估，按甲至丙给出范围".into() },
        ),
        ("接触", 25.0, Some(found.exposure), format!("有结果的岗位 {}，Ⅳ级 {}，Ⅲ级 {}", given.posts, given.posts_at_4, given.posts_at_3)),
        (
            "健康",
            20.0,
            Some(found.health),
            format!("疑似 {}，确诊 {}，禁忌证 {}，接害 {} 人", given.suspected, given.confirmed, given.contraindicated, given.exposed),
        ),
        ("管理", 15.0, Some(found.management), format!("逾期事项 {}", given.overdue)),
    ]
}

fn list(app: &App, rows: &Rows, posts: &[Post<'_>]) -> Markup {
    let label = |code: &str| app.catalogue().list("HAZARD").map_or(code.to_owned(), |l| l.label(code).to_owned());
    html! {
        h3 { "岗位风险清单" }
        @if posts.is_empty() { (parts::none("没有可判定的监测结果。")) } @else {
            div.table-wrap tabindex="0" role="region" aria-label="岗位风险清单" { table.list.small {
                thead { tr { th scope="col" { "岗位" } th scope="col" { "因素" } th scope="col" { "接触水平" } th.num scope="col" { "与限值之比" } th scope="col" { "作业分级" } th scope="col" { "接触等级 ER" } th scope="col" { "结果" } } }
                tbody { @for post in posts.iter().take(POSTS) { tr {
                    td data-label="岗位" { (text(post.view, "workshop")) " " (text(post.view, "post")) }
                    td data-label="因素" { (label(text(post.view, "factor"))) }
                    td data-label="接触水平" { (level(app, post.level)) }
                    td.num data-label="与限值之比" { @if let Some(ratio) = post.ratio { (rounded_text((ratio * 100.0).round() / 100.0)) } }
                    td data-label="作业分级" { (ask::shown(app, &rows.kind, post.view, "job_grade.level")) }
                    td data-label="接触等级 ER" { @if text(post.view, "factor").starts_with('C') { @if let Some(ratio) = post.ratio { (zhijian_calc::risk::exposure_class(ratio)) } } }
                    td data-label="结果" { a href=(links::record("measurement", &post.view.id)) { (text(post.view, "sampled_on")) } }
                } } }
            } }
            @if posts.len() > POSTS { p.muted { "只列出接触水平最高的 " (POSTS) " 个。" } }
            p.muted { "接触水平：GBZ 2.1 表5（Ⅲ级为行动水平以上，Ⅳ级为超限）；作业分级：GBZ/T 229；ER：GBZ/T 298 接触比值法（分档待核），化学物的风险 R 还需危害等级 HR，见" a href="/calc/risk.chemical" { "计算器" } "。" }
        }
    }
}

fn level(app: &App, level: Option<u8>) -> Markup {
    let Some(level) = level else { return Markup::default() };
    let tone = match level {
        4 => "badge-stop",
        3 => "badge-look",
        _ => "badge-plain",
    };
    let title = app.catalogue().list("EXPLEVEL").map_or(level.to_string(), |l| l.label(&level.to_string()).to_owned());
    html! { span class={"state-badge " (tone)} { (title) } }
}
