//! The numbers of a layer: one a place directly below the one asked for.

use crate::app::App;
use crate::board::figures::{Question, When};
use crate::board::numbers::grouped;
use crate::board::place::{Territory, kind_scope};
use crate::board::small::WITHHELD;
use crate::tables::grid;
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::{Layer, Plan};
use zhijian_lake::{Dimension, LakeError, Params, percent_text};
use zhijian_records::Caller;
use zhijian_records::access::Wish;

/// A place with its number.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Code; empty for units that lie in none of the places.
    pub code: String,
    /// Name.
    pub name: String,
    /// Σ numerator, or the count.
    pub numerator: f64,
    /// Σ denominator; counts have none.
    pub denominator: Option<f64>,
    /// Percent or count; `None` when there is nothing to reckon or it is not told.
    pub value: Option<f64>,
    /// As shown.
    pub shown: String,
    /// It is not told.
    pub withheld: bool,
}

/// The places of a layer.
#[derive(Debug, Clone)]
pub struct Filled {
    /// Percent.
    pub rate: bool,
    /// The places, in the tree's order.
    pub places: Vec<Place>,
    /// All together.
    pub total: Option<Place>,
}

/// The plan whose options hold for a place, and which the drill-down opens.
#[must_use]
pub fn plan_of<'a>(app: &'a App, territory: &Territory<'_>, node: &str) -> Option<&'a Plan> {
    app.catalogue().plans.values().find(|plan| territory.below(node, &plan.region))
}

/// What a layer's own query is asked.
#[must_use]
pub fn params(territory: &Territory<'_>, node: &str, when: When) -> Params {
    Params { as_of: when.as_of, known_at: when.known_at, scope: territory.scope.clone(), ..Params::new(node, when.year) }
}

/// What the numbers of a layer lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The indicator, in the plan of the place where it is one of the plan's.
    Indicator {
        /// Plan.
        plan: Option<String>,
        /// Code.
        code: String,
    },
    /// The units of the layer's own query.
    Units,
}

/// What the numbers of a layer lead to; `None` where it names no records, or the caller may not read them whole.
#[must_use]
pub fn target(app: &App, caller: &Caller, territory: &Territory<'_>, layer: &Layer, node: &str) -> Option<Target> {
    if let Some(code) = &layer.indicator {
        let plan = plan_of(app, territory, node).filter(|plan| plan.targets.iter().any(|t| t.indicator == *code));
        return Some(Target::Indicator { plan: plan.map(|plan| plan.plan.clone()), code: code.clone() });
    }
    let kind = app.catalogue().kind(layer.query.as_ref()?.record.as_ref()?)?;
    kind_scope(caller, kind, Wish::Read).map(|_| Target::Units)
}

/// Fills a layer.
///
/// # Errors
/// The lake failed, or the definition cannot be evaluated.
pub async fn fill(app: &App, territory: &Territory<'_>, layer: &Layer, node: &str, when: When) -> Result<Filled, LakeError> {
    match layer.indicator.as_ref().and_then(|code| app.catalogue().indicators.get(code)) {
        Some(def) => {
            let question = Question::new(territory, plan_of(app, territory, node), def, node, when);
            of_indicator(app, territory, &question, node).await
        }
        None => of_query(app, territory, layer, node, when).await,
    }
}

async fn of_query(app: &App, territory: &Territory<'_>, layer: &Layer, node: &str, when: When) -> Result<Filled, LakeError> {
    let Some(table) = layer.table() else { return Ok(Filled { rate: false, places: Vec::new(), total: None }) };
    let grid = grid::fill_for(app, territory, &table, &params(territory, node, when)).await?;
    let rate = table.measure == Measure::Rate;
    let (mut places, mut total) = (Vec::new(), None);
    for row in grid.groups.iter().flat_map(|group| &group.rows) {
        let Some(cell) = row.cells.first() else { continue };
        let name = if row.sum { app.catalogue().regions.name(node).to_owned() } else { row.key.label.clone() };
        let code = if row.key.expected { row.key.key.clone() } else { String::new() };
        let place = place(code, name, rate, (!cell.withheld).then_some((cell.numerator, cell.denominator)));
        if row.sum { total = Some(place) } else { places.push(place) }
    }
    Ok(Filled { rate, places, total })
}

async fn of_indicator(app: &App, territory: &Territory<'_>, question: &Question<'_>, node: &str) -> Result<Filled, LakeError> {
    let rate = question.def.measure == Measure::Rate;
    let children = territory.children(node);
    let towns = children.iter().any(|region| region.code.len() > 6);
    let has = |by: Dimension| question.dimensions().any(|d| d == by);
    let by = if towns && has(Dimension::Town) { Dimension::Town } else { Dimension::Region };
    let slices = question.breakdown(app, by).await?;
    let told = |code: &str| slices.iter().find(|s| s.key == code).map(|s| s.numerator.map(|n| (n, s.denominator.unwrap_or_default())));
    let mut places: Vec<Place> = children
        .iter()
        .map(|region| place(region.code.clone(), region.name.clone(), rate, told(&region.code).unwrap_or(Some((0.0, 0.0)))))
        .collect();
    let answer = question.answer(app).await?;
    let whole = place(
        node.to_owned(),
        app.catalogue().regions.name(node).to_owned(),
        rate,
        answer.numerator.map(|n| (n, answer.denominator.unwrap_or_default())),
    );
    if places.is_empty() {
        places.push(whole.clone());
    }
    Ok(Filled { rate, places, total: Some(whole) })
}

fn place(code: String, name: String, rate: bool, told: Option<(f64, f64)>) -> Place {
    let Some((numerator, denominator)) = told else {
        return Place { code, name, numerator: 0.0, denominator: None, value: None, shown: WITHHELD.to_owned(), withheld: true };
    };
    let value = match rate {
        true => (denominator > 0.0).then(|| numerator / denominator * 100.0),
        false => Some(numerator),
    };
    let shown = match (rate, value) {
        (_, None) => "无数据".to_owned(),
        (true, Some(value)) => percent_text(value),
        (false, Some(value)) => grouped(value),
    };
    Place { code, name, numerator, denominator: rate.then_some(denominator), value, shown, withheld: false }
}

/// In the order asked for: `value`, `-value`, `name`; else the tree's. What has no value stands last.
pub fn sort(places: &mut [Place], by: &str) {
    let value = |place: &Place| place.value.unwrap_or(f64::NEG_INFINITY);
    match by {
        "-value" => places.sort_by(|a, b| value(b).total_cmp(&value(a))),
        "value" => places.sort_by(|a, b| {
            (a.value.is_none(), a.value.unwrap_or_default())
                .partial_cmp(&(b.value.is_none(), b.value.unwrap_or_default()))
                .unwrap_or(std::cmp::Ordering::Equal)
        }),
        "name" => places.sort_by(|a, b| a.name.cmp(&b.name)),
        _ => {}
    }
}
