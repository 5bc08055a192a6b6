//! Bytes to drafts and back: workbooks, CSV, JSON.

mod error;
pub mod limits;
pub mod read;

pub use error::FileError;
