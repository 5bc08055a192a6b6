//! Noise: levels of a shift and a week, dose, grading, uncertainty, expected hearing loss.
//!
//! Sources: GBZ 2.2-2007, GBZ/T 189.8-2007, GBZ/T 229.4-2012, ISO 9612:2009, ISO 1999:2013, NIOSH 98-126,
//! 29 CFR 1910.95.

mod dose;
mod grade;
mod iso9612_job;
mod iso9612_task;
mod level;
mod nipts;

pub use dose::{Criterion, allowed_hours, dose_pct, dose_to_twa};
pub use grade::{Impulse, impulse_limit, impulse_margin_level, noise_grade};
pub use iso9612_job::{JobResult, c1u1, job_level};
pub use iso9612_task::{Task, TaskResult, task_level};
pub use level::{energy_mean, week_level};
pub use nipts::{FREQUENCIES, NiptsError, nipts};

pub(crate) use nipts::question as nipts_question;
/// Fields that `noise.nipts` shares with `noise.htlan`.
pub(crate) mod nipts_question_fields {
    pub(crate) use super::nipts::{FRACTILE, LEVEL, YEARS};
}

use crate::registry::Calculator;

/// The calculators of C1–C7.
pub(crate) const CALCULATORS: &[&Calculator] = &[
    &level::LEX8H,
    &level::LEXW,
    &dose::ALLOWED_TIME,
    &dose::DOSE,
    &dose::DOSE_TO_TWA,
    &grade::IMPULSE,
    &grade::GRADE,
    &iso9612_task::TASK,
    &iso9612_job::JOB,
    &nipts::NIPTS,
];

/// Sound energy relative to 0 dB.
pub(crate) fn energy(level: f64) -> f64 {
    10f64.powf(level / 10.0)
}

/// The level of an energy.
pub(crate) fn level_of(energy: f64) -> f64 {
    10.0 * energy.log10()
}
