//! Lifting, posture, musculoskeletal trouble.
//!
//! Sources: Waters, Putz-Anderson & Garg 1994 (NIOSH 94-110); Hignett & McAtamney 2000 (REBA); McAtamney & Corlett
//! 1993 (RULA); Karhu et al. 1977 (OWAS); Kuorinka et al. 1987 (NMQ).

mod lifting;
mod nmq;
mod owas;
mod reba;
mod rnle;
mod rula;

pub use lifting::{LiftingTask, composite_index};
pub use owas::owas_category;
pub use reba::{RebaPosture, RebaScore, reba};
pub use rnle::{Coupling, Duration, Lift, Multipliers, Units, frequency_multiplier, lifting_multipliers};
pub use rula::{RulaPosture, RulaScore, rula};

use crate::registry::{Args, CalcError, Calculator};

/// The calculators of I1–I5, and the Nordic questionnaire.
pub(crate) const CALCULATORS: &[&Calculator] =
    &[&rnle::RNLE, &lifting::RNLE_CLI, &reba::REBA, &rula::RULA, &owas::OWAS, &nmq::NMQ];

/// A score from `low` to `high`.
fn score(args: &Args<'_>, key: &str, low: u64, high: u64) -> Result<u8, CalcError> {
    u8::try_from(args.whole_within(key, low, high)?).map_err(|_| args.out_of_range(key))
}

/// A score from 0 to `high` that may be left out.
fn extra(args: &Args<'_>, key: &str, high: u64) -> Result<u8, CalcError> {
    u8::try_from(args.whole_within_or(key, 0, high, 0)?).map_err(|_| args.out_of_range(key))
}
