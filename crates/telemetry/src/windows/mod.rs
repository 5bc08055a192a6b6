//! Readings become windows, windows become alarms: pure functions of what was read, not of when or how often it arrived.
//!
//! - [`Readings`]: a device's readings, one a moment; duplicates, corrections, contradictions and late ones each told.
//! - [`Slot`], [`rolling`], [`span`], [`highest`]: minutes, 15-minute means, shifts and days with their availability.
//! - [`SetPoints`], [`Machine`], [`Episode`]: alarm levels of GBZ/T 223 with hysteresis and minimum duration, on event time.
//! - [`Watch`]: the three together for one signal; gives changes whatever comes late.
//! - [`Care`]: what people do about an alarm, from 产生 to 关闭.
//!
//! On-line values are an indication, not a legal test. Times are Unix milliseconds.

mod alarm;
mod care;
mod highest;
mod machine;
mod reading;
mod set_points;
mod slot;
mod span;
mod watch;

pub use alarm::{Episode, Step};
pub use care::{Care, CareError, CareState, Deadlines, Deed};
pub use highest::{Highest, highest};
pub use machine::{Machine, Rule, RuleError};
pub use reading::{Added, Quality, Reading, Readings};
pub use set_points::{Crossing, Level, SetPoints, SetPointsError};
pub use slot::{Averaging, Grid, OverRange, Slot, rolling};
pub use span::{Span, VALID_DAY, Window, day, lex_8h, shift, span, twa8};
pub use watch::{Change, Watch};
