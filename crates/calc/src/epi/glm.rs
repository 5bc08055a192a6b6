//! A quasi-Poisson regression with log link, with or without a trend in time.

use crate::stats::count;

/// A fitted model `ln µ = α + β·t`.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) intercept: f64,
    /// 0 without trend.
    pub(super) slope: f64,
    pub(super) means: Vec<f64>,
    /// Unscaled covariance of the coefficients: var α, cov, var β.
    covariance: [f64; 3],
    weights: Vec<f64>,
    /// Pearson χ² over degrees of freedom, as it is.
    pub(super) dispersion: f64,
    pub(super) freedom: f64,
}

/// Observations with time and prior weight.
pub(super) struct Data<'a> {
    pub(super) times: &'a [f64],
    pub(super) counts: &'a [f64],
    pub(super) weights: &'a [f64],
}

impl Fit {
    /// Iteratively reweighted least squares. `None` when there are no more observations than coefficients, nothing
    /// was counted, or the times do not differ.
    pub(super) fn new(data: &Data<'_>, trend: bool) -> Option<Self> {
        let freedom = count(data.counts) - if trend { 2.0 } else { 1.0 };
        if freedom <= 0.0 || data.counts.iter().sum::<f64>() <= 0.0 {
            return None;
        }
        let mut means: Vec<f64> = data.counts.iter().map(|y| y + 0.1).collect();
        let (mut intercept, mut slope, mut covariance) = (f64::NAN, 0.0, [0.0; 3]);
        for _ in 0..100 {
            let last = (intercept, slope);
            (intercept, slope, covariance) = step(data, &means, trend)?;
            means = data.times.iter().map(|t| (intercept + slope * t).exp()).collect();
            let moved = (intercept - last.0).abs() + (slope - last.1).abs();
            if moved < 1e-12 * (1.0 + intercept.abs()) {
                break;
            }
        }
        let pearson = |((y, mu), w): ((&f64, &f64), &f64)| w * (y - mu).powi(2) / mu;
        let chi: f64 = data.counts.iter().zip(&means).zip(data.weights).map(pearson).sum();
        let fit = Self {
            intercept,
            slope,
            means,
            covariance,
            weights: data.weights.to_vec(),
            dispersion: chi / freedom,
            freedom,
        };
        (fit.dispersion.is_finite() && intercept.is_finite()).then_some(fit)
    }

    /// Dispersion, at least 1.
    pub(super) fn phi(&self) -> f64 {
        self.dispersion.max(1.0)
    }

    /// The mean at a time and the unscaled variance of its logarithm.
    pub(super) fn predict(&self, time: f64) -> (f64, f64) {
        ((self.intercept + self.slope * time).exp(), self.log_variance(time))
    }

    fn log_variance(&self, time: f64) -> f64 {
        let [alpha, both, beta] = self.covariance;
        alpha + 2.0 * both * time + beta * time * time
    }

    /// t value of the trend with the model's own dispersion.
    pub(super) fn trend_t(&self) -> f64 {
        self.slope / (self.covariance[2] * self.dispersion).sqrt()
    }

    /// Anscombe residuals, standardised by dispersion and leverage.
    pub(super) fn anscombe(&self, data: &Data<'_>) -> Vec<f64> {
        let phi = self.phi();
        let residual = |i: usize| {
            let (y, mu) = (data.counts[i], self.means[i]);
            let leverage = self.weights[i] * mu * self.log_variance(data.times[i]);
            1.5 * (y.cbrt().powi(2) * mu.powf(-1.0 / 6.0) - mu.sqrt()) / (phi * (1.0 - leverage)).sqrt()
        };
        (0..data.counts.len()).map(residual).collect()
    }
}

/// One weighted least-squares step from the current means.
fn step(data: &Data<'_>, means: &[f64], trend: bool) -> Option<(f64, f64, [f64; 3])> {
    let (mut s0, mut s1, mut s2, mut b0, mut b1) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (i, mu) in means.iter().enumerate() {
        let (t, w) = (data.times[i], data.weights[i] * mu);
        let z = mu.ln() + (data.counts[i] - mu) / mu;
        s0 += w;
        s1 += w * t;
        s2 += w * t * t;
        b0 += w * z;
        b1 += w * t * z;
    }
    if !trend {
        return Some((b0 / s0, 0.0, [1.0 / s0, 0.0, 0.0]));
    }
    let determinant = s0 * s2 - s1 * s1;
    if determinant <= 1e-12 * s0 * s2 {
        return None;
    }
    let (alpha, beta) = ((s2 * b0 - s1 * b1) / determinant, (s0 * b1 - s1 * b0) / determinant);
    Some((alpha, beta, [s2 / determinant, -s1 / determinant, s0 / determinant]))
}
