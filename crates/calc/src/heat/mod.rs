//! Heat: WBGT, its limits, grades of hot work.
//!
//! Sources: GBZ/T 189.7-2007, GBZ 2.2-2007, GBZ/T 229.3 (2025), ISO 7243:2017, NIOSH 2016-106.

mod grade;
mod limit;
mod wbgt;

pub use grade::{HeatGrade, heat_grade_2025};
pub use limit::{iso7243_reference, niosh_limit, wbgt_limit};
pub use wbgt::{Globe, wbgt, wbgt_at_heights};

use crate::{
    registry::{Args, CalcError, Calculator, Field},
    workplace::LabourClass,
};

/// The calculators of section D.
pub(crate) const CALCULATORS: &[&Calculator] = &[
    &wbgt::WBGT,
    &wbgt::WBGT_HEIGHT,
    &wbgt::WBGT_TWA,
    &limit::LIMIT,
    &limit::ISO7243_REF,
    &limit::NIOSH_REL,
    &grade::GRADE_2025,
];

pub(crate) const RATE: Field = Field::required("contact_rate_pct", "%", "接触时间率，0 < r ≤ 100");
pub(crate) const INTENSITY: Field = Field::required("intensity", "", "体力劳动强度 1–4");

/// Share of contact time, percent.
pub(crate) fn rate(args: &Args<'_>) -> Result<f64, CalcError> {
    match args.positive("contact_rate_pct")? {
        rate if rate > 100.0 => Err(args.out_of_range("contact_rate_pct")),
        rate => Ok(rate),
    }
}

/// Labour intensity.
pub(crate) fn intensity(args: &Args<'_>) -> Result<LabourClass, CalcError> {
    let class = args.whole_within("intensity", 1, 4)?;
    u8::try_from(class).ok().and_then(LabourClass::from_number).ok_or_else(|| args.out_of_range("intensity"))
}
