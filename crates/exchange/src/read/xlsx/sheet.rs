//! The cells of a worksheet, row by row.

use super::strings::{Strings, read_text};
use super::xml::{Step, Tag, Xml, attribute};
use crate::read::number_format::NumberFormat;
use crate::read::{Area, Budget, RawRow, place};
use crate::{FileError, limits};
use quick_xml::events::BytesStart;
use std::io::Read;
use std::sync::Arc;
use zhijian_kinds::intake::Cell;

/// Rows of a sheet as an iterator. The dimension that the sheet claims is never looked at.
pub(in crate::read) struct SheetRows<R: Read> {
    xml: Xml<R>,
    strings: Arc<Strings>,
    styles: Arc<Vec<NumberFormat>>,
    epoch_1904: bool,
    budget: Budget,
    row: u32,
    finished: bool,
    value: String,
}

impl<R: Read> SheetRows<R> {
    /// Rows of the part.
    pub fn new(part: R, strings: Arc<Strings>, styles: Arc<Vec<NumberFormat>>, epoch_1904: bool, budget: Budget) -> Self {
        let xml = Xml::new(part, "工作表");
        Self { xml, strings, styles, epoch_1904, budget, row: 0, finished: false, value: String::new() }
    }

    fn next_row(&mut self) -> Result<Option<RawRow>, FileError> {
        loop {
            let given = match self.xml.step()? {
                Step::Start(start) if start.local_name().as_ref() == "row" => attribute(&start, "r").and_then(|r| r.parse::<u32>().ok()),
                Step::End(Tag::SheetData) => return Ok(None),
                Step::Finished => return Err(FileError::Truncated("工作表没有结束".into())),
                _ => continue,
            };
            self.row = given.filter(|r| *r > 0).unwrap_or(self.row.saturating_add(1));
            if self.row > limits::ROWS {
                return Err(FileError::broken("工作表", format!("行号 {} 不可能存在", self.row)));
            }
            let row = self.cells()?;
            if !row.cells.is_empty() {
                return Ok(Some(row));
            }
        }
    }

    fn cells(&mut self) -> Result<RawRow, FileError> {
        let mut row = RawRow { number: self.row, cells: Vec::new() };
        let mut bytes = 0;
        let mut next_column = 0;
        loop {
            let head = match self.xml.step()? {
                Step::Start(start) if start.local_name().as_ref() == "c" => CellHead::read(&start),
                Step::End(Tag::Row) => break,
                Step::Finished => return Err(FileError::Truncated("工作表没有结束".into())),
                _ => continue,
            };
            let column = head.column.unwrap_or(next_column);
            next_column = column + 1;
            let cell = self.cell(&head)?;
            if let Cell::Text(text) = &cell {
                bytes += text.len();
                if bytes > limits::ROW_BYTES {
                    break;
                }
            }
            place(&mut row, column, cell)?;
        }
        self.budget.take(&row, bytes)?;
        Ok(row)
    }

    fn cell(&mut self, head: &CellHead) -> Result<Cell, FileError> {
        self.value.clear();
        let mut in_value = false;
        let mut inline = None;
        loop {
            let opened = match self.xml.step()? {
                Step::Start(start) => Tag::of(start.local_name().as_ref()),
                Step::Text(piece) => {
                    if in_value {
                        piece.push_to(&mut self.value);
                    }
                    continue;
                }
                Step::End(Tag::Cell) => break,
                Step::End(Tag::Value) => Tag::Other,
                Step::End(_) | Step::Skip => continue,
                Step::Finished => return Err(FileError::Truncated("单元格没有结束".into())),
            };
            in_value = opened == Tag::Value;
            if opened == Tag::Inline {
                let mut text = String::new();
                read_text(&mut self.xml, Tag::Inline, &mut text)?;
                inline = Some(text);
            }
        }
        Ok(match inline {
            Some(text) => text_cell(text),
            None => self.stored(head),
        })
    }

    /// The stored value; a formula's last result. One odd cell never spoils the sheet: it becomes its text.
    fn stored(&self, head: &CellHead) -> Cell {
        let value = self.value.as_str();
        match head.kind {
            CellKind::Shared => match value.trim().parse().ok().and_then(|index| self.strings.get(index)) {
                Some(text) => text_cell(text.to_owned()),
                None if value.trim().is_empty() => Cell::Empty,
                None => Cell::Text(format!("#缺失的文字{value}")),
            },
            CellKind::Text => text_cell(value.to_owned()),
            CellKind::Bool => match value.trim() {
                "1" | "true" => Cell::Bool(true),
                "0" | "false" => Cell::Bool(false),
                other => text_cell(other.to_owned()),
            },
            CellKind::Iso => iso_cell(value.trim()),
            CellKind::Number => match value.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => self.styles.get(head.style).copied().unwrap_or_default().cell(number, self.epoch_1904),
                _ => text_cell(value.to_owned()),
            },
        }
    }
}

