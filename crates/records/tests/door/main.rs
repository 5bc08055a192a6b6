//! The door over a real store: what is derived, on what it rests, and how it is computed again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod around;
mod care;
mod derived;
mod duties;
mod emerging;
mod employment;
mod exams;
mod keys;
mod merging;
mod noted;
mod notices;
mod plans;
mod protection;
mod reactions;
mod rederive;
mod remarks;
mod together;
mod transfer;
mod warnings;
mod world;
