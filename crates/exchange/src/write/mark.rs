//! The sender's own workbook back: every value in its place, wrong cells coloured and explained, a sheet with all findings.

use super::sheet::{EXCEL_ROWS, Formats, excel_day, fitting, sheet_name};
use super::{RESULT_SHEET, WriteError};
use crate::finding::Finding;
use crate::header::wording::Wording;
use crate::read::{Area, RawRow, Source};
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, Note, Workbook, Worksheet};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use zhijian_kinds::Level;
use zhijian_kinds::intake::Cell;

/// Most comments of a sheet: each is a drawing, and Excel becomes slow with many. Colours and the list have no such limit.
const NOTES: usize = 5_000;
/// Most cells of a merged area that is kept; titles and headers are far smaller.
const MERGED_CELLS: u64 = 20_000;
/// Most merged areas of a sheet that are kept.
const MERGED_AREAS: usize = 5_000;
/// Rows in which headers are looked for when a finding has no column index.
const HEADER_ROWS: usize = 40;

/// Marks a file.
///
/// # Errors
/// [`WriteError`] when the source cannot be read again or the workbook cannot be made.
pub fn mark(source: &Source, findings: &[Finding]) -> Result<Vec<u8>, WriteError> {
    mark_to(source, findings, Vec::new())
}

/// Marks a file and writes the workbook; memory stays flat but for the findings.
///
/// # Errors
/// [`WriteError`] when the source cannot be read again or the workbook cannot be made.
pub fn mark_to<W: Write + Send>(source: &Source, findings: &[Finding], mut writer: W) -> Result<W, WriteError> {
    let mut book = Workbook::new();
    let formats = Marks::new();
    let mut names = Vec::new();
    for (index, table) in source.tables().iter().enumerate() {
        // An earlier result does not pile up when the file is sent once more.
        if table.name == RESULT_SHEET {
            continue;
        }
        let own: Vec<&Finding> = findings.iter().filter(|f| f.sheet == table.name).collect();
        let mut copy = Copy { book: &mut book, formats: &formats, notes: 0, part: 0, names: &mut names };
        copy.table(source, index, &table.name, table.hidden, &own)?;
    }
    result_sheet(&mut book, findings, &formats)?;
    book.save_to_writer(&mut writer)?;
    writer.flush()?;
    Ok(writer)
}

struct Marks {
    base: Formats,
    plain: Kinds,
    red: Kinds,
    yellow: Kinds,
    merged: Format,
}

/// The formats of one colour.
struct Kinds {
    any: Format,
    day: Format,
    instant: Format,
}

impl Kinds {
    fn new(base: &Format) -> Self {
        Self {
            any: base.clone(),
            day: base.clone().set_num_format("yyyy-mm-dd"),
            instant: base.clone().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

impl Marks {
    fn new() -> Self {
        let fill = |back: u32, front: u32| Format::new().set_background_color(Color::RGB(back)).set_font_color(Color::RGB(front));
        Self {
            base: Formats::new(),
            plain: Kinds::new(&Format::new()),
            red: Kinds::new(&fill(0xFF_C7_CE, 0x9C_00_06)),
            yellow: Kinds::new(&fill(0xFF_EB_9C, 0x7F_60_00)),
            merged: Format::new().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter).set_text_wrap(),
        }
    }

    fn of(&self, level: Option<Level>) -> &Kinds {
        match level {
            Some(Level::Error) => &self.red,
            Some(Level::Warning) => &self.yellow,
            _ => &self.plain,
        }
    }
}

struct Copy<'a> {
    book: &'a mut Workbook,
    formats: &'a Marks,
    notes: usize,
    /// How many sheets this table has filled already (a text file may be longer than a sheet).
    part: u32,
    names: &'a mut Vec<String>,
}

impl Copy<'_> {
    fn table(&mut self, source: &Source, index: usize, name: &str, hidden: bool, findings: &[&Finding]) -> Result<(), WriteError> {
        let merged = kept_areas(source.merged(index)?);
        let first: Vec<RawRow> = source.rows(index)?.take(HEADER_ROWS).collect::<Result<_, _>>()?;
        let marks = by_cell(findings, &first);
        let mut at = self.begin(name, hidden)?;
        let mut merged = merged.into_iter().peekable();
        let mut covered: Vec<Area> = Vec::new();
        let mut marks = marks.into_iter().peekable();
        let mut last = 0;
        for row in source.rows(index)? {
            let row = row?;
            // Rows out of order (only damaged files have them) cannot be written back.
            if row.number <= last {
                continue;
            }
            last = row.number;
            while row.number > EXCEL_ROWS * (self.part + 1) {
                self.part += 1;
                at = self.begin(&format!("{name}（续{}）", self.part), hidden)?;
                covered.clear();
            }
            let offset = EXCEL_ROWS * self.part;
            // Marks of rows without any cell (a missing row cannot have one, but nothing is lost if it does).
            while marks.peek().is_some_and(|(number, _)| *number < row.number) {
                if let Some((number, cells)) = marks.next()
                    && number > offset
                {
                    self.row(at, &RawRow { number, cells: Vec::new() }, offset, Some(&cells), &covered)?;
                }
            }
            while let Some(area) = merged.next_if(|a| a.top < row.number) {
                if area.top + 1 == row.number && self.part == 0 {
                    let text = row.cells.get(area.left as usize).map(Cell::shown).unwrap_or_default();
                    let sheet = self.book.worksheet_from_index(at)?;
                    let (left, right) = (u16::try_from(area.left).unwrap_or(0), u16::try_from(area.right).unwrap_or(0));
                    sheet.merge_range(area.top, left, area.bottom, right, &fitting(&text).0, &self.formats.merged)?;
                    covered.push(area);
                }
            }
            let cells = marks.next_if(|(number, _)| *number == row.number).map(|(_, cells)| cells);
            self.row(at, &row, offset, cells.as_ref(), &covered)?;
        }
        Ok(())
    }

