//! `stats.bayes_seg`: the Bayesian model of Expostats/WebExpo for one similarly exposed group.

mod density;
mod grid;

use self::grid::Grid;
use super::{Observation, Z95};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::normal_cdf,
    tables::Status,
};

/// What is assumed of the spread before there are data. The mean is uniform on the log scale in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prior {
    /// ln σ ~ Normal(−0.1744, SD 0.62594), from many industrial groups (Kromhout et al. 1993).
    #[default]
    Informed,
    /// σ ~ Uniform(0, 2.3).
    Uninformative,
}

/// The posterior distribution of a group, in multiples of the limit.
#[derive(Debug, Clone)]
pub struct Posterior {
    grid: Grid,
}

/// The posterior of lognormal exposure given the results (in multiples of the limit) and a prior.
///
/// Two parameters only, so the posterior is integrated on a grid: deterministic, no sampling. Likelihood with left,
/// right and interval censoring; µ ~ Uniform(−20, 20). `None` without data.
/// Source: McNally et al. 2014 (WebExpo report), Lavoué et al. 2019 (Expostats).
#[must_use]
pub fn posterior(relative: &[Observation], prior: Prior) -> Option<Posterior> {
    (!relative.is_empty()).then(|| Posterior { grid: Grid::new(relative, prior) })
}

impl Posterior {
    /// Quantile of the geometric mean.
    #[must_use]
    pub fn gm(&self, p: f64) -> f64 {
        self.grid.quantile(p, -21.0, 21.0, |q, _| q).exp()
    }

    /// Quantile of the geometric standard deviation.
    #[must_use]
    pub fn gsd(&self, p: f64) -> f64 {
        self.grid.log_sigma_quantile(p).exp().exp()
    }

    /// Quantile of the 95th percentile; `p` 0.95 is its one-sided upper 95 % credible limit.
    #[must_use]
    pub fn p95(&self, p: f64) -> f64 {
        self.grid.quantile(p, -30.0, 45.0, |q, sigma| q - Z95 * sigma).exp()
    }

    /// Quantile of the share above the limit, percent.
    #[must_use]
    pub fn exceedance_pct(&self, p: f64) -> f64 {
        100.0 * normal_cdf(self.grid.quantile(p, -40.0, 40.0, |q, sigma| q * sigma))
    }

    /// P(P95 > limit).
    #[must_use]
    pub fn overexposure(&self) -> f64 {
        1.0 - self.p95_below(1.0)
    }

    /// P(P95 ≤ `share` × limit).
    #[must_use]
    pub fn p95_below(&self, share: f64) -> f64 {
        self.grid.probability(|sigma| share.ln() - Z95 * sigma)
    }

    /// P(arithmetic mean > limit).
    #[must_use]
    pub fn mean_above(&self) -> f64 {
        1.0 - self.grid.probability(|sigma| -0.5 * sigma * sigma)
    }

    /// Probabilities of the five exposure categories of P95.
    #[must_use]
    pub fn bands(&self) -> [f64; 5] {
        let mut last = 0.0;
        [0.01, 0.1, 0.5, 1.0, f64::INFINITY].map(|share| {
            let below = if share.is_finite() { self.p95_below(share) } else { 1.0 };
            let band = below - last;
            last = below;
            band
        })
    }
}

