//! `rad.annual`: a year's dose from its monitoring periods, with notional doses for lost badges.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// What stands for a period without a result (名义剂量).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notional {
    /// The mean of the person's other periods of the year.
    #[default]
    OwnMean,
    /// The period's share of the annual limit, `20·months/12`, in doubtful cases.
    LimitShare,
}

/// A year's dose.
#[derive(Debug, Clone, PartialEq)]
pub struct Annual {
    /// mSv.
    pub annual: f64,
    /// Periods without a result.
    pub missing: usize,
    /// The dose put in for each of them, mSv.
    pub notional: Option<f64>,
    /// Periods, from 1, whose measured result is above the investigation level.
    pub investigate: Vec<usize>,
}

/// The year's dose from results in mSv, `None` for a missing one; `None` when all are missing.
///
/// A result below the detection level `mdl` is recorded as half of it. Investigation level: more than
/// `5·months/12` mSv in a period (1.25 a quarter, status `verify`). Notional doses are to be marked and approved by
/// a named person. Source: GBZ 128-2019.
///
/// # Example
/// ```
/// use zhijian_calc::dose::{Notional, annual};
/// let year = annual(&[Some(0.20), None, Some(0.40), Some(0.02)], 3, 0.04, Notional::OwnMean).ok_or("no result")?;
/// assert_eq!(format!("{:.4}", year.annual), "0.8267");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn annual(results: &[Option<f64>], months: u8, mdl: f64, rule: Notional) -> Option<Annual> {
    let recorded = || results.iter().flatten().map(|dose| if *dose < mdl { mdl / 2.0 } else { *dose });
    let known = recorded().count();
    if known == 0 {
        return None;
    }
    let sum: f64 = recorded().sum();
    let missing = results.len() - known;
    let months = f64::from(months);
    let each = match rule {
        Notional::OwnMean => sum / periods(known),
        Notional::LimitShare => 20.0 * months / 12.0,
    };
    let level = 5.0 * months / 12.0;
    let above = |(index, dose): (usize, &Option<f64>)| dose.filter(|d| *d > level).map(|_| index + 1);
    Some(Annual {
        annual: sum + each * periods(missing),
        missing,
        notional: (missing > 0).then_some(each),
        investigate: results.iter().enumerate().filter_map(above).collect(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "at most twelve periods a year")]
fn periods(count: usize) -> f64 {
    count as f64
}

pub(crate) static ANNUAL: Calculator = Calculator {
    id: "rad.annual",
    title: "个人年剂量",
    inputs: &[
        Field::list("periods", "各监测周期", &[Field::optional("hp10", "mSv", "Hp(10)；空表示无结果")]),
        Field::required("months_per_period", "月", "周期长度 1–3"),
        Field::required("mdl", "mSv", "最低探测水平"),
        Field::optional("notional_method", "", "own_mean（默认）或 limit_share"),
    ],
    outputs: &[
        Field::required("annual", "mSv", "年剂量"),
        Field::required("n_missing", "", "无结果的周期数"),
        Field::required("notional", "mSv", "每个缺失周期的名义剂量，无缺失为空"),
        Field::required("investigate_periods", "", "超过调查水平的周期（从 1 起）"),
        Field::required("exceeds_20", "", "> 20 mSv"),
        Field::required("exceeds_50", "", "> 50 mSv"),
    ],
    formula: "低于 MDL 记 MDL/2；缺失以本人当年其他周期均值计；调查水平 5·月数/12 mSv",
    source: "GBZ 128-2019；GB 18871-2002",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut results = Vec::new();
    for item in args.items("periods")? {
        results.push(if item.value("hp10").is_some() { Some(item.not_negative("hp10")?) } else { None });
    }
    let months = args.whole_within("months_per_period", 1, 3)?;
    if results.len() * months > 12 {
        return Err(args.out_of_range("periods"));
    }
    let mdl = args.not_negative("mdl")?;
    let rules = [("own_mean", Notional::OwnMean), ("limit_share", Notional::LimitShare)];
    let rule = args.choice_or("notional_method", &rules, Notional::OwnMean)?;
    let months = u8::try_from(months).map_err(|_| args.out_of_range("months_per_period"))?;
    let year = annual(&results, months, mdl, rule).ok_or_else(|| args.insufficient("periods"))?;
    Ok(Answer::new()
        .with("annual", year.annual)
        .with("n_missing", year.missing)
        .with("notional", year.notional)
        .with("investigate_periods", year.investigate)
        .with("exceeds_20", year.annual > 20.0)
        .with("exceeds_50", year.annual > 50.0)
        .warn_if(year.missing > 0, "notional_dose"))
}
