//! Gateways of on-line devices. Each is a thin loop: read, decode (crate `telemetry`), hand to the [`Hub`], acknowledge when it says that everything is on
//! the disk. A reading that was acknowledged is never lost; one that is sent again is never doubled.
//!
//! - [`Register`]: the devices of the register (kind `device`) and their secrets.
//! - [`Hub`]: many connections, one transaction at a time; told to pages as it happens.
//! - [`mqtt`], [`hj212`], [`batch`]: the ways in.
//! - [`alarms`]: readings watched, alarms written through the door.
//! - [`exposure`]: shifts and days beside the limits of the day, kept through the door.
//! - [`hours`]: readings summed up by hours.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise"))]

pub mod alarms;
pub mod batch;
pub mod exposure;
pub mod hj212;
pub mod hours;
mod hub;
pub mod mqtt;
mod payload;
mod register;
mod sort;
pub mod tls;

pub use hub::{Deliver, Hub, Live, Source};
pub use payload::{Item, csv_items, json_items};
pub use register::{Device, Points, Register};
pub use sort::{Incoming, sort, sort_asked};