pub(crate) static BAYES_SEG: Calculator = Calculator {
    id: "stats.bayes_seg",
    title: "同质接触组贝叶斯评估（Expostats/WebExpo）",
    inputs: &[
        Field::required("data", "", "结果：12.5、\"<0.6\"、\">200\"、\"[40.1-90.2]\"").also(&["values"]),
        Field::required("oel", "", "限值"),
        Field::optional("prior", "", "informedvar（默认）或 uninformative").also(&["model"]),
    ],
    outputs: &[
        Field::required("gm", "", "几何均数的后验中位数"),
        Field::required("gsd", "", "几何标准差的后验中位数"),
        Field::required("p95", "", "第 95 百分位数的后验中位数"),
        Field::required("p95_ucl70", "", "其单侧 70 % 可信上限"),
        Field::required("p95_ucl95", "", "其单侧 95 % 可信上限"),
        Field::required("ef_pct", "%", "超限比例的后验中位数"),
        Field::required("prob_overexposure", "", "P(P95 > OEL)"),
        Field::required("prob_am_over", "", "P(算术均数 > OEL)"),
        Field::required("band_probs", "", "P95 属于 0–4 类的概率"),
    ],
    formula: "µ ~ U(−20, 20)；ln σ ~ N(−0.1744, 0.62594²) 或 σ ~ U(0, 2.3)；对数正态似然，网格积分",
    source: "Lavoué et al. 2019；McNally et al. 2014",
    status: Status::Firm,
    version: 1,
    run,
};

/// More results than this are no similarly exposed group, and take long.
const MOST: usize = 500;

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let data = args.observations("data")?;
    let oel = args.positive("oel")?;
    let priors = [("informedvar", Prior::Informed), ("uninformative", Prior::Uninformative)];
    let prior = args.choice_or("prior", &priors, Prior::Informed)?;
    if data.len() > MOST {
        return Err(args.out_of_range("data"));
    }
    let relative: Vec<Observation> = data.iter().map(|x| x.scaled(1.0 / oel)).collect();
    if relative.iter().any(|x| !within_prior(*x)) {
        return Err(args.out_of_range("data"));
    }
    let found = posterior(&relative, prior).ok_or_else(|| args.insufficient("data"))?;
    let below = data.iter().filter(|x| x.is_non_detect()).count();
    Ok(Answer::new()
        .with("gm", oel * found.gm(0.5))
        .with("gsd", found.gsd(0.5))
        .with("p95", oel * found.p95(0.5))
        .with("p95_ucl70", oel * found.p95(0.70))
        .with("p95_ucl95", oel * found.p95(0.95))
        .with("ef_pct", found.exceedance_pct(0.5))
        .with("prob_overexposure", found.overexposure())
        .with("prob_am_over", found.mean_above())
        .with("band_probs", found.bands().to_vec())
        .warn_if(2 * below > data.len(), "high_censoring"))
}

/// The prior of the mean holds e^−20 to e^20 times the limit; a result outside is a unit error.
fn within_prior(relative: Observation) -> bool {
    let inside = |x: f64| (-20.0..=20.0).contains(&x.ln());
    match relative {
        Observation::Exact(x) | Observation::Below(x) | Observation::Above(x) => inside(x),
        Observation::Between(a, b) => inside(a) && inside(b),
    }
}

/// ln of the prior density of ln σ, up to a constant.
fn ln_prior(prior: Prior, log_sigma: f64) -> f64 {
    match prior {
        Prior::Informed => -0.5 * ((log_sigma + 0.1744) / 0.625_94).powi(2),
        // uniform in σ: the density of ln σ is proportional to σ
        Prior::Uninformative => log_sigma,
    }
}

/// The range of ln σ.
fn log_sigma_range(prior: Prior) -> (f64, f64) {
    match prior {
        Prior::Informed => (-3.2, 2.6),
        Prior::Uninformative => (0.001f64.ln(), 2.3f64.ln()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_value_leaves_the_prior_of_the_spread_alone() -> Result<(), &'static str> {
        // with µ uniform, one exact value says nothing about σ: its posterior median is the prior's
        let found = posterior(&[Observation::Exact(0.3)], Prior::Informed).ok_or("data")?;
        assert!((found.gsd(0.5).ln() - (-0.1744f64).exp()).abs() < 2e-3, "{}", found.gsd(0.5));
        assert!((found.gm(0.5) - 0.3).abs() < 1e-3);
        assert!((found.bands().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        Ok(())
    }
}