impl<R: Read> Iterator for SheetRows<R> {
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

fn text_cell(text: String) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
}

/// `2020-03-05T00:00:00` of strict workbooks; midnight is a plain day.
fn iso_cell(value: &str) -> Cell {
    let looks = value.len() >= 10
        && value.is_char_boundary(10)
        && value[..10].bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if !looks {
        return text_cell(value.to_owned());
    }
    let time = value[10..].trim_start_matches('T').trim_end_matches('Z');
    let midnight = time.chars().all(|c| matches!(c, '0' | ':' | '.'));
    Cell::Date(if midnight { value[..10].to_owned() } else { value.trim_end_matches('Z').to_owned() })
}

#[derive(Clone, Copy)]
enum CellKind {
    Number,
    Shared,
    Text,
    Bool,
    Iso,
}

struct CellHead {
    column: Option<usize>,
    style: usize,
    kind: CellKind,
}

impl CellHead {
    fn read(start: &BytesStart<'_>) -> Self {
        let mut head = Self { column: None, style: 0, kind: CellKind::Number };
        for attribute in start.attributes().with_checks(false).flatten() {
            let value = &*attribute.value;
            match attribute.key.as_ref() {
                "r" => head.column = column_of(value),
                "s" => head.style = value.parse().unwrap_or(0),
                "t" => {
                    head.kind = match value {
                        "s" => CellKind::Shared,
                        "b" => CellKind::Bool,
                        "d" => CellKind::Iso,
                        "n" | "" => CellKind::Number,
                        // `str`, `inlineStr`, `e` (an error is shown as its text) and anything unknown.
                        _ => CellKind::Text,
                    };
                }
                _ => (),
            }
        }
        head
    }
}

/// `AB12` → 27. Letters beyond what Excel has are no reference.
fn column_of(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters == 0 || letters > 3 {
        return None;
    }
    let column = reference.bytes().take(letters).fold(0, |n, b| n * 26 + usize::from(b.to_ascii_uppercase() - b'A') + 1);
    Some(column - 1)
}

/// `A1:C2` as an area.
fn area_of(reference: &str) -> Option<Area> {
    let (from, to) = reference.split_once(':').unwrap_or((reference, reference));
    let corner = |text: &str| -> Option<(u32, u32)> {
        let column = u32::try_from(column_of(text)?).ok()?;
        let row = text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse::<u32>().ok()?.checked_sub(1)?;
        Some((row, column))
    };
    let ((top, left), (bottom, right)) = (corner(from)?, corner(to)?);
    (top <= bottom && left <= right).then_some(Area { top, left, bottom, right })
}

/// The merged areas, which stand behind the cells: the cells are passed over as bytes, not parsed.
pub(super) fn merged(mut part: impl Read) -> Result<Vec<Area>, FileError> {
    const NAME: &[u8] = b"mergeCells";
    let finder = memchr::memmem::Finder::new(NAME);
    let mut buffer = vec![0; 256 << 10];
    let mut kept = 0;
    loop {
        let read = part.read(&mut buffer[kept..])?;
        let filled = kept + read;
        if let Some(at) = finder.find(&buffer[..filled]) {
            // From the name on it is a part of its own; a prefix before the name (`x:mergeCells`) does not matter.
            let rest = [b"<", &buffer[at..filled]].concat();
            return areas(std::io::Cursor::new(rest).chain(part));
        }
        if read == 0 {
            return Ok(Vec::new());
        }
        kept = filled.min(NAME.len() - 1);
        buffer.copy_within(filled - kept..filled, 0);
    }
}

