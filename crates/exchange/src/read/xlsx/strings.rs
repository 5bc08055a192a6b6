//! The shared string table, kept as one text with offsets: a third of the memory of a list of strings.

use super::xml::{Step, Tag, Xml};
use crate::FileError;
use std::io::Read;

/// The table.
#[derive(Debug, Default)]
pub(in crate::read) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    /// The string with this number.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text.get(start..end)
    }

    /// Adds a string.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// Reads `sharedStrings.xml`. The count it declares is ignored.
    pub(super) fn read(source: impl Read) -> Result<Self, FileError> {
        let mut xml = Xml::new(source, "共享字符串");
        let mut strings = Self::default();
        let mut current = String::new();
        loop {
            let begins = match xml.step()? {
                Step::Start(start) => start.local_name().as_ref() == "si",
                Step::Finished => return Ok(strings),
                _ => false,
            };
            if begins {
                current.clear();
                read_text(&mut xml, Tag::Shared, &mut current)?;
                strings.push(&current);
            }
        }
    }
}

/// Collects the text of `<t>` elements (rich text has several) until `closing` ends; phonetic hints are left out.
pub(super) fn read_text<R: Read>(xml: &mut Xml<R>, closing: Tag, into: &mut String) -> Result<(), FileError> {
    let mut phonetic = false;
    let mut inside = false;
    let begin = into.len();
    loop {
        match xml.step()? {
            Step::Start(start) => match start.local_name().as_ref() {
                "rPh" => phonetic = true,
                "t" => inside = !phonetic,
                _ => (),
            },
            Step::Text(piece) if inside => piece.push_to(into),
            Step::Text(_) | Step::Skip => (),
            Step::End(Tag::Phonetic) => phonetic = false,
            Step::End(Tag::Text) => inside = false,
            Step::End(tag) if tag == closing => break,
            Step::End(_) => (),
            Step::Finished => return Err(FileError::Truncated("文字没有结束".into())),
        }
    }
    if into[begin..].contains("_x") {
        let plain = unescape(&into[begin..]);
        into.truncate(begin);
        into.push_str(&plain);
    }
    Ok(())
}

/// `_x000D_` → the character it stands for.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        match code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32) {
            Some(character) => {
                plain.push(character);
                rest = &rest[at + 7..];
            }
            None => {
                plain.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_is_joined_and_phonetic_hints_left_out() -> Result<(), FileError> {
        let xml = r#"<sst uniqueCount="99999999999999"><si><t>矽尘</t></si><si><r><t>苯</t></r><r><t xml:space="preserve"> &lt;0.3&#x4e00;</t></r><rPh><t>ben</t></rPh></si><si/></sst>"#;
        let strings = Strings::read(xml.as_bytes())?;
        assert_eq!([strings.get(0), strings.get(1), strings.get(2), strings.get(3)], [Some("矽尘"), Some("苯 <0.3一"), Some(""), None]);
        Ok(())
    }

    #[test]
    fn escaped_characters_are_resolved() {
        assert_eq!(unescape("a_x000D_b_x005F_c_xZZ_x12"), "a\rb_c_xZZ_x12");
    }
}
