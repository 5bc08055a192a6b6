//! Targets of a plan by year and county: what is set, what is proposed, what has been reached.

use super::SHARE;
use super::targets_check::{Matrix, Place};
use crate::app::App;
use crate::board::figures::{self, BASE_YEAR, Question, When};
use crate::board::numbers;
use crate::board::place::Territory;
use crate::error::PageError;
use serde_json::Value;
use std::collections::BTreeMap;
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::{Indicator, Plan, Target};
use zhijian_lake::{Dimension, Slice};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};
use zhijian_records::{Caller, DoorError};

/// First and last year that targets are set for: the plans run from 2021 to 2025.
pub const YEARS: std::ops::RangeInclusive<i32> = 2021..=2025;

/// Rows of a plan whose target can be divided: numbers of a rate or a count.
pub fn divisible<'a>(app: &'a App, plan: &'a Plan) -> Vec<(&'a Target, &'a Indicator)> {
    let of = |target: &'a Target| {
        let def = app.catalogue().indicators.get(&target.indicator)?;
        matches!(def.measure, Measure::Rate | Measure::Count).then_some((target, def))
    };
    plan.targets.iter().filter_map(of).filter(|(_, def)| def.dimensions.iter().any(|d| d == "region")).collect()
}

/// Targets that are set, by year and county.
pub type Set = BTreeMap<(i32, String), View>;

/// What is set for an indicator.
///
/// # Errors
/// The door failed.
pub async fn set(app: &App, caller: &Caller, plan: &str, indicator: &str) -> Result<Set, DoorError> {
    let request = ListRequest {
        filters: vec![("plan".into(), Op::Eq, plan.to_owned()), ("indicator".into(), Op::Eq, indicator.to_owned())],
        limit: 500,
        ..ListRequest::default()
    };
    let rows = app.door.list(caller, SHARE, &request).await?.rows;
    let key = |view: &View| {
        let year = view.data.get("year").and_then(Value::as_i64).and_then(|y| i32::try_from(y).ok())?;
        Some((year, view.data.get("county")?.as_str()?.to_owned()))
    };
    Ok(rows.into_iter().filter_map(|view| Some((key(&view)?, view))).collect())
}

/// Value of a target that is set.
#[must_use]
pub fn value(view: &View) -> Option<f64> {
    view.data.get("value").and_then(Value::as_f64)
}

/// Everything that the page and the checks need.
///
/// # Errors
/// The lake failed.
pub async fn matrix(
    app: &App,
    territory: &Territory<'_>,
    plan: &Plan,
    (target, def): (&Target, &Indicator),
    node: &str,
    set: &Set,
) -> Result<Matrix, PageError> {
    let newest = figures::newest_year(app).await?;
    let mut reached: BTreeMap<i32, Vec<Slice>> = BTreeMap::new();
    for year in BASE_YEAR..=newest.min(*YEARS.end()) {
        let question = Question::new(territory, Some(plan), def, node, When { year, as_of: None, known_at: None });
        reached.insert(year, question.breakdown(app, Dimension::Region).await?);
    }
    let slice = |year: i32, code: &str| reached.get(&year).and_then(|slices| slices.iter().find(|s| s.key == code));
    let base = target.baseline_2020.as_ref().and_then(numbers::number);
    let weighed =
        reached.iter().rev().find(|(_, slices)| slices.iter().any(|s| s.denominator.is_some_and(|d| d > 0.0))).map(|(year, _)| *year);
    let counties: Vec<(String, String)> =
        territory.children(node).into_iter().filter(|r| r.code.len() == 6).map(|r| (r.code.clone(), r.name.clone())).collect();
    let counties = if counties.is_empty() { vec![(node.to_owned(), app.catalogue().regions.name(node).to_owned())] } else { counties };
    let rate = def.measure == Measure::Rate;
    let base_year = if base.is_some() { BASE_YEAR } else { start(&reached, &counties) };
    let places = counties
        .into_iter()
        .map(|(code, name)| Place {
            weight: weighed.and_then(|year| slice(year, &code)).and_then(|s| s.denominator),
            // A rate of the plan's base stands in for a county that has none of its own; a count cannot be shared out like that.
            base: slice(base_year, &code).and_then(|s| s.value).or(base.filter(|_| rate)),
            set: YEARS.filter_map(|year| Some((year, value(set.get(&(year, code.clone()))?)?))).collect(),
            reached: YEARS.filter_map(|year| Some((year, slice(year, &code)?.value?))).collect(),
            code,
            name,
        })
        .collect();
    let goal = |value: &Option<Value>| value.as_ref().and_then(numbers::number);
    Ok(Matrix {
        rate,
        base,
        base_year,
        goals: [(2023, goal(&target.target_2023)), (2025, goal(&target.target_2025))]
            .into_iter()
            .filter_map(|(year, goal)| Some((year, goal?)))
            .collect(),
        weighed_by: weighed,
        whole: node == plan.region,
        places,
    })
}

/// The first year in which as many of the counties have a value as in any other; the base year where none has.
fn start(reached: &BTreeMap<i32, Vec<Slice>>, counties: &[(String, String)]) -> i32 {
    let filled = |slices: &[Slice]| counties.iter().filter(|(code, _)| slices.iter().any(|s| s.key == *code && s.value.is_some())).count();
    let most = reached.values().map(|slices| filled(slices)).max().unwrap_or_default();
    reached.iter().find(|(_, slices)| most > 0 && filled(slices) == most).map_or(BASE_YEAR, |(year, _)| *year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rq_160_proposals_start_where_the_counties_first_have_figures() {
        let slice = |key: &str, value: Option<f64>| Slice {
            key: key.into(),
            label: String::new(),
            parent: String::new(),
            depth: 0,
            sum: false,
            numerator: None,
            denominator: None,
            value,
            display: String::new(),
            units: 0,
        };
        let counties = [("411502".to_owned(), "甲".to_owned()), ("411503".to_owned(), "乙".to_owned())];
        let none = BTreeMap::from([(2020, vec![slice("411502", None)])]);
        assert_eq!(start(&none, &counties), BASE_YEAR);
        let reached = BTreeMap::from([
            (2022, vec![slice("411502", Some(10.0)), slice("411571", Some(1.0))]),
            (2023, vec![slice("411502", Some(50.0)), slice("411503", Some(60.0))]),
            (2024, vec![slice("411502", Some(55.0)), slice("411503", Some(66.0))]),
        ]);
        assert_eq!(start(&reached, &counties), 2023, "what a few left behind is no start; a development zone is no county");
    }
}
