//! `rad.five_year`, `rad.apron`, `rad.distribution`: years together, two dosimeters, groups of workers.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    stats::count,
    tables::Status,
};

/// The highest sum of five consecutive annual doses; `None` for fewer than five years.
#[must_use]
pub fn worst_five_years(annual: &[f64]) -> Option<f64> {
    annual.windows(5).map(|five| five.iter().sum::<f64>()).reduce(f64::max)
}

/// Effective dose from dosimeters under and over a lead apron: with thyroid shield `0.79·H_u + 0.051·H_o`, without
/// `0.84·H_u + 0.100·H_o`. Status `verify`. Source: GBZ 128-2019.
#[must_use]
pub fn apron_effective(under: f64, over: f64, thyroid_shield: bool) -> f64 {
    if thyroid_shield { 0.79 * under + 0.051 * over } else { 0.84 * under + 0.100 * over }
}

/// How dose is distributed over a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    /// Collective dose, person·mSv.
    pub collective: f64,
    /// Mean dose, mSv.
    pub mean: f64,
    /// Share of people above 15, 10, 5 and 1 mSv.
    pub people: [f64; 4],
    /// Share of the collective dose that comes from them.
    pub dose: [f64; 4],
}

/// The doses of NR and SR, mSv.
const ABOVE: [f64; 4] = [15.0, 10.0, 5.0, 1.0];

/// Collective dose with its distribution, `None` for nobody. Source: UNSCEAR 2000 annex E.
#[must_use]
pub fn distribution(doses: &[f64]) -> Option<Distribution> {
    if doses.is_empty() {
        return None;
    }
    let collective: f64 = doses.iter().sum();
    let over = |limit: f64| doses.iter().filter(move |dose| **dose > limit);
    let people = ABOVE.map(|limit| over(limit).map(|_| 1.0).sum::<f64>() / count(doses));
    let dose = ABOVE.map(|limit| if collective > 0.0 { over(limit).sum::<f64>() / collective } else { 0.0 });
    Some(Distribution { collective, mean: collective / count(doses), people, dose })
}

/// A list of doses of at least 0.
fn doses(args: &Args<'_>, key: &str) -> Result<Vec<f64>, CalcError> {
    let doses = args.numbers(key)?;
    match doses.iter().position(|dose| *dose < 0.0) {
        Some(index) => Err(CalcError::invalid(format!("{}.{index}", args.path_of(key)))),
        None => Ok(doses),
    }
}

pub(crate) static FIVE_YEAR: Calculator = Calculator {
    id: "rad.five_year",
    title: "连续五年剂量",
    inputs: &[Field::required("annual", "mSv", "逐年剂量，至少五年").also(&[
        "doses",
        "years",
        "annual_doses",
        "values",
    ])],
    outputs: &[
        Field::required("sum5", "mSv", "连续五年之和的最大值"),
        Field::required("mean5", "mSv", "其年均值"),
        Field::required("max_year", "mSv", "最大的一年"),
        Field::required("complies", "", "五年 ≤ 100 且每年 ≤ 50"),
    ],
    formula: "任何连续五年 ≤ 100 mSv（年均 20），每年 ≤ 50 mSv",
    source: "GB 18871-2002",
    status: Status::Firm,
    version: 1,
    run: run_five_year,
};

fn run_five_year(args: &Args<'_>) -> Result<Answer, CalcError> {
    let annual = doses(args, "annual")?;
    let sum = worst_five_years(&annual).ok_or_else(|| args.insufficient("annual"))?;
    let highest = annual.iter().copied().fold(0.0, f64::max);
    Ok(Answer::new()
        .with("sum5", sum)
        .with("mean5", sum / 5.0)
        .with("max_year", highest)
        .with("complies", sum <= 100.0 * (1.0 + 1e-12) && highest <= 50.0))
}

pub(crate) static APRON: Calculator = Calculator {
    id: "rad.apron",
    title: "铅围裙内外双剂量计",
    inputs: &[
        Field::required("h_under", "mSv", "围裙内").also(&["under", "hu"]),
        Field::required("h_over", "mSv", "围裙外").also(&["over", "ho"]),
        Field::optional("thyroid_shield", "", "是否有甲状腺屏蔽").also(&["shield"]),
    ],
    outputs: &[Field::required("e", "mSv", "有效剂量")],
    formula: "有屏蔽：0.79·H_u + 0.051·H_o；无：0.84·H_u + 0.100·H_o",
    source: "GBZ 128-2019",
    status: Status::Verify,
    version: 1,
    run: run_apron,
};

fn run_apron(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (under, over) = (args.not_negative("h_under")?, args.not_negative("h_over")?);
    let effective = apron_effective(under, over, args.flag("thyroid_shield")?);
    Ok(Answer::new().with("e", effective).warn("table_unverified"))
}

pub(crate) static DISTRIBUTION: Calculator = Calculator {
    id: "rad.distribution",
    title: "集体剂量及分布",
    inputs: &[Field::required("doses", "mSv", "每人的年剂量")],
    outputs: &[
        Field::required("collective", "人·mSv", "集体剂量 S"),
        Field::required("mean", "mSv", "人均"),
        Field::required("nr15", "", "> 15 mSv 的人数比"),
        Field::required("nr10", "", "> 10 mSv 的人数比"),
        Field::required("nr5", "", "> 5 mSv 的人数比"),
        Field::required("nr1", "", "> 1 mSv 的人数比"),
        Field::required("sr15", "", "其集体剂量比"),
        Field::required("sr10", "", "其集体剂量比"),
        Field::required("sr5", "", "其集体剂量比"),
        Field::required("sr1", "", "其集体剂量比"),
    ],
    formula: "NR_E = d > E 的人数比；SR_E = 这些人的剂量占 S 的比",
    source: "UNSCEAR 2000 附录 E",
    status: Status::Firm,
    version: 1,
    run: run_distribution,
};

fn run_distribution(args: &Args<'_>) -> Result<Answer, CalcError> {
    let found = distribution(&doses(args, "doses")?).ok_or_else(|| args.insufficient("doses"))?;
    let mut answer = Answer::new().with("collective", found.collective).with("mean", found.mean);
    for (place, (people, dose)) in
        [("nr15", "sr15"), ("nr10", "sr10"), ("nr5", "sr5"), ("nr1", "sr1")].into_iter().enumerate()
    {
        answer = answer.with(people, found.people[place]).with(dose, found.dose[place]);
    }
    Ok(answer)
}
