//! What the results of a group say: Bayesian model with censoring, held against the limit.

use super::gather::Group;
use serde_json::{Value, json};
use zhijian_calc::registry;
use zhijian_calc::stats::{Observation, aiha_band};

/// Fewer results than this are not judged at all (EN 689:2018).
pub const FEWEST: usize = 3;
/// From here on EN 689 judges by statistics.
pub const ENOUGH: usize = 6;

/// The calculator behind the figures.
pub const MODEL: &str = "stats.bayes_seg";

/// Figures of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessed {
    /// Geometric mean, posterior median.
    pub gm: f64,
    /// Geometric standard deviation, posterior median.
    pub gsd: f64,
    /// 95th percentile, posterior median.
    pub p95: f64,
    /// Its one-sided upper 95 % credible limit.
    pub p95_high: f64,
    /// Share above the limit, percent, posterior median.
    pub exceedance_pct: f64,
    /// P(P95 > limit).
    pub over: f64,
    /// AIHA category 0–4 of the 95th percentile.
    pub band: u8,
    /// Probability of that category.
    pub band_probability: f64,
    /// `acceptable`, `tolerable`, `poorly_controlled`.
    pub decision: String,
    /// Result of EN 689, where there are enough results.
    pub en689: Option<String>,
    /// Warnings of the calculators.
    pub warnings: Vec<&'static str>,
}

/// A result as a token of the calculators.
#[must_use]
pub fn token(value: Observation) -> Value {
    match value {
        Observation::Exact(x) => json!(x),
        Observation::Below(x) => json!(format!("<{x}")),
        Observation::Above(x) => json!(format!(">{x}")),
        Observation::Between(low, high) => json!(format!("[{low}-{high}]")),
    }
}

/// Assesses a group of concentrations that has a limit in its own unit; `None` for other groups and where the model refuses.
#[must_use]
pub fn assess(group: &Group) -> Option<Assessed> {
    let limit = group.limit.as_ref().filter(|_| group.is_concentration() && group.comparable())?;
    let data: Vec<Value> = group.points.iter().map(|point| token(point.value)).collect();
    let found = registry::run(MODEL, &json!({"data": data, "oel": limit.value})).ok()?;
    let number = |key: &str| found.outputs.get(key).and_then(Value::as_f64);
    let (p95, over) = (number("p95")?, number("prob_overexposure")?);
    let band = aiha_band(p95, limit.value);
    let decision = registry::run("stats.bayes_decision", &json!({"prob_overexposure": over})).ok()?;
    let word = |answer: &registry::Answer, key: &str| answer.outputs.get(key).and_then(Value::as_str).map(str::to_owned);
    let en689 = registry::run("stats.en689", &json!({"data": data, "oel": limit.value})).ok().and_then(|answer| word(&answer, "result"));
    Some(Assessed {
        gm: number("gm")?,
        gsd: number("gsd")?,
        p95,
        p95_high: number("p95_ucl95")?,
        exceedance_pct: number("ef_pct")?,
        over,
        band,
        band_probability: found.outputs.get("band_probs").and_then(|b| b.get(usize::from(band))).and_then(Value::as_f64)?,
        decision: word(&decision, "decision")?,
        en689,
        warnings: found.warnings,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail loudly")]
mod tests {
    use super::*;
    use crate::groups::gather::{Limit, Point};

    fn group(values: &[Observation], unit: &str) -> Group {
        let limit = Limit {
            value: 100.0,
            tabled: 100.0,
            kind: "PC-TWA".into(),
            unit: "mg/m3".into(),
            editions: ["GBZ 2.1-2019".into()].into(),
            unverified: false,
        };
        let point = |value: &Observation| Point { day: "2020-01-01".into(), place: String::new(), value: *value, ids: vec![] };
        Group { sample: "1".into(), unit: unit.into(), limit: Some(limit), points: values.iter().map(point).collect(), ..Group::default() }
    }

    #[test]
    fn the_published_group_is_poorly_controlled() {
        // handbook B7: WebExpo's example and its own run
        let values = [24.7, 64.1, 13.8, 43.7, 19.9, 133.0, 32.1, 15.0, 53.7].map(Observation::Exact);
        let found = assess(&group(&values, "mg/m3")).unwrap();
        assert!((found.gm - 34.3).abs() < 0.1 && (found.gsd - 2.180).abs() < 0.01 && (found.over - 0.711).abs() < 0.005, "{found:?}");
        assert_eq!((found.band, found.decision.as_str(), found.en689.as_deref()), (4, "poorly_controlled", Some("non_compliance")));
        assert_eq!(assess(&group(&values, "mg/m3")).unwrap(), found, "the same answer every time");
    }

    #[test]
    fn non_detects_and_bounds_take_part_and_other_units_do_not() {
        let values = [Observation::Below(1.0), Observation::Between(1.0, 2.0), Observation::Below(1.0)];
        let found = assess(&group(&values, "mg/m3")).unwrap();
        assert!(found.over < 0.3 && found.p95 < 100.0, "{found:?}");
        assert_eq!(assess(&group(&values, "f/mL")), None);
    }
}
