//! The posterior on a grid of ln σ and, for each, of µ where its mass lies.

use super::{
    super::{Observation, count},
    Prior,
    density::Density,
    ln_prior, log_sigma_range,
};
use crate::special::{bisect, ln_normal_cdf, normal_cdf};

/// Points over the range of ln σ that holds the mass.
const SIGMAS: u32 = 64;
/// Points over the range of µ that holds the mass for one σ.
const MUS: u32 = 130;
/// Log-likelihood below the maximum at which mass no longer matters (e^−26 ≈ 5e−12).
const DEPTH: f64 = 26.0;
const MU_RANGE: (f64, f64) = (-20.0, 20.0);

#[derive(Debug, Clone)]
pub(super) struct Grid {
    /// σ, its posterior weight, and µ given σ.
    slices: Vec<(f64, f64, Density)>,
    log_sigma: Density,
}

impl Grid {
    pub(super) fn new(relative: &[Observation], prior: Prior) -> Self {
        let data = Data::new(relative);
        let (low, high) = mass_range(&data, prior);
        let step = (high - low) / f64::from(SIGMAS - 1);
        let slices: Vec<(f64, f64, Density)> = (0..SIGMAS)
            .map(|i| {
                let log_sigma = low + step * f64::from(i);
                let sigma = log_sigma.exp();
                let (ln_mass, density) = data.slice(sigma);
                (sigma, ln_mass + ln_prior(prior, log_sigma), density)
            })
            .collect();
        let most = slices.iter().map(|slice| slice.1).fold(f64::NEG_INFINITY, f64::max);
        let heights: Vec<f64> = slices.iter().map(|slice| (slice.1 - most).exp()).collect();
        let ends = |i: usize| if i == 0 || i + 1 == heights.len() { 0.5 } else { 1.0 };
        let weights: Vec<f64> = heights.iter().enumerate().map(|(i, height)| height * ends(i)).collect();
        let all: f64 = weights.iter().sum();
        let slices = slices.into_iter().zip(&weights).map(|((s, _, mu), w)| (s, w / all, mu)).collect();
        Self { slices, log_sigma: Density::new(low, step, heights).0 }
    }

    /// P(µ ≤ bound(σ)).
    pub(super) fn probability(&self, bound: impl Fn(f64) -> f64) -> f64 {
        self.slices.iter().map(|(sigma, weight, mu)| weight * mu.below(bound(*sigma))).sum()
    }

    /// The q in `low..high` with P(µ ≤ bound(q, σ)) = p.
    pub(super) fn quantile(&self, p: f64, low: f64, high: f64, bound: impl Fn(f64, f64) -> f64) -> f64 {
        bisect(low, high, |q| self.probability(|sigma| bound(q, sigma)) - p)
    }

    pub(super) fn log_sigma_quantile(&self, p: f64) -> f64 {
        self.log_sigma.quantile(p)
    }
}

/// The part of the range of ln σ that holds the mass, found on a coarse grid.
fn mass_range(data: &Data, prior: Prior) -> (f64, f64) {
    let (low, high) = log_sigma_range(prior);
    let coarse = 48;
    let step = (high - low) / f64::from(coarse);
    let heights: Vec<f64> = (0..=coarse)
        .map(|i| {
            let log_sigma = low + step * f64::from(i);
            let (top, from, to) = data.support(log_sigma.exp());
            top + (to - from).ln() + ln_prior(prior, log_sigma)
        })
        .collect();
    let most = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let matters = |height: &f64| *height > most - DEPTH;
    let first = heights.iter().position(matters).unwrap_or(0);
    let last = heights.iter().rposition(matters).unwrap_or(heights.len() - 1);
    #[expect(clippy::cast_precision_loss, reason = "a few dozen steps")]
    let at = |index: usize| low + step * index as f64;
    (at(first.saturating_sub(1)), at((last + 1).min(heights.len() - 1)))
}

/// The results: moments of the measured ones, the others grouped.
struct Data {
    n: f64,
    mean: f64,
    squares: f64,
    others: Vec<(Observation, f64)>,
}

