//! `epi.ears`: the early aberration reporting methods C1, C2, C3.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    stats::{mean, sd},
    tables::Status,
};

/// Baseline of a tested value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EarsBaseline {
    /// Mean of seven periods.
    pub mean: f64,
    /// Their standard deviation, n − 1; 0.5 where they are all equal.
    pub sd: f64,
    /// Whether they were all equal.
    pub flat: bool,
}

impl EarsBaseline {
    /// Distance of a value in standard deviations.
    #[must_use]
    pub fn z(&self, value: f64) -> f64 {
        (value - self.mean) / self.sd
    }
}

/// Baseline of the value at `at` (from 0): the seven periods before it, after leaving out `lag` periods (0 for C1,
/// 2 for C2 and C3). `None` when there are not enough. Source: Hutwagner et al. 2003.
#[must_use]
pub fn ears_baseline(series: &[f64], at: usize, lag: usize) -> Option<EarsBaseline> {
    let end = at.checked_sub(lag)?;
    let seven = series.get(end.checked_sub(7)?..end)?;
    let flat = seven.iter().all(|value| *value == seven[0]);
    Some(EarsBaseline { mean: mean(seven), sd: if flat { 0.5 } else { sd(seven) }, flat })
}

/// C3 of the last value: the sum over the last three of `max(0, C2 − 1)`; `None` when there are not enough.
#[must_use]
pub fn ears_c3(series: &[f64]) -> Option<f64> {
    let last = series.len().checked_sub(1)?;
    let part = |at: usize| Some((ears_baseline(series, at, 2)?.z(series[at]) - 1.0).max(0.0));
    Some(part(last.checked_sub(2)?)? + part(last - 1)? + part(last)?)
}

pub(crate) static EARS: Calculator = Calculator {
    id: "epi.ears",
    title: "EARS C1/C2/C3 预警",
    inputs: &[
        Field::required("counts", "", "自早至晚的计数，检验最后一个").also(&["series", "data"]),
        Field::required("method", "", "C1、C2、C3").also(&["variant", "algorithm"]),
        Field::optional("k", "", "标准差倍数，默认 3（C1、C2）"),
    ],
    outputs: &[
        Field::optional("baseline_mean", "", "基线均数（C1、C2）"),
        Field::optional("baseline_sd", "", "基线标准差（C1、C2）"),
        Field::optional("upper", "", "上限（C1、C2）"),
        Field::optional("statistic", "", "统计量（C3）"),
        Field::required("alarm", "", "是否预警"),
    ],
    formula: "C1 基线 t−7…t−1，C2 t−9…t−3；上限 = 均数 + k·sd；C3 = Σ max(0, C2−1) > 2",
    source: "Hutwagner et al. 2003",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let series = args.counts("counts")?;
    let lag = args.choice("method", &[("c1", Some(0)), ("c2", Some(2)), ("c3", None)])?;
    let k = args.positive_or("k", 3.0)?;
    let few = || args.insufficient("counts");
    let last = series.len() - 1;
    let Some(lag) = lag else {
        let statistic = ears_c3(&series).ok_or_else(few)?;
        let flat = (last - 2..=last).filter_map(|at| ears_baseline(&series, at, 2)).any(|b| b.flat);
        return Ok(Answer::new()
            .with("statistic", statistic)
            .with("alarm", statistic > 2.0)
            .warn_if(flat, "flat_baseline"));
    };
    let baseline = ears_baseline(&series, last, lag).ok_or_else(few)?;
    let upper = baseline.mean + k * baseline.sd;
    Ok(Answer::new()
        .with("baseline_mean", baseline.mean)
        .with("baseline_sd", baseline.sd)
        .with("upper", upper)
        .with("alarm", series[last] > upper)
        .warn_if(baseline.flat, "flat_baseline"))
}
