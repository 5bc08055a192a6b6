//! One indicator of an evaluation: value, years, counties, drivers, what is left to do. When a part cannot be had the line says why; the rest stands.

use super::super::content::{Driver, Figure, Part, PlaceRow, Unit, YearPoint};
use super::{Desk, drivers};
use crate::board::figures::{self, BASE_YEAR, List, Question, When};
use crate::board::lines::{self, Line};
use crate::board::{dimension_word, numbers, place};
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::{Indicator, Plan, Target};
use zhijian_lake::{Answer, Dimension, PlanRow, Slice, Status, UnitFilter, Which};
use zhijian_records::access::Wish;

/// Units of a list that a report keeps.
const LISTED: u64 = 30;
/// Dimensions whose parts are told as drivers.
const DRIVEN_BY: [Dimension; 3] = [Dimension::Industry, Dimension::Size, Dimension::Hazard];

/// The indicator of a target.
pub async fn of(desk: &Desk<'_>, target: &Target) -> Figure {
    let mut figure = Figure {
        seq: target.seq,
        code: target.indicator.clone(),
        name: target.name.clone(),
        unit: target.unit.clone(),
        status: Status::Pending.word().into(),
        shown: lines::NOTHING.into(),
        ..Figure::default()
    };
    let Some(def) = desk.app.catalogue().indicators.get(&target.indicator) else {
        figure.failure = format!("指标“{}”没有定义", target.indicator);
        return figure;
    };
    figure.percent = def.unit == "percent" && def.measure != Measure::Change;
    figure.numerator_means.clone_from(&def.numerator);
    figure.denominator_means.clone_from(&def.denominator);
    figure.basis.clone_from(&def.basis);
    figure.options = options(def, desk.plan);
    let only = Plan { targets: vec![target.clone()], ..desk.plan.clone() };
    match figures::evaluate(desk.app, &desk.reader, &only, desk.node, desk.when).await {
        Ok(rows) => {
            if let Some(row) = rows.into_iter().next() {
                valued(&mut figure, &row);
            }
        }
        Err(error) => {
            tracing::warn!(code = target.indicator, %error, "an indicator of an evaluation failed");
            figure.failure = format!("指标计算失败：{error}");
            return figure;
        }
    }
    let question = Question::new(&desk.reader, Some(desk.plan), def, desk.node, desk.when);
    if let Err(error) = taken_apart(desk, def, &question, &mut figure).await {
        tracing::warn!(code = target.indicator, %error, "a part of an indicator of an evaluation failed");
        figure.failure = format!("趋势、分区或名单未能计算：{error}");
    }
    figure
}

async fn taken_apart(
    desk: &Desk<'_>,
    def: &Indicator,
    question: &Question<'_>,
    figure: &mut Figure,
) -> Result<(), zhijian_lake::LakeError> {
    figure.trend = trend(desk, question).await?;
    // The row shows what the plan counts (家), the years what the indicator does.
    let shown = figure.shown.clone();
    figure.trend.iter_mut().filter(|p| p.year == desk.when.year).for_each(|p| p.shown.clone_from(&shown));
    split(desk, def, question, figure).await?;
    listed(desk, def, question, figure).await
}

/// Options of the plan that differ from the definition's.
fn options(def: &Indicator, plan: &Plan) -> Vec<String> {
    let set = plan.options.get(&def.code).into_iter().flatten().filter(|(name, value)| def.options.get(*name) != Some(*value));
    set.map(|(name, value)| {
        format!("{}：{}", def.options_help.get(name).map_or(name.as_str(), String::as_str), value.to_string().trim_matches('"'))
    })
    .collect()
}

fn valued(figure: &mut Figure, row: &PlanRow) {
    let line = Line::of(row);
    let answer = &row.answer;
    figure.numerator = answer.numerator;
    figure.denominator = answer.denominator;
    figure.value = answer.value;
    figure.shown = line.value;
    figure.interval = line.interval;
    figure.baseline_value = row.baseline.as_ref().and_then(numbers::number);
    figure.goals = [(2023, &row.target_2023), (2025, &row.target_2025)]
        .into_iter()
        .filter_map(|(year, goal)| Some((year, goal.as_ref().and_then(numbers::number)?)))
        .collect();
    figure.goal = if row.target_year == Some(2023) { line.target_2023.clone() } else { line.target_2025.clone() };
    figure.goal_value = row.target.as_ref().and_then(numbers::number).filter(|_| !matches!(row.test.as_str(), "state" | "fall_by"));
    figure.goal_year = row.target_year;
    figure.baseline = line.baseline;
    figure.target_2023 = line.target_2023;
    figure.target_2025 = line.target_2025;
    figure.status = row.status.word().into();
    figure.gap = line.gap;
    figure.still = line.still;
    figure.withheld = answer.display == crate::board::small::WITHHELD;
    figure.data = answer.units > 0 && (answer.value.is_some() || answer.state.is_some());
    figure.parts = row
        .parts
        .iter()
        .map(|part| Part {
            name: part.name.clone(),
            numerator: part.answer.numerator,
            denominator: part.answer.denominator,
            shown: lines::value(&part.answer, &row.unit),
            status: part.status.word().into(),
        })
        .collect();
}

