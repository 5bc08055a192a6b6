//! Readings, windows, alarms from outside.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod alarms;
mod care;
mod order;
mod over_range;
mod spans;
mod support;
