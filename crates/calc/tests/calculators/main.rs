//! Published examples and edge cases of every calculator, through the JSON contract.

mod air;
mod contract;
mod dose;
mod epi;
mod ergonomics;
mod grading;
mod hearing;
mod heat;
mod lung;
mod mcmc;
mod noise;
mod requests;
mod risk;
mod stats;
mod support;
mod vibration;
mod workplace;
