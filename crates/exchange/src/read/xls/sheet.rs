//! The cells of an old worksheet, row by row.

use super::cfb::{u16_at, u32_at};
use super::record::{Record, Records, rk, string};
use super::{Globals, kind};
use crate::read::{Area, Budget, RawRow, place};
use crate::{FileError, limits};
use std::collections::BTreeMap;
use std::sync::Arc;
use zhijian_kinds::intake::Cell;

const LABEL_SST: u16 = 0x00FD;
const LABEL: u16 = 0x0204;
const RICH_LABEL: u16 = 0x00D6;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027E;
const MUL_RK: u16 = 0x00BD;
const BOOL_ERR: u16 = 0x0205;
const FORMULA: u16 = 0x0006;
const STRING: u16 = 0x0207;
const MERGES: u16 = 0x00E5;

/// A cell's record: where it begins in the stream and, for packed rows, which of its numbers.
#[derive(Clone, Copy)]
struct At {
    column: u16,
    record: usize,
    nth: u16,
    /// The text result of a formula stands in a record of its own.
    text: Option<usize>,
}

/// Rows of a sheet as an iterator. Cells may stand in any order, so an index of them is made first; values are read row by row.
pub(in crate::read) struct SheetRows {
    stream: Arc<Vec<u8>>,
    globals: Arc<Globals>,
    rows: std::collections::btree_map::IntoIter<u16, Vec<At>>,
    budget: Budget,
    failed: bool,
}

impl SheetRows {
    pub(super) fn new(stream: Arc<Vec<u8>>, at: usize, globals: Arc<Globals>, budget: Budget) -> Result<Self, FileError> {
        let rows = index(&stream, at)?;
        Ok(Self { stream, globals, rows: rows.into_iter(), budget, failed: false })
    }

    fn row(&mut self, number: u16, cells: &[At]) -> Result<RawRow, FileError> {
        let mut row = RawRow { number: u32::from(number) + 1, cells: Vec::new() };
        let mut bytes = 0;
        for at in cells {
            let cell = self.cell(at);
            if let Cell::Text(text) = &cell {
                bytes += text.len();
            }
            place(&mut row, usize::from(at.column), cell)?;
        }
        self.budget.take(&row, bytes)?;
        Ok(row)
    }

    fn cell(&self, at: &At) -> Cell {
        let Some(Record { kind, data }) = Records::new(&self.stream, at.record).next() else { return Cell::Empty };
        let number = |value: f64, style: u16| {
            self.globals.styles.get(usize::from(style)).copied().unwrap_or_default().cell(value, self.globals.epoch_1904)
        };
        match kind {
            LABEL_SST => {
                let index = u32_at(data, 6) as usize;
                self.globals.strings.get(index).map_or_else(|| Cell::Text(format!("#缺失的文字{index}")), text_cell)
            }
            LABEL | RICH_LABEL => text_cell(&string(data.get(6..).unwrap_or_default(), true, self.globals.biff8, self.globals.encoding)),
            NUMBER => number(f64_at(data, 6), u16_at(data, 4)),
            RK => number(rk(u32_at(data, 6)), u16_at(data, 4)),
            MUL_RK => {
                let start = 4 + 6 * usize::from(at.nth);
                number(rk(u32_at(data, start + 2)), u16_at(data, start))
            }
            BOOL_ERR => bool_or_error(data.get(6).copied().unwrap_or(0), data.get(7) == Some(&1)),
            FORMULA => self.formula(data, at, number(f64_at(data, 6), u16_at(data, 4))),
            _ => Cell::Empty,
        }
    }

    /// The stored result of a formula: a number, or by its last two bytes a text, truth value, error or nothing.
    fn formula(&self, data: &[u8], at: &At, number: Cell) -> Cell {
        if u16_at(data, 12) != 0xFFFF {
            return number;
        }
        match data.get(6) {
            Some(0) => {
                let record = at.text.and_then(|at| Records::new(&self.stream, at).next());
                record.map_or(Cell::Empty, |r| text_cell(&string(r.data, true, self.globals.biff8, self.globals.encoding)))
            }
            Some(1) => bool_or_error(data.get(8).copied().unwrap_or(0), false),
            Some(2) => bool_or_error(data.get(8).copied().unwrap_or(0), true),
            _ => Cell::Empty,
        }
    }
}

