//! From the samples of a shift to the figure that is compared with a limit.

use serde::{Deserialize, Serialize};

use crate::units::{DbA, Hours, MgM3};

/// What the laboratory reported.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// A measured concentration, mg/m³.
    Measured(f64),
    /// Below this limit of detection, mg/m³ (`<0.3`).
    Below(f64),
}

/// What a reading below the limit of detection counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NdRule {
    /// The limit of detection itself: the rule for judging compliance (GBZ 331-2024 appendix G).
    #[default]
    Lod,
    /// Half of it.
    Half,
    /// The limit of detection ÷ √2.
    Sqrt2,
    /// Nothing.
    Zero,
}

impl Reading {
    /// The concentration this reading counts as.
    #[must_use]
    pub fn counted_as(self, rule: NdRule) -> f64 {
        match (self, rule) {
            (Self::Measured(value), _) | (Self::Below(value), NdRule::Lod) => value,
            (Self::Below(lod), NdRule::Half) => lod / 2.0,
            (Self::Below(lod), NdRule::Sqrt2) => lod / std::f64::consts::SQRT_2,
            (Self::Below(_), NdRule::Zero) => 0.0,
        }
    }
}

/// A sample and the time it stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// The concentration.
    pub reading: Reading,
    /// The time it stands for (代表时间).
    pub lasts: Hours,
}

/// A noise level and the time it lasted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseSegment {
    /// Equivalent level of the segment.
    pub level: DbA,
    /// How long it lasted.
    pub lasts: Hours,
}

/// Working time: hours a day and days a week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Contact hours a day, Td.
    pub day: Hours,
    /// Working days a week, W.
    pub days_per_week: f64,
}

/// What is wrong with samples or working time.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ExposureError {
    /// Nothing to compute from.
    #[error("there is no sample")]
    NoSamples,
    /// A duration that is not above 0 and at most 24 h.
    #[error("sample {index} stands for {hours} h")]
    BadDuration {
        /// Position in the list, from 0.
        index: usize,
        /// The duration given.
        hours: f64,
    },
    /// Durations add up to more than a day.
    #[error("the samples stand for {hours} h, more than a day")]
    LongerThanADay {
        /// Their sum.
        hours: f64,
    },
    /// A negative or meaningless concentration or level.
    #[error("sample {index} has the value {value}")]
    BadValue {
        /// Position in the list, from 0.
        index: usize,
        /// The value given.
        value: f64,
    },
    /// Hours a day or days a week that cannot be.
    #[error("a shift of {hours} h on {days} days")]
    BadShift {
        /// Hours a day.
        hours: f64,
        /// Days a week.
        days: f64,
    },
    /// A limit that is zero or negative.
    #[error("the limit is {value}")]
    BadLimit {
        /// The limit given.
        value: f64,
    },
}

/// Eight-hour average, `C_TWA = Σ C·T / 8`, with a reading below detection counted as the limit of detection.
///
/// The divisor is 8 h for shorter and longer contact alike. Source: GBZ 2.1-2019 appendix A; GBZ 331-2024 appendix G.
///
/// # Errors
/// [`ExposureError`] for an empty list, a duration outside (0, 24] h, a negative concentration.
///
/// # Example: the vector printed in the standard (ethyl acetate, PC-TWA 200)
/// ```
/// use zhijian_calc::{units::Hours, workplace::{Reading, Segment, twa8}};
/// let day = [(400.0, 3.0), (60.0, 2.0), (120.0, 3.0)]
///     .map(|(c, h)| Segment { reading: Reading::Measured(c), lasts: Hours(h) });
/// assert_eq!(twa8(&day)?.0, 210.0);
/// # Ok::<(), zhijian_calc::workplace::ExposureError>(())
/// ```
pub fn twa8(segments: &[Segment]) -> Result<MgM3, ExposureError> {
    twa8_with(segments, NdRule::Lod)
}

/// Eight-hour average with a chosen rule for readings below detection.
///
/// # Errors
/// As [`twa8`].
pub fn twa8_with(segments: &[Segment], rule: NdRule) -> Result<MgM3, ExposureError> {
    Ok(MgM3(dose(segments, rule)? / 8.0))
}

/// Average over the shift, `Σ C·T / Td`, the figure for the daily reduction of long shifts.
///
/// # Errors
/// As [`twa8`]; also when the shift is not within 0–24 h.
pub fn shift_mean(segments: &[Segment], day: Hours, rule: NdRule) -> Result<MgM3, ExposureError> {
    if !(day.0 > 0.0 && day.0 <= 24.0) {
        return Err(ExposureError::BadShift { hours: day.0, days: 1.0 });
    }
    Ok(MgM3(dose(segments, rule)? / day.0))
}

/// Σ C·T, mg/m³·h.
fn dose(segments: &[Segment], rule: NdRule) -> Result<f64, ExposureError> {
    let mut sum = 0.0;
    for (index, segment) in segments.iter().enumerate() {
        let value = segment.reading.counted_as(rule);
        if !(value >= 0.0 && value.is_finite()) {
            return Err(ExposureError::BadValue { index, value });
        }
        sum += value * duration(index, segment.lasts)?;
    }
    within_a_day(segments.iter().map(|s| s.lasts.0))?;
    Ok(sum)
}

