//! Records as a file: workbook, CSV or JSON, one record at a time.

use super::WriteError;
use super::sheet::{EXCEL_ROWS, Formats, sheet_name, width, write_cell};
use super::template::keys_of;
use super::value::{Document, Out};
use crate::columns::{Column, Keys, columns};
use crate::read::looks_like_formula;
use rust_xlsxwriter::{DocProperties, Workbook};
use serde_json::{Map, Value};
use std::io::Write;
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Place;
use zhijian_kinds::kind::{FieldType, Kind};

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Excel workbook; continues on further sheets where Excel's rows end.
    Xlsx,
    /// Text with commas, UTF-8 with mark (so that Excel shows Chinese).
    Csv,
    /// One JSON document a line.
    JsonLines,
    /// One JSON array.
    JsonArray,
}

impl ExportFormat {
    /// Media type of the file.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/x-ndjson",
            Self::JsonArray => "application/json",
        }
    }

    /// Ending of the file name, with its dot.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => ".xlsx",
            Self::Csv => ".csv",
            Self::JsonLines => ".jsonl",
            Self::JsonArray => ".json",
        }
    }
}

/// How to write it.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// Only these fields (paths), in the order of the definition; empty: all.
    pub fields: Vec<String>,
    /// Columns of groups that are named by a pattern; see [`collect_keys`].
    pub keys: Keys,
    /// Leave out columns of repeated groups (checks by item and the like).
    pub without_items: bool,
    /// Who takes it out: marked in the file.
    pub mark: Option<Mark>,
}

/// The watermark of a file: who took it out, when, what for.
///
/// A workbook tells it in the head and foot of printed pages, in its properties and on a sheet of its own. CSV and JSON have no such place, and a remark line
/// would break whatever reads them: rows with whole personal information carry it in a last column, so that a part cut out tells it too, and the
/// importer leaves that column out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// Name and account.
    pub who: String,
    /// When.
    pub when: String,
    /// Purpose.
    pub purpose: String,
    /// Id of the export.
    pub id: String,
    /// Personal information is whole: every row carries the mark.
    pub whole: bool,
}

/// Heading of the column that carries the mark.
pub const MARK_COLUMN: &str = "导出标记";
/// Member of a JSON document that carries it.
const MARK_MEMBER: &str = "_export";
/// Sheet that tells it.
const MARK_SHEET: &str = "导出说明";

impl Mark {
    /// In one line.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {} {}", self.who, self.when, self.id)
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct ExportSummary {
    /// Records.
    pub rows: u64,
    /// Texts that were too long for a cell.
    pub cut: u64,
}

/// The column keys that documents use in groups named by a pattern (questions of a survey). They must be known before the
/// first row is written; pass once over the records with this.
#[must_use]
pub fn collect_keys<'a>(kind: &Kind, documents: impl IntoIterator<Item = &'a Map<String, Value>>) -> Keys {
    let mut keys = Keys::new();
    for document in documents {
        keys_of(kind, document, &mut keys);
    }
    for (_, keys) in &mut keys {
        keys.sort();
    }
    keys
}

/// Writes records as they come, in flat memory.
pub struct Exporter<'a, W: Write + Send> {
    kind: &'a Kind,
    catalogue: &'a Catalogue,
    columns: Vec<Column<'a>>,
    output: Output<W>,
    summary: ExportSummary,
    mark: Option<Mark>,
}

enum Output<W> {
    Xlsx(Box<Book>, W),
    Csv(W),
    Json { writer: W, array: bool },
}

struct Book {
    workbook: Workbook,
    formats: Formats,
    sheet: usize,
    row: u32,
    name: String,
    mark: Option<Mark>,
}

