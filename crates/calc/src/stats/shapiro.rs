//! `stats.shapiro_log`: do the logarithms look normal.

use super::{count, mean};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::{normal_quantile, normal_sf},
    tables::Status,
};

/// The Shapiro–Wilk W and its p for 3 to 5000 values; `None` outside, or when all values are equal.
///
/// Source: Royston 1995, AS R94.
#[must_use]
pub fn shapiro_wilk(values: &[f64]) -> Option<(f64, f64)> {
    let mut x = values.to_vec();
    x.sort_by(f64::total_cmp);
    let n = x.len();
    if !(3..=5000).contains(&n) || x[0] >= x[n - 1] {
        return None;
    }
    let weights = weights(n);
    let centre = mean(&x);
    let range = x[n - 1] - x[0];
    let (mut sax, mut ssx, mut ssa) = (0.0, 0.0, 0.0);
    for (i, value) in x.iter().enumerate() {
        let a = if i < n / 2 {
            -weights[i]
        } else if i >= n - n / 2 {
            weights[n - 1 - i]
        } else {
            0.0
        };
        let deviation = (value - centre) / range;
        sax += a * deviation;
        ssx += deviation * deviation;
        ssa += a * a;
    }
    let root = (ssa * ssx).sqrt();
    // 1 − W without cancellation
    let rest = ((root - sax) * (root + sax) / (ssa * ssx)).max(1e-19);
    Some((1.0 - rest, p_value(n, rest)))
}

/// The coefficients of the lower half, positive.
fn weights(n: usize) -> Vec<f64> {
    if n == 3 {
        return vec![std::f64::consts::FRAC_1_SQRT_2];
    }
    let size = count_of(n);
    let half = n / 2;
    let m: Vec<f64> = (1..=half).map(|i| normal_quantile((count_of(i) - 0.375) / (size + 0.25))).collect();
    let sum = 2.0 * m.iter().map(|m| m * m).sum::<f64>();
    let root = 1.0 / size.sqrt();
    let first =
        poly(&[0.0, 0.221_157, -0.147_981, -2.071_19, 4.434_685, -2.706_056], root) - m[0] / sum.sqrt();
    let second =
        poly(&[0.0, 0.042_981, -0.293_762, -1.752_461, 5.682_633, -3.582_633], root) - m[1] / sum.sqrt();
    let (given, scale) = if n > 5 {
        let left = sum - 2.0 * m[0] * m[0] - 2.0 * m[1] * m[1];
        (2, (left / (1.0 - 2.0 * first * first - 2.0 * second * second)).sqrt())
    } else {
        (1, ((sum - 2.0 * m[0] * m[0]) / (1.0 - 2.0 * first * first)).sqrt())
    };
    [first, second].into_iter().take(given).chain(m[given..].iter().map(|m| -m / scale)).collect()
}

fn p_value(n: usize, rest: f64) -> f64 {
    let size = count_of(n);
    if n == 3 {
        let w = 1.0 - rest;
        let p = 6.0 / std::f64::consts::PI * (w.sqrt().asin() - std::f64::consts::FRAC_PI_3);
        return p.clamp(0.0, 1.0);
    }
    let y = rest.ln();
    if n <= 11 {
        let gamma = -2.273 + 0.459 * size;
        if y >= gamma {
            return 1e-99;
        }
        let mean = poly(&[0.544, -0.399_78, 0.025_054, -6.714e-4], size);
        let sd = poly(&[1.3822, -0.778_57, 0.062_767, -0.002_032_2], size).exp();
        normal_sf((-(gamma - y).ln() - mean) / sd)
    } else {
        let log_n = size.ln();
        let mean = poly(&[-1.5861, -0.310_82, -0.083_751, 0.003_891_5], log_n);
        let sd = poly(&[-0.4803, -0.082_676, 0.003_030_2], log_n).exp();
        normal_sf((y - mean) / sd)
    }
}

fn poly(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

#[expect(clippy::cast_precision_loss, reason = "at most 5000")]
fn count_of(n: usize) -> f64 {
    n as f64
}

pub(crate) static SHAPIRO_LOG: Calculator = Calculator {
    id: "stats.shapiro_log",
    title: "对数值的 Shapiro–Wilk 检验",
    inputs: &[Field::required("data", "", "测定值，均大于 0，3–5000 个").also(&["values"])],
    outputs: &[Field::required("w", "", "W"), Field::required("p", "", "p 值")],
    formula: "AS R94，对 ln x",
    source: "Royston 1995",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let data = args.measured("data")?;
    if data.len() > 5000 {
        return Err(args.out_of_range("data"));
    }
    let logs: Vec<f64> = data.iter().map(|x| x.ln()).collect();
    let (w, p) = shapiro_wilk(&logs).ok_or_else(|| args.insufficient("data"))?;
    Ok(Answer::new().with("w", w).with("p", p).warn_if(count(&data) < 6.0, "small_sample"))
}
