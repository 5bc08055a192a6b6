//! Working days: Monday to Friday, except for the days off and the make-up days that the State Council announces each year.

use crate::dates::parse_iso;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use time::{Date, Duration, Weekday};

/// The calendar of working days (工作日历).
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// Days that differ from the week: worked or not.
    special: HashMap<Date, bool>,
    /// Years that have been announced.
    years: BTreeSet<i32>,
}

#[derive(Debug, Deserialize)]
struct Row {
    from: String,
    to: String,
    kind: String,
}

impl Calendar {
    /// Reads `holidays.csv`.
    ///
    /// # Errors
    /// Line and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut calendar = Self::default();
        for (line, row) in rows::<Row>(text) {
            let row = row.map_err(|e| (line, e))?;
            let (Some(from), Some(to)) = (parse_iso(&row.from), parse_iso(&row.to)) else {
                return Err((line, format!("日期“{}”至“{}”无法识别", row.from, row.to)));
            };
            let works = match row.kind.as_str() {
                "off" => false,
                "work" => true,
                other => return Err((line, format!("kind 应为 off 或 work，实为“{other}”"))),
            };
            if to < from || to - from > Duration::days(31) {
                return Err((line, format!("起止日期“{}”至“{}”不合理", row.from, row.to)));
            }
            let mut day = from;
            while day <= to {
                if calendar.special.insert(day, works).is_some() {
                    return Err((line, format!("{day} 列了两次")));
                }
                day += Duration::DAY;
            }
            calendar.years.insert(to.year());
        }
        Ok(calendar)
    }

    /// Is it worked?
    #[must_use]
    pub fn works(&self, day: Date) -> bool {
        self.special.get(&day).copied().unwrap_or(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
    }

    /// Have the days off of its year been announced (and entered)?
    #[must_use]
    pub fn knows(&self, day: Date) -> bool {
        self.years.contains(&day.year())
    }

    /// The day that lies `count` working days after (before, when negative) a day; the day itself does not count.
    #[must_use]
    pub fn shift(&self, mut day: Date, count: i64) -> Option<Date> {
        let step = if count < 0 { -Duration::DAY } else { Duration::DAY };
        let mut left = count.unsigned_abs();
        while left > 0 {
            day = day.checked_add(step)?;
            if self.works(day) {
                left -= 1;
            }
        }
        Some(day)
    }
}

/// Rows of a rule table with their line numbers; comment lines come first.
pub(crate) fn rows<T: serde::de::DeserializeOwned>(text: &str) -> Vec<(usize, Result<T, String>)> {
    let comments = text.lines().take_while(|line| line.starts_with('#')).count();
    let body: String = text.lines().skip(comments).flat_map(|line| [line, "\n"]).collect();
    let mut reader = csv::Reader::from_reader(body.as_bytes());
    reader.deserialize::<T>().enumerate().map(|(i, row)| (comments + 2 + i, row.map_err(|e| format!("无法读取：{e}")))).collect()
}

#[cfg(test)]
mod tests {
    use super::Calendar;
    use crate::dates::{iso, parse_iso};

    fn shift(from: &str, count: i64) -> String {
        let calendar = Calendar::parse(include_str!("../../../../definitions/rules/holidays.csv")).unwrap();
        iso(calendar.shift(parse_iso(from).unwrap(), count).unwrap())
    }

    #[test]
    fn working_days_skip_weekends_and_days_off_and_count_make_up_days() {
        let rows = [
            ("an ordinary week", "2025-11-03", 5, "2025-11-10"),
            ("over the week of the national day 2025, 28 September is worked", "2025-09-26", 3, "2025-09-30"),
            ("from its eve on: 9, 10 and (make-up) 11 October", "2025-09-30", 3, "2025-10-11"),
            ("over the spring festival 2026", "2026-02-13", 2, "2026-02-24"),
            ("back", "2026-02-24", -1, "2026-02-14"),
            ("nothing", "2026-02-15", 0, "2026-02-15"),
        ];
        for (why, from, count, to) in rows {
            assert_eq!(shift(from, count), to, "{why}");
        }
    }

    #[test]
    fn a_year_that_is_not_entered_is_known_to_be_missing() {
        let calendar = Calendar::parse(include_str!("../../../../definitions/rules/holidays.csv")).unwrap();
        assert!(calendar.knows(parse_iso("2026-05-05").unwrap()));
        assert!(!calendar.knows(parse_iso("2031-05-05").unwrap()));
    }

    #[test]
    fn faults_name_their_line() {
        let table = "# title: x\nfrom,to,kind,name\n2026-01-01,2026-01-03,off,元旦\n2026-01-03,2026-01-04,work,元旦\n";
        assert_eq!(Calendar::parse(table).unwrap_err().0, 4);
        assert!(Calendar::parse("from,to,kind,name\n2026-01-01,2026-13-03,off,x\n").unwrap_err().1.contains("2026-13-03"));
    }
}
