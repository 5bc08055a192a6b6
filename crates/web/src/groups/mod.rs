//! Similar exposure groups (相似接触组) of an employer: its measurement records by post and factor, and what they say.

pub mod assess;
pub mod gather;
mod show;

pub use show::{page, placeholder};
