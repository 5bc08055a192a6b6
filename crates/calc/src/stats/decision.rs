//! `stats.en689`, `stats.aiha_band`, `stats.bayes_decision`: what the figures mean for the group.

use serde::Serialize;

use super::{Observation, censored::log_moments, count};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::tolerance_factor,
    tables::Status,
};

/// How far the test of EN 689 came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A result is above the limit.
    Any,
    /// Three to five results against a share of the limit.
    Preliminary,
    /// Six and more: upper tolerance limit.
    Statistical,
}

/// What EN 689 says of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compliance {
    /// The group complies.
    Compliance,
    /// It does not.
    NonCompliance,
    /// Measure up to six.
    NoDecision,
}

/// The decision with the figures it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// How far the test came.
    pub stage: Stage,
    /// The outcome.
    pub result: Compliance,
    /// `(ln OEL − ȳ)/s`, where it was used and s is not 0.
    pub u_r: Option<f64>,
    /// The factor it is compared with, to three decimals as in the standard.
    pub u_t: Option<f64>,
}

/// The compliance test of EN 689:2018 for one similarly exposed group; `None` when there is too little data.
///
/// A value below detection counts as its detection limit in the preliminary test and enters the statistical test
/// by ROS. More than 1000 results use the factor of 1000.
///
/// # Example
/// ```
/// use zhijian_calc::stats::{Compliance, Observation, en689};
/// let group = [0.6, 1.1, 0.9, 2.3, 1.5, 0.8].map(Observation::Exact);
/// let decision = en689(&group, 5.0).ok_or("enough data")?;
/// assert_eq!((decision.result, decision.u_t), (Compliance::Compliance, Some(2.187)));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn en689(group: &[Observation], oel: f64) -> Option<Decision> {
    let over = |x: &Observation| match *x {
        Observation::Exact(x) | Observation::Above(x) | Observation::Between(x, _) => x > oel,
        Observation::Below(_) => false,
    };
    let decided = |stage, result| Some(Decision { stage, result, u_r: None, u_t: None });
    if group.iter().any(over) {
        return decided(Stage::Any, Compliance::NonCompliance);
    }
    let share = match group.len() {
        0..=2 => return None,
        3 => 0.10,
        4 => 0.15,
        5 => 0.20,
        _ => return statistical(group, oel),
    };
    let at_most = |x: &Observation| match *x {
        Observation::Exact(x) | Observation::Below(x) | Observation::Between(_, x) => x,
        Observation::Above(_) => f64::INFINITY,
    };
    let low = group.iter().all(|x| at_most(x) < share * oel);
    decided(Stage::Preliminary, if low { Compliance::Compliance } else { Compliance::NoDecision })
}

fn statistical(group: &[Observation], oel: f64) -> Option<Decision> {
    let (log_mean, log_sd) = log_moments(group)?;
    let u_t = (tolerance_factor(count(group).min(1000.0), 0.95, 0.70) * 1000.0).round() / 1000.0;
    let gap = oel.ln() - log_mean;
    let u_r = (log_sd > 0.0).then(|| gap / log_sd);
    let keeps = u_r.map_or(gap >= 0.0, |u_r| u_r >= u_t);
    let result = if keeps { Compliance::Compliance } else { Compliance::NonCompliance };
    Some(Decision { stage: Stage::Statistical, result, u_r, u_t: Some(u_t) })
}

pub(crate) static EN689: Calculator = Calculator {
    id: "stats.en689",
    title: "EN 689 符合性判定",
    inputs: &[
        Field::required("data", "", "同一接触组的结果；可含 \"<x\"").also(&["values"]),
        Field::required("oel", "", "限值"),
    ],
    outputs: &[
        Field::required("stage", "", "any、preliminary、statistical"),
        Field::required("result", "", "compliance、non_compliance、no_decision"),
        Field::required("u_r", "", "(ln OEL−ȳ)/s，未用时为空"),
        Field::required("u_t", "", "判定系数，三位小数，未用时为空"),
    ],
    formula: "任一 > OEL：不符合；3/4/5 个：全部 < 0.10/0.15/0.20 OEL；≥ 6：U_R ≥ U_T",
    source: "EN 689:2018",
    status: Status::Firm,
    version: 1,
    run: run_en689,
};

fn run_en689(args: &Args<'_>) -> Result<Answer, CalcError> {
    let data = args.observations("data")?;
    let oel = args.positive("oel")?;
    let decision = en689(&data, oel).ok_or_else(|| args.insufficient("data"))?;
    let below = data.iter().filter(|x| x.is_non_detect()).count();
    let stage = match decision.stage {
        Stage::Any => "any",
        Stage::Preliminary => "preliminary",
        Stage::Statistical => "statistical",
    };
    let result = match decision.result {
        Compliance::Compliance => "compliance",
        Compliance::NonCompliance => "non_compliance",
        Compliance::NoDecision => "no_decision",
    };
    Ok(Answer::new()
        .with("stage", stage)
        .with("result", result)
        .with("u_r", decision.u_r)
        .with("u_t", decision.u_t)
        .warn_if(2 * below > data.len(), "high_censoring"))
}

/// The AIHA exposure category 0–4 of P95 ÷ OEL: ≤ 1 %, ≤ 10 %, ≤ 50 %, ≤ 100 %, above.
#[must_use]
pub fn aiha_band(p95: f64, oel: f64) -> u8 {
    crate::workplace::band(p95 / oel).number()
}

pub(crate) static AIHA_BAND: Calculator = Calculator {
    id: "stats.aiha_band",
    title: "AIHA 接触分类",
    inputs: &[Field::required("p95", "", "第 95 百分位数"), Field::required("oel", "", "限值")],
    outputs: &[Field::required("band", "", "0–4")],
    formula: "P95/OEL ≤ 0.01：0；≤ 0.1：1；≤ 0.5：2；≤ 1：3；> 1：4",
    source: "AIHA 接触评估策略",
    status: Status::Firm,
    version: 1,
    run: run_aiha_band,
};

fn run_aiha_band(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (p95, oel) = (args.not_negative("p95")?, args.positive("oel")?);
    if !(p95 / oel).is_finite() {
        return Err(args.out_of_range("oel"));
    }
    Ok(Answer::new().with("band", aiha_band(p95, oel)))
}

pub(crate) static BAYES_DECISION: Calculator = Calculator {
    id: "stats.bayes_decision",
    title: "按超限概率的管理判定",
    inputs: &[Field::required("prob_overexposure", "", "P(P95 > OEL)")],
    outputs: &[Field::required("decision", "", "acceptable、tolerable、poorly_controlled")],
    formula: "< 0.05：acceptable；< 0.30：tolerable；≥ 0.30：poorly_controlled",
    source: "Expostats（Lavoué et al. 2019）",
    status: Status::Firm,
    version: 1,
    run: run_bayes_decision,
};

fn run_bayes_decision(args: &Args<'_>) -> Result<Answer, CalcError> {
    let decision = match args.within("prob_overexposure", 0.0, 1.0)? {
        p if p < 0.05 => "acceptable",
        p if p < 0.30 => "tolerable",
        _ => "poorly_controlled",
    };
    Ok(Answer::new().with("decision", decision))
}
