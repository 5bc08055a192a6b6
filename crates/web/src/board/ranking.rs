//! Places below side by side: rank, light, and what each adds to the gap against the plan's target.

use super::drill::Subject;
use super::figures::Question;
use super::outlook::goal;
use super::place::Territory;
use super::{bullet, numbers, parts};
use crate::app::App;
use crate::{PageError, words};
use maud::{Markup, html};
use serde_json::json;
use zhijian_calc::gap::{Contribution, Part, contributions};
use zhijian_kinds::indicator::Measure;
use zhijian_lake::{Dimension, LakeError, PlanRow, Slice, Status, percent_text};

/// Share of a target that counts as near, as for the plan's own light (domain C.0).
const NEAR: f64 = 0.95;

/// One place.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// Its figure.
    pub slice: Slice,
    /// What it adds to the gap; `None` without a target that can be shared out, or where some place is not told.
    pub added: Option<Contribution>,
}

/// The places directly below, the best first, with what each adds to the gap against a target in percent; nothing where the indicator
/// cannot be told by place.
///
/// # Errors
/// The lake failed.
pub async fn places(app: &App, territory: &Territory<'_>, question: &Question<'_>, goal: Option<f64>) -> Result<Vec<Ranked>, LakeError> {
    let children = territory.children(&question.params.region);
    let has = |by: Dimension| question.dimensions().any(|d| d == by);
    let by = if children.iter().any(|r| r.code.len() > 6) { Dimension::Town } else { Dimension::Region };
    if children.is_empty() || !has(by) || !matches!(question.def.measure, Measure::Rate | Measure::Count) {
        return Ok(Vec::new());
    }
    let slices = question.breakdown(app, by).await?;
    let mut places: Vec<Slice> = slices.into_iter().filter(|s| children.iter().any(|r| r.code == s.key)).collect();
    places.sort_by(|a, b| b.value.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.value.unwrap_or(f64::NEG_INFINITY)));
    Ok(ranked(places, goal.filter(|_| question.def.measure == Measure::Rate)))
}

/// The section; nothing where the indicator cannot be told by place.
///
/// # Errors
/// The lake failed.
pub async fn section(subject: &Subject<'_>, row: Option<&PlanRow>) -> Result<Markup, PageError> {
    let question = &subject.question;
    let goal = row.and_then(|r| goal(&r.test, r.target.as_ref())).filter(|_| question.def.measure == Measure::Rate);
    let ranked = places(subject.app, subject.territory, question, goal).await?;
    if ranked.len() < 2 {
        return Ok(Markup::default());
    }
    Ok(html! {
        section.card.board-ranking #ranking {
            h2 { "排名与差距贡献" }
            @if let Some(goal) = goal {
                p.muted.board-small { "目标 " (percent_text(goal)) "。还差 = 目标 × 分母 − 分子；各地之和等于全域的缺口，为负的已超过目标。“占缺口”只在未达到的地方之间分摊。没有区县自己的目标时，一律按全域目标衡量。" }
            } @else { p.muted.board-small { "这个指标没有可按区划分摊的比率目标，只列排名。" } }
            div.chart-and-table {
                div.chart.bars data-chart="bars" data-from="ranking-data" role="img" aria-label="各区划排名，数值见表" {}
                (parts::data("ranking-data", &chart(&ranked, goal, question.def.unit == "percent")))
                div.table-wrap tabindex="0" role="region" aria-label="排名与差距贡献" { (table(subject, &ranked, goal)) }
            }
        }
    })
}

fn ranked(places: Vec<Slice>, goal: Option<f64>) -> Vec<Ranked> {
    let Some(goal) = goal else { return places.into_iter().map(|slice| Ranked { slice, added: None }).collect() };
    let told = |s: &Slice| s.numerator.zip(s.denominator).map(|(numerator, denominator)| Part { numerator, denominator });
    // With a place that is not told the whole is not known, and nothing may follow from the others.
    let parts: Option<Vec<Part>> = places.iter().map(told).collect();
    let Some(parts) = parts else { return places.into_iter().map(|slice| Ranked { slice, added: None }).collect() };
    let added = contributions(&parts, goal);
    places.into_iter().zip(added).map(|(slice, added)| Ranked { slice, added: Some(added) }).collect()
}

fn chart(ranked: &[Ranked], goal: Option<f64>, percent: bool) -> serde_json::Value {
    json!({
        "unit": if percent { "%" } else { "" },
        "goal": goal,
        "labels": ranked.iter().map(|r| &r.slice.label).collect::<Vec<_>>(),
        "values": ranked.iter().map(|r| r.slice.value).collect::<Vec<_>>(),
        "shown": ranked.iter().map(|r| &r.slice.display).collect::<Vec<_>>(),
    })
}

/// The light of a place against the whole's target.
fn status(value: Option<f64>, goal: f64) -> Status {
    match value {
        None => Status::NotApplicable,
        Some(value) if value >= goal => Status::Met,
        Some(value) if value >= goal * NEAR => Status::Near,
        Some(_) => Status::Missed,
    }
}

fn table(subject: &Subject<'_>, ranked: &[Ranked], goal: Option<f64>) -> Markup {
    let signed = |x: f64, digits: usize| format!("{}{:.*}", if x < 0.0 { "−" } else { "" }, digits, x.abs());
    html! {
        table.slim {
            thead { tr {
                th.num scope="col" { "名次" } th scope="col" { "区划" } th.num scope="col" { "值" }
                @if goal.is_some() { th scope="col" { "状态" } th.num scope="col" { "还差" } th.num scope="col" { "拉低全域" } th.num scope="col" { "占缺口" } }
            } }
            tbody {
                @for (at, place) in ranked.iter().enumerate() {
                    @let slice = &place.slice;
                    tr {
                        td.num { @if slice.value.is_some() { (at + 1) } @else { (words::NONE) } }
                        th scope="row" {
                            @if subject.territory.sees(&slice.key) { a href=(subject.asked.here(&subject.path, &[("region", &slice.key), ("page", "")])) { (slice.label) } }
                            @else { (slice.label) }
                        }
                        td.num { (slice.display) @if let (Some(n), Some(d)) = (slice.numerator, slice.denominator) { @if d > 0.0 { div.muted.board-small { (numbers::grouped(n)) "/" (numbers::grouped(d)) } } } }
                        @if let Some(goal) = goal {
                            td { @if slice.numerator.is_some() { (bullet::light(status(slice.value, goal))) } @else { (words::NONE) } }
                            @match &place.added {
                                Some(added) => {
                                    td.num { (signed(added.units, 1)) }
                                    td.num { (signed(added.points, 2)) " 个百分点" }
                                    td.num { @if added.share > 0.0 { (percent_text(added.share)) } @else { (words::NONE) } }
                                }
                                None => { td.num { (words::NONE) } td.num { (words::NONE) } td.num { (words::NONE) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lights_follow_the_plans_rule() {
        let rows = [(Some(90.0), Status::Met), (Some(85.5), Status::Near), (Some(85.49), Status::Missed), (None, Status::NotApplicable)];
        for (value, expected) in rows {
            assert_eq!(status(value, 90.0), expected, "{value:?}");
        }
    }
}