impl Iterator for SheetRows {
    type Item = Result<RawRow, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            let (number, cells) = self.rows.next()?;
            let row = self.row(number, &cells);
            self.failed = row.is_err();
            if !matches!(&row, Ok(row) if row.cells.is_empty()) {
                return Some(row);
            }
        }
        None
    }
}

fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn bool_or_error(value: u8, error: bool) -> Cell {
    if !error {
        return Cell::Bool(value != 0);
    }
    Cell::Text(
        match value {
            0x00 => "#NULL!",
            0x07 => "#DIV/0!",
            0x0F => "#VALUE!",
            0x17 => "#REF!",
            0x1D => "#NAME?",
            0x24 => "#NUM!",
            _ => "#N/A",
        }
        .into(),
    )
}

fn f64_at(data: &[u8], at: usize) -> f64 {
    f64::from_bits(u64::from(u32_at(data, at)) | u64::from(u32_at(data, at + 4)) << 32)
}

/// Records of the sheet itself: those of embedded charts, which come as sheets within the sheet, are left out.
fn own_records(stream: &[u8], at: usize) -> impl Iterator<Item = (usize, Record<'_>)> {
    let mut depth = 0;
    let mut next = at;
    Records::new(stream, at)
        .map(move |record| {
            let here = next;
            next += 4 + record.data.len();
            (here, record)
        })
        .take_while(move |(_, record)| {
            match record.kind {
                kind::BOF => depth += 1,
                kind::EOF => depth -= 1,
                _ => (),
            }
            depth > 0
        })
        .scan(0, |depth, (here, record)| {
            match record.kind {
                kind::BOF => *depth += 1,
                kind::EOF => *depth -= 1,
                _ => (),
            }
            Some((*depth, here, record))
        })
        .filter_map(|(depth, here, record)| (depth == 1).then_some((here, record)))
}

fn index(stream: &[u8], at: usize) -> Result<BTreeMap<u16, Vec<At>>, FileError> {
    if !matches!(Records::new(stream, at).next(), Some(Record { kind: kind::BOF, .. })) {
        return Err(FileError::Truncated("工作表内容缺失".into()));
    }
    let mut rows: BTreeMap<u16, Vec<At>> = BTreeMap::new();
    let mut last_formula = None;
    for (here, Record { kind, data }) in own_records(stream, at) {
        let (row, column) = (u16_at(data, 0), u16_at(data, 2));
        match kind {
            LABEL_SST | LABEL | RICH_LABEL | NUMBER | RK | BOOL_ERR | FORMULA if data.len() >= 8 => {
                rows.entry(row).or_default().push(At { column, record: here, nth: 0, text: None });
                last_formula = (kind == FORMULA).then_some(row);
            }
            MUL_RK => {
                for nth in 0..u16::try_from(data.len().saturating_sub(6) / 6).unwrap_or(u16::MAX) {
                    let column = column.saturating_add(nth);
                    rows.entry(row).or_default().push(At { column, record: here, nth, text: None });
                }
            }
            STRING => {
                if let Some(cell) = last_formula.and_then(|row| rows.get_mut(&row)).and_then(|cells| cells.last_mut()) {
                    cell.text = Some(here);
                }
            }
            _ => (),
        }
    }
    Ok(rows)
}

/// The merged areas.
pub(super) fn merged(stream: &[u8], at: usize) -> Vec<Area> {
    own_records(stream, at)
        .filter(|(_, record)| record.kind == MERGES)
        .flat_map(|(_, record)| record.data.get(2..).unwrap_or_default().chunks_exact(8))
        .map(|b| Area {
            top: u32::from(u16_at(b, 0)),
            bottom: u32::from(u16_at(b, 2)),
            left: u32::from(u16_at(b, 4)),
            right: u32::from(u16_at(b, 6)),
        })
        .filter(|area| area.top <= area.bottom && area.left <= area.right)
        .take(limits::MERGES)
        .collect()
}
