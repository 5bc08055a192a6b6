//! Splits text into rows and fields (RFC 4180, as forgiving as Excel), with its own bounds.
//!
//! Written here because row numbers must be those that Excel shows (blank lines count, a line break inside quotes does not) and
//! because a quote that is never closed must not swallow the file into memory.

use crate::{FileError, limits};
use std::io::Read;

/// Reads row after row from UTF-8 text.
pub(super) struct Parser<R> {
    reader: R,
    separator: u8,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    /// Fields of the current row, one after the other.
    text: String,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    number: u32,
}

enum State {
    FieldStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

impl<R: Read> Parser<R> {
    pub fn new(reader: R, separator: u8) -> Self {
        Self {
            reader,
            separator,
            buffer: vec![0; 64 << 10],
            at: 0,
            filled: 0,
            text: String::new(),
            bytes: Vec::new(),
            ends: Vec::new(),
            number: 0,
        }
    }

    /// Reads the next row and returns its number, or `None` at the end.
    pub fn advance(&mut self) -> Result<Option<u32>, FileError> {
        self.bytes.clear();
        self.ends.clear();
        let mut state = State::FieldStart;
        let mut any = false;
        loop {
            let Some(byte) = self.peek()? else {
                if !any {
                    return Ok(None);
                }
                break;
            };
            self.at += 1;
            any = true;
            match (&state, byte) {
                (State::Quoted, b'"') => state = State::QuoteInQuoted,
                (State::Quoted, _) => self.bytes.push(byte),
                (State::QuoteInQuoted, b'"') => {
                    self.bytes.push(b'"');
                    state = State::Quoted;
                }
                (State::FieldStart, b'"') => state = State::Quoted,
                (_, b'\n') => break,
                (_, b'\r') => {
                    if self.peek()? == Some(b'\n') {
                        self.at += 1;
                    }
                    break;
                }
                (_, b) if b == self.separator => {
                    self.ends.push(self.bytes.len());
                    state = State::FieldStart;
                }
                // Text behind a closing quote belongs to the field, as in Excel.
                _ => {
                    self.bytes.push(byte);
                    state = State::Plain;
                }
            }
            if self.bytes.len() > limits::ROW_BYTES || self.ends.len() > 64 * limits::COLUMNS {
                return Err(self.too_long(&state));
            }
        }
        self.ends.push(self.bytes.len());
        self.number = self.number.saturating_add(1);
        self.text.clear();
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => self.text.push_str(text),
            Err(_) => return Err(FileError::broken("文本", format!("第 {} 行不是有效文字", self.number))),
        }
        Ok(Some(self.number))
    }

    fn too_long(&self, state: &State) -> FileError {
        let number = self.number + 1;
        match state {
            State::Quoted => FileError::broken("文本", format!("从第 {number} 行开始的引号没有成对")),
            _ if self.ends.len() > limits::COLUMNS => FileError::TooManyColumns { row: number, limit: limits::COLUMNS },
            _ => FileError::TooLarge(format!("第 {number} 行超过 {} MB", limits::ROW_BYTES >> 20)),
        }
    }

    /// The fields of the current row.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let field = &self.text[start..*end];
            start = *end;
            field
        })
    }

    /// Bytes of the current row.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    fn peek(&mut self) -> Result<Option<u8>, FileError> {
        if self.at == self.filled {
            self.filled = self.reader.read(&mut self.buffer)?;
            self.at = 0;
            if self.filled == 0 {
                return Ok(None);
            }
        }
        Ok(Some(self.buffer[self.at]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Result<Vec<(u32, Vec<String>)>, FileError> {
        let mut parser = Parser::new(text.as_bytes(), b',');
        let mut rows = Vec::new();
        while let Some(number) = parser.advance()? {
            rows.push((number, parser.fields().map(str::to_owned).collect()));
        }
        Ok(rows)
    }

    #[test]
    fn rows_are_numbered_as_excel_numbers_them() -> Result<(), FileError> {
        let rows = all("a,b\r\n\r\n\"x\ny\",\"q\"\"q\"\rz,\n")?;
        let expected = [(1, vec!["a", "b"]), (2, vec![""]), (3, vec!["x\ny", "q\"q"]), (4, vec!["z", ""])];
        for ((number, fields), (n, f)) in rows.iter().zip(&expected) {
            assert_eq!((number, fields.iter().map(String::as_str).collect::<Vec<_>>()), (n, f.clone()));
        }
        assert_eq!(rows.len(), expected.len());
        Ok(())
    }

    #[test]
    fn a_quote_in_the_middle_is_a_character() -> Result<(), FileError> {
        assert_eq!(all("12\" 管,\"a\"b\n")?[0].1, ["12\" 管", "ab"]);
        Ok(())
    }

    #[test]
    fn an_open_quote_does_not_swallow_the_file() {
        let text = format!("a,b\n\"{}", "x,y\n".repeat(3 << 20));
        assert!(matches!(all(&text), Err(FileError::Broken { detail, .. }) if detail.contains("第 2 行")));
    }

    #[test]
    fn a_million_columns_are_refused_early() {
        assert!(matches!(all(&",".repeat(10_000_000)), Err(FileError::TooManyColumns { row: 1, .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn agrees_with_the_csv_crate(rows in proptest::collection::vec(proptest::collection::vec("[a\"',;\n\r 职=]{0,6}", 2..5), 1..6)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).map_err(|e| TestCaseError::fail(e.to_string()))?;
            }
            let bytes = writer.into_inner().map_err(|e| TestCaseError::fail(e.to_string()))?;
            let text = String::from_utf8(bytes).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let read: Vec<Vec<String>> = all(&text).map_err(|e| TestCaseError::fail(e.to_string()))?.into_iter().map(|(_, f)| f).collect();
            prop_assert_eq!(read, rows);
        }
    }
}
