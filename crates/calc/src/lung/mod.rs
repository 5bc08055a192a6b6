//! Lung function and pneumoconiosis.
//!
//! Sources: GLI-2012 (Quanjer et al. 2012), ATS/ERS 2021 (patterns, severity), GBZ 70-2015 (stages).

mod gli2012;
mod pattern;
mod pneumoconiosis;

pub use gli2012::{Ethnicity, Index, LungError, Person, Reference, reference};
pub use pattern::{Pattern, Severity, pattern, severity};
pub use pneumoconiosis::{Film, stage};

use crate::registry::Calculator;

/// The calculators of section H.
pub(crate) const CALCULATORS: &[&Calculator] =
    &[&gli2012::GLI2012, &pattern::PATTERN, &pneumoconiosis::STAGE];

/// The lower limit of normal as a z score: the fifth percentile.
pub(crate) const LLN_Z: f64 = -1.645;
