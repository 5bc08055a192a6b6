//! `rad.period`: one monitoring period of one person: what is recorded, and is it above a level.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// Annual investigation level, mSv. Source: GBZ 128-2019 (secondary).
pub const INVESTIGATION_A_YEAR: f64 = 5.0;

/// Result of a period.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Period {
    /// Hp(10), mSv; absent below detection or without result.
    pub hp10: Option<f64>,
    /// Below the detection level?
    pub below: bool,
    /// Detection level of this result, else of the method, mSv.
    pub mdl: Option<f64>,
    /// Days worn.
    pub days: Option<f64>,
    /// Hp(3), mSv.
    pub hp3: Option<f64>,
    /// Hp(0.07), mSv.
    pub hp007: Option<f64>,
}

/// What a period comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeriodDose {
    /// The dose that goes on record: half the detection level below it; absent without a result.
    pub recorded: Option<f64>,
    /// Investigation level of the period, `5 mSv·days/365`; absent when the days are unknown.
    pub level: Option<f64>,
    /// Is the measured result above it?
    pub over_level: Option<bool>,
    /// The annual limit that this period alone exceeds: 20 (mean of five years), 50, lens 150, skin 500; the gravest one.
    pub over_limit: Option<&'static str>,
}

/// Judges one period.
///
/// Source: GB 18871-2002 (annual limits 20, 50, lens 150, skin and extremities 500 mSv), GBZ 128-2019.
///
/// # Example
/// ```
/// use zhijian_calc::dose::{Period, period};
/// let quarter = period(&Period { hp10: Some(1.3), days: Some(91.0), ..Period::default() });
/// assert_eq!(quarter.over_level, Some(true), "1.3 mSv is above 5·91/365");
/// ```
#[must_use]
pub fn period(of: &Period) -> PeriodDose {
    let recorded = match (of.below, of.mdl, of.hp10) {
        (true, Some(mdl), _) => Some(mdl / 2.0),
        (_, _, measured) => measured,
    };
    let level = of.days.map(|days| INVESTIGATION_A_YEAR * days / 365.0);
    let over_level = level.zip(of.hp10).map(|(level, dose)| dose > level);
    let above = |dose: Option<f64>, limit: f64| dose.is_some_and(|dose| dose > limit);
    let over_limit = [
        ("effective_50", above(of.hp10, 50.0)),
        ("lens_150", above(of.hp3, 150.0)),
        ("skin_500", above(of.hp007, 500.0)),
        ("effective_20", above(of.hp10, 20.0)),
    ];
    PeriodDose {
        recorded,
        level,
        over_level,
        over_limit: over_limit.iter().find(|(_, over)| *over).map(|(word, _)| *word),
    }
}

pub(crate) static PERIOD: Calculator = Calculator {
    id: "rad.period",
    title: "一个监测周期的剂量",
    inputs: &[
        Field::optional("hp10", "mSv", "Hp(10)；空表示无结果或低于探测下限"),
        Field::optional("below", "", "是否低于探测下限"),
        Field::optional("mdl", "mSv", "探测下限"),
        Field::optional("days", "d", "佩戴天数"),
        Field::optional("hp3", "mSv", "Hp(3)"),
        Field::optional("hp007", "mSv", "Hp(0.07)"),
    ],
    outputs: &[
        Field::required("recorded", "mSv", "记录剂量：低于探测下限记其一半"),
        Field::required("level", "mSv", "本周期调查水平 5·天数/365"),
        Field::required("over_level", "", "测量值是否超过调查水平"),
        Field::required(
            "over_limit",
            "",
            "仅本周期即超过的年限值：effective_20、effective_50、lens_150、skin_500",
        ),
    ],
    formula: "低于 MDL 记 MDL/2；调查水平 = 5 mSv·天数/365；年限值 20（五年平均）、50、眼晶状体 150、皮肤 500 mSv",
    source: "GBZ 128-2019；GB 18871-2002",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let maybe = |key: &str| match args.value(key) {
        Some(_) => args.not_negative(key).map(Some),
        None => Ok(None),
    };
    let of = Period {
        hp10: maybe("hp10")?,
        below: args.flag("below")?,
        mdl: maybe("mdl")?,
        days: maybe("days")?,
        hp3: maybe("hp3")?,
        hp007: maybe("hp007")?,
    };
    if of.days.is_some_and(|days| days > 366.0) {
        return Err(args.out_of_range("days"));
    }
    if of.hp10.is_none()
        && of.hp3.is_none()
        && of.hp007.is_none()
        && !(of.below && of.mdl.is_some())
        && of.days.is_none()
    {
        return Err(args.insufficient("hp10"));
    }
    let found = period(&of);
    Ok(Answer::new()
        .with("recorded", found.recorded)
        .with("level", found.level)
        .with("over_level", found.over_level)
        .with("over_limit", found.over_limit))
}
