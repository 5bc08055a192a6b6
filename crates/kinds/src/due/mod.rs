//! Deadlines (期限): the calendar of working days, the deadline register (DL-01 …) and the duties that records bring about.
//!
//! All of it is data: `definitions/rules/holidays.csv`, `definitions/rules/deadlines.csv`, `definitions/duties/*.yaml`.

mod calendar;
mod duty;
mod lint;
mod rule;

pub use calendar::Calendar;
pub(crate) use calendar::rows;
pub use duty::{Duty, DutyDef, Related, STATE_DAY, Wanted};
pub(crate) use lint::check;
pub use rule::{Deadlines, Due, Rule, Unit};
