//! Chance that is the same in every run (xorshift).

/// A source of chance.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// For a device of a run.
    pub fn new(seed: u64, index: usize) -> Self {
        // Far apart, and never zero.
        Self(
            (0x9e37_79b9_7f4a_7c15 ^ seed.wrapping_mul(0xbf58_476d_1ce4_e5b9))
                .wrapping_add((index as u64 + 1).wrapping_mul(0x94d0_49bb_1331_11eb))
                | 1,
        )
    }

    /// Between 0 and 1.
    pub fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % 1_000_000) as f64 / 1_000_000.0
    }

    /// Whether something of so many in a hundred happens.
    pub fn percent(&mut self, of: f64) -> bool {
        self.share() * 100.0 < of
    }

    /// One of `0..end`.
    pub fn below(&mut self, end: usize) -> usize {
        ((self.share() * end as f64) as usize).min(end.saturating_sub(1))
    }
}
