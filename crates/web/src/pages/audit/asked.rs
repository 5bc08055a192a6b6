//! What the address of the audit page asks for.

use crate::error::PageError;
use crate::{links, posted};
use zhijian_records::clock::start_of;
use zhijian_records::port::{Action, AuditQuery};

/// Lines of a page.
pub const PAGE_LINES: u32 = 50;
const DAY: i64 = 24 * 3_600_000_000;

/// Filters as they stand in the address.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Account.
    pub actor: String,
    /// What happened.
    pub action: String,
    /// Kind.
    pub kind: String,
    /// Record.
    pub record: String,
    /// Region.
    pub region: String,
    /// Lines before this one.
    pub before: Option<i64>,
}

impl Asked {
    /// Reads a query string; unknown names are refused.
    ///
    /// # Errors
    /// A day, an action or a position that is none.
    pub fn read(query: &str) -> Result<Self, PageError> {
        let mut asked = Self::default();
        for (name, value) in posted::pairs(query.as_bytes()) {
            let value = value.trim().to_owned();
            match name.as_str() {
                "from" => asked.from = value,
                "to" => asked.to = value,
                "actor" => asked.actor = value,
                "action" => asked.action = value,
                "kind" => asked.kind = value,
                "record" => asked.record = value,
                "region" => asked.region = value,
                "before" => {
                    asked.before = Some(value.parse().map_err(|_| PageError::BadRequest(format!("翻页位置“{value}”不是序号")))?);
                }
                other => return Err(PageError::BadRequest(format!("审计日志没有条件“{other}”"))),
            }
        }
        Ok(asked)
    }

    /// As a question to the door.
    ///
    /// # Errors
    /// A day or an action that is none.
    pub fn query(&self, limit: u32) -> Result<AuditQuery, PageError> {
        let day = |text: &str| {
            let wrong = || PageError::BadRequest(format!("日期“{text}”应写作 2026-01-31"));
            if text.is_empty() { Ok(None) } else { start_of(text).map(Some).ok_or_else(wrong) }
        };
        let action = match self.action.as_str() {
            "" => None,
            word => Some(Action::of_word(word).ok_or_else(|| PageError::BadRequest(format!("没有名为“{word}”的操作")))?),
        };
        if !self.region.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(PageError::BadRequest(format!("地区“{}”应为区划代码", self.region)));
        }
        Ok(AuditQuery {
            before: self.before,
            from: day(&self.from)?,
            to: day(&self.to)?.map(|begin| begin + DAY),
            actor: self.actor.clone(),
            action,
            kind: self.kind.clone(),
            record: self.record.clone(),
            region: prefix(&self.region).to_owned(),
            limit,
        })
    }

    /// The filters without the position.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("from", &self.from),
            ("to", &self.to),
            ("actor", &self.actor),
            ("action", &self.action),
            ("kind", &self.kind),
            ("record", &self.record),
            ("region", &self.region),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.as_str())).collect()
    }

    /// The address of a page with the same filters.
    #[must_use]
    pub fn address(&self, page: &str, before: Option<i64>) -> String {
        let before = before.map(|seq| seq.to_string());
        let mut pairs = self.pairs();
        if let Some(before) = &before {
            pairs.push(("before", before));
        }
        format!("{page}{}", links::query(&pairs))
    }
}

/// A division code without its trailing zeros: it stands for everything below.
fn prefix(code: &str) -> &str {
    if code.is_empty() { code } else { zhijian_kinds::Regions::prefix(code) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_come_back_in_the_address_and_nonsense_is_refused() {
        let asked = Asked::read("from=2026-01-01&to=2026-01-31&actor=%E5%BC%A0&action=view&region=130300&before=7").unwrap_or_default();
        assert_eq!(
            asked.address("/audit", Some(3)),
            "/audit?from=2026-01-01&to=2026-01-31&actor=%E5%BC%A0&action=view&region=130300&before=3"
        );
        let query = asked.query(50).unwrap_or_default();
        assert_eq!((query.before, query.action, query.region.as_str()), (Some(7), Some(Action::View), "1303"));
        assert_eq!(query.to.zip(query.from).map(|(to, from)| (to - from) / DAY), Some(31));
        for wrong in ["before=x", "colour=red"] {
            assert!(Asked::read(wrong).is_err(), "{wrong}");
        }
        for wrong in ["from=yesterday", "action=dance", "region=%25"] {
            assert!(Asked::read(wrong).is_ok_and(|asked| asked.query(1).is_err()), "{wrong}");
        }
    }
}
