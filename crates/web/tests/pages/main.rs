//! Pages as people see them, over the whole router in this process: frozen clock, temporary store, seeded examples.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

#[path = "../world/mod.rs"]
mod world;

mod asking;
mod browser;
mod calculators;
mod exports;
mod files;
mod filing;
mod flow;
mod gates;
mod groups;
mod import;
mod lists;
mod masks;
mod named;
mod notices;
mod online;
mod online_range;
mod online_views;
mod papers;
mod seen;
mod walk;
mod warnings;
