//! The content of a document, frozen at issue: all that any copy is made of.

use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};

/// Everything that stands in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Definition.
    pub document: String,
    /// Its edition.
    pub version: u32,
    /// Heading.
    pub title: String,
    /// To whom.
    pub to: String,
    /// Who issues it.
    pub issuer: String,
    /// Number; empty in a preview.
    pub number: String,
    /// Verification code; empty in a preview.
    pub code: String,
    /// Day of issue, ISO.
    pub issued_on: String,
    /// Day of issue for people.
    pub day: String,
    /// Address at which a copy can be checked; the code alone where the site's address is not known.
    pub check_at: String,
    /// Regulation.
    pub basis: String,
    /// Written over every page.
    pub mark: String,
    /// The parts.
    pub blocks: Vec<Filled>,
}

/// A part with its texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Filled {
    /// Heading of a part.
    Heading {
        /// Its text.
        text: String,
    },
    /// Paragraph.
    Text {
        /// Its text.
        text: String,
    },
    /// Labels and values.
    Fields {
        /// In order.
        rows: Vec<Row>,
    },
    /// A table.
    Table {
        /// Heading.
        title: String,
        /// Heads of the columns.
        head: Vec<String>,
        /// Rows of as many cells.
        rows: Vec<Vec<String>>,
        /// What is not shown, in words; or empty.
        more: String,
    },
    /// Lines for signatures.
    Sign {
        /// Lines.
        lines: Vec<String>,
    },
}

/// Label and value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Label.
    pub label: String,
    /// Value.
    pub value: String,
}

impl Content {
    /// The content as it is kept and digested: JSON with its members in a fixed order. Full-width signs are escaped, so that the door, which
    /// narrows them in what people type, keeps the text as it is.
    #[must_use]
    pub fn text(&self) -> String {
        use std::fmt::Write as _;
        let json = serde_json::to_string(self).unwrap_or_default();
        let mut out = String::with_capacity(json.len());
        for c in json.chars() {
            if matches!(c, '\u{a0}' | '\u{3000}' | '\u{ff00}'..='\u{ffef}') {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            } else {
                out.push(c);
            }
        }
        out
    }

    /// Reads kept content.
    ///
    /// # Errors
    /// It is no content.
    pub fn read(text: &str) -> Result<Self, crate::PaperError> {
        serde_json::from_str(text).map_err(|e| crate::PaperError::Content(e.to_string()))
    }

    /// SM3 of the content, hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(self.text().as_bytes())
    }
}

/// SM3 (GB/T 32905), hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sm3::digest(bytes).iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A day for people: `2020年5月12日`.
#[must_use]
pub fn chinese_day(iso: &str) -> Option<String> {
    let mut parts = iso.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    match (parts.next()?, parts.next()?, parts.next()?) {
        (Some(year), Some(month), Some(day)) => Some(format!("{year}年{month}月{day}日")),
        _ => None,
    }
}

/// A basis as a paper names it: articles in Chinese, without what only the project knows (deadline numbers, places of the design, how it was read).
#[must_use]
pub fn printed_basis(basis: &str) -> String {
    let internal = |text: &str| ["domain", "design", "secondary", "DL-", "未注明出处"].iter().any(|word| text.contains(word));
    let mut parts = Vec::new();
    for part in basis.split('；') {
        let mut plain = String::new();
        let mut rest = part;
        while let Some((before, after)) = rest.split_once('（') {
            plain.push_str(before);
            let Some((inner, after)) = after.split_once('）') else { break };
            if !internal(inner) {
                plain.push_str(&format!("（{inner}）"));
            }
            rest = after;
        }
        plain.push_str(rest);
        for word in ["arts. ", "art. "] {
            if let Some((before, articles)) = plain.clone().split_once(word) {
                let end = articles.find(|c: char| !c.is_ascii_digit() && !", –-".contains(c)).unwrap_or(articles.len());
                let (articles, after) = articles.split_at(end);
                plain = format!("{}第{}条{after}", before.trim_end(), articles.trim().replace(", ", "、"));
            }
        }
        if !plain.trim().is_empty() && !internal(&plain) {
            parts.push(plain.trim().to_owned());
        }
    }
    parts.join("；")
}

#[cfg(test)]
mod tests {
    use super::{chinese_day, printed_basis};

    #[test]
    fn a_paper_names_its_basis_without_the_projects_own_words() {
        for (written, printed) in [
            ("职业病危害项目申报办法（令48）art. 6（5 个工作日，DL-06）", "职业病危害项目申报办法（令48）第6条"),
            ("职业病防治法 arts. 50, 55；domain B8", "职业病防治法第50、55条"),
            ("职业病防治法 art. 47；GBZ 188—2025 附录 G（DL-24）", "职业病防治法第47条；GBZ 188—2025 附录 G"),
            ("职业病防治法 arts. 43–46", "职业病防治法第43–46条"),
        ] {
            assert_eq!(printed_basis(written), printed);
        }
    }

    #[test]
    fn days_are_written_as_letters_write_them() {
        assert_eq!(chinese_day("2020-05-02").as_deref(), Some("2020年5月2日"));
        assert_eq!(chinese_day("2020-05"), None, "a month is no day");
    }
}
