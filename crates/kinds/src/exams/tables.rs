//! Rows of the two tables.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How often an exposed worker is examined in service.
#[derive(Debug, Clone, Deserialize)]
pub struct Cycle {
    /// Number of the row.
    pub id: String,
    /// Hazard as the standard calls it.
    pub group: String,
    /// Codes of list HAZARD, `;` between.
    pub hazards: String,
    /// What the cycle depends on: `dust_grade`, `noise_db`, `job_grade` or a finding that the roster does not know; empty: nothing.
    pub condition: String,
    /// From this value on.
    pub ge: String,
    /// Below this value.
    pub lt: String,
    /// The row holds too when the value is not known.
    pub when_unknown: String,
    /// `exam`, `item` or `first`.
    pub scope: String,
    /// Months between examinations.
    pub default_months: String,
    /// `1`: must, `0`: should.
    pub mandatory: String,
    /// `GBZ 188-2014`.
    pub edition: String,
    /// Clause.
    pub clause: String,
    /// First day of the edition.
    pub valid_from: String,
    /// Its last day, or empty.
    pub valid_to: String,
    /// `firm`, `design` …
    pub status: String,
}

/// What is examined.
#[derive(Debug, Clone, Deserialize)]
pub struct Items {
    /// Number of the row.
    pub id: String,
    /// Codes of list HAZARD, `;` between.
    pub hazards: String,
    /// Code of list EXAM.
    pub exam_type: String,
    /// Required items, `;` between.
    pub items: String,
    /// Physical examination, `;` between.
    pub physical: String,
    /// Edition.
    pub edition: String,
    /// Clause.
    pub clause: String,
    /// First day of the edition.
    pub valid_from: String,
    /// Its last day, or empty.
    pub valid_to: String,
    /// `firm`, `secondary` …
    pub status: String,
}

/// Both tables.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// Cycles.
    pub cycles: Vec<Cycle>,
    /// Items.
    pub items: Vec<Items>,
}

/// Is a code among those of a cell?
pub(super) fn names(cell: &str, code: &str) -> bool {
    cell.split(';').any(|c| c == code)
}

/// Does a day lie in a row's time?
pub(super) fn in_force(from: &str, to: &str, day: &str) -> bool {
    (from.is_empty() || from <= day) && (to.is_empty() || day <= to)
}

impl Tables {
    /// Reads both files.
    ///
    /// # Errors
    /// File and what is wrong with it.
    pub fn parse(cycles: &str, items: &str) -> Result<Self, (&'static str, String)> {
        Ok(Self {
            cycles: rows(cycles).map_err(|e| ("rules/exam_cycles.csv", e))?,
            items: rows(items).map_err(|e| ("rules/exam_items.csv", e))?,
        })
    }

    /// What is examined for a hazard, by the edition in force on a day.
    pub fn of<'a>(&'a self, hazard: &'a str, exam_type: &'a str, day: &'a str) -> impl Iterator<Item = &'a Items> {
        self.items
            .iter()
            .filter(move |row| row.exam_type == exam_type && names(&row.hazards, hazard) && in_force(&row.valid_from, &row.valid_to, day))
    }

    /// Required items of several hazards together, each once.
    #[must_use]
    pub fn required(&self, hazards: &[String], exam_type: &str, day: &str) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for row in hazards.iter().flat_map(|hazard| self.of(hazard, exam_type, day)) {
            for item in row.physical.split(';').chain(row.items.split(';')).map(str::trim).filter(|item| !item.is_empty()) {
                if !all.iter().any(|known| known == item) {
                    all.push(item.to_owned());
                }
            }
        }
        all
    }
}

fn rows<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, String> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().map_err(|e| e.to_string())
}
