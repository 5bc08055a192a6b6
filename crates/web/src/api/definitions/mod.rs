//! Definitions as data: kinds, code lists, regions.

pub mod codes;
pub mod kinds;