fn areas(part: impl Read) -> Result<Vec<Area>, FileError> {
    let mut xml = Xml::new(part, "合并单元格");
    let mut areas = Vec::new();
    loop {
        match xml.step()? {
            Step::Start(start) if start.local_name().as_ref() == "mergeCell" && areas.len() < limits::MERGES => {
                areas.extend(attribute(&start, "ref").and_then(|r| area_of(&r)));
            }
            Step::End(Tag::Merges) | Step::Finished => return Ok(areas),
            _ => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(xml: &str, strings: &[&str], styles: Vec<NumberFormat>) -> Result<Vec<RawRow>, FileError> {
        let mut table = Strings::default();
        strings.iter().for_each(|s| table.push(s));
        SheetRows::new(xml.as_bytes(), Arc::new(table), Arc::new(styles), false, Budget::of(xml.len() as u64)).collect()
    }

    #[test]
    fn every_kind_of_cell_is_read() -> Result<(), FileError> {
        let xml = r#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData>
            <row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3"><f>L5-18</f><v>61</v></c><c r="C3" s="1"><v>44196</v></c><c r="D3" t="e"><v>#DIV/0!</v></c>
            <c r="E3" t="b"><v>1</v></c><c r="F3" t="str"><f>A1</f><v>a&amp;b</v></c><c r="G3" t="inlineStr"><is><r><t>内</t></r><r><t>联</t></r></is></c>
            <c r="H3" t="d"><v>2020-03-05T00:00:00</v></c><c r="I3" s="1"/><c r="J3" t="s"><v>77</v></c></row>
            <row><c><v>1</v></c><c><v>x</v></c></row><row r="9" spans="1:3"><c r="A9" s="3"/></row></sheetData></worksheet>"#;
        let read = rows(xml, &["甲"], vec![NumberFormat::Number, NumberFormat::Date])?;
        assert_eq!(read.len(), 2, "a row of formatted blanks is no row");
        let text = |t: &str| Cell::Text(t.into());
        let expected = vec![
            text("甲"),
            Cell::Number(61.0),
            Cell::Date("2020-12-31".into()),
            text("#DIV/0!"),
            Cell::Bool(true),
            text("a&b"),
            text("内联"),
            Cell::Date("2020-03-05".into()),
            Cell::Empty,
            text("#缺失的文字77"),
        ];
        assert_eq!(read[0], RawRow { number: 3, cells: expected });
        assert_eq!(
            read[1],
            RawRow { number: 4, cells: vec![Cell::Number(1.0), text("x")] },
            "rows and cells without references are counted"
        );
        Ok(())
    }

    #[test]
    fn references_are_not_trusted() {
        assert_eq!(column_of("XFD1"), Some(16_383));
        assert_eq!(column_of("ZZZZZZZZZZ1"), None);
        assert_eq!(column_of("99999999999999"), None);
        assert_eq!(area_of("B3:B4"), Some(Area { top: 2, left: 1, bottom: 3, right: 1 }));
        assert_eq!(area_of("B4:A1"), None);
        assert_eq!(area_of("A0"), None);
        assert_eq!(area_of("A99999999999"), None);
    }

    #[test]
    fn a_cell_far_to_the_right_is_refused_and_a_blank_one_is_not() -> Result<(), FileError> {
        let blank = r#"<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row></sheetData></worksheet>"#;
        assert_eq!(rows(blank, &[], Vec::new())?[0].cells.len(), 1);
        let filled = blank.replace(r#" s="1"/>"#, r#"><v>1</v></c>"#);
        assert!(matches!(rows(&filled, &[], Vec::new()), Err(FileError::TooManyColumns { row: 1, .. })));
        Ok(())
    }

    #[test]
    fn merged_cells_are_found_wherever_a_buffer_ends() -> Result<(), FileError> {
        for filler in (256 << 10) - 40..(256 << 10) + 2 {
            let xml = format!(
                "<w><sheetData>{}</sheetData><x:mergeCells count=\"1\"><x:mergeCell ref=\"A1:B1\"/></x:mergeCells></w>",
                "x".repeat(filler)
            );
            assert_eq!(merged(xml.as_bytes())?, [Area { top: 0, left: 0, bottom: 0, right: 1 }], "{filler}");
        }
        assert_eq!(merged("<w><sheetData/></w>".as_bytes())?, []);
        Ok(())
    }

    #[test]
    fn endless_text_and_endless_nesting_are_stopped() {
        let long = format!("<worksheet><sheetData><row><c t=\"str\"><v>{}</v></c></row></sheetData></worksheet>", "x".repeat(3 << 20));
        assert!(matches!(rows(&long, &[], Vec::new()), Err(FileError::Bomb(_))));
        let comment = format!("<worksheet><!-- {} --><sheetData/></worksheet>", "<x>".repeat(1 << 20));
        assert!(matches!(rows(&comment, &[], Vec::new()), Err(FileError::Bomb(_))));
        let deep = format!("<worksheet><sheetData>{}", "<a>".repeat(1000));
        assert!(matches!(rows(&deep, &[], Vec::new()), Err(FileError::Broken { .. })));
    }

    #[test]
    fn a_long_string_repeated_by_short_references_runs_out_of_budget() {
        let long = "长".repeat(10_000);
        let cell = "<c t=\"s\"><v>0</v></c>".repeat(200);
        let xml = format!("<worksheet><sheetData>{}</sheetData></worksheet>", format!("<row>{cell}</row>").repeat(200));
        assert!(matches!(rows(&xml, &[&long], Vec::new()), Err(FileError::Bomb(_))));
    }
}
