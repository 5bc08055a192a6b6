//! Tables as files: CSV that spreadsheets open as it is, and workbooks.

use crate::PageError;
use crate::links::encode;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, XlsxError};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text, possibly empty.
    Text(String),
    /// Number.
    Number(f64),
}

impl Cell {
    /// A number, or an empty cell.
    #[must_use]
    pub fn number(value: Option<f64>) -> Self {
        value.map_or_else(|| Self::Text(String::new()), Self::Number)
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// A table that leaves the platform.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Title, also the file's name.
    pub title: String,
    /// Who took it out, when, and what the figures stand for: lines under the table of a workbook.
    pub notes: Vec<String>,
    /// Headings with their widths in characters.
    pub columns: Vec<(&'static str, u16)>,
    /// Rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The file in a format: `csv`, else a workbook.
    ///
    /// # Errors
    /// The workbook cannot be written.
    pub fn file(&self, format: &str) -> Result<Response, PageError> {
        if format == "csv" {
            return Ok(download(&self.title, "csv", "text/csv; charset=utf-8", self.csv().into_bytes()));
        }
        let bytes = self.xlsx().map_err(PageError::failed("生成工作簿"))?;
        Ok(download(&self.title, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes))
    }

    /// CSV with byte order mark and CRLF, as spreadsheets of this country expect it.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = String::from("\u{feff}");
        let heads = self.columns.iter().map(|(head, _)| (*head).to_owned());
        line(&mut out, heads);
        for row in &self.rows {
            line(&mut out, row.iter().map(plain));
        }
        out
    }

    fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let title = Format::new().set_bold().set_font_size(14);
        let head = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0x00E7_EEF3))
            .set_border(FormatBorder::Thin)
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter);
        let body = Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Top);
        sheet.write_string_with_format(0, 0, &self.title, &title)?;
        for (index, (name, width)) in (0_u16..).zip(&self.columns) {
            sheet.set_column_width(index, f64::from(*width))?;
            sheet.write_string_with_format(1, index, *name, &head)?;
        }
        let mut at = 2_u32;
        for row in &self.rows {
            for (index, cell) in (0_u16..).zip(row) {
                match cell {
                    Cell::Text(text) => sheet.write_string_with_format(at, index, text, &body)?,
                    Cell::Number(number) => sheet.write_number_with_format(at, index, *number, &body)?,
                };
            }
            at += 1;
        }
        for note in &self.notes {
            at += 1;
            sheet.write_string(at, 0, note)?;
        }
        sheet.set_freeze_panes(2, 0)?;
        book.save_to_buffer()
    }
}

fn plain(cell: &Cell) -> String {
    match cell {
        // A spreadsheet would run a text that begins like a formula.
        Cell::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => zhijian_kinds::text::number_text(*number),
    }
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

/// Bytes as a download under a Chinese name.
fn download(title: &str, ending: &str, media: &str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"export.{ending}\"; filename*=UTF-8''{}.{ending}", encode(title));
    ([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_needs_it_and_disarms_formulas() {
        let table = Table {
            title: "表".into(),
            columns: vec![("名称", 20), ("数", 8)],
            rows: vec![vec![Cell::from("甲,乙 \"丙\""), Cell::Number(-1.5)], vec![Cell::from("=1+1"), Cell::number(None)]],
            ..Table::default()
        };
        assert_eq!(table.csv(), "\u{feff}名称,数\r\n\"甲,乙 \"\"丙\"\"\",-1.5\r\n'=1+1,\r\n");
    }

    #[test]
    fn a_workbook_is_a_zip() {
        let table =
            Table { title: "表".into(), columns: vec![("名称", 20)], rows: vec![vec![Cell::from("甲")]], notes: vec!["注".into()] };
        assert!(table.xlsx().is_ok_and(|bytes| bytes.starts_with(b"PK")));
    }
}
