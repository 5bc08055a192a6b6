//! The deadline register (期限登记表): how long after what.

use super::calendar::{Calendar, rows};
use crate::dates::{add_days, add_months, iso, parse_iso};
use serde::Deserialize;
use time::Duration;

/// Unit of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Hours.
    Hours,
    /// Days, the day after the event being the first.
    Days,
    /// Working days.
    WorkingDays,
    /// Calendar months.
    Months,
    /// Calendar years.
    Years,
    /// None that can be counted: a calendar year, for life.
    Other,
}

/// One row of the register.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `DL-23`.
    pub id: String,
    /// Several limits under one number.
    pub part: u32,
    /// What starts it.
    pub trigger: String,
    /// What is to be done.
    pub duty: String,
    /// `after`, `before`, `every`, `until`, …
    pub direction: String,
    /// Number of units.
    pub offset: i64,
    /// Unit.
    pub unit: Unit,
    /// Whose duty.
    pub party: String,
    /// Regulation and article.
    pub basis: String,
    /// Early warnings: days before, or percent of the span.
    pub warnings: Vec<Warning>,
    /// First day on which it holds, or empty.
    pub valid_from: String,
    /// Last day, or empty.
    pub valid_to: String,
    /// `firm`, `secondary`, `unsourced`, `design`.
    pub status: String,
    /// Remark.
    pub note: String,
}

/// When to warn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Days before the last day.
    DaysBefore(i64),
    /// After this share of the span, percent.
    Share(i64),
}

/// When a duty is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Last day, ISO.
    pub on: String,
    /// First warning, ISO; the last day itself when there is none.
    pub warn_on: String,
    /// Working days were counted in a year whose days off are not entered.
    pub doubtful: bool,
}

/// The register and the calendar.
#[derive(Debug, Clone, Default)]
pub struct Deadlines {
    /// Rows in order.
    pub rules: Vec<Rule>,
    /// Working days.
    pub calendar: Calendar,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    part: u32,
    trigger: String,
    duty: String,
    direction: String,
    offset: String,
    unit: String,
    duty_party: String,
    basis: String,
    early_warn: String,
    valid_from: String,
    valid_to: String,
    status: String,
    note: String,
}

impl Deadlines {
    /// Reads `deadlines.csv`.
    ///
    /// # Errors
    /// Line and what is wrong with it.
    pub fn parse(text: &str, calendar: Calendar) -> Result<Self, (usize, String)> {
        let read = |(line, row): (usize, Result<Row, String>)| row.and_then(rule).map_err(|e| (line, e));
        Ok(Self { rules: rows::<Row>(text).into_iter().map(read).collect::<Result<_, _>>()?, calendar })
    }

    /// The row in force on a day.
    #[must_use]
    pub fn rule(&self, id: &str, part: u32, day: &str) -> Option<&Rule> {
        let in_force = |r: &&Rule| (r.valid_from.is_empty() || *r.valid_from <= *day) && (r.valid_to.is_empty() || *day <= *r.valid_to);
        self.rules.iter().filter(|r| r.id == id && r.part == part).find(in_force)
    }

    /// When something is due that began on a day; `paused` days do not count.
    #[must_use]
    pub fn due(&self, rule: &Rule, from: &str, paused: i64) -> Option<Due> {
        let start = parse_iso(from)?;
        let signed = if matches!(rule.direction.as_str(), "before" | "within_before") { -rule.offset } else { rule.offset };
        let on = match rule.unit {
            // Records know days, not hours: two hours end on the same day, twenty-four on the next.
            Unit::Hours => add_days(from, signed.div_euclid(24))?,
            Unit::Days => add_days(from, signed)?,
            Unit::WorkingDays => iso(self.calendar.shift(start, signed)?),
            Unit::Months => add_months(from, signed)?,
            Unit::Years => add_months(from, signed * 12)?,
            Unit::Other => return None,
        };
        let on = add_days(&on, paused)?;
        let end = parse_iso(&on)?;
        let span = (end - start).whole_days().abs();
        let warn_on = iso(end - Duration::days(before_end(rule, span).into_iter().max().unwrap_or(0)));
        let doubtful = rule.unit == Unit::WorkingDays && !(self.calendar.knows(start) && self.calendar.knows(end));
        Some(Due { on, warn_on, doubtful })
    }
}

/// Early warnings as days before the last day.
fn before_end(rule: &Rule, span: i64) -> Vec<i64> {
    let days = |w: &Warning| match w {
        Warning::DaysBefore(days) => *days,
        Warning::Share(percent) => span - span * percent / 100,
    };
    rule.warnings.iter().map(days).collect()
}

