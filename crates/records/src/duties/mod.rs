//! Duties (应办事项): what records oblige whom to do until when, kept up from the outbox, read by each role's desk.
//!
//! [`compute`] is pure: a record, what else there is of it, the rules. [`clerk`] follows the outbox and keeps the table. [`read`] gives each
//! caller its share, by the same access rules as the records themselves.

pub mod clerk;
mod compute;
pub mod port;
mod read;

pub use clerk::{CONSUMER, Clerk};
pub use port::{Ask, Count, DutyRow, Part};