    /// Begins a sheet and returns its index.
    fn begin(&mut self, name: &str, hidden: bool) -> Result<usize, WriteError> {
        let mut name = sheet_name(name, "数据");
        let mut number = 1;
        while self.names.iter().any(|n| n.eq_ignore_ascii_case(&name)) {
            number += 1;
            let short: String = name.chars().take(25).collect();
            name = format!("{short}-{number}");
        }
        self.names.push(name.clone());
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        if hidden {
            sheet.set_hidden(true);
        }
        sheet.set_column_range_width(0, 40, 14)?;
        self.notes = 0;
        Ok(self.book.worksheets().len() - 1)
    }

    fn row(
        &mut self,
        at: usize,
        row: &RawRow,
        offset: u32,
        marks: Option<&BTreeMap<u16, Vec<&Finding>>>,
        covered: &[Area],
    ) -> Result<(), WriteError> {
        let number = row.number - 1 - offset;
        let sheet = self.book.worksheet_from_index(at)?;
        let marked_to = marks.and_then(|m| m.keys().last()).map_or(0, |last| usize::from(*last) + 1);
        for column in 0..row.cells.len().max(marked_to) {
            let Ok(index) = u16::try_from(column).map_err(|_| ()) else { break };
            let findings = marks.and_then(|m| m.get(&index));
            let level = findings.and_then(|f| f.iter().map(|f| f.level).max());
            let inside = offset == 0
                && covered.iter().any(|a| (a.top..=a.bottom).contains(&number) && (a.left as usize..=a.right as usize).contains(&column));
            if !inside {
                let cell = row.cells.get(column).unwrap_or(&Cell::Empty);
                write(sheet, number, index, cell, self.formats.of(level), level.is_some())?;
            }
            if let Some(findings) = findings.filter(|f| self.notes < NOTES && f.iter().any(|f| f.level != Level::Repair)) {
                sheet.insert_note(number, index, &note(findings))?;
                self.notes += 1;
            }
        }
        Ok(())
    }
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, formats: &Kinds, marked: bool) -> Result<(), WriteError> {
    match cell {
        Cell::Empty if marked => drop(sheet.write_blank(row, column, &formats.any)?),
        Cell::Empty => (),
        Cell::Number(number) => drop(sheet.write_number_with_format(row, column, *number, &formats.any)?),
        Cell::Bool(truth) => drop(sheet.write_boolean_with_format(row, column, *truth, &formats.any)?),
        Cell::Date(iso) => match (excel_day(iso), excel_instant(iso)) {
            (Some(day), _) => drop(sheet.write_date_with_format(row, column, &day, &formats.day)?),
            (None, Some(instant)) => drop(sheet.write_datetime_with_format(row, column, &instant, &formats.instant)?),
            (None, None) => drop(sheet.write_string_with_format(row, column, iso.as_str(), &formats.any)?),
        },
        Cell::Text(text) => drop(sheet.write_string_with_format(row, column, fitting(text).0, &formats.any)?),
        Cell::Json(value) => drop(sheet.write_string_with_format(row, column, fitting(&value.to_string()).0, &formats.any)?),
    }
    Ok(())
}

fn excel_instant(iso: &str) -> Option<ExcelDateTime> {
    let day = excel_day(iso.get(..10)?)?;
    let time = iso.get(11..19)?;
    let part = |range: std::ops::Range<usize>| time.get(range)?.parse::<u8>().ok();
    day.and_hms(part(0..2)?.into(), part(3..5)?, f64::from(part(6..8)?)).ok()
}