/// Every year from the base on; years that have nothing to count are gaps.
async fn trend(desk: &Desk<'_>, question: &Question<'_>) -> Result<Vec<YearPoint>, zhijian_lake::LakeError> {
    let years = question.years(desk.app, BASE_YEAR).await?;
    Ok(years.into_iter().map(|(year, answer)| point(year, &answer, &question.def.unit)).collect())
}

fn point(year: i32, answer: &Answer, unit: &str) -> YearPoint {
    let there = answer.units > 0;
    YearPoint {
        year,
        numerator: answer.numerator.filter(|_| there),
        denominator: answer.denominator.filter(|_| there),
        value: answer.value.filter(|_| there),
        shown: if there { lines::value(answer, unit) } else { answer.display.clone() },
    }
}

/// Rows that stand beside each other below the node: counties of a city, townships of a county.
fn beside(slices: &[Slice]) -> Vec<&Slice> {
    let below: Vec<&Slice> = slices.iter().filter(|s| s.depth == 1).collect();
    // Units of the node itself that belong to none of its parts stand at the top.
    if below.is_empty() { slices.iter().filter(|s| s.depth == 0).collect() } else { below }
}

/// Counties with their drivers.
async fn split(desk: &Desk<'_>, def: &Indicator, question: &Question<'_>, figure: &mut Figure) -> Result<(), zhijian_lake::LakeError> {
    let has = |by: Dimension| question.dimensions().any(|d| d == by);
    let city = desk.app.catalogue().regions.all().iter().any(|r| r.parent == *desk.node && r.code.len() == 6);
    let by = if city { Dimension::Region } else { Dimension::Town };
    let before =
        Question { params: zhijian_lake::Params { year: desk.when.year - 1, as_of: None, ..question.params.clone() }, ..question.clone() };
    let compared = figure.trend.iter().any(|p| p.year == desk.when.year - 1 && p.value.is_some()) && figure.data;
    if has(by) {
        let slices = question.breakdown(desk.app, by).await?;
        let rows = beside(&slices);
        dimension_word(by).clone_into(&mut figure.places_are);
        figure.places = rows.iter().map(|s| place_row(s, def.measure == Measure::Count)).collect();
        gap_and_change(desk, def, &before, by, &rows, compared, figure).await?;
    }
    for by in DRIVEN_BY.into_iter().filter(|by| has(*by)) {
        let slices = question.breakdown(desk.app, by).await?;
        let rows: Vec<&Slice> = slices.iter().filter(|s| s.depth == 0 && !s.key.is_empty()).collect();
        gap_and_change(desk, def, &before, by, &rows, compared, figure).await?;
    }
    Ok(())
}

fn place_row(slice: &Slice, count: bool) -> PlaceRow {
    PlaceRow {
        code: slice.key.clone(),
        name: slice.label.clone(),
        numerator: slice.numerator,
        // A count has nothing below the line.
        denominator: slice.denominator.filter(|_| !count),
        value: slice.value,
        shown: slice.value.filter(|_| count).map_or_else(|| slice.display.clone(), numbers::grouped),
    }
}

async fn gap_and_change(
    desk: &Desk<'_>,
    def: &Indicator,
    before: &Question<'_>,
    by: Dimension,
    rows: &[&Slice],
    compared: bool,
    figure: &mut Figure,
) -> Result<(), zhijian_lake::LakeError> {
    let word = dimension_word(by);
    if def.measure == Measure::Rate {
        figure.gap_drivers.extend(drivers::of_gap(word, rows));
    }
    if !compared || !matches!(def.measure, Measure::Rate | Measure::Count) {
        return Ok(());
    }
    let earlier = before.breakdown(desk.app, by).await?;
    let level = if matches!(by, Dimension::Region | Dimension::Town) {
        beside(&earlier)
    } else {
        earlier.iter().filter(|s| s.depth == 0 && !s.key.is_empty()).collect()
    };
    let found: Vec<Driver> =
        if def.measure == Measure::Rate { drivers::of_rate(word, rows, &level) } else { drivers::of_count(word, rows, &level) };
    figure.change_drivers.extend(found);
    Ok(())
}

/// What is left to do, by name: organisations and places, as far as the officer sees them; persons are never named in a report.
async fn listed(desk: &Desk<'_>, def: &Indicator, question: &Question<'_>, figure: &mut Figure) -> Result<(), zhijian_lake::LakeError> {
    let persons = place::unit_kinds(desk.app, def).iter().any(|kind| kind.field("id_no").is_some());
    if def.measure != Measure::Rate || persons || question.withheld.is_some() {
        return Ok(());
    }
    let wanted = List { which: Which::Missing, filter: UnitFilter::default(), offset: 0, limit: LISTED };
    let Some(page) = question.units(desk.app, desk.officer, Wish::Read, &wanted).await? else { return Ok(()) };
    let regions = &desk.app.catalogue().regions;
    figure.missing_total = page.total;
    figure.missing = page
        .rows
        .into_iter()
        .map(|unit| Unit {
            place: [&unit.region, &unit.town].into_iter().filter(|c| !c.is_empty()).map(|c| regions.name(c)).collect::<Vec<_>>().join(" "),
            name: unit.label,
            kind: unit.kind,
            record: unit.record,
        })
        .collect();
    Ok(())
}

/// The year of a question is not over.
#[must_use]
pub fn unfinished(when: When, today: &str) -> bool {
    today.get(..4).and_then(|y| y.parse::<i32>().ok()).is_some_and(|now| when.year >= now)
}
