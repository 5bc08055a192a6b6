#![doc = include_str!("../README.md")]

pub mod hj212;
pub mod readings;
pub mod windows;