/// What is wrong and what is expected, said at the cell.
fn note(findings: &[&Finding]) -> Note {
    let lines: Vec<String> = findings
        .iter()
        .filter(|f| f.level != Level::Repair)
        .take(8)
        .map(|f| {
            let expected =
                if f.expected.is_empty() || f.message.contains(&f.expected) { String::new() } else { format!("\n应为：{}", f.expected) };
            format!("【{} {}】{}{expected}", f.level_title(), f.class, f.message)
        })
        .collect();
    let text: String = lines.join("\n").chars().take(2_000).collect();
    let rows = text.lines().map(|l| 1 + l.chars().count() / 18).sum::<usize>();
    Note::new(text).add_author_prefix(false).set_width(260).set_height(u32::try_from(rows * 18 + 12).unwrap_or(300).clamp(60, 400))
}

/// Findings by row and column. A finding without a column stands at the row's first cell.
fn by_cell<'f>(findings: &[&'f Finding], first_rows: &[RawRow]) -> BTreeMap<u32, BTreeMap<u16, Vec<&'f Finding>>> {
    let headers = header_columns(first_rows);
    let mut cells: BTreeMap<u32, BTreeMap<u16, Vec<&Finding>>> = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.row > 0) {
        let by_header = || finding.column.as_deref().and_then(|header| headers.get(&Wording::of(header)).copied());
        let column = finding.index.or_else(by_header).and_then(|c| u16::try_from(c).ok()).filter(|c| *c < 16_384).unwrap_or(0);
        cells.entry(finding.row).or_default().entry(column).or_default().push(finding);
    }
    cells
}

/// Texts of the first rows and their columns; the lowest line wins, as in headers of two lines.
fn header_columns(rows: &[RawRow]) -> HashMap<Wording, usize> {
    let mut columns = HashMap::new();
    for row in rows.iter().rev() {
        for (column, cell) in row.cells.iter().enumerate() {
            if let Cell::Text(text) = cell {
                columns.insert(Wording::of(text), column);
            }
        }
    }
    columns
}

/// Areas worth keeping, from the top, none overlapping another (damaged files have such, and Excel refuses them).
fn kept_areas(areas: Vec<Area>) -> Vec<Area> {
    let size = |a: &Area| u64::from(a.bottom - a.top + 1) * u64::from(a.right - a.left + 1);
    let mut areas: Vec<Area> =
        areas.into_iter().filter(|a| (2..=MERGED_CELLS).contains(&size(a)) && a.bottom < EXCEL_ROWS && a.right < 16_384).collect();
    areas.sort_by_key(|a| (a.top, a.left));
    let mut kept: Vec<Area> = Vec::new();
    for area in areas.into_iter().take(MERGED_AREAS) {
        let apart = |o: &Area| o.bottom < area.top || area.bottom < o.top || o.right < area.left || area.right < o.left;
        // Sorted by the top: only areas that reach down this far can overlap.
        if kept.iter().rev().take(200).all(apart) {
            kept.push(area);
        }
    }
    kept
}

fn result_sheet(book: &mut Workbook, findings: &[Finding], formats: &Marks) -> Result<(), WriteError> {
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name(RESULT_SHEET)?;
    let count = |level| findings.iter().filter(|f| f.level == level).count();
    sheet.write_string_with_format(0, 0, "导入处理结果", &formats.base.title)?;
    let summary = format!(
        "错误 {} 处（红色，所在行未收下），提示 {} 处（黄色，已收下，请核对），自动规范 {} 处。改正红色单元格后，本文件可直接重新上传。",
        count(Level::Error),
        count(Level::Warning),
        count(Level::Repair)
    );
    sheet.write_string(1, 0, summary)?;
    let mut classes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in findings {
        *classes.entry((finding.level_title(), &finding.class)).or_default() += 1;
    }
    let mut row = 2;
    for ((level, class), count) in classes {
        sheet.write_string(row, 0, format!("{level} {class}：{count} 处"))?;
        row += 1;
    }
    row += 1;
    let heads = [("工作表", 16), ("所在行", 8), ("所在列", 20), ("级别", 8), ("类别", 14), ("现填内容", 24), ("要求", 36), ("问题", 60)];
    for (column, (head, wide)) in (0u16..).zip(heads) {
        sheet.set_column_width(column, wide)?;
        sheet.write_string_with_format(row, column, head, &formats.base.header)?;
    }
    for finding in findings {
        row += 1;
        if row + 1 >= EXCEL_ROWS {
            sheet.write_string(row, 0, "其余从略")?;
            break;
        }
        let colour = &formats.of(Some(finding.level)).any;
        sheet.write_string(row, 0, fitting(&finding.sheet).0)?;
        sheet.write_number(row, 1, finding.row)?;
        let column = finding.column.as_deref().unwrap_or("（整行）");
        let texts = [column, finding.level_title(), &finding.class, &finding.found, &finding.expected, &finding.message];
        for (index, text) in (2u16..).zip(texts) {
            let format = if index == 3 { colour } else { &formats.plain.any };
            sheet.write_string_with_format(row, index, fitting(text).0, format)?;
        }
    }
    Ok(())
}
