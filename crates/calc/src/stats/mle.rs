//! Maximum likelihood for lognormal data with any kind of censoring.

use super::Observation;
use crate::special::{hazard_below, ln_normal_cdf, normal_cdf, normal_pdf};

/// Parameters of a lognormal distribution, on the log scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Mean of the logarithms.
    pub mu: f64,
    /// Standard deviation of the logarithms; the maximum-likelihood value, not corrected for n.
    pub sigma: f64,
}

/// Fits a lognormal distribution by maximum likelihood: `Σ ln φ(z)/σx` over detects, `Σ ln Φ(z)` over values
/// below detection, `ln(1 − Φ)` above a range, `ln(Φ(b) − Φ(a))` for intervals.
///
/// Newton's method in θ = 1/σ and η = µ/σ, in which the log-likelihood is concave (Burridge 1981), so it cannot
/// stop at a side maximum. `None` when the likelihood has no maximum at a positive, finite σ.
/// Source: Helsel 2012, chapter 6.
#[must_use]
pub fn fit_lognormal(data: &[Observation]) -> Option<Fit> {
    let logs: Vec<Observation> = data.iter().map(|x| ln(*x)).collect();
    let centre = logs.iter().map(|y| middle(*y)).sum::<f64>() / super::count(&logs);
    let shifted: Vec<Observation> = logs.iter().map(|y| shift(*y, -centre)).collect();
    let spread = (shifted.iter().map(|y| middle(*y).powi(2)).sum::<f64>() / super::count(&logs)).sqrt();
    let mut at = Point { theta: 1.0 / spread.max(1e-3), eta: 0.0 };
    let mut here = likelihood(&shifted, at);
    for _ in 0..200 {
        let (step_theta, step_eta) = here.newton_step()?;
        let gain = 0.5 * (step_theta * here.d_theta + step_eta * here.d_eta);
        if gain.abs() < 1e-15 * (1.0 + here.value.abs()) {
            break;
        }
        let mut share = 1.0;
        let (next_at, next) = loop {
            let try_at = Point { theta: at.theta + share * step_theta, eta: at.eta + share * step_eta };
            let found = likelihood(&shifted, try_at);
            if try_at.theta > 0.0 && found.value >= here.value {
                break (try_at, found);
            }
            share *= 0.5;
            if share < 1e-12 {
                return done(at, centre);
            }
        };
        (at, here) = (next_at, next);
        if !(at.theta < 1e7 && at.theta > 1e-7) {
            return None;
        }
    }
    done(at, centre)
}

fn done(at: Point, centre: f64) -> Option<Fit> {
    let fit = Fit { mu: at.eta / at.theta + centre, sigma: 1.0 / at.theta };
    (fit.mu.is_finite() && fit.sigma.is_finite()).then_some(fit)
}

#[derive(Debug, Clone, Copy)]
struct Point {
    theta: f64,
    eta: f64,
}

/// Log-likelihood with first and second derivatives.
#[derive(Debug, Clone, Copy, Default)]
struct Likelihood {
    value: f64,
    d_theta: f64,
    d_eta: f64,
    d_theta_theta: f64,
    d_theta_eta: f64,
    d_eta_eta: f64,
}

impl Likelihood {
    fn newton_step(&self) -> Option<(f64, f64)> {
        let determinant = self.d_theta_theta * self.d_eta_eta - self.d_theta_eta * self.d_theta_eta;
        let step_theta = -(self.d_eta_eta * self.d_theta - self.d_theta_eta * self.d_eta) / determinant;
        let step_eta = -(self.d_theta_theta * self.d_eta - self.d_theta_eta * self.d_theta) / determinant;
        (step_theta.is_finite() && step_eta.is_finite()).then_some((step_theta, step_eta))
    }

    /// A term `ln f(θ·y − η)` with slope g and curvature c in z.
    fn add(&mut self, y: f64, slope: f64, curvature: f64) {
        self.d_theta += slope * y;
        self.d_eta -= slope;
        self.d_theta_theta += curvature * y * y;
        self.d_theta_eta -= curvature * y;
        self.d_eta_eta += curvature;
    }
}

fn likelihood(logs: &[Observation], at: Point) -> Likelihood {
    let mut sum = Likelihood::default();
    for observation in logs {
        match *observation {
            Observation::Exact(y) => {
                let z = at.theta * y - at.eta;
                sum.value += at.theta.ln() - 0.5 * z * z;
                sum.d_theta += 1.0 / at.theta;
                sum.d_theta_theta -= 1.0 / (at.theta * at.theta);
                sum.add(y, -z, -1.0);
            }
            Observation::Below(y) => {
                let z = at.theta * y - at.eta;
                let h = hazard_below(z);
                sum.value += ln_normal_cdf(z);
                sum.add(y, h, -h * (z + h));
            }
            Observation::Above(y) => {
                let z = at.theta * y - at.eta;
                let h = hazard_below(-z);
                sum.value += ln_normal_cdf(-z);
                sum.add(y, -h, -h * (h - z));
            }
            Observation::Between(a, b) => between(&mut sum, at, a, b),
        }
    }
    sum
}

fn between(sum: &mut Likelihood, at: Point, a: f64, b: f64) {
    let (za, zb) = (at.theta * a - at.eta, at.theta * b - at.eta);
    // in the upper tail the difference is taken between the small numbers
    let p = if za > 0.0 { normal_cdf(-za) - normal_cdf(-zb) } else { normal_cdf(zb) - normal_cdf(za) };
    let p = p.max(1e-300);
    let (fa, fb) = (normal_pdf(za) / p, normal_pdf(zb) / p);
    sum.value += p.ln();
    sum.add(b, fb, -zb * fb - fb * fb);
    sum.add(a, -fa, za * fa - fa * fa);
    // the mixed curvature of the two ends
    let mixed = fa * fb;
    sum.d_theta_theta += 2.0 * mixed * a * b;
    sum.d_theta_eta -= mixed * (a + b);
    sum.d_eta_eta += 2.0 * mixed;
}

fn ln(observation: Observation) -> Observation {
    match observation {
        Observation::Exact(x) => Observation::Exact(x.ln()),
        Observation::Below(x) => Observation::Below(x.ln()),
        Observation::Above(x) => Observation::Above(x.ln()),
        Observation::Between(a, b) => Observation::Between(a.ln(), b.ln()),
    }
}

fn shift(observation: Observation, by: f64) -> Observation {
    match observation {
        Observation::Exact(y) => Observation::Exact(y + by),
        Observation::Below(y) => Observation::Below(y + by),
        Observation::Above(y) => Observation::Above(y + by),
        Observation::Between(a, b) => Observation::Between(a + by, b + by),
    }
}

/// A value to start from.
fn middle(log: Observation) -> f64 {
    match log {
        Observation::Exact(y) | Observation::Above(y) => y,
        Observation::Below(y) => y - std::f64::consts::LN_2,
        Observation::Between(a, b) => 0.5 * (a + b),
    }
}
