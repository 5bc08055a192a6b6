//! One sample against its limit: what the door computes for every measurement as it is filed.

use serde::Serialize;

use super::{
    Band, ExposureError, LimitKind, NdRule, NoiseSegment, Reading, Segment, Shift, ShiftRule, Verdict, band,
    judge, judge_noise, shift_rule,
};
use crate::units::{DbA, Hours};

/// A sample, the time it stands for and the limit it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// What the limit means.
    pub kind: LimitKind,
    /// The limit as printed, in the unit of the reading.
    pub limit: f64,
    /// The reading: mg/m³, dB(A), ℃ or m/s².
    pub reading: Reading,
    /// The time the sample stands for (代表时间); absent: the shift.
    pub lasts: Option<Hours>,
    /// Contact hours a day, Td; absent: 8 h (hand vibration: the time the sample stands for).
    pub day: Option<Hours>,
    /// Working days a week, W; absent: 5.
    pub days_per_week: Option<f64>,
}

impl Sample {
    /// What the reader of the judgement should know.
    pub fn warnings(&self) -> impl Iterator<Item = &'static str> {
        let day = self.day.map_or(8.0, |day| day.0);
        let twa = self.kind == LimitKind::PcTwa;
        // Td of an hour at most is judged by PC-STEL or PE instead (GBZ 331-2024 appendix G)
        [("overlong_shift", twa && day > 12.0), ("short_contact", twa && day <= 1.0)]
            .into_iter()
            .filter_map(|(warning, holds)| holds.then_some(warning))
    }
}

/// What can be said of one sample by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// The sample covers the contact time and keeps the limit.
    Pass,
    /// Over the limit; a sample of part of the shift can only add to it.
    Fail,
    /// Part of a shift, so far within the limit: the other samples of the shift decide.
    None,
}

impl Judgement {
    /// The code of list JUDGE.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::None => "none",
        }
    }
}

/// The exposure that one sample stands for, and its judgement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleExposure {
    /// Reading ÷ limit as printed, for concentrations; the band of a sample taken by itself.
    pub sample_ratio: Option<f64>,
    /// C_TWA, L_EX, A(4), WBGT or the short-term value, with the limit (after reduction), their ratio and band.
    pub verdict: Verdict,
    /// Reduction factor of the PC-TWA, 1 without.
    pub factor: f64,
    /// Does the sample cover the contact time of the day?
    pub whole: bool,
    /// Judgement.
    pub judgement: Judgement,
}

impl SampleExposure {
    /// Band of the reading itself.
    #[must_use]
    pub fn sample_band(&self) -> Option<Band> {
        self.sample_ratio.map(band)
    }
}

/// Judges one sample by itself.
///
/// PC-TWA: `C·T/8` against the PC-TWA, or `C·T/Td` against `RF·PC-TWA` for long shifts ([`shift_rule`]); noise:
/// `L_EX,8h`, and `+10·lg(W/5)` when the week has not 5 days; hand vibration: `a·√(T/4)`; PC-STEL, PE, MAC and WBGT as
/// read. A reading below detection counts as the limit of detection, which is the rule for judging compliance
/// (GBZ 331-2024 appendix G); the calculator `air.twa` offers the others. A sample that stands for less than the day
/// fails when it alone is over the limit, and otherwise says nothing by itself.
///
/// Source: GBZ 2.1-2019 appendix A; GBZ 2.2-2007; GBZ/T 189.8, 189.9-2007; GBZ 331-2024 appendix G.
///
/// # Errors
/// [`ExposureError`] for a limit that is not above 0, a negative reading, hours or days that cannot be.
///
/// # Example: 85 dB(A) for 12 h is over the limit
/// ```
/// use zhijian_calc::{units::Hours, workplace::{Judgement, LimitKind, Reading, Sample, judge_sample}};
/// let hours = Some(Hours(12.0));
/// let sample = Sample { kind: LimitKind::Lex, limit: 85.0, reading: Reading::Measured(85.0), lasts: hours, day: hours, days_per_week: None };
/// let found = judge_sample(&sample)?;
/// assert_eq!((format!("{:.2}", found.verdict.value), found.judgement), ("86.76".into(), Judgement::Fail));
/// # Ok::<(), zhijian_calc::workplace::ExposureError>(())
/// ```
pub fn judge_sample(sample: &Sample) -> Result<SampleExposure, ExposureError> {
    let reading = sample.reading.counted_as(NdRule::Lod);
    let days = sample.days_per_week.unwrap_or(5.0);
    let concentration =
        matches!(sample.kind, LimitKind::PcTwa | LimitKind::PcStel | LimitKind::Pe | LimitKind::Mac);
    let day =
        sample.day.or(if sample.kind == LimitKind::A4 { sample.lasts } else { None }).unwrap_or(Hours(8.0));
    let lasts = sample.lasts.unwrap_or(day);
    let mut factor = 1.0;
    let mut spans_day = true;
    let verdict = match sample.kind {
        LimitKind::PcTwa => {
            spans_day = false;
            let rule = shift_rule(Shift { day, days_per_week: days })?;
            let one = [Segment { reading: sample.reading, lasts }];
            match rule {
                ShiftRule::Normal => judge(super::twa8(&one)?.0, sample.limit)?,
                ShiftRule::Day { factor: by, .. } | ShiftRule::Week { factor: by, .. } => {
                    factor = by;
                    judge(super::shift_mean(&one, day, NdRule::Lod)?.0, sample.limit * by)?
                }
            }
        }
        LimitKind::Lex => {
            spans_day = false;
            judge_noise(&[NoiseSegment { level: DbA(reading), lasts }], days, sample.limit)?
        }
        LimitKind::A4 => {
            spans_day = false;
            if !(lasts.0 > 0.0 && lasts.0 <= 24.0) {
                return Err(ExposureError::BadDuration { index: 0, hours: lasts.0 });
            }
            judge(reading * (lasts.0 / 4.0).sqrt(), sample.limit)?
        }
        LimitKind::PcStel | LimitKind::Pe | LimitKind::Mac | LimitKind::Wbgt => judge(reading, sample.limit)?,
    };
    let whole = spans_day || lasts.0 >= day.0 - 1e-9;
    let judgement = match (verdict.passes, whole) {
        (false, _) => Judgement::Fail,
        (true, true) => Judgement::Pass,
        (true, false) => Judgement::None,
    };
    let sample_ratio = concentration.then(|| reading / sample.limit);
    Ok(SampleExposure { sample_ratio, verdict, factor, whole, judgement })
}
