//! `stats.descriptive`: how a group of results lies.

use super::{Z95, mean, sd};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::normal_sf,
    tables::Status,
};

/// Description of measured values, lognormal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// How many values.
    pub n: usize,
    /// Arithmetic mean.
    pub am: f64,
    /// Standard deviation, n − 1.
    pub sd: f64,
    /// Mean of the logarithms.
    pub log_mean: f64,
    /// Standard deviation of the logarithms, n − 1.
    pub log_sd: f64,
    /// Median of the values.
    pub median: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
}

impl Summary {
    /// Geometric mean.
    #[must_use]
    pub fn gm(&self) -> f64 {
        self.log_mean.exp()
    }

    /// Geometric standard deviation.
    #[must_use]
    pub fn gsd(&self) -> f64 {
        self.log_sd.exp()
    }

    /// 95th percentile of the lognormal distribution, `e^(ȳ + 1.645·s)`.
    #[must_use]
    pub fn p95(&self) -> f64 {
        (self.log_mean + Z95 * self.log_sd).exp()
    }

    /// Share above `oel`, percent: `100·(1 − Φ((ln OEL − ȳ)/s))`; without spread all or nothing.
    #[must_use]
    pub fn exceedance_pct(&self, oel: f64) -> f64 {
        let gap = oel.ln() - self.log_mean;
        if self.log_sd > 0.0 {
            100.0 * normal_sf(gap / self.log_sd)
        } else if gap < 0.0 {
            100.0
        } else {
            0.0
        }
    }
}

/// Describes at least two values above 0; `None` for fewer.
///
/// # Example: data set D of the handbook
/// ```
/// use zhijian_calc::stats::summary;
/// let d = summary(&[0.6, 1.1, 0.9, 2.3, 1.5, 0.8]).ok_or("two values")?;
/// assert_eq!(format!("{:.4} {:.4} {:.4}", d.gm(), d.gsd(), d.p95()), "1.0859 1.6148 2.3885");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn summary(values: &[f64]) -> Option<Summary> {
    if values.len() < 2 {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let median =
        if sorted.len() % 2 == 1 { sorted[middle] } else { 0.5 * (sorted[middle - 1] + sorted[middle]) };
    let logs: Vec<f64> = sorted.iter().map(|x| x.ln()).collect();
    let (min, max) = (sorted[0], sorted[sorted.len() - 1]);
    // equal values have no spread; float noise must not give them one
    let log_sd = if max > min { sd(&logs) } else { 0.0 };
    Some(Summary {
        n: values.len(),
        am: mean(&sorted),
        sd: if max > min { sd(&sorted) } else { 0.0 },
        log_mean: mean(&logs),
        log_sd,
        median,
        min,
        max,
    })
}

pub(crate) static DESCRIPTIVE: Calculator = Calculator {
    id: "stats.descriptive",
    title: "接触数据描述统计（对数正态）",
    inputs: &[
        Field::required("data", "", "测定值，均大于 0").also(&["values"]),
        Field::optional("oel", "", "限值"),
    ],
    outputs: &[
        Field::required("n", "", "个数"),
        Field::required("am", "", "算术均数"),
        Field::required("sd", "", "标准差（n−1）"),
        Field::required("gm", "", "几何均数"),
        Field::required("gsd", "", "几何标准差"),
        Field::required("p95", "", "第 95 百分位数"),
        Field::required("median", "", "中位数"),
        Field::required("min", "", "最小值"),
        Field::required("max", "", "最大值"),
        Field::optional("ef_pct", "%", "超限比例（给出 oel 时）"),
    ],
    formula: "gm = e^ȳ；gsd = e^s；p95 = e^(ȳ+1.645s)；ef = 100·(1−Φ((ln OEL−ȳ)/s))",
    source: "AIHA 接触评估策略；EN 689:2018",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let data = args.measured("data")?;
    let oel = if args.value("oel").is_some() { Some(args.positive("oel")?) } else { None };
    let found = summary(&data).ok_or_else(|| args.insufficient("data"))?;
    let flat = found.log_sd == 0.0;
    let answer = Answer::new()
        .with("n", found.n)
        .with("am", found.am)
        .with("sd", found.sd)
        .with("gm", found.gm())
        .with("gsd", found.gsd())
        .with("p95", found.p95())
        .with("median", found.median)
        .with("min", found.min)
        .with("max", found.max)
        .warn_if(flat || found.n < 6, "small_sample")
        .warn_if(!flat && !(1.2..=4.0).contains(&found.gsd()), "high_gsd");
    Ok(match oel {
        Some(oel) => answer.with("ef_pct", found.exceedance_pct(oel)),
        None => answer,
    })
}
