//! `stats.censored`: a group with results below detection, by several methods.

use super::{Observation, Z95, beta_substitution, count, fit_lognormal, mean, robust_ros, sd};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// Description of a group after non-detects have been dealt with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lognormal {
    /// Arithmetic mean.
    pub am: f64,
    /// Standard deviation, n − 1.
    pub sd: f64,
    /// Mean of the logarithms.
    pub log_mean: f64,
    /// Standard deviation of the logarithms, n − 1.
    pub log_sd: f64,
}

impl Lognormal {
    pub(super) fn of(values: &[f64]) -> Self {
        let logs: Vec<f64> = values.iter().map(|x| x.ln()).collect();
        Self { am: mean(values), sd: sd(values), log_mean: mean(&logs), log_sd: sd(&logs) }
    }

    fn answer(&self) -> Answer {
        Answer::new()
            .with("am", self.am)
            .with("sd", self.sd)
            .with("gm", self.log_mean.exp())
            .with("gsd", self.log_sd.exp())
            .with("p95", (self.log_mean + Z95 * self.log_sd).exp())
    }
}

pub(crate) static CENSORED: Calculator = Calculator {
    id: "stats.censored",
    title: "含低于检出限结果的数据",
    inputs: &[
        Field::required("data", "", "结果：12.5、\"<0.6\"、\">200\"、\"[40.1-90.2]\""),
        Field::required("method", "", "mle、ros、beta、half、sqrt2、lod（后三种只供对照）"),
    ],
    outputs: &[
        Field::required("am", "", "算术均数"),
        Field::optional("sd", "", "标准差（n−1）；mle、beta 不给"),
        Field::required("gm", "", "几何均数"),
        Field::required("gsd", "", "几何标准差"),
        Field::required("p95", "", "第 95 百分位数"),
        Field::optional("imputed", "", "ros 的插补值"),
        Field::optional("beta_mean", "", "β（均数）"),
        Field::optional("beta_gm", "", "β（几何均数）"),
        Field::required("n", "", "个数"),
        Field::required("n_nondetect", "", "低于检出限的个数"),
    ],
    formula: "mle：最大 Σ ln φ + Σ ln Φ；ros：Helsel–Cohn 位置回归；beta：β 替代；其余为替代法",
    source: "Helsel 2012；Ganser & Hewett 2010",
    status: Status::Firm,
    version: 1,
    run,
};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Method {
    Mle,
    Ros,
    Beta,
    Substitute(f64),
}

const METHODS: [(&str, Method); 6] = [
    ("mle", Method::Mle),
    ("ros", Method::Ros),
    ("beta", Method::Beta),
    ("half", Method::Substitute(0.5)),
    ("sqrt2", Method::Substitute(std::f64::consts::FRAC_1_SQRT_2)),
    ("lod", Method::Substitute(1.0)),
];

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let data = args.observations("data")?;
    let method = args.choice("method", &METHODS)?;
    let detects: Vec<f64> = data.iter().filter_map(|x| x.exact()).collect();
    let needed = if matches!(method, Method::Mle | Method::Ros) { 3 } else { 1 };
    if detects.is_empty() {
        return Err(CalcError::all_censored("data"));
    }
    if detects.len() < needed || data.len() < 2 {
        return Err(args.insufficient("data"));
    }
    let below = data.iter().filter(|x| x.is_non_detect()).count();
    let answer = match method {
        Method::Mle => mle(&data).ok_or_else(|| args.insufficient("data"))?,
        Method::Ros => ros(args, &data)?,
        Method::Beta => beta(args, &data, &detects)?,
        Method::Substitute(factor) => Lognormal::of(&substitute(args, &data, factor)?).answer(),
    };
    Ok(answer
        .with("n", data.len())
        .with("n_nondetect", below)
        .warn_if(2 * below > data.len(), "high_censoring")
        .warn_if(5 * below > 4 * data.len(), "use_bayes_seg"))
}

fn mle(data: &[Observation]) -> Option<Answer> {
    let fit = fit_lognormal(data)?;
    Some(
        Answer::new()
            .with("am", (fit.mu + 0.5 * fit.sigma * fit.sigma).exp())
            .with("gm", fit.mu.exp())
            .with("gsd", fit.sigma.exp())
            .with("p95", (fit.mu + Z95 * fit.sigma).exp()),
    )
}

fn ros(args: &Args<'_>, data: &[Observation]) -> Result<Answer, CalcError> {
    only_left(args, data)?;
    let found = robust_ros(data).ok_or_else(|| args.insufficient("data"))?;
    Ok(found.fit.answer().with("imputed", found.imputed))
}

fn beta(args: &Args<'_>, data: &[Observation], detects: &[f64]) -> Result<Answer, CalcError> {
    only_left(args, data)?;
    let below = |x: &Observation| match x {
        Observation::Below(limit) => Some(*limit),
        _ => None,
    };
    let limits: Vec<f64> = data.iter().filter_map(below).collect();
    let found = beta_substitution(detects, &limits).ok_or_else(|| args.out_of_range("data"))?;
    Ok(Answer::new()
        .with("am", found.am)
        .with("gm", found.gm)
        .with("gsd", found.gsd)
        .with("p95", found.p95)
        .with("beta_mean", found.beta_mean)
        .with("beta_gm", found.beta_gm)
        .warn("table_unverified"))
}

fn substitute(args: &Args<'_>, data: &[Observation], factor: f64) -> Result<Vec<f64>, CalcError> {
    only_left(args, data)?;
    Ok(data
        .iter()
        .map(|x| match *x {
            Observation::Below(limit) => factor * limit,
            Observation::Exact(x) | Observation::Above(x) | Observation::Between(x, _) => x,
        })
        .collect())
}

/// These methods know no values above a range and no intervals.
fn only_left(args: &Args<'_>, data: &[Observation]) -> Result<(), CalcError> {
    let other = |x: &Observation| matches!(x, Observation::Above(_) | Observation::Between(..));
    match data.iter().position(other) {
        Some(index) => Err(CalcError::invalid(format!("{}.{index}", args.path_of("data")))),
        None => Ok(()),
    }
}

/// ȳ and s of a group that may hold non-detects: measured values directly, otherwise by ROS.
pub(super) fn log_moments(data: &[Observation]) -> Option<(f64, f64)> {
    let detects: Vec<f64> = data.iter().filter_map(|x| x.exact()).collect();
    if detects.len() == data.len() {
        let fit = Lognormal::of(&detects);
        return Some((fit.log_mean, fit.log_sd));
    }
    if count(&detects) < 3.0 {
        return None;
    }
    let ros = robust_ros(data)?;
    Some((ros.fit.log_mean, ros.fit.log_sd))
}
