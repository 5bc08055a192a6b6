//! Before anything is written: open every file, recognise every sheet, find out whose office it is, put the sheets in order.

use super::files::InputFile;
use super::report::{FileReport, SheetReport};
use crate::header::{Hints, Recognised, Recogniser, SEARCHED_ROWS};
use crate::read::{self, RawRow, Source};
use crate::rows::{RowKind, classify};
use crate::write::OWN_SHEETS;
use std::sync::Arc;
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::{Cell, Place};

/// A sheet to be filed.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Index of the file.
    pub file: usize,
    /// Index of the sheet report within the file.
    pub sheet: usize,
    /// Table within the source.
    pub table: usize,
    /// What it is.
    pub recognised: Arc<Recognised>,
}

/// The files as they will be imported.
#[derive(Debug, Default)]
pub struct Survey {
    /// Opened files, `None` when a file cannot be read.
    pub sources: Vec<Option<Source>>,
    /// Reports begun.
    pub files: Vec<FileReport>,
    /// Sheets in the order in which they are filed.
    pub planned: Vec<Planned>,
    /// Digest over names and contents.
    pub digest: String,
}

/// Rows whose county names tell whose office it is.
const COUNTY_ROWS: usize = 2_000;

/// Surveys files.
#[must_use]
pub fn survey(files: &[InputFile], catalogue: &Catalogue, kind: Option<&str>) -> Survey {
    let recogniser = Recogniser::new(catalogue);
    let mut survey = Survey::default();
    let mut digest = String::new();
    for (index, file) in files.iter().enumerate() {
        let mut report = FileReport { file: file.name.clone(), ..FileReport::default() };
        digest.push_str(&file.name);
        digest.push_str(&read::digest(&file.path.as_path().into()).unwrap_or_default());
        match read::open(&file.name, file.path.as_path()) {
            Err(error) => {
                report.error = Some(error.to_string());
                survey.sources.push(None);
            }
            Ok(source) => {
                for table in 0..source.tables().len() {
                    let (sheet, recognised) = look(&recogniser, &source, table, kind);
                    if let Some(recognised) = recognised {
                        survey.planned.push(Planned { file: index, sheet: report.sheets.len(), table, recognised: Arc::new(recognised) });
                    }
                    report.sheets.push(sheet);
                }
                survey.sources.push(Some(source));
            }
        }
        survey.files.push(report);
    }
    let order: Vec<String> = catalogue.in_dependency_order().iter().map(|k| k.kind.clone()).collect();
    let rank = |p: &Planned| order.iter().position(|k| *k == p.recognised.kind.kind);
    survey.planned.sort_by_key(|p| (rank(p), p.file, p.sheet));
    survey.digest = digest;
    survey
}

fn look(recogniser: &Recogniser, source: &Source, table: usize, kind: Option<&str>) -> (SheetReport, Option<Recognised>) {
    let name = source.tables()[table].name.clone();
    let mut report = SheetReport { sheet: name.clone(), ..SheetReport::default() };
    let first: Result<Vec<RawRow>, _> = match source.rows(table) {
        Ok(rows) => rows.take(SEARCHED_ROWS + 10).collect(),
        Err(error) => Err(error),
    };
    let first = match first {
        Ok(first) => first,
        Err(error) => {
            report.error = Some(error.to_string());
            return (report, None);
        }
    };
    if first.iter().all(|r| r.cells.iter().all(Cell::is_blank)) {
        report.skipped = Some("空表，按零报告处理".into());
        report.done = true;
        return (report, None);
    }
    let merged = source.merged(table).unwrap_or_default();
    let hints = Hints { file: &source.name, sheet: &name, kind, mapping: &[] };
    match recogniser.recognise(&first, &merged, &hints) {
        Ok(recognised) => {
            report.kind = Some(recognised.kind.kind.clone());
            report.kind_title = Some(recognised.kind.title.clone());
            report.unknown_columns.clone_from(&recognised.unknown);
            report.notes.clone_from(&recognised.notes);
            (report, Some(recognised))
        }
        Err(unknown) => {
            // Instruction sheets and covers have no table; a table that nobody knows must not disappear.
            let wide = first.iter().filter(|r| r.cells.iter().filter(|c| !c.is_blank()).count() >= 3).count();
            if wide >= 2 && !OWN_SHEETS.contains(&name.as_str()) {
                let headers = if unknown.headers.is_empty() { String::new() } else { format!("表头：{}", unknown.headers.join("、")) };
                let closest = unknown.closest.map(|k| format!("；最接近“{k}”，缺少 {}", unknown.missing.join("、"))).unwrap_or_default();
                report.error = Some(format!("无法识别这张表属于哪一类报表。{headers}{closest}"));
            } else {
                report.skipped = Some("没有数据表（说明或封面）".into());
                report.done = true;
            }
            (report, None)
        }
    }
}

impl Survey {
    /// Guesses the office's region from the county columns, registers of employers first.
    #[must_use]
    pub fn infer_region(&self, catalogue: &Catalogue) -> Option<String> {
        let mut texts: Vec<String> = Vec::new();
        for planned in &self.planned {
            let Some(place) = planned.recognised.kind.region.county.clone().map(Place::Field) else { continue };
            let (Some(column), Some(source)) = (planned.recognised.column_of(&place), &self.sources[planned.file]) else { continue };
            let Ok(rows) = source.rows(planned.table) else { continue };
            let counties = rows
                .flatten()
                .filter(|r| r.number >= planned.recognised.header_rows.end && classify(r, &planned.recognised) == RowKind::Data)
                .take(COUNTY_ROWS)
                .filter_map(|r| r.cells.get(column.index).map(Cell::shown));
            texts.extend(counties);
            if texts.len() >= COUNTY_ROWS {
                break;
            }
        }
        catalogue.regions.infer(texts.iter().map(String::as_str))
    }
}
