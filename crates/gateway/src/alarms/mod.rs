//! Readings watched; alarms written through the door as `alarm` records.
//!
//! What is read is committed before it is watched, and an alarm is a function of the readings. So after any stop the watches are built again from the store,
//! and their episodes are held against the records: an alarm is named by device and beginning, and written once.

mod clerk;
mod record;
mod watching;

pub use clerk::{Clerk, tend};
pub use watching::Watching;
