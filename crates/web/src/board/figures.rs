//! Questions about plans and indicators, as pages and the API ask them.

use super::Refusal;
use super::place::{self, Territory};
use super::small;
use crate::app::App;
use time::Date;
use zhijian_kinds::{Indicator, Plan};
use zhijian_lake::{Answer, Dimension, LakeError, Narrow, Params, PlanRow, Slice, UnitFilter, UnitPage, Which};
use zhijian_records::Caller;
use zhijian_records::access::Wish;
use zhijian_records::port::Instant;

/// The time that a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// Year.
    pub year: i32,
    /// Cuts the year off at this day.
    pub as_of: Option<Date>,
    /// Repeats an earlier evaluation: what was known then.
    pub known_at: Option<Instant>,
}

/// An indicator asked for a node and a time.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Plan whose options and name hold, if any.
    pub plan: Option<&'a Plan>,
    /// Indicator.
    pub def: &'a Indicator,
    /// For the evaluator.
    pub params: Params,
    /// Small numbers of persons are withheld, and with them what would give them away: the top of the territory inside which nothing
    /// may follow from anything else.
    pub withheld: Option<String>,
}

/// A plan by name.
///
/// # Errors
/// There is none.
pub fn plan<'a>(app: &'a App, name: &str) -> Result<&'a Plan, Refusal> {
    app.door.catalogue.plans.get(name).ok_or(Refusal::NotFound("没有这部规划"))
}

/// An indicator by code.
///
/// # Errors
/// There is none.
pub fn indicator<'a>(app: &'a App, code: &str) -> Result<&'a Indicator, Refusal> {
    app.door.catalogue.indicators.get(code).ok_or(Refusal::NotFound("没有这个指标"))
}

/// All rows of a plan at a node.
///
/// # Errors
/// The lake failed.
pub async fn evaluate(app: &App, territory: &Territory<'_>, plan: &Plan, node: &str, when: When) -> Result<Vec<PlanRow>, LakeError> {
    let here = Plan { region: node.to_owned(), ..plan.clone() };
    let mut rows = app.evaluator.evaluate_plan(&here, when.year, when.as_of, when.known_at, &territory.scope).await?;
    small::plan(app, territory, plan, node, when, &mut rows).await?;
    Ok(rows)
}

impl<'a> Question<'a> {
    /// A question of a caller.
    #[must_use]
    pub fn new(territory: &Territory<'_>, plan: Option<&'a Plan>, def: &'a Indicator, node: &str, when: When) -> Self {
        let options = plan.and_then(|p| p.options.get(&def.code)).cloned().unwrap_or_default();
        let params = Params {
            region: node.to_owned(),
            year: when.year,
            as_of: when.as_of,
            known_at: when.known_at,
            options,
            scope: territory.scope.clone(),
            narrow: Narrow::default(),
        };
        Self { plan, def, params, withheld: territory.withholds(def).then(|| territory.home.clone()) }
    }

    /// Name in the plan, else the indicator's own.
    #[must_use]
    pub fn name(&self) -> &'a str {
        let target = self.plan.and_then(|plan| plan.targets.iter().find(|t| t.indicator == self.def.code));
        target.map_or(self.def.name.as_str(), |t| t.name.as_str())
    }

    /// The time asked for.
    #[must_use]
    pub fn when(&self) -> When {
        When { year: self.params.year, as_of: self.params.as_of, known_at: self.params.known_at }
    }

    /// The figure.
    ///
    /// # Errors
    /// The lake failed.
    pub async fn answer(&self, app: &App) -> Result<Answer, LakeError> {
        let mut answer = app.evaluator.indicator(self.def, &self.params).await?;
        if small::node(app, self).await? {
            small::withhold(&mut answer);
        }
        Ok(answer)
    }

    /// The same figure of other years, oldest first, up to the year asked for.
    ///
    /// # Errors
    /// The lake failed.
    pub async fn years(&self, app: &App, first: i32) -> Result<Vec<(i32, Answer)>, LakeError> {
        let years = (first..=self.params.year.max(first)).map(|year| async move {
            let as_of = self.params.as_of.filter(|_| year == self.params.year);
            let question = Self { params: Params { year, as_of, ..self.params.clone() }, ..self.clone() };
            Ok((year, question.answer(app).await?))
        });
        futures::future::try_join_all(years).await
    }

    /// The figure taken apart.
    ///
    /// # Errors
    /// The indicator has no such dimension; the lake failed.
    pub async fn breakdown(&self, app: &App, by: Dimension) -> Result<Vec<Slice>, LakeError> {
        let mut slices = app.evaluator.breakdown(self.def, &self.params, by).await?;
        small::breakdown(app, self, by, &mut slices).await?;
        Ok(slices)
    }

    /// Dimensions by which it can be taken apart.
    pub fn dimensions(&self) -> impl Iterator<Item = Dimension> {
        self.def.dimensions.iter().filter_map(|name| Dimension::named(name))
    }

    /// The units behind it, for those who may see them; `None` for the others.
    ///
    /// # Errors
    /// The lake failed.
    pub async fn units(&self, app: &App, caller: &Caller, wish: Wish, list: &List) -> Result<Option<UnitPage>, LakeError> {
        let Some(scope) = place::unit_scope(app, caller, self.def, wish) else { return Ok(None) };
        let params = Params { scope, ..self.params.clone() };
        app.evaluator.units(self.def, &params, list.which, &list.filter, list.offset, list.limit).await.map(Some)
    }
}

/// Which part of a list of units.
#[derive(Debug, Clone)]
pub struct List {
    /// Which units.
    pub which: Which,
    /// Narrowed how.
    pub filter: UnitFilter,
    /// First row.
    pub offset: u64,
    /// Most rows.
    pub limit: u64,
}

/// Years that can be chosen: from the plans' base year to this year.
#[must_use]
pub fn years(app: &App) -> std::ops::RangeInclusive<i32> {
    let now = app.door.today().get(..4).and_then(|y| y.parse().ok()).unwrap_or(BASE_YEAR);
    BASE_YEAR..=now.max(BASE_YEAR)
}

/// The plans print their base values for this year.
pub const BASE_YEAR: i32 = 2020;

/// The year that is shown first: the latest for which about as much is recorded as for the fullest year.
///
/// # Errors
/// The store failed.
pub async fn newest_year(app: &App) -> Result<i32, zhijian_records::DoorError> {
    let partitions = app.door.store.partitions().await;
    let partitions = partitions.map_err(|source| zhijian_records::DoorError::Store { kind: "数据分区".into(), source })?;
    let years = years(app);
    let filled = |year: i32| partitions.iter().filter(|p| p.year == year).count();
    let most = years.clone().map(filled).max().unwrap_or_default();
    Ok(years.clone().rev().find(|year| most > 0 && filled(*year) * 2 >= most).unwrap_or(*years.end()))
}
