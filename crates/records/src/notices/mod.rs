//! Notices (通知): what happened is told to those whom the definitions name, once each, in their inbox and through outlets.
//!
//! [`notifier`] follows the audit chain and the clock and writes notices; [`post`] hands messages to [`Outlet`]s; [`inbox`] gives each reader its
//! notices while it may still see what they are about; [`hold`] stops an escalation for some time.
//!
//! **Exactly once.** What is told carries a mark with a unique key made of notice, record, duty, last day and step. Mark, notices and messages are
//! written in one transaction, and a mark that is there already writes nothing: any step may be repeated, by anybody, in any order.

mod duties;
mod events;
pub mod hold;
pub mod inbox;
pub mod notifier;
mod people;
pub mod port;
pub mod post;
mod telling;
pub mod timing;
pub mod wishes;

pub use inbox::{Inbox, InboxPage, Shown};
pub use notifier::{Notifier, Told};
pub use post::{Message, Outlet, OutletError, Post, Posted};
pub use timing::Timing;
pub use wishes::{Contact, Wishes};

use crate::door::DoorError;
use crate::port::StoreError;

fn failed(source: StoreError) -> DoorError {
    DoorError::Store { kind: "通知".into(), source }
}
