//! Personal dose of radiation workers.
//!
//! Sources: GB 18871-2002, GBZ 128-2019, UNSCEAR reports, ICRP 103.

mod annual;
mod collective;
mod period;

pub use annual::{Annual, Notional, annual};
pub use collective::{Distribution, apron_effective, distribution, worst_five_years};
pub use period::{INVESTIGATION_A_YEAR, Period, PeriodDose, period};

use crate::registry::Calculator;

/// The calculators of section G.
pub(crate) const CALCULATORS: &[&Calculator] = &[
    &annual::ANNUAL,
    &period::PERIOD,
    &collective::FIVE_YEAR,
    &collective::APRON,
    &collective::DISTRIBUTION,
];
