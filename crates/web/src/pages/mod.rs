//! One page a file.

pub mod login;
