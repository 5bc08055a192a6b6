#![doc = include_str!("../README.md")]

mod special;
pub mod tables;
pub mod units;
pub mod workplace;
