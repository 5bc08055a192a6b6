//! The question as the address says it: which part, which duty, which day, from where on.

use super::PAGE;
use crate::error::PageError;
use crate::{links, posted};
use zhijian_kinds::{Catalogue, dates};
use zhijian_records::duties::Ask;

/// Parts of the list: code, title.
pub const PARTS: [(&str, &str); 4] = [("overdue", "逾期"), ("soon", "临期"), ("later", "未到期"), ("paused", "中止")];
/// Rows of a page.
pub const ROWS: u32 = 50;

/// The question.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// One of [`PARTS`], or empty for all.
    pub part: String,
    /// One duty, or empty.
    pub duty: String,
    /// One due day, or empty.
    pub day: String,
    /// Position: due day, record, duty, joined by `~`.
    pub after: String,
}

impl Asked {
    /// Reads the query string.
    ///
    /// # Errors
    /// An unknown parameter or value, with what is expected.
    pub fn read(catalogue: &Catalogue, query: &str) -> Result<Self, PageError> {
        let mut asked = Self::default();
        for (name, value) in posted::pairs(query.as_bytes()) {
            let place = match name.as_str() {
                "part" if value.is_empty() || PARTS.iter().any(|(code, _)| *code == value) => &mut asked.part,
                "duty" if value.is_empty() || catalogue.duties.contains_key(value.as_str()) => &mut asked.duty,
                "day" if value.is_empty() || dates::parse_iso(&value).is_some() => &mut asked.day,
                "after" if value.is_empty() || value.split('~').count() == 3 => &mut asked.after,
                "part" | "duty" | "day" | "after" => return Err(PageError::BadRequest(format!("参数 {name} 的值“{value}”无法识别"))),
                _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
            };
            *place = value;
        }
        Ok(asked)
    }

    /// As a question to the door; the part is told apart by today.
    #[must_use]
    pub fn ask(&self, today: &str) -> Ask {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut ask = Ask { duty: some(&self.duty), from: some(&self.day), until: some(&self.day), limit: ROWS + 1, ..Ask::default() };
        let before = |day: &str, n: i64| dates::add_days(day, n);
        match self.part.as_str() {
            "overdue" => {
                ask.paused = Some(false);
                ask.until = least(ask.until, before(today, -1));
            }
            "soon" => {
                ask.paused = Some(false);
                ask.from = most(ask.from, Some(today.to_owned()));
                ask.warned_by = Some(today.to_owned());
            }
            "later" => {
                ask.paused = Some(false);
                ask.from = most(ask.from, Some(today.to_owned()));
                ask.warned_after = Some(today.to_owned());
            }
            "paused" => ask.paused = Some(true),
            _ => {}
        }
        let mut after = self.after.split('~').map(str::to_owned);
        if let (Some(day), Some(id), Some(duty)) = (after.next(), after.next(), after.next()) {
            ask.after = Some((day, id, duty));
        }
        ask
    }

    /// The address with one parameter changed; the position is dropped.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let pairs = [("part", &self.part), ("duty", &self.duty), ("day", &self.day)];
        let mut all: Vec<(&str, &str)> =
            pairs.into_iter().filter(|(n, v)| *n != name && !v.is_empty()).map(|(n, v)| (n, v.as_str())).collect();
        if !value.is_empty() {
            all.push((name, value));
        }
        format!("{PAGE}{}", links::query(&all))
    }
}

fn least(a: Option<String>, b: Option<String>) -> Option<String> {
    a.into_iter().chain(b).min()
}

fn most(a: Option<String>, b: Option<String>) -> Option<String> {
    a.into_iter().chain(b).max()
}

#[cfg(test)]
mod tests {
    use super::Asked;
    use zhijian_kinds::Catalogue;

    #[test]
    fn the_address_says_the_question_and_refuses_what_makes_no_sense() {
        let catalogue = Catalogue::embedded();
        let Ok(asked) = Asked::read(&catalogue, "part=overdue&duty=exam_report") else { panic!("a plain question") };
        assert_eq!(asked.ask("2026-03-01").until.as_deref(), Some("2026-02-28"));
        assert_eq!(asked.with("part", "soon"), "/duties?duty=exam_report&part=soon");
        for wrong in ["part=x", "duty=x", "day=yesterday", "after=a~b", "colour=red"] {
            assert!(Asked::read(&catalogue, wrong).is_err(), "{wrong}");
        }
    }
}
