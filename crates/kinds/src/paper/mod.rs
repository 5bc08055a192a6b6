//! Documents that offices issue (文书), as data: `definitions/documents/<name>.yaml`, with the layout in a `.typ` file beside them.

mod definition;
mod lint;
mod number;

pub use definition::{Block, Document, DocumentDef, Format, GroupTable, Match, Related, Writes};
pub use lint::OWN_ID;
pub(crate) use lint::check;
pub use number::{Numbering, Place};
