//! The door (统一入口): submit, amend, advance, retract, read and list for a caller, through one fixed order of steps:
//!
//! identify the caller → may they (record as it was) → read and normalise → references → derive → check → may they (record as it
//! will be) → append revision, audit line and outbox event in one transaction. Reads go through the same access rules.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise"))]

pub mod access;
pub mod accounts;
mod around;
pub mod audit;
pub mod backup;
pub mod bulk;
pub mod caller;
pub mod clock;
pub mod derive;
pub mod devices;
pub mod door;
pub mod duties;
pub mod emergency;
pub mod examples;
pub mod exams;
pub mod exports;
pub mod keys;
pub mod looks;
pub mod many;
pub mod merge;
pub(crate) mod moving;
pub mod notices;
mod peers;
pub mod person;
pub mod port;
pub mod prepare;
pub mod reactions;
pub mod read;
pub mod rederive;
pub mod refs;
pub mod remarks;
pub mod reseal;
pub mod research;
pub mod retention;
pub mod sealed;
pub mod signed_head;
pub mod submit;
pub mod ties;
pub mod transfer;
pub mod vault;
pub mod verify;
pub mod warnings;
pub mod whosees;

pub use caller::Caller;
pub use door::{Door, DoorError};