fn duration(index: usize, lasts: Hours) -> Result<f64, ExposureError> {
    let hours = lasts.0;
    if hours > 0.0 && hours <= 24.0 { Ok(hours) } else { Err(ExposureError::BadDuration { index, hours }) }
}

fn within_a_day(hours: impl Iterator<Item = f64>) -> Result<f64, ExposureError> {
    let hours: f64 = hours.sum();
    match hours {
        0.0 => Err(ExposureError::NoSamples),
        h if h > 24.0 + 1e-9 => Err(ExposureError::LongerThanADay { hours }),
        _ => Ok(hours),
    }
}

/// Daily reduction factor `RF = (8/Td)·(24−Td)/16` for more than 8 h a day, 1 otherwise.
///
/// Source: GBZ 2.1-2019 appendix A (Brief & Scala 1975). For PC-TWA only. Td in (0, 24].
#[must_use]
pub fn day_factor(day: Hours) -> f64 {
    let h = day.0;
    if h > 8.0 { 8.0 / h * (24.0 - h) / 16.0 } else { 1.0 }
}

/// Weekly reduction factor `RF = (40/Tw)·(168−Tw)/128` for more than 40 h a week, 1 otherwise.
///
/// Source: as [`day_factor`]. Tw in (0, 168].
#[must_use]
pub fn week_factor(week: Hours) -> f64 {
    let h = week.0;
    if h > 40.0 { 40.0 / h * (168.0 - h) / 128.0 } else { 1.0 }
}

/// How a shift's average is formed and the PC-TWA reduced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ShiftRule {
    /// Σ C·T / 8 against the PC-TWA as it stands.
    Normal,
    /// Σ C·T / Td against the PC-TWA × RF.
    Day {
        /// Hours a day.
        hours: f64,
        /// The factor.
        factor: f64,
    },
    /// Σ C·T over the week / Tw against the PC-TWA × RF.
    Week {
        /// Hours a week.
        hours: f64,
        /// The factor.
        factor: f64,
    },
}

/// Picks the rule: by day when the day is longer than 8 h, by week when more than 5 days make more than 40 h;
/// where both would apply, the smaller factor.
///
/// Source: GBZ 331-2024 appendix G; calculators A2.
///
/// # Errors
/// [`ExposureError::BadShift`] unless 0 < Td ≤ 24 h and 0 < W ≤ 7 days.
pub fn shift_rule(shift: Shift) -> Result<ShiftRule, ExposureError> {
    let (hours, days) = (shift.day.0, shift.days_per_week);
    if !(hours > 0.0 && hours <= 24.0 && days > 0.0 && days <= 7.0) {
        return Err(ExposureError::BadShift { hours, days });
    }
    let day = day_factor(shift.day);
    let by_day = ShiftRule::Day { hours, factor: day };
    let long_week = days > 5.0 && hours * days > 40.0;
    let week_hours = hours * days;
    let week = week_factor(Hours(week_hours));
    Ok(match (hours > 8.0, long_week) {
        (true, true) if day <= week => by_day,
        (true, false) => by_day,
        (_, true) => ShiftRule::Week { hours: week_hours, factor: week },
        (false, false) => ShiftRule::Normal,
    })
}

/// Normalises a shift's noise to eight hours: `L_EX,8h = 10·lg(Σ T·10^(L/10) / 8)`.
///
/// Source: GBZ/T 189.8-2007, ISO 9612:2009.
///
/// # Errors
/// [`ExposureError`] for an empty list, a bad duration, a level outside 0–180 dB.
///
/// # Example: half the time costs 3 dB
/// ```
/// use zhijian_calc::{units::{DbA, Hours}, workplace::{NoiseSegment, lex_8h}};
/// let day = [NoiseSegment { level: DbA(90.0), lasts: Hours(4.0) }];
/// assert_eq!(format!("{:.1}", lex_8h(&day)?.0), "87.0");
/// # Ok::<(), zhijian_calc::workplace::ExposureError>(())
/// ```
pub fn lex_8h(segments: &[NoiseSegment]) -> Result<DbA, ExposureError> {
    let mut energy = 0.0;
    for (index, segment) in segments.iter().enumerate() {
        let value = segment.level.0;
        if !(0.0..=180.0).contains(&value) {
            return Err(ExposureError::BadValue { index, value });
        }
        energy += duration(index, segment.lasts)? * 10f64.powf(value / 10.0);
    }
    within_a_day(segments.iter().map(|s| s.lasts.0))?;
    Ok(DbA(10.0 * (energy / 8.0).log10()))
}

/// Noise of a shift that is repeated on `days_per_week` days: `L_EX,8h + 10·lg(W/5)` when W ≠ 5.
///
/// # Errors
/// As [`lex_8h`]; also unless 0 < W ≤ 7.
pub fn lex(segments: &[NoiseSegment], days_per_week: f64) -> Result<DbA, ExposureError> {
    if !(days_per_week > 0.0 && days_per_week <= 7.0) {
        return Err(ExposureError::BadShift { hours: 8.0, days: days_per_week });
    }
    let day = lex_8h(segments)?.0;
    #[expect(clippy::float_cmp, reason = "five days are five days")]
    let same = days_per_week == 5.0;
    Ok(DbA(if same { day } else { day + 10.0 * (days_per_week / 5.0).log10() }))
}
