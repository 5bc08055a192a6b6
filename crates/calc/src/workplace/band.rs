//! Exposure bands 0–Ⅳ of a ratio to the limit (接触水平).

use serde::{Deserialize, Serialize};

/// Exposure band by the ratio of exposure to limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Band {
    /// ≤ 1 %: practically none.
    #[serde(rename = "0")]
    Zero,
    /// > 1 % to 10 %.
    I,
    /// > 10 % to 50 %.
    II,
    /// > 50 % to 100 %: at or above the action level (行动水平).
    III,
    /// Above the limit.
    IV,
}

impl Band {
    /// The band as a number 0–4.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The band as it is printed.
    #[must_use]
    pub const fn roman(self) -> &'static str {
        match self {
            Self::Zero => "0",
            Self::I => "Ⅰ",
            Self::II => "Ⅱ",
            Self::III => "Ⅲ",
            Self::IV => "Ⅳ",
        }
    }
}

/// The exposure band of `ratio` = exposure ÷ limit.
///
/// Source: GBZ 2.1-2019 table 5 (the same cuts as the AIHA categories). Not defined for NaN, which gives [`Band::IV`].
///
/// # Example
/// ```
/// use zhijian_calc::workplace::{Band, band};
/// assert_eq!(band(0.5), Band::II, "exactly half the limit is below the action level");
/// assert_eq!(band(1.0), Band::III, "the limit itself is kept");
/// ```
#[must_use]
pub fn band(ratio: f64) -> Band {
    // as in the verdict, float noise does not lift a value over a cut
    match ratio / (1.0 + 1e-9) {
        r if r <= 0.01 => Band::Zero,
        r if r <= 0.10 => Band::I,
        r if r <= 0.50 => Band::II,
        r if r <= 1.00 => Band::III,
        _ => Band::IV,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_belongs_to_the_lower_band() {
        let rows = [
            ("nothing found", 0.0, Band::Zero),
            ("one percent is still 0", 0.01, Band::Zero),
            ("just over one percent", 0.010_001, Band::I),
            ("ten percent", 0.1, Band::I),
            ("just over ten percent", 0.100_001, Band::II),
            ("the action level itself", 0.5, Band::II),
            ("over the action level", 0.500_001, Band::III),
            ("the limit itself", 1.0, Band::III),
            ("over the limit", 1.000_001, Band::IV),
        ];
        for (why, ratio, expected) in rows {
            assert_eq!(band(ratio), expected, "{why}");
        }
    }
}
