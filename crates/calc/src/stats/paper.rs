//! Results on lognormal probability paper: where each stands, and the line through them.

use super::{
    Observation, count, fit_lognormal,
    ros::{float, positions},
    summary,
};
use crate::special::normal_quantile;

/// One result on probability paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The value; the limit of detection of a non-detect, the geometric middle of an interval.
    pub value: f64,
    /// Cumulative probability, inside (0, 1).
    pub share: f64,
    /// Its standard normal quantile.
    pub z: f64,
    /// A measured value; otherwise the value is only a bound.
    pub measured: bool,
}

/// Plotting positions by rising value.
///
/// Measured values and non-detects stand at Helsel–Cohn positions (Helsel 2012, chapter 6); a group with values above
/// a range or intervals at Blom's (i − 0.375)/(n + 0.25).
///
/// # Example
/// ```
/// use zhijian_calc::stats::{Observation, probability_paper};
/// let places = probability_paper(&[Observation::Exact(2.0), Observation::Below(1.0), Observation::Exact(4.0)]);
/// assert_eq!(places.iter().map(|p| (p.value, p.measured)).collect::<Vec<_>>(), [(1.0, false), (2.0, true), (4.0, true)]);
/// assert!(places.windows(2).all(|pair| pair[0].share < pair[1].share));
/// ```
#[must_use]
pub fn probability_paper(data: &[Observation]) -> Vec<Place> {
    let place =
        |value: f64, share: f64, measured: bool| Place { value, share, z: normal_quantile(share), measured };
    let mut found: Vec<Place> =
        if data.iter().any(|x| matches!(x, Observation::Above(_) | Observation::Between(..))) {
            let mut values: Vec<(f64, bool)> =
                data.iter().map(|x| (bound(*x), x.exact().is_some())).collect();
            values.sort_by(|a, b| a.0.total_cmp(&b.0));
            let n = count(&values);
            let rank = (1..=values.len()).map(float);
            values
                .iter()
                .zip(rank)
                .map(|(&(value, measured), i)| place(value, (i - 0.375) / (n + 0.25), measured))
                .collect()
        } else {
            let mut detects: Vec<f64> = data.iter().filter_map(|x| x.exact()).collect();
            let mut limits: Vec<f64> = data.iter().filter(|x| x.is_non_detect()).map(|x| bound(*x)).collect();
            detects.sort_by(f64::total_cmp);
            limits.sort_by(f64::total_cmp);
            let (of_detects, of_limits) = positions(&detects, &limits);
            let below = limits.iter().zip(of_limits).map(|(x, p)| place(*x, p, false));
            below.chain(detects.iter().zip(of_detects).map(|(x, p)| place(*x, p, true))).collect()
        };
    // with every result below detection the positions reach 0, which has no quantile
    found.retain(|place| place.z.is_finite());
    found.sort_by(|a, b| a.share.total_cmp(&b.share));
    found
}

/// Geometric mean and geometric standard deviation of the line: moments of measured values, maximum likelihood where
/// some are censored. `None` without spread or with too few measured values.
#[must_use]
pub fn paper_line(data: &[Observation]) -> Option<(f64, f64)> {
    let measured: Vec<f64> = data.iter().filter_map(|x| x.exact()).collect();
    let (gm, gsd) = if measured.len() == data.len() {
        let found = summary(&measured)?;
        (found.gm(), found.gsd())
    } else {
        let fit = fit_lognormal(data)?;
        (fit.mu.exp(), fit.sigma.exp())
    };
    (gm.is_finite() && gsd.is_finite() && gsd > 1.0).then_some((gm, gsd))
}

fn bound(observation: Observation) -> f64 {
    match observation {
        Observation::Exact(x) | Observation::Below(x) | Observation::Above(x) => x,
        Observation::Between(low, high) => (low * high).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_every_place_can_be_drawn() {
        let rows = [
            ("measured", vec![Observation::Exact(1.0), Observation::Exact(1.0), Observation::Exact(3.0)]),
            ("censored", vec![Observation::Below(1.0), Observation::Below(0.5), Observation::Exact(3.0)]),
            (
                "above and between",
                vec![Observation::Above(9.0), Observation::Between(1.0, 4.0), Observation::Exact(3.0)],
            ),
        ];
        for (why, data) in rows {
            let places = probability_paper(&data);
            assert_eq!(places.len(), data.len(), "{why}");
            assert!(
                places.iter().all(|p| p.share > 0.0 && p.share < 1.0 && p.z.is_finite()),
                "{why}: {places:?}"
            );
        }
    }

    #[test]
    fn a_line_needs_spread() {
        assert_eq!(paper_line(&[Observation::Exact(2.0), Observation::Exact(2.0)]), None);
        assert_eq!(paper_line(&[Observation::Below(2.0)]), None);
        let d = [0.6, 1.1, 0.9, 2.3, 1.5, 0.8].map(Observation::Exact);
        assert!(
            paper_line(&d).is_some_and(|(gm, gsd)| (gm - 1.0859).abs() < 1e-4 && (gsd - 1.6148).abs() < 1e-4)
        );
    }
}
