//! A plan (规划) of a year: every row of its table with value, target and status.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::Value;
use time::Date;
use zhijian_kinds::{Indicator, Plan, Target};
use zhijian_records::port::{Instant, Scope};

use super::{Answer, Evaluator, Params};
use crate::{
    error::{LakeError, Result},
    session::Snapshot,
};

/// Where a row stands against its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Status {
    /// Target met, compared unrounded.
    #[serde(rename = "达标")]
    Met,
    /// At least 95 % of the target.
    #[serde(rename = "接近")]
    Near,
    /// Below that.
    #[serde(rename = "未达标")]
    Missed,
    /// 0/0: there is nothing to reckon.
    #[serde(rename = "不适用")]
    NotApplicable,
    /// Cannot be judged yet: no data, no year to compare with.
    #[serde(rename = "待评估")]
    Pending,
}

impl Status {
    /// The word shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Met => "达标",
            Self::Near => "接近",
            Self::Missed => "未达标",
            Self::NotApplicable => "不适用",
            Self::Pending => "待评估",
        }
    }
}

/// One row of a plan's table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanRow {
    /// Number in the plan.
    pub seq: u32,
    /// Indicator code.
    pub indicator: String,
    /// Name in the plan.
    pub name: String,
    /// Unit of the value.
    pub unit: String,
    /// The figure.
    #[serde(flatten)]
    pub answer: Answer,
    /// Value of 2020 as printed in the plan.
    pub baseline: Option<Value>,
    /// Target that the year is held against: the next one due.
    pub target: Option<Value>,
    /// Year of that target.
    pub target_year: Option<i32>,
    /// Target of 2023.
    pub target_2023: Option<Value>,
    /// Target of 2025.
    pub target_2025: Option<Value>,
    /// How the target is tested.
    pub test: String,
    /// Light.
    pub status: Status,
    /// Values of the parts (I-12a …).
    pub parts: Vec<PartRow>,
}

/// A part reported beside a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartRow {
    /// Name.
    pub name: String,
    /// The figure.
    #[serde(flatten)]
    pub answer: Answer,
    /// Light against the row's target.
    pub status: Status,
}

/// Year whose values the plans print as their base.
const BASE_YEAR: i32 = 2020;
/// Share of a target that counts as near.
const NEAR: f64 = 0.95;
/// Float noise that never decides a status: far below one unit of any count.
const NOISE: f64 = 1e-9;

/// What a plan's evaluation needs to know besides the plan.
struct Run<'a> {
    plan: &'a Plan,
    snapshot: Arc<Snapshot>,
    year: i32,
    as_of: Option<Date>,
    known_at: Option<Instant>,
    scope: &'a Scope,
}

impl Run<'_> {
    fn params(&self, code: &str, year: i32) -> Params {
        Params {
            region: self.plan.region.clone(),
            year,
            as_of: self.as_of,
            known_at: self.known_at,
            options: self.plan.options.get(code).cloned().unwrap_or_default(),
            scope: self.scope.clone(),
            narrow: super::Narrow::default(),
        }
    }
}

impl Evaluator {
    /// All rows of a plan for a year, in the plan's order.
    ///
    /// # Errors
    /// The plan names an unknown indicator, or an indicator cannot be evaluated.
    pub async fn evaluate_plan(
        &self,
        plan: &Plan,
        year: i32,
        as_of: Option<Date>,
        known_at: Option<Instant>,
        scope: &Scope,
    ) -> Result<Vec<PlanRow>> {
        let run = |snapshot| Run { plan, snapshot, year, as_of, known_at, scope };
        match self.plan_rows(&run(self.lake().snapshot())).await {
            Err(error) => self.plan_rows(&run(self.renewed(error)?)).await,
            found => found,
        }
    }

    async fn plan_rows(&self, run: &Run<'_>) -> Result<Vec<PlanRow>> {
        // Small queries are mostly planning, which one core does; so as many rows at once as there are cores.
        let rows: Vec<_> = run.plan.targets.iter().map(|target| self.plan_row(run, target)).collect();
        stream::iter(rows).buffered(self.lake().workers).try_collect().await
    }

    async fn plan_row(&self, run: &Run<'_>, target: &Target) -> Result<PlanRow> {
        let def = self.definition(&target.indicator)?;
        let mut answer = self.answer(&run.snapshot, def, &run.params(&def.code, run.year)).await?;
        if target.test == "count_ge" {
            as_count(&mut answer);
        }
        let (goal, goal_year) = goal(target, run.year);
        let parts = self.parts(run, def, target, goal.as_ref()).await?;
        let status = match target.test.as_str() {
            "trend_up" | "trend_up_strict" => self.trend(run, def, target, goal.as_ref(), &answer).await?,
            test => worst(against(test, goal.as_ref(), &answer), parts.iter().map(|p| p.status)),
        };
        Ok(PlanRow {
            seq: target.seq,
            indicator: target.indicator.clone(),
            name: target.name.clone(),
            unit: target.unit.clone(),
            answer,
            baseline: target.baseline_2020.clone(),
            target: goal,
            target_year: goal_year,
            target_2023: target.target_2023.clone(),
            target_2025: target.target_2025.clone(),
            test: target.test.clone(),
            status,
            parts,
        })
    }

    async fn parts(&self, run: &Run<'_>, def: &Indicator, target: &Target, goal: Option<&Value>) -> Result<Vec<PartRow>> {
        let codes = if target.parts.is_empty() { &def.parts } else { &target.parts };
        let mut rows = Vec::with_capacity(codes.len());
        for code in codes {
            let part = self.definition(code)?;
            let answer = self.answer(&run.snapshot, part, &run.params(code, run.year)).await?;
            let status = against(&target.test, goal, &answer);
            rows.push(PartRow { name: part.name.clone(), answer, status });
        }
        Ok(rows)
    }

