//! Air sampling: averages, short-term values, peaks, mixtures, volumes.
//!
//! Sources: GBZ 2.1-2019 (limits, peak exposure, additive index, long-shift factors), GBZ 159-2004 (sampling,
//! standard volume), Brief & Scala 1975, 29 CFR 1910.1000(d).

mod level;
mod long_shift;
mod mixture;
mod peak;
mod short_term;
mod twa;
mod volume;

pub use level::{SilicaLimits, silica_limits};
pub use long_shift::{WorkTime, reduction_factor};
pub use mixture::additive_index;
pub use peak::{Excursion, PeakFinding, PeakRule, peak_exposure};
pub use short_term::{Sample, short_term};
pub use volume::{Gas, molar_volume, standard_volume, to_mg_m3, to_ppm};

use crate::registry::Calculator;

/// The calculators of section A.
pub(crate) const CALCULATORS: &[&Calculator] = &[
    &twa::TWA,
    &long_shift::LONG_SHIFT,
    &short_term::STEL,
    &short_term::MAC,
    &peak::PEAK,
    &mixture::MIXTURE,
    &volume::VOLUME_STD,
    &volume::PPM_MGM3,
    &level::SILICA_LIMIT,
    &level::EXPOSURE_LEVEL,
];
