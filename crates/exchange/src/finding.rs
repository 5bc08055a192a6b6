//! One thing found in a file, said so that the sender can mend it.

use serde::{Deserialize, Serialize};
use zhijian_kinds::Level;

/// A finding: which file, sheet, row and column, what was found, what is expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// File name.
    pub file: String,
    /// Sheet name; empty for text files.
    pub sheet: String,
    /// Row as Excel numbers it.
    pub row: u32,
    /// Header of the column; `None` when the whole row is meant.
    pub column: Option<String>,
    /// 0-based index of the column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// Class, `E_DATE`, `W_CODELIST` …
    pub class: String,
    /// How serious.
    pub level: Level,
    /// What was found.
    pub found: String,
    /// What is expected.
    pub expected: String,
    /// The whole sentence.
    pub message: String,
}

impl Finding {
    /// The level in Chinese.
    #[must_use]
    pub fn level_title(&self) -> &'static str {
        match self.level {
            Level::Error => "错误",
            Level::Warning => "提示",
            Level::Repair => "已规范",
        }
    }
}