    /// 稳步提升: no year since the base fell below the one before, and the value lies above the base. 逐年扩面: every year strictly more.
    async fn trend(&self, run: &Run<'_>, def: &Indicator, target: &Target, goal: Option<&Value>, answer: &Answer) -> Result<Status> {
        let strict = target.test == "trend_up_strict" || goal.and_then(Value::as_str).is_some_and(|words| words.contains("逐年"));
        let Some(mut later) = answer.value else { return Ok(Status::Pending) };
        if let Some(base) = target.baseline_2020.as_ref().and_then(number)
            && run.year > BASE_YEAR
            && later <= base
        {
            return Ok(Status::Missed);
        }
        let first = run.year.min(BASE_YEAR + 1).min(run.year);
        for year in (first..=run.year).rev() {
            let before = self.answer(&run.snapshot, def, &run.params(&def.code, year - 1)).await?;
            let Some(before) = before.value.filter(|_| before.units > 0) else { return Ok(Status::Pending) };
            if later < before || (strict && later <= before) {
                return Ok(Status::Missed);
            }
            later = before;
        }
        Ok(Status::Met)
    }

    fn definition(&self, code: &str) -> Result<&Indicator> {
        self.catalogue.indicators.get(code).ok_or_else(|| LakeError::UnknownIndicator(code.to_owned()))
    }
}

/// The target that a year is held against: that of 2023 up to 2023, then that of 2025.
pub(crate) fn goal(target: &Target, year: i32) -> (Option<Value>, Option<i32>) {
    let given = |value: &Option<Value>| value.clone().filter(|v| !v.is_null());
    match (given(&target.target_2023), given(&target.target_2025)) {
        (Some(goal), _) if year <= 2023 => (Some(goal), Some(2023)),
        (_, Some(goal)) => (Some(goal), Some(2025)),
        (goal, None) => (goal, None),
    }
}

/// “至少 2 家”: the row shows how many there are, not the share of counties that have enough.
fn as_count(answer: &mut Answer) {
    answer.value = answer.amount.or(answer.numerator);
    answer.interval = None;
    answer.display = answer.value.map_or_else(|| answer.display.clone(), |count| format!("{count:.0}"));
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().trim_end_matches(['%', ' ']).parse().ok())
}

fn against(test: &str, goal: Option<&Value>, answer: &Answer) -> Status {
    match test {
        "state" => match (answer.state, goal.and_then(Value::as_str)) {
            (None, _) => Status::Pending,
            (Some(false), _) => Status::Missed,
            // 持续提升 compares scores of the standard, which are not collected yet.
            (Some(true), Some(words)) if words.contains("提升") => Status::Pending,
            (Some(true), _) => Status::Met,
        },
        "fall_by" => compare(answer, answer.value.map(|change| -change), goal.and_then(number)),
        "count_ge" => compare(answer, answer.value, goal.and_then(number).or(Some(1.0))),
        // Without a named test a number is a lower bound (`ge`, `eq` 100 %, `all_ge`).
        _ => compare(answer, answer.value, goal.and_then(number)),
    }
}

fn compare(answer: &Answer, value: Option<f64>, goal: Option<f64>) -> Status {
    let Some(value) = value else {
        let nothing_to_reckon = answer.change.is_none() && answer.denominator == Some(0.0);
        return if nothing_to_reckon { Status::NotApplicable } else { Status::Pending };
    };
    match goal {
        None => Status::Pending,
        Some(goal) if value >= goal - goal.abs() * NOISE => Status::Met,
        Some(goal) if value >= NEAR * goal => Status::Near,
        Some(_) => Status::Missed,
    }
}

/// The row's own status and those of its parts: the worst that applies.
fn worst(own: Status, parts: impl Iterator<Item = Status>) -> Status {
    let rank = |status: &Status| match status {
        Status::NotApplicable => 0,
        Status::Met => 1,
        Status::Near => 2,
        Status::Pending => 3,
        Status::Missed => 4,
    };
    parts.chain([own]).max_by_key(rank).unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rate(value: Option<f64>) -> Answer {
        Answer {
            indicator: "I-02".into(),
            numerator: Some(0.0),
            denominator: Some(if value.is_some() { 1.0 } else { 0.0 }),
            value,
            interval: None,
            display: String::new(),
            state: None,
            amount: None,
            change: None,
            units: 1,
            stand: 0,
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_status_compares_unrounded_values() {
        let rows = [
            ("met", Some(90.0), json!(90), Status::Met),
            ("shown as 90.00 but below", Some(89.999), json!(90), Status::Near),
            ("95 % of the target is near", Some(85.5), json!(90), Status::Near),
            ("just below 95 %", Some(85.499), json!(90), Status::Missed),
            ("0/0", None, json!(90), Status::NotApplicable),
            ("targets may be written as texts", Some(90.0), json!("90"), Status::Met),
        ];
        for (why, value, goal, expected) in rows {
            assert_eq!(against("ge", Some(&goal), &rate(value)), expected, "{why}");
        }
    }

    #[test]
    fn a_fall_is_a_negative_change() {
        for (why, change, expected) in
            [("fell by 20 %", -20.0, Status::Met), ("fell by 19 %", -19.0, Status::Near), ("rose", 3.0, Status::Missed)]
        {
            assert_eq!(against("fall_by", Some(&json!(20)), &rate(Some(change))), expected, "{why}");
        }
    }

    #[test]
    fn one_missed_part_misses_the_row() {
        assert_eq!(worst(Status::Met, [Status::Met, Status::Missed].into_iter()), Status::Missed);
        assert_eq!(worst(Status::Met, [Status::NotApplicable].into_iter()), Status::Met, "a part that does not apply is left out");
    }
}
