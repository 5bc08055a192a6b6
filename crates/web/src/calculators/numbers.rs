//! Texts of people and spreadsheets to numbers, and numbers to texts for people.

use serde_json::{Value, json};
use zhijian_calc::stats::Observation;

/// Words for “below the limit of detection” that need a limit to mean anything.
const NOT_DETECTED: [&str; 9] = ["未检出", "nd", "n.d.", "n.d", "<lod", "<检出限", "低于检出限", "小于检出限", "<mdl"];
/// Words for a period without a result.
const MISSING: [&str; 9] = ["-", "--", "—", "缺", "缺失", "丢失", "未佩戴", "损坏", "无"];

/// Full-width digits and signs as plain ones, blanks at the ends gone.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '﹤' => '<',
            '−' | '–' => '-',
            '　' | '\u{a0}' => ' ',
            '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// A number as it is typed or pasted: full-width digits, thousands in threes.
#[must_use]
pub fn number(text: &str) -> Option<Value> {
    let text = plain(text);
    let text = without_thousands(&text).unwrap_or(text);
    if !text.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(json!(whole));
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| json!(number))
}

/// `1,234.5` is a number; `1,2` is two.
fn without_thousands(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.split('.').next()?;
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let fits = !rest.is_empty() && first.len() <= 3 && number(first) && rest.iter().all(|part| part.len() == 3 && number(part));
    fits.then(|| text.replace(',', ""))
}

/// Why a result could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// “未检出” without a limit of detection.
    NeedsLimit,
    /// Anything else.
    NoResult,
}

/// A result as laboratories write it: `12.5`, `＜0.02`, `小于0.02`, `>200`, `[40-90]`, `未检出` with the limit given beside.
///
/// Values keep their own writing, so that the calculator sees what was entered.
///
/// # Errors
/// [`Unread`].
pub fn result(text: &str, limit: Option<&str>) -> Result<Value, Unread> {
    let text = plain(text);
    let lower = text.to_lowercase().replace(' ', "");
    if NOT_DETECTED.contains(&lower.as_str()) {
        let limit = limit.and_then(number).and_then(|n| n.as_f64()).filter(|n| *n > 0.0).ok_or(Unread::NeedsLimit)?;
        return Ok(json!(format!("<{limit}")));
    }
    if let Some(value) = number(&text) {
        return Ok(value);
    }
    let token =
        ["小于", "低于"].iter().find_map(|word| text.strip_prefix(word)).map_or_else(|| text.clone(), |rest| format!("<{}", rest.trim()));
    let token = token.strip_prefix("大于").map_or(token.clone(), |rest| format!(">{}", rest.trim()));
    match token.parse::<Observation>() {
        Ok(_) => Ok(json!(token.replace(' ', ""))),
        Err(_) => Err(Unread::NoResult),
    }
}

/// A word that says there is no result.
#[must_use]
pub fn is_missing(text: &str) -> bool {
    let text = plain(text);
    text.is_empty() || MISSING.contains(&text.as_str())
}

/// A day, month, quarter or year as a label, with the numbers by which it is ordered: `2020年第1季度` → `[2020, 1]`.
#[must_use]
pub fn period(text: &str) -> Option<(String, Vec<u32>)> {
    let text = plain(text);
    let parts: Vec<u32> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).map(str::parse).collect::<Result<_, _>>().ok()?;
    let year = parts.first()?;
    let starts = text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains('.');
    (starts && (1950..=2200).contains(year) && parts.len() <= 3).then_some((text, parts))
}

/// Yes or no.
#[must_use]
pub fn flag(text: &str) -> Option<bool> {
    match plain(text).to_lowercase().as_str() {
        "true" | "1" | "是" | "有" | "y" | "yes" | "√" => Some(true),
        "false" | "0" | "否" | "无" | "n" | "no" | "×" => Some(false),
        _ => None,
    }
}

