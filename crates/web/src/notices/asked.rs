//! The question as the address says it: which notices, from where on.

use super::PAGE;
use crate::error::PageError;
use crate::{links, posted};
use zhijian_kinds::Catalogue;
use zhijian_kinds::notice::Level;
use zhijian_records::notices::Inbox;

/// Rows of a page.
pub const ROWS: u32 = 30;

/// The question.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// All, not the unread ones only.
    pub all: bool,
    /// Level's word, or empty.
    pub level: String,
    /// Notice, or empty.
    pub notice: String,
    /// Position, or empty.
    pub after: String,
    /// Instant of a reading of everything that can be taken back, or empty.
    pub undo: String,
}

impl Asked {
    /// Reads the query string.
    ///
    /// # Errors
    /// An unknown parameter or value, with what is expected.
    pub fn read(catalogue: &Catalogue, query: &str) -> Result<Self, PageError> {
        let mut asked = Self::default();
        for (name, value) in posted::pairs(query.as_bytes()) {
            let wrong = || PageError::BadRequest(format!("参数 {name} 的值“{value}”无法识别"));
            match name.as_str() {
                "show" if value.is_empty() || value == "unread" => {}
                "show" if value == "all" => asked.all = true,
                "level" if value.is_empty() || Level::of_word(&value).is_some() => asked.level = value,
                "notice" if value.is_empty() || catalogue.notices.contains_key(value.as_str()) => asked.notice = value,
                "after" if position(&value) => asked.after = value,
                "undo" if value.bytes().all(|b| b.is_ascii_digit()) => asked.undo = value,
                "show" | "level" | "notice" | "after" | "undo" => return Err(wrong()),
                _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
            }
        }
        Ok(asked)
    }

    /// As a question to the door.
    #[must_use]
    pub fn ask(&self, limit: u32) -> Inbox {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Inbox { unread: !self.all, level: Level::of_word(&self.level), notice: some(&self.notice), before: some(&self.after), limit }
    }

    /// The address with one parameter changed; the position is dropped.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let pairs = [("show", if self.all { "all" } else { "" }), ("level", self.level.as_str()), ("notice", self.notice.as_str())];
        let mut all: Vec<(&str, &str)> = pairs.into_iter().filter(|(n, v)| *n != name && !v.is_empty()).collect();
        if !value.is_empty() {
            all.push((name, value));
        }
        format!("{PAGE}{}", links::query(&all))
    }

    /// Nothing narrows it.
    #[must_use]
    pub fn plain(&self) -> bool {
        self.level.is_empty() && self.notice.is_empty()
    }
}

/// Can it be a position: an id of a notice?
#[must_use]
pub fn position(text: &str) -> bool {
    text.is_empty() || text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::Asked;
    use zhijian_kinds::Catalogue;

    #[test]
    fn the_address_says_the_question_and_refuses_what_makes_no_sense() {
        let catalogue = Catalogue::embedded();
        let Ok(asked) = Asked::read(&catalogue, "show=all&level=urgent&notice=duty_overdue") else { panic!("a plain question") };
        assert!(!asked.ask(30).unread);
        assert_eq!(asked.with("level", ""), "/notices?show=all&notice=duty_overdue");
        assert!(Asked::read(&catalogue, "").is_ok_and(|a| a.ask(30).unread), "the unread ones come first");
        for wrong in ["show=some", "level=loud", "notice=x", "after=1", "undo=a", "colour=red"] {
            assert!(Asked::read(&catalogue, wrong).is_err(), "{wrong}");
        }
    }
}
