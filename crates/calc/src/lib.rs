#![doc = include_str!("../README.md")]

pub mod tables;
pub mod units;
pub mod workplace;
