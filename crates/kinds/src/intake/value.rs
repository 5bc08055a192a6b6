//! One cell of one field: from text to value.

use super::Cell;
use crate::kind::{Field, FieldType, Format};
use crate::{CodeList, dates, ident, text};
use serde_json::{Number, Value, json};

/// What a cell gave.
#[derive(Debug, Default, PartialEq)]
pub struct Reading {
    /// The value; `None` when the cell means "nothing".
    pub value: Option<Value>,
    /// Only the month of a date was given.
    pub month_only: bool,
    /// Something was changed that the sender should see; the text found.
    pub repaired: Option<String>,
    /// Items of a code array that were not understood.
    pub unknown: Vec<String>,
    /// A measured value below its detection limit, with the limit when the text had one.
    pub below: Option<Option<f64>>,
    /// A word for a missing result.
    pub none: Option<String>,
    /// The value does not obey its format, but references may forgive it.
    pub malformed: Option<&'static str>,
}

/// A cell that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Class when the field names none.
    pub class: &'static str,
    /// What is expected.
    pub expected: String,
}

/// What reading needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The field's code list.
    pub list: Option<&'a CodeList>,
    /// Day on which codes must be valid (ISO, may be empty).
    pub day: &'a str,
    /// Day of the write.
    pub today: &'a str,
    /// Year for quarter texts without one.
    pub year: Option<i32>,
    /// The identity number belongs to another document than the resident card.
    pub other_document: bool,
}

fn fail(class: &'static str, expected: impl Into<String>) -> Unreadable {
    Unreadable { class, expected: expected.into() }
}

/// Reads a cell.
///
/// # Errors
/// [`Unreadable`] with what is expected.
pub fn read_value(field: &Field, cell: &Cell, around: Around<'_>) -> Result<Reading, Unreadable> {
    if let Some(measured) = &field.measured
        && let Some(reading) = measured_word(measured, cell)
    {
        return Ok(reading);
    }
    if cell.is_blank() && !matches!(field.ty, FieldType::Boolean if cell.shown().trim() == "无") {
        return Ok(Reading::default());
    }
    match &field.ty {
        FieldType::Text => read_text(field, cell, around),
        FieldType::Integer => read_number(field, cell).and_then(|r| whole(r, field)),
        FieldType::Number => read_number(field, cell),
        FieldType::Boolean => read_bool(cell),
        FieldType::Date => read_day(cell),
        FieldType::DateTime => Ok(plain(Value::String(text::tidy(&cell.shown())))),
        FieldType::Code(_) => read_code(cell, around),
        FieldType::Codes(_) => read_codes(field, cell, around),
        FieldType::Texts => Ok(plain(match cell {
            Cell::Json(Value::Array(items)) => Value::Array(items.clone()),
            other => Value::Array(text::split_list(&other.shown()).map(|t| Value::String(shape(field, t))).collect()),
        })),
        FieldType::Group(_) | FieldType::Object => match cell {
            Cell::Json(value) => Ok(plain(value.clone())),
            other => Ok(plain(Value::String(other.shown()))),
        },
    }
}

fn plain(value: Value) -> Reading {
    Reading { value: Some(value), ..Reading::default() }
}

/// Text in the shape its format asks for.
fn shape(field: &Field, input: &str) -> String {
    match field.format {
        Some(Format::OrgName) => text::org_name(input),
        Some(Format::PersonName) => text::org_name(input),
        Some(Format::Uscc | Format::IdNo) => text::identifier(input),
        _ => text::tidy(input),
    }
}

fn read_text(field: &Field, cell: &Cell, around: Around<'_>) -> Result<Reading, Unreadable> {
    let found = cell.shown();
    let shaped = shape(field, &found);
    let mut reading = Reading { repaired: widened(&found, &shaped), ..Reading::default() };
    let value = match field.format {
        Some(Format::Uscc) => match ident::uscc(&found) {
            Ok(code) => code,
            Err(why) => {
                reading.malformed = Some(why);
                shaped
            }
        },
        Some(Format::IdNo) if !around.other_document => match ident::id_no(&found, around.today) {
            Ok(id) => {
                if id.converted {
                    reading.repaired = Some(text::mask(&found));
                }
                id.number
            }
            Err(why) => return Err(fail("E_ID", format!("有效的公民身份号码（{why}）"))),
        },
        Some(Format::Quarter) => {
            dates::parse_quarter(&found, around.year).ok_or_else(|| fail("E_PERIOD", "季度，如 2020年第1季度、2020Q1"))?
        }
        Some(Format::MultiChoice) => choice_word(&found).map(str::to_owned).unwrap_or_else(|| {
            let mut letters: Vec<char> = text::nfkc(&found).to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
            letters.sort_unstable();
            letters.dedup();
            if letters.is_empty() { shaped.clone() } else { letters.into_iter().collect() }
        }),
        _ => shaped,
    };
    reading.value = (!value.is_empty()).then_some(Value::String(value));
    Ok(reading)
}