impl Data {
    fn new(relative: &[Observation]) -> Self {
        let exact: Vec<f64> = relative.iter().filter_map(|x| x.exact()).map(f64::ln).collect();
        let n = count(&exact);
        let mean = if n > 0.0 { exact.iter().sum::<f64>() / n } else { 0.0 };
        let mut others: Vec<(Observation, f64)> = Vec::new();
        for observation in relative {
            let log = match *observation {
                Observation::Exact(_) => continue,
                Observation::Below(x) => Observation::Below(x.ln()),
                Observation::Above(x) => Observation::Above(x.ln()),
                Observation::Between(a, b) => Observation::Between(a.ln(), b.ln()),
            };
            match others.iter_mut().find(|(known, _)| *known == log) {
                Some((_, times)) => *times += 1.0,
                None => others.push((log, 1.0)),
            }
        }
        Self { n, mean, squares: exact.iter().map(|y| (y - mean).powi(2)).sum(), others }
    }

    fn ln_likelihood(&self, mu: f64, sigma: f64) -> f64 {
        let gap = mu - self.mean;
        let measured = -self.n * sigma.ln() - (self.squares + self.n * gap * gap) / (2.0 * sigma * sigma);
        let term = |(observation, times): &(Observation, f64)| {
            let z = |y: f64| (y - mu) / sigma;
            times
                * match *observation {
                    Observation::Exact(_) => 0.0,
                    Observation::Below(y) => ln_normal_cdf(z(y)),
                    Observation::Above(y) => ln_normal_cdf(-z(y)),
                    Observation::Between(a, b) => ln_between(z(a), z(b)),
                }
        };
        measured + self.others.iter().map(term).sum::<f64>()
    }

    /// The highest log-likelihood for a σ and the range of µ within [`DEPTH`] of it; it is concave in µ.
    fn support(&self, sigma: f64) -> (f64, f64, f64) {
        let f = |mu: f64| self.ln_likelihood(mu, sigma);
        let (mut low, mut high) = MU_RANGE;
        if self.others.is_empty() {
            (low, high) = (self.mean, self.mean);
        }
        // near the peak is enough: heights are taken relative to it
        while high - low > 0.05 * sigma {
            let (a, b) = (low + 0.45 * (high - low), low + 0.55 * (high - low));
            if f(a) < f(b) { low = a } else { high = b }
        }
        let peak = 0.5 * (low + high);
        let top = f(peak);
        let from = edge(peak, MU_RANGE.0, |mu| f(mu) > top - DEPTH);
        let to = edge(peak, MU_RANGE.1, |mu| f(mu) > top - DEPTH);
        (top, from, to)
    }

    /// ln of the mass over µ for a σ, and the distribution of µ there.
    fn slice(&self, sigma: f64) -> (f64, Density) {
        let (top, from, to) = self.support(sigma);
        let step = (to - from) / f64::from(MUS - 1);
        let heights =
            (0..MUS).map(|i| (self.ln_likelihood(from + step * f64::from(i), sigma) - top).exp()).collect();
        let (density, area) = Density::new(from, step, heights);
        (top + area.ln(), density)
    }
}

/// Where the mass ends between `inside` and `outside`: only the extent of a grid, so a fiftieth of the way is close enough. Errs
/// outwards.
fn edge(mut inside: f64, mut outside: f64, matters: impl Fn(f64) -> bool) -> f64 {
    if matters(outside) {
        return outside;
    }
    let first = inside;
    while (outside - inside).abs() > 0.02 * (outside - first).abs() {
        let middle = 0.5 * (inside + outside);
        if matters(middle) { inside = middle } else { outside = middle }
    }
    outside
}

/// ln(Φ(b) − Φ(a)) for a < b.
fn ln_between(a: f64, b: f64) -> f64 {
    // work in the tail where the numbers are small
    let (a, b) = if a > 0.0 { (-b, -a) } else { (a, b) };
    if b < -6.0 {
        let (upper, lower) = (ln_normal_cdf(b), ln_normal_cdf(a));
        return upper + (-(lower - upper).exp()).ln_1p();
    }
    (normal_cdf(b) - normal_cdf(a)).max(1e-300).ln()
}
