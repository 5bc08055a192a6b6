#![doc = include_str!("../README.md")]

pub mod air;
pub mod closing;
pub mod dose;
pub mod epi;
pub mod ergonomics;
pub mod forecast;
pub mod gap;
pub mod grading;
pub mod hearing;
pub mod heat;
pub mod lung;
pub mod matching;
pub mod noise;
pub mod physical;
pub mod profile;
pub mod psychosocial;
pub mod registry;
pub mod risk;
mod special;
pub mod stats;
pub mod tables;
pub mod units;
pub mod vibration;
pub mod workplace;
