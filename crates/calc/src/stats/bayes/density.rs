//! A density given at equal steps, linear in between.

/// A normalised density with its distribution function.
#[derive(Debug, Clone)]
pub(super) struct Density {
    low: f64,
    step: f64,
    density: Vec<f64>,
    below: Vec<f64>,
}

impl Density {
    /// From heights at `low`, `low + step`, …; also the area before normalising.
    pub(super) fn new(low: f64, step: f64, mut density: Vec<f64>) -> (Self, f64) {
        let mut below = Vec::with_capacity(density.len());
        let mut area = 0.0;
        below.push(0.0);
        for pair in density.windows(2) {
            area += 0.5 * step * (pair[0] + pair[1]);
            below.push(area);
        }
        density.iter_mut().for_each(|height| *height /= area);
        below.iter_mut().for_each(|share| *share /= area);
        (Self { low, step, density, below }, area)
    }

    /// P(X ≤ x).
    pub(super) fn below(&self, x: f64) -> f64 {
        let place = (x - self.low) / self.step;
        let last = self.density.len() - 1;
        if place <= 0.0 {
            return 0.0;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative; too large is capped"
        )]
        let index = place as usize;
        if index >= last {
            return 1.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a few hundred steps")]
        let part = place - index as f64;
        let (left, right) = (self.density[index], self.density[index + 1]);
        self.below[index] + self.step * (left * part + 0.5 * (right - left) * part * part)
    }

    /// The x with P(X ≤ x) = p.
    pub(super) fn quantile(&self, p: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred steps")]
        let high = self.low + self.step * (self.density.len() - 1) as f64;
        crate::special::bisect(self.low, high, |x| self.below(x) - p)
    }
}
