//! Bytes to rows: whatever an office sends, as tables of [`RawRow`]s.
//!
//! The content decides the format, never the file's ending. Nothing is trusted: sizes, dimensions and counts that a file claims
//! are bounded (see [`crate::limits`]) or ignored. Rows are streamed, so memory stays flat however long a sheet is.
//!
//! Workbooks are read here rather than through a general crate because those allocate what a file claims (`uniqueCount`, BIFF
//! `DIMENSIONS`) and give up a whole sheet for one odd cell; the tests hold these readers against `calamine`.

mod bytes;
mod csv;
mod number_format;
mod sniff;
mod xls;
mod xlsx;
mod zip;

pub use bytes::{Input, digest};
pub(crate) use csv::looks_like_formula;

use crate::FileError;
use zhijian_kinds::intake::Cell;

/// An opened file.
#[derive(Debug)]
pub struct Source {
    /// File name as the sender knows it.
    pub name: String,
    /// Format found in the content.
    pub format: Format,
    tables: Vec<Table>,
    inner: Inner,
}

/// What a file is, judged by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// No content at all: a zero report.
    Empty,
    /// Office Open XML workbook.
    Xlsx,
    /// Old binary workbook.
    Xls,
    /// Text with separators.
    Csv,
}

/// One sheet of a workbook; a text file is one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Sheet name; empty for text files.
    pub name: String,
    /// Not shown in Excel; read like any other.
    pub hidden: bool,
}

/// One row as it stands in the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawRow {
    /// 1-based row of the sheet, as Excel shows it.
    pub number: u32,
    /// Cells from column A on; trailing empty ones are left out.
    pub cells: Vec<Cell>,
}

/// A merged area, 0-based and inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// First row.
    pub top: u32,
    /// First column.
    pub left: u32,
    /// Last row.
    pub bottom: u32,
    /// Last column.
    pub right: u32,
}

/// The rows of a table, in order.
pub type Rows = Box<dyn Iterator<Item = Result<RawRow, FileError>> + Send>;

#[derive(Debug)]
enum Inner {
    Empty,
    Xlsx(xlsx::Book),
    Xls(xls::Book),
    Csv(csv::Text),
}

/// Opens a file: finds out what it is and lists its tables.
///
/// # Errors
/// [`FileError`] when the content is no table, is protected, damaged or asks for more than [`crate::limits`] allow.
pub fn open(name: &str, input: impl Into<Input>) -> Result<Source, FileError> {
    let input = input.into();
    let (format, inner, tables) = match sniff::sniff(&input)? {
        sniff::Found::Nothing => (Format::Empty, Inner::Empty, Vec::new()),
        sniff::Found::Zip => {
            let book = xlsx::Book::open(&input)?;
            let tables = book.sheets.iter().map(|s| Table { name: s.name.clone(), hidden: s.hidden }).collect();
            (Format::Xlsx, Inner::Xlsx(book), tables)
        }
        sniff::Found::Ole => {
            let book = xls::Book::open(&input)?;
            let tables = book.sheets.iter().map(|s| Table { name: s.name.clone(), hidden: s.hidden }).collect();
            (Format::Xls, Inner::Xls(book), tables)
        }
        sniff::Found::Text => {
            let text = csv::Text::open(&input)?;
            (Format::Csv, Inner::Csv(text), vec![Table { name: String::new(), hidden: false }])
        }
    };
    Ok(Source { name: name.to_owned(), format, tables, inner })
}

impl Source {
    /// The tables in the order of the file, hidden ones included.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Streams the rows of a table. Rows without any cell are left out; their numbers are not reused.
    ///
    /// # Errors
    /// [`FileError`] when the table does not exist or its beginning is damaged. Later damage comes as an item, after which the iterator ends.
    pub fn rows(&self, table: usize) -> Result<Rows, FileError> {
        match &self.inner {
            Inner::Xlsx(book) => Ok(Box::new(book.rows(table)?)),
            Inner::Xls(book) => Ok(Box::new(book.rows(table)?)),
            Inner::Csv(text) if table == 0 => Ok(Box::new(text.rows()?)),
            Inner::Csv(_) | Inner::Empty => Err(FileError::NoSuchTable(table + 1)),
        }
    }

    /// Merged areas of a table. For `.xlsx` this runs through the sheet once more, because they stand behind the data.
    ///
    /// # Errors
    /// [`FileError`] when the table does not exist or is damaged.
    pub fn merged(&self, table: usize) -> Result<Vec<Area>, FileError> {
        match &self.inner {
            Inner::Xlsx(book) => book.merged(table),
            Inner::Xls(book) => book.merged(table),
            Inner::Csv(_) | Inner::Empty => Ok(Vec::new()),
        }
    }
}

/// Counts what a row or sheet yields, so that short references to long texts cannot fill the memory or run for hours.
#[derive(Debug)]
struct Budget {
    left: u64,
}

impl Budget {
    /// Budget of a sheet whose own records have this size.
    fn of(size: u64) -> Self {
        Self { left: size.saturating_mul(crate::limits::TEXT_RATIO).saturating_add(crate::limits::TEXT_FREE) }
    }

    /// Takes the text bytes of a finished row.
    fn take(&mut self, row: &RawRow, bytes: usize) -> Result<(), FileError> {
        if bytes > crate::limits::ROW_BYTES {
            return Err(FileError::TooLarge(format!("第 {} 行的文字超过 {} MB", row.number, crate::limits::ROW_BYTES >> 20)));
        }
        self.left =
            self.left.checked_sub(bytes as u64).ok_or_else(|| FileError::Bomb(format!("到第 {} 行为止展开的文字过多", row.number)))?;
        Ok(())
    }
}

/// Puts a cell into its column; cells beyond the column limit are an error only when they hold something.
fn place(row: &mut RawRow, column: usize, cell: Cell) -> Result<(), FileError> {
    if cell == Cell::Empty {
        return Ok(());
    }
    if column >= crate::limits::COLUMNS {
        return Err(FileError::TooManyColumns { row: row.number, limit: crate::limits::COLUMNS });
    }
    if row.cells.len() <= column {
        row.cells.resize(column + 1, Cell::Empty);
    }
    row.cells[column] = cell;
    Ok(())
}
