//! Robust regression on order statistics for data below several detection limits.

use super::{Lognormal, Observation, count, mean};
use crate::special::normal_quantile;

/// Result of robust ROS.
#[derive(Debug, Clone, PartialEq)]
pub struct Ros {
    /// Description of detects and imputed values together.
    pub fit: Lognormal,
    /// The values put in for the non-detects, by rising detection limit.
    pub imputed: Vec<f64>,
}

/// Robust log-ROS with Helsel–Cohn plotting positions.
///
/// `data` holds measured values and values below detection, at least two different detects; anything else gives
/// `None`. A detected value below the lowest detection limit forms a class with limit 0.
/// Source: Helsel & Cohn 1988; Helsel 2012, chapter 6.
#[must_use]
pub fn robust_ros(data: &[Observation]) -> Option<Ros> {
    let (mut detects, mut limits) = (Vec::new(), Vec::new());
    for observation in data {
        match *observation {
            Observation::Exact(x) => detects.push(x),
            Observation::Below(limit) => limits.push(limit),
            Observation::Above(_) | Observation::Between(..) => return None,
        }
    }
    detects.sort_by(f64::total_cmp);
    limits.sort_by(f64::total_cmp);
    let (detect_positions, non_detect_positions) = positions(&detects, &limits);
    let scores: Vec<f64> = detect_positions.iter().map(|p| normal_quantile(*p)).collect();
    let logs: Vec<f64> = detects.iter().map(|x| x.ln()).collect();
    let (intercept, slope) = line(&scores, &logs)?;
    let imputed: Vec<f64> =
        non_detect_positions.iter().map(|p| (intercept + slope * normal_quantile(*p)).exp()).collect();
    let all: Vec<f64> = detects.iter().chain(&imputed).copied().collect();
    Some(Ros { fit: Lognormal::of(&all), imputed })
}

/// Plotting positions of sorted detects and of non-detects sorted by limit.
pub(super) fn positions(detects: &[f64], limits: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut classes: Vec<f64> = vec![0.0];
    classes.extend(limits);
    classes.dedup();
    // from the highest limit down: the probability to exceed each limit
    let mut exceed = vec![0.0; classes.len() + 1];
    let member = |class: usize| {
        let upper = classes.get(class + 1).copied().unwrap_or(f64::INFINITY);
        detects.iter().filter(|x| **x >= classes[class] && **x < upper).count()
    };
    for class in (0..classes.len()).rev() {
        let limit = classes[class];
        let detected = float(member(class));
        let below = float(
            detects.iter().filter(|x| **x < limit).count() + limits.iter().filter(|l| **l <= limit).count(),
        );
        let share = if detected + below > 0.0 { detected / (detected + below) } else { 0.0 };
        exceed[class] = exceed[class + 1] + share * (1.0 - exceed[class + 1]);
    }
    let (mut of_detects, mut of_non_detects) = (Vec::new(), Vec::new());
    for class in 0..classes.len() {
        let detected = member(class);
        let censored = limits.iter().filter(|l| **l == classes[class]).count();
        let below = 1.0 - exceed[class];
        let step = (exceed[class] - exceed[class + 1]) / (float(detected) + 1.0);
        of_detects.extend((1..=detected).map(|i| below + step * float(i)));
        of_non_detects.extend((1..=censored).map(|i| below * float(i) / (float(censored) + 1.0)));
    }
    (of_detects, of_non_detects)
}

/// Least-squares line, intercept and slope; `None` without spread in x.
pub(super) fn line(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let (mx, my) = (mean(x), mean(y));
    let sxx: f64 = x.iter().map(|x| (x - mx).powi(2)).sum();
    let sxy: f64 = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum();
    (sxx > 0.0 && count(x) >= 2.0).then(|| (my - sxy / sxx * mx, sxy / sxx))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plotting_positions_follow_helsel_and_cohn() {
        // handbook B4: two of eight below 1 → 1/12 and 1/6, detects from 1/4 up
        let (detects, non_detects) = positions(&[1.6, 2.2, 2.3, 3.0, 4.1, 5.2], &[1.0, 1.0]);
        assert!((non_detects[0] - 1.0 / 12.0).abs() < 1e-12 && (non_detects[1] - 1.0 / 6.0).abs() < 1e-12);
        assert!((detects[0] - (0.25 + 0.75 / 7.0)).abs() < 1e-12);
        assert!(detects.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
