//! The door over a real store: what is derived, on what it rests, and how it is computed again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod derived;
mod duties;
mod keys;
mod noted;
mod notices;
mod protection;
mod reactions;
mod rederive;
mod world;
