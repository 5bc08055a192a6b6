//! Who gets in and how: passwords, pauses, second factors, sessions, tokens, forgery, delegated administration; over the whole router in this process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail loudly")]

#[path = "../world/mod.rs"]
mod world;

mod administration;
mod factors;
mod forgery;
mod guessing;
mod machine;
mod people;
mod sessions;
mod tokens;
