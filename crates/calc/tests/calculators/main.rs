//! Published examples and edge cases of every calculator, through the JSON contract.

mod air;
mod contract;
mod hearing;
mod noise;
mod stats;
mod support;