impl<'a, W: Write + Send> Exporter<'a, W> {
    /// Begins a file: writes the header.
    ///
    /// # Errors
    /// [`WriteError`] when the writer or the workbook fails.
    pub fn new(
        kind: &'a Kind,
        catalogue: &'a Catalogue,
        format: ExportFormat,
        options: &ExportOptions,
        mut writer: W,
    ) -> Result<Self, WriteError> {
        let wanted = |column: &Column<'_>| {
            let is_item = matches!(column.place, Place::Pivot { .. });
            let empty_object = column.field.ty == FieldType::Object;
            let chosen = options.fields.is_empty() || options.fields.contains(&column.field.path);
            chosen && !empty_object && !(is_item && options.without_items)
        };
        let columns: Vec<Column<'a>> = columns(kind, catalogue, &options.keys).into_iter().filter(wanted).collect();
        let output = match format {
            ExportFormat::Xlsx => {
                let mut workbook = Workbook::new();
                let mut properties =
                    DocProperties::new().set_title(&kind.def.title).set_keywords(format!("{}.v{}", kind.def.kind, kind.def.version));
                if let Some(mark) = &options.mark {
                    properties = properties.set_author(&mark.who).set_comment(format!("{}；用途：{}", mark.line(), mark.purpose));
                }
                workbook.set_properties(&properties);
                let name = sheet_name(&kind.def.workbook.sheet, "数据");
                let mut book = Book { workbook, formats: Formats::new(), sheet: 0, row: 0, name, mark: options.mark.clone() };
                book.begin_sheet(&columns)?;
                Output::Xlsx(Box::new(book), writer)
            }
            ExportFormat::Csv => {
                writer.write_all(b"\xEF\xBB\xBF")?;
                let mut line: Vec<String> = columns.iter().map(|c| c.header.clone()).collect();
                line.extend(on_rows(options.mark.as_ref()).map(|_| MARK_COLUMN.to_owned()));
                write_line(&mut writer, &line)?;
                Output::Csv(writer)
            }
            ExportFormat::JsonLines => Output::Json { writer, array: false },
            ExportFormat::JsonArray => {
                writer.write_all(b"[")?;
                Output::Json { writer, array: true }
            }
        };
        Ok(Self { kind, catalogue, columns, output, summary: ExportSummary::default(), mark: options.mark.clone() })
    }

    /// Writes one record.
    ///
    /// # Errors
    /// [`WriteError::UnseenKey`] when the record has a pattern column that was not announced; else when the writer fails.
    pub fn push(&mut self, document: &Map<String, Value>) -> Result<(), WriteError> {
        match &mut self.output {
            Output::Json { writer, array } => {
                let separator: &[u8] = match (*array, self.summary.rows) {
                    (true, 0) => b"\n",
                    (true, _) => b",\n",
                    (false, _) => b"",
                };
                writer.write_all(separator)?;
                match on_rows(self.mark.as_ref()) {
                    None => serde_json::to_writer(&mut *writer, document).map_err(std::io::Error::from)?,
                    Some(mark) => {
                        let mut marked = document.clone();
                        marked.insert(MARK_MEMBER.into(), Value::String(mark.line()));
                        serde_json::to_writer(&mut *writer, &marked).map_err(std::io::Error::from)?;
                    }
                }
                if !*array {
                    writer.write_all(b"\n")?;
                }
            }
            Output::Csv(writer) => {
                check_keys(self.kind, &self.columns, document)?;
                let document = Document::new(self.kind, self.catalogue, document);
                let mut line: Vec<String> = self.columns.iter().map(|c| protected(&document.cell(c))).collect();
                line.extend(on_rows(self.mark.as_ref()).map(Mark::line));
                write_line(writer, &line)?;
            }
            Output::Xlsx(book, _) => {
                check_keys(self.kind, &self.columns, document)?;
                if book.row == EXCEL_ROWS {
                    book.sheet += 1;
                    book.begin_sheet(&self.columns)?;
                }
                let document = Document::new(self.kind, self.catalogue, document);
                let row = book.row;
                let sheet = book.workbook.worksheet_from_index(book.sheet)?;
                for (index, column) in (0u16..).zip(&self.columns) {
                    let cut = write_cell(sheet, row, index, &document.cell(column), &book.formats.day, None)?;
                    self.summary.cut += u64::from(cut);
                }
                book.row += 1;
            }
        }
        self.summary.rows += 1;
        Ok(())
    }

    /// Ends the file and gives the writer back.
    ///
    /// # Errors
    /// [`WriteError`] when the writer or the workbook fails.
    pub fn finish(self) -> Result<(ExportSummary, W), WriteError> {
        let mut writer = match self.output {
            Output::Xlsx(mut book, mut writer) => {
                book.explain()?;
                book.workbook.save_to_writer(&mut writer)?;
                writer
            }
            Output::Csv(writer) | Output::Json { writer, array: false } => writer,
            Output::Json { mut writer, array: true } => {
                writer.write_all(b"\n]\n")?;
                writer
            }
        };
        writer.flush()?;
        Ok((self.summary, writer))
    }
}

