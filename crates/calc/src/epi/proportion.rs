//! `epi.proportion_ci`: a share with its interval. Wilson's is [`crate::workplace::wilson`].

use super::CONFIDENCE;
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::beta_quantile,
    tables::Status,
    workplace::wilson,
};

/// Exact interval of Clopper and Pearson by beta quantiles; exactly 0 below when x = 0, 1 above when x = n.
///
/// `None` for n = 0, x > n or a confidence outside (0, 1).
///
/// # Example
/// ```
/// let (low, high) = zhijian_calc::epi::clopper_pearson(3, 40, 0.95).unwrap_or_default();
/// assert_eq!(format!("{low:.5} {high:.5}"), "0.01574 0.20386");
/// ```
#[must_use]
pub fn clopper_pearson(x: u64, n: u64, confidence: f64) -> Option<(f64, f64)> {
    if n == 0 || x > n || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let (yes, all) = (x as f64, n as f64);
    let tail = (1.0 - confidence) / 2.0;
    let low = if x == 0 { 0.0 } else { beta_quantile(tail, yes, all - yes + 1.0) };
    let high = if x == n { 1.0 } else { beta_quantile(1.0 - tail, yes + 1.0, all - yes) };
    Some((low, high))
}

pub(crate) static PROPORTION_CI: Calculator = Calculator {
    id: "epi.proportion_ci",
    title: "率（比例）的置信区间",
    inputs: &[Field::required("x", "", "阳性数"), Field::required("n", "", "总数"), CONFIDENCE],
    outputs: &[
        Field::required("p", "", "比例"),
        Field::required("wilson", "", "Wilson 区间 [下, 上]"),
        Field::required("clopper_pearson", "", "精确区间 [下, 上]"),
    ],
    formula: "Wilson：(p+z²/2n ± z√(p(1−p)/n+z²/4n²))/(1+z²/n)；精确：Beta 分位数",
    source: "Wilson 1927；Clopper & Pearson 1934",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (x, n) = (args.count("x")?, args.count("n")?);
    let confidence = args.probability_or("confidence", 0.95)?;
    if n == 0 {
        return Err(args.insufficient("n"));
    }
    let intervals = wilson(x, n, confidence).zip(clopper_pearson(x, n, confidence));
    let (score, exact) = intervals.ok_or_else(|| args.invalid("x"))?;
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let p = x as f64 / n as f64;
    Ok(Answer::new().with("p", p).with("wilson", score).with("clopper_pearson", exact))
}
