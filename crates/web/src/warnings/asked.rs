//! The question as the address says it.

use super::PAGE;
use crate::error::PageError;
use crate::{links, posted};
use zhijian_kinds::dates;
use zhijian_kinds::warning::Level;
use zhijian_kinds::{Catalogue, Kind};
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;

/// Rows of a page.
pub const ROWS: u32 = 50;
/// Orders: code, title.
pub const SORTS: [(&str, &str); 3] = [("-level", "级别"), ("due_on", "处置期限"), ("-raised_on", "触发日期")];
/// Signals: code, title.
pub const SIGNALS: [(&str, &str); 3] = [("present", "存在"), ("cleared", "已消除"), ("held", "静默期内再现")];
/// Every state but the last.
pub const OPEN: &str = "open";

/// The question.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Code of list ALERT, or empty.
    pub level: String,
    /// Rule, or empty.
    pub rule: String,
    /// County, or empty.
    pub county: String,
    /// `open` (default, empty), `all`, or one state.
    pub state: String,
    /// `overdue` or `week`, or empty.
    pub due: String,
    /// Signal, or empty.
    pub signal: String,
    /// Employer (record id), or empty.
    pub employer: String,
    /// One of [`SORTS`]; the first when empty.
    pub sort: String,
    /// Position.
    pub after: String,
}

impl Asked {
    /// Reads the query string.
    ///
    /// # Errors
    /// An unknown parameter or value, with what is expected.
    pub fn read(catalogue: &Catalogue, kind: &Kind, query: &str) -> Result<Self, PageError> {
        let mut asked = Self::default();
        let state = |code: &str| kind.states.as_ref().is_some_and(|s| s.list.iter().any(|s| s.code == code));
        for (name, value) in posted::pairs(query.as_bytes()) {
            let empty = value.is_empty();
            let place = match name.as_str() {
                "level" if empty || Level::of_code(&value).is_some() => &mut asked.level,
                "rule" if empty || catalogue.warnings.contains_key(&value) => &mut asked.rule,
                "county" if empty || catalogue.regions.get(&value).is_some() => &mut asked.county,
                "state" if empty || value == "all" || value == OPEN || state(&value) => &mut asked.state,
                "due" if empty || value == "overdue" || value == "week" => &mut asked.due,
                "signal" if empty || SIGNALS.iter().any(|(code, _)| *code == value) => &mut asked.signal,
                "employer" if value.bytes().all(|b| b.is_ascii_alphanumeric()) => &mut asked.employer,
                "sort" if empty || SORTS.iter().any(|(code, _)| *code == value) => &mut asked.sort,
                "after" => &mut asked.after,
                "level" | "rule" | "county" | "state" | "due" | "signal" | "employer" | "sort" => {
                    return Err(PageError::BadRequest(format!("参数 {name} 的值“{value}”无法识别")));
                }
                _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
            };
            *place = value;
        }
        if asked.state == OPEN {
            asked.state.clear();
        }
        Ok(asked)
    }

    /// As a question to the door. `without` leaves one filter out, for numbers beside its choices.
    #[must_use]
    pub fn request(&self, kind: &Kind, today: &str, without: &str) -> ListRequest {
        let mut filters: Vec<(String, Op, String)> = Vec::new();
        let mut add = |name: &str, field: &str, op: Op, value: &str| {
            if name != without && !value.is_empty() {
                filters.push((field.to_owned(), op, value.to_owned()));
            }
        };
        add("level", "level", Op::Eq, &self.level);
        add("rule", "rule", Op::Eq, &self.rule);
        add("county", "region", Op::Prefix, zhijian_kinds::Regions::prefix(&self.county));
        add("signal", "signal", Op::Eq, &self.signal);
        add("employer", "owner", Op::Eq, &self.employer);
        match self.state.as_str() {
            "" => add("state", "state", Op::In, &open_states(kind)),
            "all" => {}
            state => add("state", "state", Op::Eq, state),
        }
        let yesterday = dates::add_days(today, -1).unwrap_or_default();
        match self.due.as_str() {
            "overdue" => add("due", "due_on", Op::Lte, &yesterday),
            "week" => {
                add("due", "due_on", Op::Gte, today);
                add("due", "due_on", Op::Lte, &dates::add_days(today, 7).unwrap_or_default());
            }
            _ => {}
        }
        let sort = if self.sort.is_empty() { SORTS[0].0 } else { &self.sort };
        ListRequest {
            filters,
            sort: Some(sort.to_owned()),
            cursor: (!self.after.is_empty()).then(|| self.after.clone()),
            limit: ROWS,
            ..ListRequest::default()
        }
    }

    fn pairs(&self) -> [(&'static str, &str); 8] {
        [
            ("level", &self.level),
            ("rule", &self.rule),
            ("county", &self.county),
            ("state", &self.state),
            ("due", &self.due),
            ("signal", &self.signal),
            ("employer", &self.employer),
            ("sort", &self.sort),
        ]
    }

    /// The address with one parameter changed; the position is dropped.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut all: Vec<(&str, &str)> = self.pairs().into_iter().filter(|(n, v)| *n != name && !v.is_empty()).collect();
        if !value.is_empty() {
            all.push((name, value));
        }
        format!("{PAGE}{}", links::query(&all))
    }

    /// Nothing narrows the list.
    #[must_use]
    pub fn plain(&self) -> bool {
        self.pairs().iter().all(|(name, value)| *name == "sort" || value.is_empty())
    }

    /// The list of records behind it, for export, when it can be said there.
    #[must_use]
    pub fn records(&self) -> String {
        let named = [("level", &self.level), ("rule", &self.rule), ("signal", &self.signal)];
        let mut pairs: Vec<(&str, &str)> = named.into_iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| (n, v.as_str())).collect();
        if !self.state.is_empty() && self.state != "all" {
            pairs.push(("status", &self.state));
        }
        format!("{}{}", links::list(zhijian_records::warnings::KIND), links::query(&pairs))
    }
}

fn open_states(kind: &Kind) -> String {
    let states = kind.states.as_ref().map(|s| s.list.iter().filter(|s| !s.final_).map(|s| s.code.as_str()).collect::<Vec<_>>());
    states.unwrap_or_default().join(",")
}

#[cfg(test)]
mod tests {
    use super::Asked;
    use zhijian_kinds::Catalogue;

    #[test]
    fn the_address_says_the_question_and_refuses_what_makes_no_sense() {
        let catalogue = Catalogue::embedded();
        let Some(kind) = catalogue.kind("warning") else { panic!("there is a kind") };
        let Ok(asked) = Asked::read(&catalogue, kind, "level=4&rule=EW-11&state=open") else { panic!("a plain question") };
        assert_eq!(asked.with("level", "3"), "/warnings?rule=EW-11&level=3");
        let request = asked.request(kind, "2020-06-30", "level");
        assert!(request.filters.iter().all(|(field, ..)| field != "level"), "{:?}", request.filters);
        for wrong in ["level=9", "rule=EW-99", "county=x", "state=x", "due=x", "signal=x", "sort=x", "colour=red"] {
            assert!(Asked::read(&catalogue, kind, wrong).is_err(), "{wrong}");
        }
    }
}
