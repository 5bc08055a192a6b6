#![doc = include_str!("../README.md")]

pub mod air;
pub mod hearing;
pub mod noise;
pub mod registry;
mod special;
pub mod stats;
pub mod tables;
pub mod units;
pub mod workplace;