/// Judge items: one word for right and one for wrong.
fn choice_word(found: &str) -> Option<&'static str> {
    match text::word_key(found).as_str() {
        "对" | "正确" | "√" | "✓" | "是" => Some("对"),
        "错" | "错误" | "×" | "✗" | "否" => Some("错"),
        _ => None,
    }
}

/// The found text when full-width signs were narrowed (outer and inner blanks do not count as repairs).
fn widened(found: &str, shaped: &str) -> Option<String> {
    let squeeze = |t: &str| t.chars().filter(|c| !text::is_space(*c)).collect::<String>();
    let (a, b) = (squeeze(found), squeeze(shaped));
    (a != b && !a.eq_ignore_ascii_case(&b)).then(|| found.trim().to_owned())
}

fn number_of(cell: &Cell, suffix: &[String]) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(*number).filter(|n| n.is_finite()),
        Cell::Json(Value::Number(number)) => number.as_f64(),
        Cell::Text(text) | Cell::Json(Value::String(text)) => text::parse_number(text, suffix),
        _ => None,
    }
}

fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        #[expect(clippy::cast_possible_truncation, reason = "whole and far below 2^63")]
        let whole = number as i64;
        json!(whole)
    } else {
        Number::from_f64(number).map_or(Value::Null, Value::Number)
    }
}

fn read_number(field: &Field, cell: &Cell) -> Result<Reading, Unreadable> {
    let number = number_of(cell, &field.suffix).ok_or_else(|| fail("E_NUM", expected_number(field)))?;
    let outside = field.minimum.is_some_and(|m| number < m) || field.maximum.is_some_and(|m| number > m);
    if outside {
        return Err(fail("E_NUM", expected_number(field)));
    }
    let repaired = match cell {
        Cell::Text(found) => {
            let bare = found.trim();
            (bare.parse::<f64>() != Ok(number)).then(|| bare.to_owned())
        }
        _ => None,
    };
    Ok(Reading { value: Some(number_value(number)), repaired, ..Reading::default() })
}

fn expected_number(field: &Field) -> String {
    let kind = if field.ty == FieldType::Integer { "整数" } else { "数字" };
    match (field.minimum, field.maximum) {
        (Some(low), Some(high)) => format!("{kind}（{}～{}）", text::number_text(low), text::number_text(high)),
        (Some(low), None) => format!("不小于{}的{kind}", text::number_text(low)),
        (None, Some(high)) => format!("不大于{}的{kind}", text::number_text(high)),
        (None, None) => kind.to_owned(),
    }
}

fn whole(reading: Reading, field: &Field) -> Result<Reading, Unreadable> {
    match &reading.value {
        Some(value) if value.as_i64().is_none() => Err(fail("E_NUM", expected_number(field))),
        _ => Ok(reading),
    }
}

fn read_bool(cell: &Cell) -> Result<Reading, Unreadable> {
    let truth = match cell {
        Cell::Bool(truth) | Cell::Json(Value::Bool(truth)) => *truth,
        other => match text::word_key(&other.shown()).as_str() {
            "是" | "有" | "√" | "✓" | "y" | "yes" | "1" | "true" | "对" | "on" => true,
            "否" | "无" | "没有" | "×" | "✗" | "n" | "no" | "0" | "false" | "错" | "off" => false,
            _ => return Err(fail("E_CODELIST", "是 或 否")),
        },
    };
    Ok(plain(Value::Bool(truth)))
}

