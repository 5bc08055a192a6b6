//! What the door and the indicators ask: which limit applies to a sample, and is it kept.
//!
//! Limits are those in force on the day of sampling; comparisons are made on unrounded values.
//! Source: GBZ 2.1-2019 (limits, appendix A), GBZ 2.2-2007 (noise, heat, hand vibration), GBZ 331-2024 appendix G.

mod band;
mod calculators;
mod exposure;
mod factors;
mod judge;
mod limit;
mod sample;
mod wilson;

pub use band::{Band, band};
pub use exposure::{
    ExposureError, NdRule, NoiseSegment, Reading, Segment, Shift, ShiftRule, day_factor, lex, lex_8h,
    shift_mean, shift_rule, twa8, twa8_with, week_factor,
};
pub use judge::{Verdict, judge, judge_noise, judge_samples, judge_twa};
pub use limit::{
    DustKind, LabourClass, Limit, LimitAnswer, LimitError, LimitKind, LimitQuery, NoLimit, Rules, SampleType,
    limit_for, limit_for_with,
};
pub use sample::{Judgement, Sample, SampleExposure, judge_sample};
pub use wilson::wilson;

pub(crate) use calculators::CALCULATORS;

/// Total and respirable PC-TWA of silica dust; `None` below 10 % free SiO₂.
pub(crate) fn silica_row(free_sio2_pct: f64) -> Option<(f64, f64)> {
    let row = factors::silica(free_sio2_pct).filter(|_| free_sio2_pct >= 10.0)?;
    row.total_twa_mg_m3.zip(row.respirable_twa_mg_m3)
}

/// The WBGT limit of the next tabulated share of contact time upwards.
pub(crate) fn heat_limit(labour: LabourClass, contact_share_pct: f64) -> Option<f64> {
    factors::heat(labour, contact_share_pct).map(|(value, _)| value)
}
