//! How far parts of a whole (counties of a city) keep it from a target rate.

/// One part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Numerator.
    pub numerator: f64,
    /// Denominator.
    pub denominator: f64,
}

/// What a part adds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// Units by which the part lies below the target; negative when above: target × denominator − numerator. Those of all parts add up to the
    /// whole's, since numerators and denominators do.
    pub units: f64,
    /// The same in percentage points of the whole's rate: units ÷ Σ denominator × 100.
    pub points: f64,
    /// Share of all that lies below, percent; 0 for parts that do not.
    pub share: f64,
}

/// Contributions of parts to the gap against a target rate (percent). Only rates that should be at least the target are meant.
#[must_use]
pub fn contributions(parts: &[Part], target: f64) -> Vec<Contribution> {
    let whole: f64 = parts.iter().map(|p| p.denominator).sum();
    let units: Vec<f64> = parts.iter().map(|p| target / 100.0 * p.denominator - p.numerator).collect();
    let below: f64 = units.iter().filter(|u| **u > 0.0).sum();
    units
        .iter()
        .map(|units| Contribution {
            units: *units,
            points: if whole > 0.0 { units / whole * 100.0 } else { 0.0 },
            share: if below > 0.0 && *units > 0.0 { units / below * 100.0 } else { 0.0 },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_whole() {
        // 90 % wanted; 50/100, 95/100 and 30/50 are 175/250 = 70 %: 20 points short, 50 units.
        let parts = [(50.0, 100.0), (95.0, 100.0), (30.0, 50.0)]
            .map(|(numerator, denominator)| Part { numerator, denominator });
        let found = contributions(&parts, 90.0);
        let units: Vec<f64> = found.iter().map(|c| (c.units * 1e6).round() / 1e6).collect();
        assert_eq!(units, [40.0, -5.0, 15.0]);
        assert!((found.iter().map(|c| c.points).sum::<f64>() - 20.0).abs() < 1e-9);
        assert!((found[0].share - 40.0 / 55.0 * 100.0).abs() < 1e-9 && found[1].share == 0.0);
    }

    #[test]
    fn nothing_is_no_gap() {
        assert_eq!(contributions(&[], 90.0), []);
        assert_eq!(contributions(&[Part { numerator: 0.0, denominator: 0.0 }], 90.0)[0].points, 0.0);
    }
}
