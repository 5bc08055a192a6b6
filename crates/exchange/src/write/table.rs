//! Tables as files: CSV that spreadsheets open as it is, and workbooks. Evaluations, unit lists, breakdowns.

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};
use zhijian_kinds::text::number_text;

use super::WriteError;

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

    /// As a person reads it; not for files that a spreadsheet opens (see [`Table::csv`]).
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number_text(*number),
        }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// A table that leaves the platform. Headings are fixed texts, or come from a definition.
#[derive(Debug, Clone, Default)]
pub struct Table<Head = &'static str> {
    /// Title, also the file's name.
    pub title: String,
    /// Who took it out, when, and what the figures stand for: lines under the table of a workbook.
    pub notes: Vec<String>,
    /// Headings with their widths in characters.
    pub columns: Vec<(Head, u16)>,
    /// Rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A line of CSV with its end. No text of it is run as a formula.
    #[must_use]
    pub fn line(cells: impl Iterator<Item = Cell>) -> String {
        let mut out = String::new();
        line(&mut out, cells.map(|cell| disarmed(&cell)));
        out
    }
}

impl<Head: AsRef<str>> Table<Head> {
    /// CSV with byte order mark and CRLF, as spreadsheets of this country expect it. No text of it is run as a formula.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = String::from("\u{feff}");
        line(&mut out, self.columns.iter().map(|(head, _)| head.as_ref().to_owned()));
        for row in &self.rows {
            line(&mut out, row.iter().map(disarmed));
        }
        out
    }

    /// A workbook with the title, the headings, the rows and the notes below. Texts stay texts, whatever they begin with.
    ///
    /// # Errors
    /// The workbook cannot be put together (more rows than a sheet holds).
    pub fn xlsx(&self) -> Result<Vec<u8>, WriteError> {
        let mut book = Workbook::new();
        self.onto(book.add_worksheet())?;
        Ok(book.save_to_buffer()?)
    }

    /// Writes the table onto an empty sheet.
    fn onto(&self, sheet: &mut Worksheet) -> Result<(), WriteError> {
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
            sheet.write_string_with_format(1, index, name.as_ref(), &head)?;
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
        Ok(())
    }
}

/// A workbook of several named tables. The same tables give the same bytes: its properties name a fixed day.
///
/// # Errors
/// As [`Table::xlsx`]; two sheets of one name.
pub fn workbook<Head: AsRef<str>>(tables: &[(String, Table<Head>)]) -> Result<Vec<u8>, WriteError> {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    for (name, table) in tables {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        table.onto(sheet)?;
    }
    Ok(book.save_to_buffer()?)
}

/// A spreadsheet would run a text that begins like a formula: an apostrophe before it makes it a text again.
fn disarmed(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        other => other.shown(),
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    fn table() -> Table {
        Table {
            title: "表".into(),
            columns: vec![("名称", 20), ("数", 8)],
            rows: vec![vec![Cell::from("甲,乙 \"丙\""), Cell::Number(-1.5)], vec![Cell::from("=1+1"), Cell::number(None)]],
            notes: vec!["注".into()],
        }
    }

    #[test]
    fn csv_quotes_what_needs_it_and_disarms_formulas() {
        assert_eq!(table().csv(), "\u{feff}名称,数\r\n\"甲,乙 \"\"丙\"\"\",-1.5\r\n'=1+1,\r\n");
    }

    #[test]
    fn every_beginning_of_a_formula_is_disarmed() {
        for start in ["=", "+", "-", "@", "\t"] {
            let rows = vec![vec![Cell::from(format!("{start}cmd"))]];
            let csv = Table { columns: vec![("名称", 20)], rows, ..Table::default() }.csv();
            assert!(csv.ends_with(&format!("\r\n'{start}cmd\r\n")), "{csv:?}");
        }
    }

    #[test]
    fn a_workbook_holds_numbers_as_numbers_and_formulas_as_texts() {
        let bytes = table().xlsx().unwrap_or_default();
        let mut book = Xlsx::new(Cursor::new(bytes)).unwrap_or_else(|e| panic!("not a workbook: {e}"));
        let sheet = book.worksheet_range_at(0).and_then(Result::ok).unwrap_or_default();
        assert_eq!(sheet.get_value((0, 0)), Some(&Data::String("表".into())));
        assert_eq!(sheet.get_value((2, 1)), Some(&Data::Float(-1.5)));
        assert_eq!(sheet.get_value((3, 0)), Some(&Data::String("=1+1".into())));
        assert_eq!(sheet.get_value((5, 0)), Some(&Data::String("注".into())), "below the table, after an empty line");
    }
}
