//! Notices (通知): what is told to whom when something happens, as data: `definitions/notices/*.yaml`.
//!
//! A notice names its trigger (a moment of a duty, a record that came into a state, an event of the platform), its recipients, a text with
//! names in braces for the inbox, and one plain word for what leaves the platform. Recipients are narrowed by the access rules later: nobody
//! is told of a record that it may not read.

mod def;
mod lint;
mod text;

pub use def::{Delivery, Happening, Level, Moment, Notice, NoticeDef, On, Reach, Step};
pub(crate) use lint::check;
pub use text::{filled, names};