impl Book {
    fn begin_sheet(&mut self, columns: &[Column<'_>]) -> Result<(), WriteError> {
        let name = if self.sheet == 0 { self.name.clone() } else { sheet_name(&format!("{}（续{}）", self.name, self.sheet), "续") };
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        for (index, column) in (0u16..).zip(columns) {
            sheet.set_column_width(index, width(column.field, &column.header))?;
            sheet.write_string_with_format(0, index, &column.header, &self.formats.header)?;
        }
        if let Some(mark) = &self.mark {
            // An ampersand begins a field there; Excel takes at most 255 characters.
            let line: String = mark.line().replace('&', "&&").chars().take(200).collect();
            sheet.set_header(format!("&R{line}"));
            sheet.set_footer(format!("&L{line}&R第 &P 页，共 &N 页"));
        }
        sheet.set_freeze_panes(1, 0)?;
        self.row = 1;
        Ok(())
    }

    /// A last sheet that says who took the file out.
    fn explain(&mut self) -> Result<(), WriteError> {
        let Some(mark) = &self.mark else { return Ok(()) };
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(MARK_SHEET)?;
        sheet.set_column_width(0, 14)?;
        sheet.set_column_width(1, 60)?;
        let whole = if mark.whole { "含完整个人信息，请按用途使用，不得外传" } else { "个人信息已隐去" };
        let rows = [("导出人", mark.who.as_str()), ("时间", &mark.when), ("用途", &mark.purpose), ("导出编号", &mark.id), ("提示", whole)];
        for (row, (name, value)) in (0_u32..).zip(rows) {
            sheet.write_string_with_format(row, 0, name, &self.formats.header)?;
            sheet.write_string(row, 1, value)?;
        }
        Ok(())
    }
}

/// The mark, when every row carries it.
fn on_rows(mark: Option<&Mark>) -> Option<&Mark> {
    mark.filter(|mark| mark.whole)
}

/// Every pattern column of the record has been announced.
fn check_keys(kind: &Kind, columns: &[Column<'_>], document: &Map<String, Value>) -> Result<(), WriteError> {
    let mut used = Keys::new();
    keys_of(kind, document, &mut used);
    for (group, keys) in used {
        // A group that was left out by choice needs no columns.
        if !columns.iter().any(|c| c.field.path == group && matches!(c.place, Place::Pivot { .. }))
            && !columns.iter().any(|c| c.place == Place::Field(group.clone()))
        {
            continue;
        }
        for key in keys {
            let place = Place::Pivot { group: group.clone(), key: key.clone() };
            if !columns.iter().any(|c| c.place == place) {
                return Err(WriteError::UnseenKey { key });
            }
        }
    }
    Ok(())
}

/// A text that a spreadsheet would take for a formula gets an apostrophe, which the reader takes off again.
fn protected(out: &Out) -> String {
    let shown = out.shown();
    match out {
        Out::Text(text) if looks_like_formula(text) => format!("'{shown}"),
        _ => shown,
    }
}

fn write_line(writer: &mut impl Write, fields: &[String]) -> Result<(), WriteError> {
    let mut line = String::new();
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        if field.contains([',', '"', '\n', '\r', '\t', ';']) || field.starts_with(' ') || field.ends_with(' ') {
            line.push('"');
            line.push_str(&field.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(field);
        }
    }
    line.push_str("\r\n");
    writer.write_all(line.as_bytes())?;
    Ok(())
}
