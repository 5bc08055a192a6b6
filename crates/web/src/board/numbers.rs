//! Numbers as pages and plans write them.

use serde_json::Value;

/// A number with groups of three digits; up to two decimals.
#[must_use]
pub fn grouped(value: f64) -> String {
    let text = if value.fract() == 0.0 { format!("{:.0}", value.abs()) } else { format!("{:.2}", value.abs()) };
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !rest.is_empty() {
        out.push('.');
        out.push_str(rest);
    }
    if value < 0.0 { format!("-{out}") } else { out }
}

/// A number of the plan, whether it is written as number or as text.
#[must_use]
pub fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().trim_end_matches(['%', ' ']).parse().ok())
}

/// A target without needless decimals.
#[must_use]
pub fn short(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (value, expected) in [(0.0, "0"), (999.0, "999"), (500_000.0, "500,000"), (1234.5, "1,234.50"), (-1000.0, "-1,000")] {
            assert_eq!(grouped(value), expected);
        }
    }
}