/// A number for people: decibels and degrees to one place, doses and z to two, other figures to three or four digits.
#[must_use]
pub fn shown(value: f64, unit: &str, key: &str) -> String {
    if value.fract() == 0.0 && value.abs() < 1e7 && !unit.starts_with("dB") && unit != "℃" {
        return format!("{value:.0}");
    }
    match unit {
        u if u.starts_with("dB") || u == "℃" => format!("{value:.1}"),
        _ if key == "z" || key.starts_with("z_") => format!("{value:.2}"),
        "mSv" if value.abs() >= 0.01 => format!("{value:.2}"),
        "mg/m3" | "%" => significant(value, 3),
        _ => significant(value, 4),
    }
}

/// A number to so many digits; very small and very large ones as powers of ten.
#[must_use]
pub fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".into();
    }
    #[expect(clippy::cast_possible_truncation, reason = "an exponent of a finite number")]
    let power = value.abs().log10().floor() as i32;
    if !(-4..7).contains(&power) {
        let mantissa = value / 10f64.powi(power);
        return format!("{mantissa:.*}×10{}", usize::try_from(digits - 1).unwrap_or(0), raised(power));
    }
    let places = usize::try_from(digits - 1 - power).unwrap_or(0);
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn raised(power: i32) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => char::from_u32('⁰' as u32 + c.to_digit(10).unwrap_or(0)).unwrap_or('⁰'),
    };
    power.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_as_people_paste_them() {
        let rows = [
            ("a number", "12.5", None, Ok(json!(12.5))),
            ("full width", "１２．５", None, Ok(json!(12.5))),
            ("a whole number stays one", "12", None, Ok(json!(12))),
            ("thousands, where only one number can stand", "1,234.5", None, Ok(json!(1234.5))),
            ("below", "<0.02", None, Ok(json!("<0.02"))),
            ("below, full width with a blank", "＜ ０.０２", None, Ok(json!("<0.02"))),
            ("below, in words", "小于0.02", None, Ok(json!("<0.02"))),
            ("above", "＞200", None, Ok(json!(">200"))),
            ("interval", "[40-90]", None, Ok(json!("[40-90]"))),
            ("not detected, with its limit", "未检出", Some("0.3"), Ok(json!("<0.3"))),
            ("not detected, nobody knows below what", "ND", None, Err(Unread::NeedsLimit)),
            ("a limit of zero is none", "未检出", Some("0"), Err(Unread::NeedsLimit)),
            ("a unit in the cell", "0.5mg", None, Err(Unread::NoResult)),
            ("two numbers", "1,2", None, Err(Unread::NoResult)),
            ("infinite", "inf", None, Err(Unread::NoResult)),
        ];
        for (why, text, limit, expected) in rows {
            assert_eq!(result(text, limit), expected, "{why}");
        }
    }

    #[test]
    fn periods_are_ordered_by_their_numbers() {
        assert_eq!(period("2020年第1季度").map(|p| p.1), Some(vec![2020, 1]));
        assert_eq!(period("2020-03-31").map(|p| p.1), Some(vec![2020, 3, 31]));
        assert_eq!((period("0.20"), period("甲班"), period("2020.5")), (None, None, None));
    }

    #[test]
    fn figures_are_rounded_for_people_only() {
        let rows = [
            (40.0, "mg/m3", "c_twa", "40"),
            (0.123_456, "mg/m3", "c", "0.123"),
            (87.562, "dB(A)", "lex_8h", "87.6"),
            (85.0, "dB(A)", "lex_8h", "85.0"),
            (0.8267, "mSv", "annual", "0.83"),
            (-2.383_1, "", "z", "-2.38"),
            (5.81e-5, "%", "lcl_pct", "5.81×10⁻⁵"),
            (1.085_94, "", "gm", "1.086"),
        ];
        for (value, unit, key, expected) in rows {
            assert_eq!(shown(value, unit, key), expected);
        }
    }
}
