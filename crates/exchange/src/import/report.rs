//! What became of every row.

use crate::Finding;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use zhijian_records::bulk::{BulkEnd, End};

/// Most findings a report holds for a file; all of them are in the job store.
pub const FINDINGS_KEPT: usize = 20_000;

/// Counts of rows. `rows_read = accepted + duplicates + rejected`; `warned` and `repaired` say how many of the accepted ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Data rows.
    pub rows_read: u64,
    /// Kept, with and without remarks.
    pub accepted: u64,
    /// Of those: somebody should look.
    pub warned: u64,
    /// Of those: something was put right.
    pub repaired: u64,
    /// The same thing was there already (merged).
    pub duplicates: u64,
    /// Refused.
    pub rejected: u64,
    /// Refused rows by the class that names them.
    pub rejected_by: IndexMap<String, u64>,
}

impl Counts {
    /// Counts the rows of a chunk.
    pub fn add_ends(&mut self, ends: &[BulkEnd]) {
        for end in ends {
            self.rows_read += 1;
            match end.end {
                End::Rejected => {
                    self.rejected += 1;
                    let class = end.problems.first().map_or("E_UNKNOWN", |p| p.class.as_str());
                    *self.rejected_by.entry(class.to_owned()).or_default() += 1;
                }
                End::Duplicate => self.duplicates += 1,
                kept => {
                    self.accepted += 1;
                    self.warned += u64::from(kept == End::Warned);
                    self.repaired += u64::from(kept == End::Repaired);
                }
            }
        }
    }

    /// Adds other counts.
    pub fn add(&mut self, other: &Self) {
        self.rows_read += other.rows_read;
        self.accepted += other.accepted;
        self.warned += other.warned;
        self.repaired += other.repaired;
        self.duplicates += other.duplicates;
        self.rejected += other.rejected;
        for (class, rows) in &other.rejected_by {
            *self.rejected_by.entry(class.clone()).or_default() += rows;
        }
    }
}

/// A sheet's result.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SheetReport {
    /// Sheet name; empty for text files.
    pub sheet: String,
    /// Kind, when it was recognised.
    pub kind: Option<String>,
    /// Its title.
    pub kind_title: Option<String>,
    /// Counts.
    #[serde(flatten)]
    pub counts: Counts,
    /// Columns that nobody knows; their content was not read.
    pub unknown_columns: Vec<String>,
    /// What the sender should know about the columns (units converted by the header).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why the sheet was left out (instructions, empty, no header …).
    pub skipped: Option<String>,
    /// The sheet holds rows that could not be read.
    pub error: Option<String>,
    /// Last row that was filed, for resuming.
    #[serde(default)]
    pub last_row: u32,
    /// All rows are filed.
    #[serde(default)]
    pub done: bool,
}

/// A file's result.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileReport {
    /// File name.
    pub file: String,
    /// Counts over its sheets.
    #[serde(flatten)]
    pub counts: Counts,
    /// Its sheets.
    pub sheets: Vec<SheetReport>,
    /// The file could not be read.
    pub error: Option<String>,
    /// Findings, at most [`FINDINGS_KEPT`].
    pub findings: Vec<Finding>,
    /// How many there are in all.
    pub findings_total: u64,
}

/// An import's result.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Job id.
    pub job: String,
    /// Region of the office, as given or inferred.
    pub region: String,
    /// The region was inferred from county names.
    pub region_inferred: bool,
    /// Files.
    pub files: Vec<FileReport>,
    /// Sums.
    pub totals: Counts,
    /// Files in folders that are no workbooks.
    pub left_out: Vec<String>,
    /// The import was stopped before its end.
    pub cancelled: bool,
}

impl Report {
    /// Sums up.
    pub fn sum(&mut self) {
        self.totals = Counts::default();
        for file in &mut self.files {
            file.counts = Counts::default();
            for sheet in &file.sheets {
                file.counts.add(&sheet.counts);
            }
            self.totals.add(&file.counts);
        }
    }

    /// Every row of every file found an end.
    #[must_use]
    pub fn complete(&self) -> bool {
        !self.cancelled && self.files.iter().all(|f| f.error.is_none() && f.sheets.iter().all(|s| s.error.is_none()))
    }
}
