//! The verdict: is a limit kept, and by how much.

use serde::Serialize;

use super::{
    Band, ExposureError, NdRule, NoiseSegment, Reading, Segment, Shift, ShiftRule, band, lex, shift_mean,
    shift_rule, twa8_with,
};

/// Whether a limit is kept (合格).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Verdict {
    /// Value ≤ limit, both unrounded (differences below 1e-9 of the limit are float noise, not excess).
    pub passes: bool,
    /// The value that was compared.
    pub value: f64,
    /// The limit it was compared with, after a reduction for long shifts.
    pub limit: f64,
    /// Value ÷ limit. For noise the share of energy, `10^((L−limit)/10)`, so that 1 still means “at the limit”.
    pub ratio: f64,
    /// Exposure band of the ratio.
    pub band: Band,
}

/// Float noise that never decides a verdict: a 0.45 measured keeps the limit `3 × 0.15`, and eight hours of
/// 85 dB(A) stay 85 after going through powers and logarithms. Far below any figure a laboratory reports.
const NOISE: f64 = 1e-9;

fn keeps(value: f64, limit: f64) -> bool {
    value <= limit * (1.0 + NOISE)
}

/// Compares one value with its limit.
///
/// # Errors
/// [`ExposureError::BadLimit`] unless the limit is above 0; [`ExposureError::BadValue`] for a negative value.
///
/// # Example: a value at the limit keeps it
/// ```
/// use zhijian_calc::workplace::judge;
/// assert!(judge(1.0, 1.0)?.passes && !judge(1.000_001, 1.0)?.passes);
/// # Ok::<(), zhijian_calc::workplace::ExposureError>(())
/// ```
pub fn judge(value: f64, limit: f64) -> Result<Verdict, ExposureError> {
    if !(limit > 0.0 && limit.is_finite()) {
        return Err(ExposureError::BadLimit { value: limit });
    }
    if !(value >= 0.0 && value.is_finite()) {
        return Err(ExposureError::BadValue { index: 0, value });
    }
    let ratio = value / limit;
    Ok(Verdict { passes: keeps(value, limit), value, limit, ratio, band: band(ratio) })
}

/// Judges the segments of a shift against a PC-TWA, with the reduction for long shifts where it applies.
///
/// Source: GBZ 2.1-2019 appendix A, GBZ 331-2024 appendix G. The segments are those of one representative day.
///
/// # Errors
/// [`ExposureError`] from the samples, the shift or the limit.
///
/// # Example: 12 h shifts are allowed half
/// ```
/// use zhijian_calc::{units::Hours, workplace::{NdRule, Reading, Segment, Shift, judge_twa}};
/// let day = [Segment { reading: Reading::Measured(0.6), lasts: Hours(12.0) }];
/// let shift = Shift { day: Hours(12.0), days_per_week: 5.0 };
/// let verdict = judge_twa(&day, shift, 1.0, NdRule::Lod)?;
/// assert_eq!((verdict.passes, verdict.limit), (false, 0.5));
/// # Ok::<(), zhijian_calc::workplace::ExposureError>(())
/// ```
pub fn judge_twa(
    segments: &[Segment],
    shift: Shift,
    pc_twa: f64,
    rule: NdRule,
) -> Result<Verdict, ExposureError> {
    match shift_rule(shift)? {
        ShiftRule::Normal => judge(twa8_with(segments, rule)?.0, pc_twa),
        // a week of equal days has the mean of the day
        ShiftRule::Day { factor, .. } | ShiftRule::Week { factor, .. } => {
            judge(shift_mean(segments, shift.day, rule)?.0, pc_twa * factor)
        }
    }
}

/// Judges short samples (PC-STEL, MAC, peak): every one has to keep the limit, so the highest decides.
///
/// # Errors
/// [`ExposureError::NoSamples`] for an empty list, otherwise as [`judge`].
pub fn judge_samples(readings: &[Reading], limit: f64, rule: NdRule) -> Result<Verdict, ExposureError> {
    let mut worst: Option<Verdict> = None;
    for (index, reading) in readings.iter().enumerate() {
        let value = reading.counted_as(rule);
        let verdict = judge(value, limit).map_err(|error| match error {
            ExposureError::BadValue { value, .. } => ExposureError::BadValue { index, value },
            other => other,
        })?;
        if worst.is_none_or(|so_far| verdict.value > so_far.value) {
            worst = Some(verdict);
        }
    }
    worst.ok_or(ExposureError::NoSamples)
}

/// Judges the noise of one point and date: the segments are periods of one shift.
///
/// # Errors
/// As [`lex`]; [`ExposureError::BadLimit`] unless the limit is above 0.
pub fn judge_noise(
    segments: &[NoiseSegment],
    days_per_week: f64,
    limit: f64,
) -> Result<Verdict, ExposureError> {
    if !(limit > 0.0 && limit.is_finite()) {
        return Err(ExposureError::BadLimit { value: limit });
    }
    let value = lex(segments, days_per_week)?.0;
    let ratio = 10f64.powf((value - limit) / 10.0);
    Ok(Verdict { passes: keeps(value, limit), value, limit, ratio, band: band(ratio) })
}
