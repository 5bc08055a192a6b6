//! A plain table as a workbook: evaluations, unit lists, breakdowns.

use super::WriteError;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook};

/// A workbook with a title line, a header and rows. Texts that are plain numbers become numbers.
///
/// # Errors
/// The workbook cannot be put together (more rows than a sheet holds).
pub fn table(title: &str, head: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, WriteError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold().set_font_size(14);
    let header = Format::new().set_bold().set_border(FormatBorder::Thin).set_align(FormatAlign::Center);
    let cell = Format::new().set_border(FormatBorder::Thin);
    sheet.write_with_format(0, 0, title, &bold)?;
    for (column, text) in (0_u16..).zip(head) {
        sheet.write_with_format(1, column, *text, &header)?;
        let widest = rows.iter().filter_map(|r| r.get(usize::from(column))).map(|t| width(t)).chain([width(text)]).max().unwrap_or(8);
        sheet.set_column_width(column, f64::from(u32::try_from(widest.min(60)).unwrap_or(60)) + 2.0)?;
    }
    for (line, row) in (2_u32..).zip(rows) {
        for (column, text) in (0_u16..).zip(row) {
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() && !text.starts_with('0') || text == "0" => {
                    sheet.write_with_format(line, column, number_of(text), &cell)?
                }
                _ => sheet.write_with_format(line, column, text.as_str(), &cell)?,
            };
        }
    }
    sheet.set_freeze_panes(2, 0)?;
    Ok(book.save_to_buffer()?)
}

fn number_of(text: &str) -> f64 {
    text.parse().unwrap_or_default()
}

fn width(text: &str) -> usize {
    text.chars().map(|c| if c as u32 >= 0x2E80 { 2 } else { 1 }).sum()
}
