//! How many of those who are missing must be brought in before a rate reaches its target (what-if of the plan board).

/// A rate and those who could raise it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Numerator.
    pub numerator: f64,
    /// Denominator, above 0.
    pub denominator: f64,
}

impl Rate {
    /// Percent; `None` without a denominator.
    #[must_use]
    pub fn percent(self) -> Option<f64> {
        (self.denominator > 0.0).then(|| self.numerator / self.denominator * 100.0)
    }

    /// By how much the numerator must grow for a target in percent: whole units, 0 when it is reached.
    #[must_use]
    pub fn needed(self, target: f64) -> f64 {
        // A rate that is the target but for rounding of binary fractions is the target.
        ((target * self.denominator / 100.0 - 1e-9).ceil() - self.numerator).max(0.0)
    }

    /// The rate after each further gain, in the order given.
    #[must_use]
    pub fn after(self, gains: &[f64]) -> Vec<f64> {
        let mut numerator = self.numerator;
        gains
            .iter()
            .map(|gain| {
                numerator += gain;
                Self { numerator, ..self }.percent().unwrap_or_default()
            })
            .collect()
    }

    /// The fewest of `gains` (largest first) that reach the target: their number, or `None` when all of them do not. When each costs the
    /// same, taking the largest first is the least effort: an exchange of any two cannot need fewer.
    #[must_use]
    pub fn fewest(self, gains: &[f64], target: f64) -> Option<usize> {
        let needed = self.needed(target);
        let mut sum = 0.0;
        if needed <= 0.0 {
            return Some(0);
        }
        gains
            .iter()
            .position(|gain| {
                sum += gain;
                sum >= needed - 1e-9
            })
            .map(|at| at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_needed_is_whole_units() {
        for (numerator, denominator, target, needed) in [
            (87.0, 100.0, 90.0, 3.0),
            (90.0, 100.0, 90.0, 0.0),
            (2.0, 3.0, 90.0, 1.0),
            (95.0, 100.0, 90.0, 0.0),
            (0.0, 7.0, 100.0, 7.0),
        ] {
            assert_eq!(Rate { numerator, denominator }.needed(target), needed, "{numerator}/{denominator}");
        }
    }

    #[test]
    fn the_largest_first_need_the_fewest() {
        let rate = Rate { numerator: 50.0, denominator: 100.0 };
        assert_eq!(rate.fewest(&[20.0, 10.0, 5.0, 1.0], 80.0), Some(2));
        assert_eq!(rate.fewest(&[20.0, 5.0], 80.0), None);
        assert_eq!(rate.fewest(&[], 50.0), Some(0));
        assert_eq!(rate.after(&[20.0, 10.0]), [70.0, 80.0]);
        assert_eq!(Rate { numerator: 0.0, denominator: 0.0 }.percent(), None);
    }

    proptest! {
        /// No choice of as many others does better.
        #[test]
        fn no_smaller_choice_reaches_the_target(mut gains in proptest::collection::vec(1_u32..20, 1..9), target in 1.0_f64..100.0) {
            gains.sort_unstable_by(|a, b| b.cmp(a));
            let gains: Vec<f64> = gains.into_iter().map(f64::from).collect();
            let rate = Rate { numerator: 0.0, denominator: gains.iter().sum::<f64>() };
            // All of them together are the whole.
            let Some(fewest) = rate.fewest(&gains, target) else { return Err(TestCaseError::fail("all of them reach every target")) };
            for choice in 0_u32..(1 << gains.len()) {
                if (choice.count_ones() as usize) < fewest {
                    let sum: f64 = gains.iter().enumerate().filter(|(at, _)| choice & (1 << at) != 0).map(|(_, g)| g).sum();
                    prop_assert!(sum < rate.needed(target));
                }
            }
        }
    }
}
