//! Bytes to drafts and back: workbooks, CSV, JSON.

pub mod columns;
mod error;
mod finding;
pub mod group;
pub mod header;
pub mod limits;
pub mod read;
pub mod rows;
pub mod write;

pub use error::FileError;
pub use finding::Finding;