impl Deadlines {
    /// The days (ISO) of early warning of something that counts from one day and is due on another, in order.
    #[must_use]
    pub fn warnings(&self, rule: &Rule, since: &str, on: &str) -> Vec<String> {
        let (Some(start), Some(end)) = (parse_iso(since), parse_iso(on)) else { return Vec::new() };
        let mut days: Vec<String> =
            before_end(rule, (end - start).whole_days().abs()).into_iter().map(|n| iso(end - Duration::days(n))).collect();
        days.sort();
        days.dedup();
        days
    }
}

fn rule(row: Row) -> Result<Rule, String> {
    let unit = match row.unit.as_str() {
        "h" => Unit::Hours,
        "d" => Unit::Days,
        "wd" => Unit::WorkingDays,
        "m" => Unit::Months,
        "y" => Unit::Years,
        "year" | "life" | "permanent" => Unit::Other,
        other => return Err(format!("单位“{other}”不在 h、d、wd、m、y、year、life、permanent 之列")),
    };
    let offset = match (row.offset.as_str(), unit) {
        ("", Unit::Other) => 0,
        (text, _) => text.parse().map_err(|_| format!("期限“{text}”不是整数"))?,
    };
    let warning = |text: &str| {
        let number = text.strip_suffix('%').unwrap_or(text).parse::<i64>().map_err(|_| format!("提前提醒“{text}”无法识别"))?;
        Ok::<_, String>(if text.ends_with('%') { Warning::Share(number) } else { Warning::DaysBefore(number) })
    };
    let warnings = row.early_warn.split(';').filter(|w| !w.is_empty()).map(warning).collect::<Result<_, _>>()?;
    Ok(Rule {
        id: row.id,
        part: row.part,
        trigger: row.trigger,
        duty: row.duty,
        direction: row.direction,
        offset,
        unit,
        party: row.duty_party,
        basis: row.basis,
        warnings,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        status: row.status,
        note: row.note,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Deadlines {
        let calendar = Calendar::parse(include_str!("../../../../definitions/rules/holidays.csv")).unwrap();
        Deadlines::parse(include_str!("../../../../definitions/rules/deadlines.csv"), calendar).unwrap()
    }

    #[test]
    fn limits_are_counted_as_the_register_says() {
        let register = shipped();
        let rows = [
            ("30 days", "DL-01", 1, "2025-03-01", 0, "2025-03-31"),
            ("15 working days over the labour day", "DL-23", 1, "2025-04-25", 0, "2025-05-20"),
            ("13 months", "DL-07", 2, "2024-01-31", 0, "2025-02-28"),
            ("yearly, from a leap day", "DL-08", 1, "2024-02-29", 0, "2025-02-28"),
            ("24 hours", "DL-24", 1, "2025-03-01", 0, "2025-03-02"),
            ("20 days before", "DL-16", 1, "2025-03-21", 0, "2025-03-01"),
            ("a suspended diagnosis has the days back", "DL-29", 1, "2025-03-01", 12, "2025-04-12"),
        ];
        for (why, id, part, from, paused, on) in rows {
            let rule = register.rule(id, part, from).unwrap_or_else(|| panic!("{id}"));
            assert_eq!(register.due(rule, from, paused).unwrap().on, on, "{why}");
        }
    }

    #[test]
    fn the_first_warning_is_the_earliest_one() {
        let register = shipped();
        let due = |id: &str, from: &str| register.due(register.rule(id, 1, from).unwrap(), from, 0).unwrap();
        assert_eq!(due("DL-08", "2025-01-01").warn_on, "2025-12-02", "30 days before the year is over");
        assert_eq!(due("DL-02", "2025-01-01").warn_on, "2025-01-08", "half of 15 days, rounded down, have passed");
        let rule = register.rule("DL-08", 1, "2025-01-01").unwrap();
        let steps = register.warnings(rule, "2025-01-01", "2026-01-01");
        assert_eq!(steps, ["2025-12-02", "2025-12-17", "2025-12-25", "2025-12-31"], "30, 15, 7 and 1 days before");
    }

    #[test]
    fn working_days_in_a_year_without_announced_days_off_are_doubtful() {
        let register = shipped();
        let rule = register.rule("DL-23", 1, "2026-12-28").unwrap();
        assert!(register.due(rule, "2026-12-28", 0).unwrap().doubtful);
        assert!(!register.due(rule, "2026-03-02", 0).unwrap().doubtful);
    }
}
