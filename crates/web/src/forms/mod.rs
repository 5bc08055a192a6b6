//! Definition ↔ HTML form: what a form holds, how it is drawn, how its body becomes a draft.

pub mod draft;
pub mod filled;
pub mod input;
pub mod rows;
pub mod sections;
pub mod widget;

pub use draft::{changed, draft};
pub use filled::{Filled, Held};
pub use sections::{Section, fillable, sections};
pub use widget::Widget;
