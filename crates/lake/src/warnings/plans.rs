//! Rows of plans at the end of the open year, as the plan board forecasts them.

use std::collections::HashMap;

use serde_json::{Value, json};
use time::Date;
use zhijian_kinds::{
    Plan, Regions, Target, dates,
    warning::{OfPlans, PLAN_ROW},
};
use zhijian_records::warnings::Row;

use crate::{
    error::Result,
    evaluate::{Evaluator, Params, literal::literal, plan},
    outlook::{ends, forecasts, goal, open_until},
};

/// Digits of a county's code.
const COUNTY: usize = 6;

/// A row for every row of a plan that has a forecast on the day: the plan's region, then the counties to which a level was shared out. A level
/// of the whole says nothing about a county: one institution in the city is not one in each county.
pub(super) async fn rows(evaluator: &Evaluator, of: &OfPlans, today: &str) -> Result<Vec<Row>> {
    // On the last day of a year there is nothing left to forecast.
    let Some(last) = dates::parse_iso(today).and_then(|day| open_until(day, day.year(), None)) else { return Ok(Vec::new()) };
    let Some(until) = ends(last).last().copied() else { return Ok(Vec::new()) };
    let shares = shares(evaluator, last.year(), today).await?;
    let asking = Asking { evaluator, shares: &shares, last, until };
    let mut rows = Vec::new();
    for plan in evaluator.catalogue.plans.values().filter(|p| of.plans.is_empty() || of.plans.contains(&p.plan)) {
        if !recorded(evaluator, &plan.region).await? {
            continue;
        }
        for target in &plan.targets {
            let whole = asking.row(plan, target, &plan.region).await?;
            // Where the whole has no forecast, nothing is recorded or nothing is to be reached: the counties need not be asked.
            let counties = of.counties && whole.is_some();
            rows.extend(whole);
            for county in counties_of(evaluator, plan).filter(|county| counties && asking.shared(plan, target, county)) {
                rows.extend(asking.row(plan, target, county).await?);
            }
        }
    }
    Ok(rows)
}

fn counties_of<'a>(evaluator: &'a Evaluator, plan: &'a Plan) -> impl Iterator<Item = &'a str> {
    let regions = evaluator.catalogue.regions.all().iter();
    regions.filter(|r| r.parent == plan.region && r.code.len() == COUNTY).map(|r| r.code.as_str())
}

/// Whether the platform knows any employer of a region: the plan of a city that does not use it raises nothing.
async fn recorded(evaluator: &Evaluator, region: &str) -> Result<bool> {
    let Some(like) = literal(&json!(format!("{}%", Regions::prefix(region)))) else { return Ok(false) };
    let sql = format!("SELECT id FROM employer WHERE region LIKE {like} LIMIT 1");
    Ok(evaluator.lake().query(&sql, None).await?.iter().any(|batch| batch.num_rows() > 0))
}

/// Levels that were shared out to a year and a place: plan, indicator, region.
type Shares = HashMap<(String, String, String), f64>;

/// The levels of a year that had been set by a day (kind `target_share`); a lake without such records has none.
async fn shares(evaluator: &Evaluator, year: i32, today: &str) -> Result<Shares> {
    let Some(day) = literal(&json!(today)) else { return Ok(Shares::new()) };
    let sql = format!("SELECT plan, indicator, region, value FROM target_share WHERE field_year = {year} AND set_on <= DATE {day}");
    let mut all = Shares::new();
    for batch in &evaluator.lake().query(&sql, None).await? {
        for row in super::read(batch)? {
            let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            if let Some(value) = row.get("value").and_then(Value::as_f64) {
                all.insert((text("plan"), text("indicator"), text("region")), value);
            }
        }
    }
    Ok(all)
}

/// What every row is asked with.
struct Asking<'a> {
    evaluator: &'a Evaluator,
    shares: &'a Shares,
    last: Date,
    until: Date,
}

impl Asking<'_> {
    /// Whether a level was shared out to a place.
    fn shared(&self, plan: &Plan, target: &Target, node: &str) -> bool {
        self.shares.contains_key(&(plan.plan.clone(), target.indicator.clone(), node.to_owned()))
    }

    /// The level that a place is held against: what was shared out to it for the year, else the plan's next one.
    fn level(&self, plan: &Plan, target: &Target, node: &str) -> Option<(f64, Option<i32>)> {
        let (next, next_year) = plan::goal(target, self.last.year());
        let next = goal(&target.test, next.as_ref())?;
        let own = self.shares.get(&(plan.plan.clone(), target.indicator.clone(), node.to_owned()));
        Some(own.map_or((next, next_year), |own| (*own, Some(self.last.year()))))
    }

    async fn row(&self, plan: &Plan, target: &Target, node: &str) -> Result<Option<Row>> {
        let Self { evaluator, last, until, .. } = *self;
        let Some((level, level_year)) = self.level(plan, target, node) else { return Ok(None) };
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
}
