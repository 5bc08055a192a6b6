//! Bytes to drafts and back: workbooks, CSV, JSON.
//!
//! * [`read`]: whatever an office sends, as streamed rows, within bounds that no file can exceed;
//! * [`header`] and [`rows`]: which kind a sheet is, which column is which field, which rows are data;
//! * [`import`]: files into filed records, every row with its end;
//! * [`write`]: templates, exports, and the sender's workbook back with its findings marked;
//! * [`columns`], [`group`] and [`draft`]: how a kind's fields stand in a table, the same way out and in.

pub mod columns;
pub mod draft;
mod error;
mod finding;
pub mod group;
pub mod header;
pub mod import;
pub mod limits;
pub mod read;
pub mod rows;
pub mod write;

pub use error::FileError;
pub use finding::Finding;
