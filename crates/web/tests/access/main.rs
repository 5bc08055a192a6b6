//! Who sees what, over the whole router in this process: every route as every role, held against the policy read independently.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail loudly")]

#[path = "../world/mod.rs"]
mod world;

mod audit;
mod emergency;
mod expected;
mod figures;
mod inference;
mod people;
mod routes;
mod tables;
mod walk;
