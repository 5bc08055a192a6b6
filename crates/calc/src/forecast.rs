//! Where a figure will stand at the end of the year if it goes on as in the months so far.

use crate::special::student_two_sided;

/// Name of the method, as pages and reports cite it.
pub const METHOD: &str = "按月末值的普通最小二乘直线外推，95% 预测区间（t 分布，自由度 n−2）";
/// What the interval does not cover.
pub const CAVEAT: &str =
    "各月末值是累计值，彼此相关，区间偏窄；季节性和集中报送未计入。仅供提前安排工作，不作考核依据。";
/// Fewest months: a line through two points has no uncertainty to tell.
pub const FEWEST: usize = 3;

/// A forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Value on the line.
    pub value: f64,
    /// Lower end of the prediction interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Change a month.
    pub slope: f64,
    /// Points used.
    pub points: usize,
}

/// Ordinary least squares through `(month, value)`, read at `at`, with the prediction interval of a single further value:
/// ŷ ± t·s·√(1 + 1/n + (x₀−x̄)²/Sxx), s² = SSE/(n−2) (any textbook of linear regression; the choice of this method is ours).
///
/// `None` for fewer than [`FEWEST`] points, points of one month only, or numbers that are none.
#[must_use]
pub fn linear(points: &[(f64, f64)], at: f64, confidence: f64) -> Option<Forecast> {
    let usable = points.iter().all(|(x, y)| x.is_finite() && y.is_finite())
        && at.is_finite()
        && confidence > 0.0
        && confidence < 1.0;
    if points.len() < FEWEST || !usable {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a dozen months")]
    let n = points.len() as f64;
    let (mean_x, mean_y) =
        (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let sxx: f64 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    if sxx <= 0.0 {
        return None;
    }
    let slope = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum::<f64>() / sxx;
    let on_line = |x: f64| mean_y + slope * (x - mean_x);
    let sse: f64 = points.iter().map(|p| (p.1 - on_line(p.0)).powi(2)).sum();
    let spread = (sse / (n - 2.0)).sqrt() * (1.0 + 1.0 / n + (at - mean_x).powi(2) / sxx).sqrt();
    let half = student_quantile(confidence, n - 2.0) * spread;
    let value = on_line(at);
    Some(Forecast { value, low: value - half, high: value + half, slope, points: points.len() })
}

/// t with P(|T| ≤ t) = `confidence`, by halving: the tail falls steadily.
fn student_quantile(confidence: f64, df: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    while student_two_sided(high, df) > 1.0 - confidence && high < 1e6 {
        high *= 2.0;
    }
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if student_two_sided(middle, df) > 1.0 - confidence { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn quantiles_are_those_of_printed_tables() {
        for (df, expected) in [(1.0, 12.706_2), (3.0, 3.182_4), (7.0, 2.364_6), (10.0, 2.228_1)] {
            let found = student_quantile(0.95, df);
            assert!((found - expected).abs() < 1e-3, "{df}: {found}");
        }
    }

    #[test]
    fn a_straight_course_is_continued_without_doubt() {
        let points: Vec<(f64, f64)> = (1..=6).map(|m| (f64::from(m), 10.0 + 5.0 * f64::from(m))).collect();
        let found = linear(&points, 12.0, 0.95).unwrap();
        assert!((found.value - 70.0).abs() < 1e-9 && (found.high - found.low).abs() < 1e-6, "{found:?}");
        assert!((found.slope - 5.0).abs() < 1e-9);
    }

    /// Reckoned by hand.
    #[test]
    fn an_uneven_course_has_an_interval() {
        // x̄ = 2.5, ȳ = 4.75, Sxx = 5, Sxy = 9.5 → slope 1.9; ŷ(6) = 4.75 + 1.9 · 3.5 = 11.4.
        // Fitted 1.9, 3.8, 5.7, 7.6 → residuals 0.1, 0.2, −0.7, 0.4 → SSE 0.70, s = √0.35.
        // half = 4.30265 · √0.35 · √(1 + 0.25 + 12.25/5) = 4.30265 · 0.591608 · 1.923538 = 4.89629.
        let found = linear(&[(1.0, 2.0), (2.0, 4.0), (3.0, 5.0), (4.0, 8.0)], 6.0, 0.95).unwrap();
        assert!((found.value - 11.4).abs() < 1e-9, "{found:?}");
        assert!((found.high - found.value - 4.896_29).abs() < 1e-3, "{found:?}");
        assert!((found.value - found.low - 4.896_29).abs() < 1e-3);
    }

    #[test]
    fn too_little_is_no_forecast() {
        assert_eq!(linear(&[(1.0, 2.0), (2.0, 4.0)], 12.0, 0.95), None, "two points");
        assert_eq!(linear(&[(3.0, 2.0), (3.0, 4.0), (3.0, 5.0)], 12.0, 0.95), None, "one month");
        assert_eq!(linear(&[(1.0, 2.0), (2.0, f64::NAN), (3.0, 5.0)], 12.0, 0.95), None, "no number");
    }
}
