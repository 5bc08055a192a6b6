//! β-substitution for data below detection.

use super::{Z95, count, mean};
use crate::special::{normal_pdf, normal_quantile, normal_sf};

/// Result of β-substitution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaSubstitution {
    /// Arithmetic mean.
    pub am: f64,
    /// Geometric mean.
    pub gm: f64,
    /// Geometric standard deviation.
    pub gsd: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Share of the detection limit that stands for a non-detect in the mean; `None` without non-detects.
    pub beta_mean: Option<f64>,
    /// The same in the geometric mean.
    pub beta_gm: Option<f64>,
}

/// β-substitution from detects and detection limits; `None` without detects or where the formulas break down.
///
/// Source: Ganser & Hewett 2010. Status `verify`: formulas from one transcription.
#[must_use]
pub fn beta_substitution(detects: &[f64], limits: &[f64]) -> Option<BetaSubstitution> {
    if detects.is_empty() {
        return None;
    }
    let (k, n) = (count(limits), count(detects) + count(limits));
    let log_detects = detects.iter().map(|x| x.ln()).sum::<f64>();
    if limits.is_empty() {
        return finish(mean(detects), (log_detects / n).exp(), n, None, None);
    }
    let lod = mean(limits);
    let z = normal_quantile(k / n);
    let above = normal_sf(z);
    let s_y = (log_detects / count(detects) - lod.ln()) / (normal_pdf(z) / above - z);
    let g = normal_sf(z - s_y / n) / above;
    let beta_mean = n / k * normal_sf(s_y - z) * (-s_y * z + s_y * s_y / 2.0).exp();
    let beta_gm = (-(n - k) * n / k * g.ln() - s_y * z - (n - k) / (2.0 * k * n) * s_y * s_y).exp();
    let am = (detects.iter().sum::<f64>() + k * beta_mean * lod) / n;
    let gm = ((log_detects + k * (beta_gm * lod).ln()) / n).exp();
    finish(am, gm, n, Some(beta_mean), Some(beta_gm))
}

fn finish(am: f64, gm: f64, n: f64, mean: Option<f64>, geometric: Option<f64>) -> Option<BetaSubstitution> {
    let gsd = (2.0 * n / (n - 1.0) * (am / gm).ln().max(0.0)).sqrt().exp();
    let found =
        BetaSubstitution { am, gm, gsd, p95: gm * gsd.powf(Z95), beta_mean: mean, beta_gm: geometric };
    [am, gm, gsd, found.p95].iter().all(|x| x.is_finite()).then_some(found)
}
