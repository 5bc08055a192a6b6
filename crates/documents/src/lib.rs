//! Documents that offices issue (文书): a definition of `definitions/documents/` and a record become a numbered file with a verification code.
//!
//! *fill* takes the fields through the caller's access and freezes them as [`content::Content`]; *issue* gives the number and files the
//! record of kind `document` through the door; *report* sets long reports with charts; *pdf* and *docx* make files of frozen content, the same bytes each time; *check* answers whoever
//! holds a copy. The layout program sees nothing but its own layout, the fonts and the content as data: no file system, no packages, no clock.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise"))]

pub mod check;
pub mod content;
pub mod docx;
pub mod error;
pub mod fill;
pub mod fonts;
pub mod issue;
pub mod pdf;
pub mod qr;
pub mod register;
pub mod report;
mod world;

pub use content::Content;
pub use error::PaperError;
pub use issue::{Wanted, issue, offered, preview};
pub use register::{Issued, issued_of, open};

/// The kind of issued documents.
pub const KIND: &str = "document";
