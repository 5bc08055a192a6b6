//! Epidemiology and early warning: shares and rates with intervals, aberration detection, scans, small numbers.
//!
//! Sources: Wilson 1927; Clopper & Pearson 1934; Garwood 1936; Breslow & Day 1987 (Byar); Hutwagner et al. 2003 (EARS);
//! Rossi et al. 1999 (CUSUM); Farrington et al. 1996; Kulldorff 1997.

mod cells;
mod cusum;
mod ears;
mod excess;
mod farrington;
mod glm;
mod joint;
mod proportion;
mod rate;
mod scan;
mod suppress;
mod table;

pub use cells::{Sum, derivable, protect, protect_further};
pub use cusum::poisson_cusum;
pub use ears::{EarsBaseline, ears_baseline, ears_c3};
pub use excess::poisson_upper_tail;
pub use farrington::{Farrington, FarringtonError, Power, Threshold, farrington};
pub use joint::{Hidden, Joint};
pub use proportion::clopper_pearson;
pub use rate::{byar_limits, exact_limits};
pub use scan::{Cluster, scan_llr, scan_p_value, scan_temporal};
pub use suppress::{Suppressed, suppress};
pub use table::{RatioLimits, odds_ratio, risk_ratio};

use crate::registry::{Calculator, Field};

/// The calculators of section J.
pub(crate) const CALCULATORS: &[&Calculator] = &[
    &proportion::PROPORTION_CI,
    &rate::RATE_CI,
    &rate::SMR,
    &table::TWO_BY_TWO,
    &ears::EARS,
    &cusum::CUSUM,
    &farrington::FARRINGTON,
    &scan::SCAN_LLR,
    &scan::SCAN_TEMPORAL,
    &suppress::SUPPRESS,
    &excess::EXCESS,
];

pub(crate) const CONFIDENCE: Field = Field::optional("confidence", "", "置信度，默认 0.95");
