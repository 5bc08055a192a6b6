//! Code lists, regions and rule tables as tables beside the facts, so that SQL can join them.
//!
//! All their columns are text and an empty cell is null; SQL casts where it computes.

use std::sync::Arc;

use datafusion::arrow::{
    array::{ArrayRef, RecordBatch, StringViewArray},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use zhijian_kinds::{Catalogue, CodeList, Regions, regions::Level};

use crate::error::{LakeError, Result};

/// A small table of texts.
#[derive(Debug, Clone)]
pub struct TextTable {
    /// Name in SQL.
    pub name: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// All reference tables of a catalogue: `code_<list>`, `region`, `town`, `rule_<table>`.
#[must_use]
pub fn tables_of(catalogue: &Catalogue) -> Vec<TextTable> {
    let mut tables: Vec<TextTable> = catalogue.codes.values().map(|list| code_table(list)).collect();
    tables.push(places("region", &catalogue.regions, |level| level != Level::Town));
    tables.push(places("town", &catalogue.regions, |level| level == Level::Town));
    tables.extend(catalogue.rules.iter().filter_map(|(name, csv)| rule_table(name, csv)));
    tables
}

fn code_table(list: &CodeList) -> TextTable {
    let mut columns: Vec<String> = ["code", "label", "parent", "valid_from", "valid_to"].map(str::to_owned).to_vec();
    columns.extend(list.extra.iter().cloned());
    let rows = list
        .codes
        .iter()
        .map(|code| {
            let head = [&code.code, &code.label, &code.parent, &code.valid_from, &code.valid_to];
            head.into_iter().chain(&code.more).cloned().collect()
        })
        .collect();
    TextTable { name: format!("code_{}", list.name.to_lowercase()), columns, rows }
}

fn places(name: &str, regions: &Regions, wanted: impl Fn(Level) -> bool) -> TextTable {
    let rows = regions
        .all()
        .iter()
        .filter(|r| wanted(r.level))
        .map(|r| vec![r.code.clone(), r.name.clone(), r.parent.clone(), level(r.level).to_owned()])
        .collect();
    TextTable { name: name.into(), columns: ["code", "name", "parent", "level"].map(str::to_owned).to_vec(), rows }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Province => "province",
        Level::City => "city",
        Level::County => "county",
        Level::Zone => "zone",
        Level::Town => "town",
    }
}

/// A rule CSV; a column `hazards` (`D003;D004`) becomes one row a hazard in a column `hazard`.
fn rule_table(name: &str, csv: &str) -> Option<TextTable> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(csv.as_bytes());
    let mut columns: Vec<String> = reader.headers().ok()?.iter().map(str::to_owned).collect();
    let listed = columns.iter().position(|c| c == "hazards");
    if let Some(at) = listed {
        columns[at] = "hazard".into();
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.ok()?;
        let row: Vec<String> = (0..columns.len()).map(|i| record.get(i).unwrap_or_default().trim().to_owned()).collect();
        match listed {
            None => rows.push(row),
            Some(at) => rows.extend(row[at].split(';').map(|one| {
                let mut copy = row.clone();
                copy[at] = one.trim().to_owned();
                copy
            })),
        }
    }
    Some(TextTable { name: format!("rule_{name}"), columns, rows })
}

impl TextTable {
    /// A table from its parts.
    #[must_use]
    pub fn new(name: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Self {
        Self { name: name.into(), columns: columns.iter().map(|c| (*c).to_owned()).collect(), rows }
    }

    /// Arrow schema.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(self.columns.iter().map(|c| Field::new(c, DataType::Utf8View, true)).collect::<Vec<_>>()))
    }

    /// Every row has its own value in a column. (A rule table and a list with several editions need not.)
    #[must_use]
    pub fn is_unique_by(&self, column: &str) -> bool {
        let Some(at) = self.columns.iter().position(|c| c == column) else { return false };
        let mut seen = std::collections::HashSet::new();
        self.rows.iter().all(|row| row.get(at).is_some_and(|cell| !cell.is_empty() && seen.insert(cell)))
    }

    /// Changes when the content changes.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        crate::facts::fingerprint(&format!("{:?}{:?}", self.columns, self.rows))
    }

    /// The rows.
    ///
    /// # Errors
    /// Only when a row has too few cells, which the constructors exclude.
    pub fn batch(&self) -> Result<RecordBatch> {
        let arrays = (0..self.columns.len())
            .map(|i| {
                let cells = self.rows.iter().map(|row| row.get(i).map(String::as_str).filter(|cell| !cell.is_empty()));
                Arc::new(cells.collect::<StringViewArray>()) as ArrayRef
            })
            .collect();
        RecordBatch::try_new(self.schema(), arrays).map_err(|e| LakeError::engine("组装代码表", e))
    }
}
