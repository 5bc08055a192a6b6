//! One page a file.

pub mod access;
pub mod accounts;
pub mod actions;
pub mod audit;
pub mod codes;
pub mod desk;
pub mod duplicates;
pub mod exports;
pub mod import;
pub mod invite;
pub mod kinds;
pub mod leave;
pub mod login;
pub mod me;
pub mod records;
pub mod rederive;
pub mod research;
pub mod retention;
pub mod search;
pub mod security;
mod sso_cookie;
pub mod system;