fn read_day(cell: &Cell) -> Result<Reading, Unreadable> {
    let expected = || fail("E_DATE", "日期，如 2020-03-05");
    let day = match cell {
        Cell::Date(iso) => dates::parse_iso(iso).map(|d| dates::Day { iso: dates::iso(d), month_only: false }),
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers of at most eight digits")]
        Cell::Number(n) if n.fract() == 0.0 && (10_000.0..=99_999_999.0).contains(n) => dates::parse_day(&format!("{}", *n as i64)),
        Cell::Text(found) | Cell::Json(Value::String(found)) => dates::parse_day(found),
        _ => None,
    }
    .ok_or_else(expected)?;
    let repaired = match cell {
        Cell::Text(found) if found.trim().len() == 5 || !found.is_ascii() && !found.contains('年') => Some(found.trim().to_owned()),
        Cell::Number(n) => Some(text::number_text(*n)),
        _ => None,
    };
    Ok(Reading { value: Some(Value::String(day.iso)), month_only: day.month_only, repaired, ..Reading::default() })
}

fn code_word(cell: &Cell) -> String {
    cell.shown()
}

fn read_code(cell: &Cell, around: Around<'_>) -> Result<Reading, Unreadable> {
    let found = code_word(cell);
    let Some(list) = around.list else { return Ok(plain(Value::String(text::tidy(&found)))) };
    match list.resolve(&found, around.day) {
        Some(code) => Ok(plain(Value::String(code.code.clone()))),
        None => Err(fail("E_CODELIST", choices(list))),
    }
}

/// The choices of a list for a message.
fn choices(list: &CodeList) -> String {
    if list.codes.len() <= 12 {
        let labels: Vec<&str> = list.codes.iter().map(|c| c.label.as_str()).collect();
        format!("“{}”中的一项：{}", list.title, labels.join("、"))
    } else {
        format!("“{}”中的代码或名称", list.title)
    }
}

fn read_codes(field: &Field, cell: &Cell, around: Around<'_>) -> Result<Reading, Unreadable> {
    let Some(list) = around.list else { return Ok(plain(json!([cell.shown()]))) };
    let parts: Vec<String> = match cell {
        Cell::Json(Value::Array(items)) => items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned)).collect(),
        other => split_names(list, &other.shown(), around.day),
    };
    let mut codes: Vec<Value> = Vec::new();
    let mut unknown = Vec::new();
    for part in parts {
        match list.resolve(&part, around.day) {
            Some(code) => {
                let code = Value::String(code.code.clone());
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
            None => unknown.push(part),
        }
    }
    if !unknown.is_empty() && (codes.is_empty() || !field.codes_partial) {
        return Err(fail("E_CODELIST", format!("{}（不认识：{}）", choices(list), unknown.join("、"))));
    }
    Ok(Reading { value: Some(Value::Array(codes)), unknown, ..Reading::default() })
}

/// Splits a text of several names. A name may itself contain a separator (1,3-丁二烯; 磷化氢、磷化锌、磷化铝), so the
/// whole is tried before its parts, strong separators before weak ones.
fn split_names(list: &CodeList, whole: &str, day: &str) -> Vec<String> {
    let mut parts = vec![whole.to_owned()];
    for separators in [&[';', '；', '\n'][..], &['、', '|'], &['，', ','], &['/', '／', ' ']] {
        parts = parts
            .into_iter()
            .flat_map(|part| {
                if list.resolve(&part, day).is_some() {
                    return vec![part];
                }
                let pieces: Vec<String> =
                    part.split(separators).map(|p| p.trim_matches(text::is_space).to_owned()).filter(|p| !p.is_empty()).collect();
                // The weakest separators may belong to an unknown name: split only when every piece is known.
                let weak = separators.contains(&'/');
                if weak && !pieces.iter().all(|p| list.resolve(p, day).is_some()) { vec![part] } else { pieces }
            })
            .collect();
    }
    parts
}

/// Words and `<0.3` of measured values.
fn measured_word(measured: &crate::kind::Measured, cell: &Cell) -> Option<Reading> {
    let (Cell::Text(found) | Cell::Json(Value::String(found))) = cell else { return None };
    let key = text::word_key(found);
    if measured.words_none.iter().any(|w| text::word_key(w) == key) {
        return Some(Reading { none: Some(text::tidy(found)), ..Reading::default() });
    }
    if measured.words_below.iter().any(|w| text::word_key(w) == key) {
        return Some(Reading { below: Some(None), ..Reading::default() });
    }
    let rest = key.strip_prefix(['<', '＜', '﹤', '≤'])?;
    let limit = text::parse_number(rest, &[])?;
    Some(Reading { below: Some(Some(limit)), ..Reading::default() })
}
