//! Our readers against an independent one, on workbooks written by others.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use calamine::{Data, Reader as _};
use std::path::Path;
use zhijian_exchange::read::{RawRow, open};
use zhijian_kinds::intake::Cell;

/// Cells of a sheet as `(row, column, text)`; texts as a person would see them.
fn ours(rows: &[RawRow]) -> Vec<(u32, u32, String)> {
    let mut cells = Vec::new();
    for row in rows {
        for (column, cell) in row.cells.iter().enumerate().filter(|(_, c)| **c != Cell::Empty) {
            cells.push((row.number - 1, column as u32, cell.shown()));
        }
    }
    cells
}

fn theirs(range: &calamine::Range<Data>) -> Vec<(u32, u32, String)> {
    let (top, left) = range.start().unwrap_or_default();
    range
        .used_cells()
        .filter_map(|(row, column, value)| {
            let shown = match value {
                Data::String(text) if text.is_empty() => return None,
                Data::String(text) => text.clone(),
                Data::Float(number) => Cell::Number(*number).shown(),
                Data::Int(number) => number.to_string(),
                Data::Bool(truth) => Cell::Bool(*truth).shown(),
                Data::DateTime(date) => {
                    let (y, mo, d, h, mi, s, _) = date.to_ymd_hms_milli();
                    if (h, mi, s) == (0, 0, 0) {
                        format!("{y:04}-{mo:02}-{d:02}")
                    } else {
                        format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}")
                    }
                }
                other => other.to_string(),
            };
            Some((row as u32 + top, column as u32 + left, shown))
        })
        .collect()
}

fn compare(path: &Path) {
    let source = open(&path.file_name().unwrap().to_string_lossy(), path).unwrap();
    let mut oracle = calamine::open_workbook_auto(path).unwrap();
    let names: Vec<String> = source.tables().iter().map(|t| t.name.clone()).collect();
    assert_eq!(names, oracle.sheet_names(), "{}", path.display());
    for (index, name) in names.iter().enumerate() {
        let rows: Vec<RawRow> = source.rows(index).unwrap().collect::<Result<_, _>>().unwrap();
        let expected = theirs(&oracle.worksheet_range(name).unwrap());
        let read = ours(&rows);
        for (cell, other) in read.iter().zip(&expected) {
            // A month format on the first day is a month for us.
            let same = cell == other || (cell.2 == "2020年3月" && other.2 == "2020-03-01" && (cell.0, cell.1) == (other.0, other.1));
            assert!(same, "{} {name}: {cell:?} {other:?}", path.display());
        }
        assert_eq!(read.len(), expected.len(), "{} {name}", path.display());
    }
}

#[test]
fn an_old_workbook_reads_as_calamine_reads_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/old.xls");
    compare(&path);
    let source = open("old.xls", path.as_path()).unwrap();
    assert!(source.tables()[0].hidden && !source.tables()[1].hidden);
    let title = source.merged(1).unwrap()[0];
    assert_eq!((title.top, title.left, title.bottom, title.right), (0, 0, 0, 7));
    let row = source.rows(1).unwrap().nth(2).unwrap().unwrap();
    assert_eq!(row.cells[4], Cell::Date("2020-01-03".into()).clone());
    assert_eq!(row.cells[5], Cell::Date("2020-03-05T08:30:00".into()));
}

#[test]
fn a_new_workbook_reads_as_calamine_reads_it() {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("新.xlsx");
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    for (name, constant) in [("甲 & 乙", false), ("<流式>", true)] {
        let sheet = if constant { book.add_worksheet_with_constant_memory().unwrap() } else { book.add_worksheet() };
        sheet.set_name(name).unwrap();
        for row in 0..300u32 {
            sheet.write(row, 0, f64::from(row) / 8.0).unwrap();
            sheet.write(row, 1, format!(" 文字 {} <>&\"\n", row % 17)).unwrap();
            sheet.write(row, 3, row % 2 == 0).unwrap();
            sheet.write_with_format(row, 4, ExcelDateTime::from_serial_datetime(44_000.0 + f64::from(row)).unwrap(), &day).unwrap();
            sheet.write(row, 5, rust_xlsxwriter::Formula::new("=A1+1").set_result("61")).unwrap();
        }
        sheet.write_blank(999, 30, &day).unwrap();
    }
    book.worksheets_mut()[1].set_hidden(true);
    book.save(&path).unwrap();
    compare(&path);
    assert!(open("新.xlsx", path).unwrap().tables()[1].hidden);
}

/// Set `ZHIJIAN_SAMPLES` to a folder of workbooks to compare them all.
#[test]
fn sample_workbooks_read_as_calamine_reads_them() {
    let Some(folder) = std::env::var_os("ZHIJIAN_SAMPLES") else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "xlsx" || e == "xls") {
            compare(&path);
        }
    }
}
