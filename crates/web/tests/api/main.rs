//! Contract of the JSON API, over the whole router in this process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

#[path = "../world/mod.rs"]
mod world;

mod calculations;
mod cockpit;
mod documentation;
mod examples;
mod figures;
mod private_fields;
mod scopes;
mod strictness;
mod writing;
