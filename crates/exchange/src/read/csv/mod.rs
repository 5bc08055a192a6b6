//! Text files with separators: CSV and its relatives from every office.

mod encoding;
mod parser;
mod separator;

use super::{Budget, Input, RawRow, place};
use crate::{FileError, limits};
use encoding::Utf8;
use parser::Parser;
use zhijian_kinds::intake::Cell;

/// An opened text file.
#[derive(Debug)]
pub(super) struct Text {
    input: Input,
    encoding: &'static encoding_rs::Encoding,
    separator: u8,
    /// The first line names the separator (`sep=;`), as Excel writes it.
    declared: bool,
}

impl Text {
    /// Finds out encoding and separator.
    pub fn open(input: &Input) -> Result<Self, FileError> {
        let size = input.len()?;
        if size > limits::CSV_FILE {
            return Err(FileError::TooLarge(format!("文本文件超过 {} GB", limits::CSV_FILE >> 30)));
        }
        let encoding = encoding::detect(input)?;
        let sample = encoding::sample(input, encoding, 256 << 10)?;
        let (separator, declared) = separator::detect(&sample);
        Ok(Self { input: input.clone(), encoding, separator, declared })
    }

    /// Streams the rows.
    pub fn rows(&self) -> Result<TextRows, FileError> {
        let utf8 = Utf8::new(self.input.reader()?, self.encoding);
        let budget = Budget::of(self.input.len()?);
        Ok(TextRows { parser: Parser::new(utf8, self.separator), budget, skip_first: self.declared, finished: false })
    }
}

/// Rows of a text file.
pub(super) struct TextRows {
    parser: Parser<Utf8>,
    budget: Budget,
    skip_first: bool,
    finished: bool,
}

impl TextRows {
    fn next_row(&mut self) -> Result<Option<RawRow>, FileError> {
        while let Some(number) = self.parser.advance()? {
            if std::mem::take(&mut self.skip_first) {
                continue;
            }
            let mut row = RawRow { number, cells: Vec::new() };
            for (column, field) in self.parser.fields().enumerate() {
                place(&mut row, column, cell_of(field))?;
            }
            self.budget.take(&row, self.parser.len())?;
            if !row.cells.is_empty() {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

impl Iterator for TextRows {
    type Item = Result<RawRow, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let next = self.next_row().transpose();
        self.finished = !matches!(next, Some(Ok(_)));
        next
    }
}

/// A text that a spreadsheet would run when it opens the file, apostrophes that already protect it included.
pub(crate) fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A field as a cell: `="00123"` (a number kept as text for Excel) and a protective apostrophe before a sign lose their wrapping.
fn cell_of(field: &str) -> Cell {
    let field = field.strip_prefix("=\"").and_then(|f| f.strip_suffix('"')).unwrap_or(field);
    let field = match field.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => field,
    };
    if field.is_empty() { Cell::Empty } else { Cell::Text(field.to_owned()) }
}
