//! `.xls` workbooks (BIFF5 and BIFF8, [MS-XLS]).
//!
//! The streams are held in memory (the file is bounded); cells become rows one at a time, so nothing is sized by what the
//! `DIMENSIONS` record claims.

mod cfb;
mod record;
mod sheet;

use super::number_format::NumberFormat;
use super::xlsx::strings::Strings;
use super::{Area, Budget, Input};
use crate::{FileError, limits};
use cfb::{Container, u16_at, u32_at};
use encoding_rs::{BIG5, Encoding, GB18030, WINDOWS_1252};
use record::{Pieces, Record, Records, string};
use std::collections::HashMap;
use std::sync::Arc;

/// An opened workbook.
pub(super) struct Book {
    stream: Arc<Vec<u8>>,
    /// Sheets in order.
    pub sheets: Vec<Sheet>,
    globals: Arc<Globals>,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book").field("sheets", &self.sheets).finish_non_exhaustive()
    }
}

/// One worksheet.
#[derive(Debug)]
pub(super) struct Sheet {
    pub name: String,
    pub hidden: bool,
    at: usize,
}

/// What all sheets share.
struct Globals {
    strings: Strings,
    styles: Vec<NumberFormat>,
    epoch_1904: bool,
    biff8: bool,
    encoding: &'static Encoding,
}

/// Record numbers of [MS-XLS] 2.3.
mod kind {
    pub const BOF: u16 = 0x0809;
    pub const EOF: u16 = 0x000A;
    pub const CONTINUE: u16 = 0x003C;
    pub const FILE_PASS: u16 = 0x002F;
    pub const CODE_PAGE: u16 = 0x0042;
    pub const DATE_MODE: u16 = 0x0022;
    pub const FORMAT: u16 = 0x041E;
    pub const XF: u16 = 0x00E0;
    pub const BOUND_SHEET: u16 = 0x0085;
    pub const SST: u16 = 0x00FC;
}

impl Book {
    /// Reads the container and everything but the sheets.
    pub fn open(input: &Input) -> Result<Self, FileError> {
        let size = input.len()?;
        if size > limits::XLS_FILE {
            return Err(FileError::TooLarge(format!(".xls 文件超过 {} MB", limits::XLS_FILE >> 20)));
        }
        let file = input.bytes(0, size)?;
        let container = Container::open(&file)?;
        let stream = match container.stream("Workbook")? {
            Some(stream) => stream,
            None => container.stream("Book")?.ok_or_else(|| container.not_a_workbook())?,
        };
        let (globals, sheets) = globals(&stream)?;
        Ok(Self { stream: Arc::new(stream), sheets, globals: Arc::new(globals) })
    }

    fn sheet(&self, index: usize) -> Result<&Sheet, FileError> {
        self.sheets.get(index).ok_or(FileError::NoSuchTable(index + 1))
    }

    /// Streams a sheet.
    pub fn rows(&self, index: usize) -> Result<sheet::SheetRows, FileError> {
        let at = self.sheet(index)?.at;
        let budget = Budget::of(self.stream.len().saturating_sub(at) as u64);
        sheet::SheetRows::new(Arc::clone(&self.stream), at, Arc::clone(&self.globals), budget)
    }

    /// Merged areas of a sheet.
    pub fn merged(&self, index: usize) -> Result<Vec<Area>, FileError> {
        Ok(sheet::merged(&self.stream, self.sheet(index)?.at))
    }
}

fn globals(stream: &[u8]) -> Result<(Globals, Vec<Sheet>), FileError> {
    let mut records = Records::new(stream, 0).peekable();
    let biff8 = match records.next() {
        Some(Record { kind: kind::BOF, data }) => match u16_at(data, 0) {
            0x0600 => true,
            0x0500 => false,
            _ => return Err(FileError::broken("工作簿", "Excel 版本过旧（Excel 5.0 以前）")),
        },
        _ => return Err(FileError::broken("工作簿", "缺少开头记录")),
    };
    let mut globals = Globals { strings: Strings::default(), styles: Vec::new(), epoch_1904: false, biff8, encoding: GB18030 };
    let mut sheets = Vec::new();
    let mut formats: HashMap<u16, NumberFormat> = HashMap::new();
    let mut style_formats = Vec::new();
    while let Some(record) = records.next() {
        let data = record.data;
        match record.kind {
            kind::EOF => break,
            kind::FILE_PASS => return Err(FileError::Encrypted),
            kind::CODE_PAGE => globals.encoding = code_page(u16_at(data, 0)),
            kind::DATE_MODE => globals.epoch_1904 = u16_at(data, 0) == 1,
            kind::FORMAT => {
                let code = string(data.get(2..).unwrap_or_default(), biff8, biff8, globals.encoding);
                formats.insert(u16_at(data, 0), NumberFormat::of_code(&code));
            }
            kind::XF if style_formats.len() < limits::STYLES => style_formats.push(u16_at(data, 2)),
            kind::BOUND_SHEET if data.get(5) == Some(&0) && sheets.len() < limits::SHEETS => {
                let name = string(data.get(6..).unwrap_or_default(), false, biff8, globals.encoding);
                let at = u32_at(data, 0) as usize;
                // Many names for one sheet would have it read many times.
                if !sheets.iter().any(|s: &Sheet| s.at == at) {
                    sheets.push(Sheet { name, hidden: data[4] & 3 != 0, at });
                }
            }
            kind::SST => {
                let mut pieces = vec![data];
                while let Some(more) = records.next_if(|r| r.kind == kind::CONTINUE) {
                    pieces.push(more.data);
                }
                globals.strings = shared_strings(pieces)?;
            }
            _ => (),
        }
    }
    globals.styles =
        style_formats.into_iter().map(|id| formats.get(&id).copied().unwrap_or_else(|| NumberFormat::builtin(u32::from(id)))).collect();
    Ok((globals, sheets))
}

fn shared_strings(pieces: Vec<&[u8]>) -> Result<Strings, FileError> {
    let mut pieces = Pieces::new(pieces);
    let cut = || FileError::Truncated("共享字符串不完整".into());
    let _references = pieces.u32().ok_or_else(cut)?;
    let count = pieces.u32().ok_or_else(cut)?;
    let mut strings = Strings::default();
    let mut text = String::new();
    for _ in 0..count {
        text.clear();
        // Some writers count too many; what is missing shows at the cell that needs it.
        if pieces.rich_string(&mut text).is_none() {
            break;
        }
        strings.push(&text);
    }
    Ok(strings)
}

fn code_page(number: u16) -> &'static Encoding {
    match number {
        950 => BIG5,
        1252 => WINDOWS_1252,
        // 936, and whatever a Chinese office may have meant by another number.
        _ => GB18030,
    }
}
