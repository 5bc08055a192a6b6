//! Personal dose of radiation workers.
//!
//! Sources: GB 18871-2002, GBZ 128-2019, UNSCEAR reports, ICRP 103.

mod annual;
mod collective;

pub use annual::{Annual, Notional, annual};
pub use collective::{Distribution, apron_effective, distribution, worst_five_years};

use crate::registry::Calculator;

/// The calculators of section G.
pub(crate) const CALCULATORS: &[&Calculator] =
    &[&annual::ANNUAL, &collective::FIVE_YEAR, &collective::APRON, &collective::DISTRIBUTION];
