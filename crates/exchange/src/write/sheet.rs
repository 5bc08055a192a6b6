//! What all workbooks that we write have in common.

use super::WriteError;
use super::value::Out;
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Worksheet};
use zhijian_kinds::kind::{Field, FieldType, Format as FieldFormat};

/// Rows of an Excel sheet.
pub(super) const EXCEL_ROWS: u32 = 1_048_576;
/// Characters (UTF-16) of an Excel cell.
const CELL_TEXT: usize = 32_767;
const CUT: &str = "……（超过 Excel 单元格长度，以下从略）";

/// Formats used again and again.
pub(super) struct Formats {
    pub title: Format,
    pub header: Format,
    pub header_required: Format,
    pub header_wanted: Format,
    pub day: Format,
    pub text: Format,
    pub whole: Format,
    pub example: Format,
    pub example_day: Format,
    pub wrap: Format,
}

impl Formats {
    pub fn new() -> Self {
        let header = Format::new()
            .set_bold()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap()
            .set_border(FormatBorder::Thin);
        let grey = Format::new().set_italic().set_font_color(Color::RGB(0x80_80_80)).set_background_color(Color::RGB(0xF2_F2_F2));
        Self {
            title: Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter),
            header_required: header.clone().set_background_color(Color::RGB(0xFC_E4_D6)),
            header_wanted: header.clone().set_background_color(Color::RGB(0xFF_F2_CC)),
            header: header.set_background_color(Color::RGB(0xED_ED_ED)),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            text: Format::new().set_num_format("@"),
            whole: Format::new().set_num_format("0"),
            example_day: grey.clone().set_num_format("yyyy-mm-dd"),
            example: grey,
            wrap: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        }
    }
}

/// Writes a cell; days as real dates. Returns true when a text had to be cut.
pub(super) fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    out: &Out,
    day: &Format,
    plain: Option<&Format>,
) -> Result<bool, WriteError> {
    let mut cut = false;
    match out {
        Out::Empty => {
            if let Some(format) = plain {
                sheet.write_blank(row, column, format)?;
            }
        }
        Out::Number(number) => match plain {
            Some(format) => drop(sheet.write_number_with_format(row, column, *number, format)?),
            None => drop(sheet.write_number(row, column, *number)?),
        },
        Out::Date(iso) => match excel_day(iso) {
            Some(date) => drop(sheet.write_date_with_format(row, column, &date, day)?),
            // Before 1900 Excel has no dates.
            None => drop(sheet.write_string(row, column, iso.as_str())?),
        },
        Out::Text(text) => {
            let (text, shortened) = fitting(text);
            cut = shortened;
            match plain {
                Some(format) => drop(sheet.write_string_with_format(row, column, text, format)?),
                None => drop(sheet.write_string(row, column, text)?),
            }
        }
    }
    Ok(cut)
}

/// A day that Excel can show as a date.
pub(super) fn excel_day(iso: &str) -> Option<ExcelDateTime> {
    let (year, month, day) = (iso.get(..4)?.parse::<u16>().ok()?, iso.get(5..7)?.parse().ok()?, iso.get(8..10)?.parse().ok()?);
    if year < 1900 || iso.len() != 10 {
        return None;
    }
    ExcelDateTime::from_ymd(year, month, day).ok()
}

/// A text that fits into a cell, and whether it had to be cut.
pub(super) fn fitting(text: &str) -> (std::borrow::Cow<'_, str>, bool) {
    if text.len() <= CELL_TEXT || text.encode_utf16().count() <= CELL_TEXT {
        return (text.into(), false);
    }
    let room = CELL_TEXT - CUT.encode_utf16().count();
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            used += c.len_utf16();
            used <= room
        })
        .collect();
    (format!("{kept}{CUT}").into(), true)
}

/// A name that Excel accepts for a sheet.
pub(super) fn sheet_name(wanted: &str, fallback: &str) -> String {
    let clean: String =
        wanted.chars().filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') && !c.is_control()).take(31).collect();
    let clean = clean.trim().trim_matches('\'').to_owned();
    if clean.is_empty() || clean.eq_ignore_ascii_case("history") { fallback.to_owned() } else { clean }
}

/// A fitting width for a column.
pub(super) fn width(field: &Field, header: &str) -> f64 {
    let header_width = header.chars().map(|c| if c.is_ascii() { 1.1 } else { 2.1 }).sum::<f64>() + 2.0;
    let content: f64 = match (&field.ty, field.format) {
        (_, Some(FieldFormat::IdNo | FieldFormat::Uscc)) => 21.0,
        (_, Some(FieldFormat::OrgName)) => 32.0,
        (FieldType::Date | FieldType::DateTime, _) => 12.5,
        (FieldType::Codes(_) | FieldType::Texts | FieldType::Group(_), _) => 28.0,
        (FieldType::Text, _) if field.max_length.is_some_and(|n| n >= 200) => 30.0,
        (FieldType::Text | FieldType::Code(_), _) => 14.0,
        _ => 9.0,
    };
    header_width.clamp(8.0, 24.0).max(content)
}

/// Numbers that Excel must not take for numbers: identity and credit codes, codes with leading zeros, telephones.
pub(super) fn kept_as_text(field: &Field) -> bool {
    matches!(field.ty, FieldType::Text | FieldType::Code(_) | FieldType::Codes(_) | FieldType::Texts)
}
