//! Rows of plans at the end of the open year, as the plan board forecasts them.

use serde_json::json;
use time::Date;
use zhijian_kinds::{
    Plan, Target, dates,
    warning::{OfPlans, PLAN_ROW},
};
use zhijian_records::warnings::Row;

use crate::{
    error::Result,
    evaluate::{Evaluator, Params, plan},
    outlook::{ends, forecasts, goal, open_until},
};

/// Digits of a county's code.
const COUNTY: usize = 6;

/// A row for every row of a plan that has a forecast on the day: the plan's region, then its counties.
pub(super) async fn rows(evaluator: &Evaluator, of: &OfPlans, today: &str) -> Result<Vec<Row>> {
    // On the last day of a year there is nothing left to forecast.
    let Some(last) = dates::parse_iso(today).and_then(|day| open_until(day, day.year(), None)) else { return Ok(Vec::new()) };
    let Some(until) = ends(last).last().copied() else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for plan in evaluator.catalogue.plans.values().filter(|p| of.plans.is_empty() || of.plans.contains(&p.plan)) {
        for node in nodes(evaluator, plan, of.counties) {
            for target in &plan.targets {
                rows.extend(row(evaluator, plan, target, node, last, until).await?);
            }
        }
    }
    Ok(rows)
}

fn nodes<'a>(evaluator: &'a Evaluator, plan: &'a Plan, counties: bool) -> impl Iterator<Item = &'a str> {
    let below = evaluator.catalogue.regions.all().iter().filter(move |r| counties && r.parent == plan.region && r.code.len() == COUNTY);
    [plan.region.as_str()].into_iter().chain(below.map(|r| r.code.as_str()))
}

async fn row(evaluator: &Evaluator, plan: &Plan, target: &Target, node: &str, last: Date, until: Date) -> Result<Option<Row>> {
    let (level, level_year) = plan::goal(target, last.year());
    let Some(level) = goal(&target.test, level.as_ref()) else { return Ok(None) };
    let Some(def) = evaluator.catalogue.indicators.get(&target.indicator).filter(|def| forecasts(def.measure)) else {
        return Ok(None);
    };
    let options = plan.options.get(&def.code).cloned().unwrap_or_default();
    let params = Params { options, ..Params::new(node, last.year()) };
    // A place of which nothing is recorded is not one that will miss its target.
    if evaluator.indicator(def, &Params { as_of: Some(until), ..params.clone() }).await?.units == 0 {
        return Ok(None);
    }
    let Some((outlook, newest)) = evaluator.outlook(def, &params, last).await? else { return Ok(None) };
    let Some(forecast) = outlook.forecast else { return Ok(None) };
    let (year, code, name) = (last.year(), &def.code, &plan.plan);
    let place = evaluator.catalogue.regions.name(node);
    let address = format!("{name}/{code}?year={year}&as_of={}&region={node}", dates::iso(until));
    let columns = json!({
        "key": format!("{name}/{code}/{node}/{year}"),
        "subject": format!("{place}：{}（{year}年）", target.name),
        "employer": null,
        "region": node,
        "value": forecast.value,
        "evidence": format!("{PLAN_ROW}:{address}"),
        "projected": forecast.value,
        "low": forecast.low,
        "high": forecast.high,
        "goal": level,
        "now": newest.value,
        "months": forecast.points,
        "year": year,
        "goal_year": level_year,
    });
    Ok(columns.as_object().cloned())
}
