//! The door (统一入口): submit, amend, advance, retract, read and list for a caller, through one fixed order of steps.

pub mod audit;
pub mod port;
