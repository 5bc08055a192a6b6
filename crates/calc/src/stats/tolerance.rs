//! `stats.utl`, `stats.k_factor`, `stats.exceedance_ci`: limits that stand on the non-central t distribution.

use super::{Summary, count, summary};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::{noncentrality_quantile, normal_sf, tolerance_factor},
    tables::Status,
};

/// The factor k of a one-sided upper tolerance limit: `k = t′(γ; n−1, z_p·√n)/√n`.
///
/// With confidence γ the share p of the distribution lies below mean + k·sd. For n from 2, p and γ inside (0, 1).
/// Source: Hewett & Ganser 1997; equals U_T of EN 689:2018 for p 0.95, γ 0.70.
///
/// # Example
/// ```
/// assert_eq!(format!("{:.3}", zhijian_calc::stats::tolerance_k(6, 0.95, 0.70)), "2.187");
/// ```
#[must_use]
pub fn tolerance_k(n: u32, p: f64, confidence: f64) -> f64 {
    tolerance_factor(f64::from(n), p, confidence)
}

/// The upper tolerance limit `e^(ȳ + k·s)`.
#[must_use]
pub fn upper_tolerance_limit(found: &Summary, k: f64) -> f64 {
    (found.log_mean + k * found.log_sd).exp()
}

/// The share above a limit with its one-sided confidence limits, percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exceedance {
    /// The estimate.
    pub ef_pct: f64,
    /// Lower limit.
    pub lcl_pct: f64,
    /// Upper limit.
    pub ucl_pct: f64,
}

/// The exceedance fraction with one-sided limits at `confidence`; `None` without spread.
///
/// With T = √n·(ln OEL − ȳ)/s the limits are the 1 − Φ(z) for which T is the γ or 1 − γ quantile of t′(n−1, z·√n).
/// Source: Hewett & Ganser 1997.
#[must_use]
pub fn exceedance_limits(found: &Summary, oel: f64, confidence: f64) -> Option<Exceedance> {
    if found.log_sd <= 0.0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "lists are far shorter than 2^53")]
    let n = found.n as f64;
    let t = n.sqrt() * (oel.ln() - found.log_mean) / found.log_sd;
    let limit = |confidence| 100.0 * normal_sf(noncentrality_quantile(t, n, confidence));
    Some(Exceedance {
        ef_pct: found.exceedance_pct(oel),
        lcl_pct: limit(1.0 - confidence),
        ucl_pct: limit(confidence),
    })
}

pub(crate) static UTL: Calculator = Calculator {
    id: "stats.utl",
    title: "单侧上容许限 UTL",
    inputs: &[
        Field::required("data", "", "测定值，均大于 0").also(&["values"]),
        Field::optional("p", "", "覆盖比例，默认 0.95"),
        Field::optional("confidence", "", "置信度，0.70（EN 689，默认）或 0.95（AIHA）"),
    ],
    outputs: &[Field::required("k", "", "容许限系数"), Field::required("utl", "", "上容许限")],
    formula: "k = t′(γ; n−1, z_p·√n)/√n；UTL = e^(ȳ+k·s)",
    source: "Hewett & Ganser 1997；EN 689:2018",
    status: Status::Firm,
    version: 1,
    run: utl,
};

fn utl(args: &Args<'_>) -> Result<Answer, CalcError> {
    let data = args.measured("data")?;
    let (p, confidence) = (args.probability_or("p", 0.95)?, args.probability_or("confidence", 0.70)?);
    let found = summary(&data).ok_or_else(|| args.insufficient("data"))?;
    if found.n > MOST {
        return Err(args.out_of_range("data"));
    }
    let k = tolerance_factor(count(&data), p, confidence);
    Ok(Answer::new()
        .with("k", k)
        .with("utl", upper_tolerance_limit(&found, k))
        .warn_if(found.n < 6 || found.log_sd == 0.0, "small_sample")
        .warn_if(found.gsd() > 4.0, "high_gsd"))
}

/// The k factor is checked up to this many values.
const MOST: usize = 1000;

pub(crate) static K_FACTOR: Calculator = Calculator {
    id: "stats.k_factor",
    title: "容许限系数 k",
    inputs: &[
        Field::required("n", "", "样本量 2–1000"),
        Field::optional("p", "", "覆盖比例，默认 0.95"),
        Field::optional("confidence", "", "置信度，默认 0.70"),
    ],
    outputs: &[Field::required("k", "", "容许限系数")],
    formula: "k = t′(γ; n−1, z_p·√n)/√n",
    source: "EN 689:2018 U_T",
    status: Status::Firm,
    version: 1,
    run: k_factor,
};

fn k_factor(args: &Args<'_>) -> Result<Answer, CalcError> {
    let n = args.number("n")?;
    if n <= 0.0 || n.fract() != 0.0 {
        return Err(args.invalid("n"));
    }
    if !(2.0..=1000.0).contains(&n) {
        return Err(args.out_of_range("n"));
    }
    let (p, confidence) = (args.probability_or("p", 0.95)?, args.probability_or("confidence", 0.70)?);
    Ok(Answer::new().with("k", tolerance_factor(n, p, confidence)))
}

pub(crate) static EXCEEDANCE_CI: Calculator = Calculator {
    id: "stats.exceedance_ci",
    title: "超限比例及置信限",
    inputs: &[
        Field::required("data", "", "测定值，均大于 0").also(&["values"]),
        Field::required("oel", "", "限值"),
        Field::optional("confidence", "", "单侧置信度，默认 0.95"),
    ],
    outputs: &[
        Field::required("ef_pct", "%", "超限比例"),
        Field::required("lcl_pct", "%", "单侧下限"),
        Field::required("ucl_pct", "%", "单侧上限"),
    ],
    formula: "T = √n·(ln OEL−ȳ)/s；P(t′_{n−1}(z√n) ≤ T) = γ → ucl = 100·(1−Φ(z))",
    source: "Hewett & Ganser 1997",
    status: Status::Firm,
    version: 1,
    run: exceedance_ci,
};

fn exceedance_ci(args: &Args<'_>) -> Result<Answer, CalcError> {
    let data = args.measured("data")?;
    let oel = args.positive("oel")?;
    let confidence = args.probability_or("confidence", 0.95)?;
    let found = summary(&data).ok_or_else(|| args.insufficient("data"))?;
    if found.n > MOST {
        return Err(args.out_of_range("data"));
    }
    let limits = exceedance_limits(&found, oel, confidence).ok_or_else(|| args.insufficient("data"))?;
    Ok(Answer::new()
        .with("ef_pct", limits.ef_pct)
        .with("lcl_pct", limits.lcl_pct)
        .with("ucl_pct", limits.ucl_pct)
        .warn_if(found.n < 6, "small_sample"))
}
