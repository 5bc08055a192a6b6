//! What is wrong with a record, said so that the sender can mend it.

use serde::{Deserialize, Serialize};

/// How serious a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Something was changed while reading (full-width digits, a unit); the value is right now.
    Repair,
    /// Accepted, but somebody should look.
    Warning,
    /// Refused.
    Error,
}

/// One problem of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Path of the field.
    pub field: String,
    /// How serious.
    pub level: Level,
    /// Class, `E_DATE`, `W_CODELIST` …
    pub class: String,
    /// What was found (masked for private fields).
    pub found: String,
    /// What is expected.
    pub expected: String,
    /// The whole sentence in Chinese.
    pub message: String,
    /// Fields that a cross-field rule looked at.
    #[serde(default, skip_serializing)]
    pub related: Vec<String>,
}

impl Problem {
    /// A problem with its sentence made from what was found and what is expected.
    #[must_use]
    pub fn new(level: Level, class: &str, field: &str, title: &str, found: &str, expected: &str) -> Self {
        let message = match (found.is_empty(), level) {
            (_, Level::Repair) => format!("{title}：“{found}”已规范为“{expected}”"),
            (true, _) => format!("{title}：未填写，应为{expected}"),
            (false, _) => format!("{title}：“{found}”不符合要求，应为{expected}"),
        };
        Self {
            field: field.into(),
            level,
            class: class.into(),
            found: found.into(),
            expected: expected.into(),
            message,
            related: Vec::new(),
        }
    }
}
