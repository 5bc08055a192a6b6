//! From texts as they came to typed values: one reader for workbooks, forms and the API.

mod reader;
mod value;

pub use reader::{Channel, Draft, Reader, get_path, set_path};
pub use value::{Around, Reading, Unreadable, read_value};

/// A cell as a file or form delivers it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text as typed.
    Text(String),
    /// A number cell.
    Number(f64),
    /// A truth cell.
    Bool(bool),
    /// A real date cell, ISO: `2020-03-05` or `2020-03-05T08:00:00`.
    Date(String),
    /// A value that is JSON already (API).
    Json(serde_json::Value),
}

impl Cell {
    /// The cell as a person would see it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => crate::text::number_text(*number),
            Self::Bool(truth) => if *truth { "是" } else { "否" }.into(),
            Self::Date(date) => date.clone(),
            Self::Json(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        }
    }

    /// Blank, or one of the words that mean empty (无, /, —, -, －, --).
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty | Self::Json(serde_json::Value::Null) => true,
            Self::Text(text) => crate::text::is_blank(text),
            Self::Json(serde_json::Value::String(text)) => crate::text::is_blank(text),
            _ => false,
        }
    }
}

/// Where a column's or form field's content goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// A field by its path.
    Field(String),
    /// An element of a repeated group: group path and key value (an item code or the header itself).
    Pivot {
        /// Path of the group.
        group: String,
        /// Key of the element.
        key: String,
    },
}
