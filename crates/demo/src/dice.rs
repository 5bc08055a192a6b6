//! Chance from a seed. Every draw is made from the seed and the name of what is drawn, so that one more draw somewhere changes nothing elsewhere.

/// A generator for one thing.
pub(crate) struct Dice(fastrand::Rng);

/// Mixes a seed, a label and a key into one number (FNV-1a, then the finaliser of SplitMix64).
pub(crate) fn hash(seed: u64, label: &str, key: &str) -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in label.bytes().chain([0xff]).chain(key.bytes()) {
        h = (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^ (h >> 31)
}

/// A number in 0..1 that belongs to a thing for good.
#[expect(clippy::cast_precision_loss, reason = "53 bits are kept")]
pub(crate) fn unit(seed: u64, label: &str, key: &str) -> f64 {
    (hash(seed, label, key) >> 11) as f64 / (1_u64 << 53) as f64
}

impl Dice {
    /// The generator of a thing.
    pub(crate) fn of(seed: u64, label: &str, key: &str) -> Self {
        Self(fastrand::Rng::with_seed(hash(seed, label, key)))
    }

    /// Does something of this probability happen?
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.0.f64() < p
    }

    /// A whole number, both ends included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.i64(low..=high.max(low))
    }

    /// A number in low..high.
    pub(crate) fn real(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.f64()
    }

    /// Nearly normal.
    pub(crate) fn bell(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum: f64 = (0..6).map(|_| self.0.f64()).sum();
        mean + (sum - 3.0) * std::f64::consts::SQRT_2 * deviation
    }

    /// One of them.
    pub(crate) fn one<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.0.usize(0..items.len())]
    }

    /// An index by weight.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut at = self.0.f64() * weights.iter().sum::<f64>();
        for (i, w) in weights.iter().enumerate() {
            if at < *w {
                return i;
            }
            at -= w;
        }
        weights.len() - 1
    }
}
