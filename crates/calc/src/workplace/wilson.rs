//! Confidence interval of a share.

use crate::special::normal_quantile;

/// Wilson score interval of `numerator / denominator`, clipped to 0–1.
///
/// `(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)`. Source: Wilson 1927; Newcombe 1998 method 3.
/// `None` when the denominator is 0 (“不适用”, never 100 %), when the numerator is larger, or when
/// `confidence` is not inside (0, 1).
///
/// # Example
/// ```
/// let (low, high) = zhijian_calc::workplace::wilson(3, 40, 0.95).unwrap_or_default();
/// assert_eq!(format!("{low:.5} {high:.5}"), "0.02584 0.19864");
/// ```
#[must_use]
pub fn wilson(numerator: u64, denominator: u64, confidence: f64) -> Option<(f64, f64)> {
    if denominator == 0 || numerator > denominator || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of people and samples are far below 2^53")]
    let (x, n) = (numerator as f64, denominator as f64);
    let z = normal_quantile(0.5 + confidence / 2.0);
    let p = x / n;
    let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let middle = p + z * z / (2.0 * n);
    let scale = 1.0 + z * z / n;
    let low = if numerator == 0 { 0.0 } else { ((middle - spread) / scale).max(0.0) };
    let high = if numerator == denominator { 1.0 } else { ((middle + spread) / scale).min(1.0) };
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_matches_worked_examples() {
        // why, numerator, denominator, expected; values from Newcombe 1998 table I and calculators.md J1
        let rows = [
            ("3 of 40", 3, 40, Some((0.02584, 0.19864))),
            ("Newcombe 81/263", 81, 263, Some((0.2553, 0.3662))),
            ("Newcombe 15/148", 15, 148, Some((0.0624, 0.1605))),
            ("none of 20 starts at 0", 0, 20, Some((0.0, 0.1611))),
            ("all of 20 ends at 1", 20, 20, Some((0.8389, 1.0))),
            ("nothing to divide by", 0, 0, None),
            ("more than there are", 5, 4, None),
        ];
        for (why, x, n, expected) in rows {
            match (wilson(x, n, 0.95), expected) {
                (Some((lo, hi)), Some((a, b))) => {
                    assert!((lo - a).abs() < 5e-5 && (hi - b).abs() < 5e-5, "{why}: {lo} {hi}");
                }
                (got, want) => assert_eq!(got, want, "{why}"),
            }
        }
    }
}
