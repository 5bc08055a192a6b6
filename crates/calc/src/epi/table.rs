//! `epi.two_by_two`: exposure and disease in a fourfold table.

use super::CONFIDENCE;
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::normal_quantile,
    tables::Status,
};

/// A ratio with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioLimits {
    /// The ratio.
    pub ratio: f64,
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

fn wald(ratio: f64, variance: f64, confidence: f64) -> RatioLimits {
    let spread = normal_quantile(0.5 + confidence / 2.0) * variance.sqrt();
    RatioLimits { ratio, low: ratio * (-spread).exp(), high: ratio * spread.exp() }
}

/// Risk ratio of exposed cases a and non-cases b against c and d, Wald limits on the log scale. All cells above 0.
#[must_use]
pub fn risk_ratio(cells: [f64; 4], confidence: f64) -> RatioLimits {
    let [a, b, c, d] = cells;
    let variance = 1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d);
    wald(a / (a + b) / (c / (c + d)), variance, confidence)
}

/// Odds ratio `ad/bc`, Wald limits on the log scale. All cells above 0.
#[must_use]
pub fn odds_ratio(cells: [f64; 4], confidence: f64) -> RatioLimits {
    let [a, b, c, d] = cells;
    wald(a / b * (d / c), 1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d, confidence)
}

pub(crate) static TWO_BY_TWO: Calculator = Calculator {
    id: "epi.two_by_two",
    title: "四格表 RR、OR",
    inputs: &[
        Field::required("a", "", "暴露、病例"),
        Field::required("b", "", "暴露、非病例"),
        Field::required("c", "", "未暴露、病例"),
        Field::required("d", "", "未暴露、非病例"),
        CONFIDENCE,
    ],
    outputs: &[
        Field::required("rr", "", "相对危险度"),
        Field::required("rr_ci", "", "区间 [下, 上]"),
        Field::required("or", "", "比值比"),
        Field::required("or_ci", "", "区间 [下, 上]"),
    ],
    formula: "RR = [a/(a+b)]/[c/(c+d)]；OR = ad/bc；对数 Wald 区间",
    source: "Rothman et al. 2008",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut cells = [0.0; 4];
    for (cell, key) in cells.iter_mut().zip(["a", "b", "c", "d"]) {
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        let count = args.count(key)? as f64;
        *cell = count;
    }
    let confidence = args.probability_or("confidence", 0.95)?;
    if let Some(empty) = cells.iter().position(|cell| *cell == 0.0) {
        return Err(args.insufficient(["a", "b", "c", "d"][empty]));
    }
    let (risk, odds) = (risk_ratio(cells, confidence), odds_ratio(cells, confidence));
    Ok(Answer::new()
        .with("rr", risk.ratio)
        .with("rr_ci", (risk.low, risk.high))
        .with("or", odds.ratio)
        .with("or_ci", (odds.low, odds.high)))
}
