//! Days as offices write them. Dates are kept as ISO texts, which sort and compare as they are.

use time::{Date, Duration, Month};

/// A day read from a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// ISO form.
    pub iso: String,
    /// Only the month was given; the day is set to 1.
    pub month_only: bool,
}

/// ISO text of a date.
#[must_use]
pub fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// Reads an ISO date (a time part after `T` or a blank is ignored).
#[must_use]
pub fn parse_iso(text: &str) -> Option<Date> {
    let text = text.get(..10)?;
    let bytes = text.as_bytes();
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    ymd(text.get(..4)?, text.get(5..7)?, text.get(8..10)?)
}

fn ymd(y: &str, m: &str, d: &str) -> Option<Date> {
    let digits = |s: &str, most: usize| {
        (!s.is_empty() && s.len() <= most && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<u16>().ok()).flatten()
    };
    if y.len() != 4 {
        return None;
    }
    let month = Month::try_from(u8::try_from(digits(m, 2)?).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::from(digits(y, 4)?), month, u8::try_from(digits(d, 2)?).ok()?).ok()?;
    (1900..=2199).contains(&date.year()).then_some(date)
}

/// Reads a day in the forms met in workbooks: 2020-3-5, 2020/03/05, 2020.3.5, 20200305, 2020年3月5日, 2020年3月 (month only),
/// five-digit spreadsheet serial numbers. Anything else is unreadable.
#[must_use]
pub fn parse_day(text: &str) -> Option<Day> {
    let text = crate::text::nfkc(text);
    let text = strip_midnight(&text);
    let full = |date: Date| Some(Day { iso: iso(date), month_only: false });
    if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() {
        return match text.len() {
            8 => full(ymd(&text[..4], &text[4..6], &text[6..])?),
            5 => full(serial(text.parse().ok()?)?),
            _ => None,
        };
    }
    if let Some((year, rest)) = text.split_once('年') {
        let (month, rest) = rest.split_once('月')?;
        let (year, month) = (year.trim(), month.trim());
        let rest = rest.trim();
        if rest.is_empty() {
            let date = ymd(year, month, "1")?;
            return Some(Day { iso: iso(date), month_only: true });
        }
        return full(ymd(year, month, rest.strip_suffix(['日', '号'])?.trim())?);
    }
    let separator = ['-', '/', '.'].into_iter().find(|s| text.contains(*s))?;
    let mut parts = text.split(separator);
    let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    full(ymd(y.trim(), m.trim(), d.trim())?)
}

/// `2020-03-05 00:00:00` is a day that passed through a spreadsheet.
fn strip_midnight(text: &str) -> &str {
    for ending in [" 00:00:00", "T00:00:00", " 0:00:00", " 00:00", " 0:00"] {
        if let Some(rest) = text.strip_suffix(ending) {
            return rest;
        }
    }
    text
}

/// Day of a spreadsheet serial number (1900 system).
#[must_use]
pub fn serial(number: i64) -> Option<Date> {
    if !(10_000..=99_999).contains(&number) {
        return None;
    }
    Date::from_calendar_date(1899, Month::December, 30).ok()?.checked_add(Duration::days(number))
}

/// Reads a quarter: 2020年第1季度, 2020Q1, 2020-1, 2020年一季度, 1季度 (year from `default_year`).
#[must_use]
pub fn parse_quarter(text: &str, default_year: Option<i32>) -> Option<String> {
    let text: String = crate::text::word_key(text).to_uppercase();
    let text = text.replace("季度", "").replace(['季', '第'], "").replace('年', "-").replace(['Q', '/', '.'], "-").replace("--", "-");
    let (year, quarter) = match text.split_once('-') {
        Some(("", q)) => (default_year?, q.to_owned()),
        Some((y, q)) => (y.parse().ok().filter(|_| y.len() == 4)?, q.to_owned()),
        None if text.chars().count() == 1 => (default_year?, text),
        None => return None,
    };
    let quarter = match quarter.trim_start_matches('0') {
        "1" | "一" => 1,
        "2" | "二" => 2,
        "3" | "三" => 3,
        "4" | "四" => 4,
        _ => return None,
    };
    (1990..=2199).contains(&year).then(|| format!("{year}Q{quarter}"))
}

/// Whole years from one day to another (age); `None` when either is no date.
#[must_use]
pub fn years_between(from: &str, to: &str) -> Option<i64> {
    Some(months_between(from, to)?.div_euclid(12))
}

/// Whole months from one day to another.
#[must_use]
pub fn months_between(from: &str, to: &str) -> Option<i64> {
    let (a, b) = (parse_iso(from)?, parse_iso(to)?);
    let months = i64::from(b.year() - a.year()) * 12 + i64::from(u8::from(b.month())) - i64::from(u8::from(a.month()));
    Some(if b.day() < a.day() { months - 1 } else { months })
}

/// Days from one day to another.
#[must_use]
pub fn days_between(from: &str, to: &str) -> Option<i64> {
    Some((parse_iso(to)? - parse_iso(from)?).whole_days())
}

/// The day `n` days later.
#[must_use]
pub fn add_days(day: &str, n: i64) -> Option<String> {
    parse_iso(day)?.checked_add(Duration::days(n)).map(iso)
}

/// The same day `n` months later; the last day of a shorter month.
#[must_use]
pub fn add_months(day: &str, n: i64) -> Option<String> {
    let date = parse_iso(day)?;
    let months = i64::from(date.year()) * 12 + i64::from(u8::from(date.month())) - 1 + n;
    let year = i32::try_from(months.div_euclid(12)).ok()?;
    let month = Month::try_from(u8::try_from(months.rem_euclid(12) + 1).ok()?).ok()?;
    let day = date.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).ok().map(iso)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_day_is_read() {
        let rows = [
            ("2020-3-5", Some("2020-03-05")),
            ("2020/03/05", Some("2020-03-05")),
            ("2020.3.5", Some("2020-03-05")),
            ("２０１８．０３．１８", Some("2018-03-18")),
            ("20200305", Some("2020-03-05")),
            ("2020年3月5日", Some("2020-03-05")),
            ("43598", Some("2019-05-13")),
            ("2020-03-05 00:00:00", Some("2020-03-05")),
            ("2020-02-30", None),
            ("20201301", None),
            ("20-3-5", None),
            ("2020-3", None),
            ("待定", None),
            ("2020年", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parse_day(text).map(|d| d.iso).as_deref(), expected, "{text}");
        }
        assert_eq!(parse_day("2019年10月"), Some(Day { iso: "2019-10-01".into(), month_only: true }));
    }

    #[test]
    fn quarters_are_read() {
        for text in ["2020年第1季度", "2020Q1", "2020-1", "2020年一季度", "2020年1季度"] {
            assert_eq!(parse_quarter(text, None).as_deref(), Some("2020Q1"), "{text}");
        }
        assert_eq!(parse_quarter("1季度", Some(2020)).as_deref(), Some("2020Q1"));
        assert_eq!(parse_quarter("1季度", None), None);
        assert_eq!(parse_quarter("2020年5季度", None), None);
        assert_eq!(parse_quarter("全年", Some(2020)), None);
    }

    #[test]
    fn ages_and_month_steps_respect_the_calendar() {
        assert_eq!(years_between("2004-02-29", "2020-02-28"), Some(15));
        assert_eq!(years_between("2004-02-29", "2020-02-29"), Some(16));
        assert_eq!(add_months("2020-01-31", 1).as_deref(), Some("2020-02-29"));
        assert_eq!(add_months("2019-11-30", 13).as_deref(), Some("2020-12-30"));
    }
}
