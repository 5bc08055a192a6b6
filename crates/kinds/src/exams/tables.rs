//! Rows of the tables.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeSet, HashMap};

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
    /// Codes of list HAZARD, `;` between; `*` whatever the hazard.
    pub hazards: String,
    /// Code of list EXAM.
    pub exam_type: String,
    /// Required items, `;` between.
    pub items: String,
    /// Physical examination, `;` between.
    pub physical: String,
    /// `1`: must, `0`: should.
    pub mandatory: String,
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

/// How an item of the standard stands on a card.
#[derive(Debug, Deserialize)]
struct ItemCodes {
    item: String,
    codes: String,
}

/// All tables.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// Cycles.
    pub cycles: Vec<Cycle>,
    items: Vec<Items>,
    /// Rows of `items` by hazard.
    by_hazard: HashMap<String, Vec<usize>>,
    /// Codes of list EXAM_ITEM by the standard's name of an item; each is a choice, `|` between.
    codes: HashMap<String, Vec<String>>,
}

/// Stands for whatever the hazard.
const ANY: &str = "*";

/// Is a code among those of a cell?
pub(super) fn names(cell: &str, code: &str) -> bool {
    cell.split(';').any(|c| c == code)
}

/// Does a day lie in a row's time?
pub(super) fn in_force(from: &str, to: &str, day: &str) -> bool {
    (from.is_empty() || from <= day) && (to.is_empty() || day <= to)
}

impl Tables {
    /// Reads the files.
    ///
    /// # Errors
    /// File and what is wrong with it.
    pub fn parse(cycles: &str, items: &str, codes: &str) -> Result<Self, (&'static str, String)> {
        let items: Vec<Items> = rows(items).map_err(|e| ("rules/exam_items.csv", e))?;
        let mut by_hazard: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, row) in items.iter().enumerate() {
            for hazard in row.hazards.split(';') {
                by_hazard.entry(hazard.to_owned()).or_default().push(at);
            }
        }
        let codes: Vec<ItemCodes> = rows(codes).map_err(|e| ("rules/exam_item_codes.csv", e))?;
        let codes = codes.into_iter().map(|row| (row.item, row.codes.split(';').map(str::to_owned).collect())).collect();
        Ok(Self { cycles: rows(cycles).map_err(|e| ("rules/exam_cycles.csv", e))?, items, by_hazard, codes })
    }

    /// What is examined for a hazard, by the edition in force on a day.
    pub(super) fn of<'a>(&'a self, hazard: &str, exam_type: &'a str, day: &'a str) -> impl Iterator<Item = &'a Items> + use<'a> {
        let rows = self.by_hazard.get(hazard).into_iter().flatten().filter_map(|at| self.items.get(*at));
        rows.filter(move |row| row.exam_type == exam_type && in_force(&row.valid_from, &row.valid_to, day))
    }

    /// What is examined for hazards together, with what is examined whatever the hazard.
    fn of_all<'a>(&'a self, hazards: &'a [String], exam_type: &'a str, day: &'a str) -> impl Iterator<Item = &'a Items> {
        hazards.iter().map(String::as_str).chain([ANY]).flat_map(move |hazard| self.of(hazard, exam_type, day))
    }

    /// Required items of several hazards together, each once.
    #[must_use]
    pub fn required(&self, hazards: &[String], exam_type: &str, day: &str) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for row in self.of_all(hazards, exam_type, day) {
            for item in row.physical.split(';').chain(row.items.split(';')).map(str::trim).filter(|item| !item.is_empty()) {
                if !all.iter().any(|known| known == item) {
                    all.push(item.to_owned());
                }
            }
        }
        all
    }

    /// Codes of list EXAM_ITEM that a card must hold, of rows that are a must; each is a choice of codes, `|` between. Items without a code are left out.
    #[must_use]
    pub fn required_codes<'a>(&'a self, hazards: &'a [String], exam_type: &'a str, day: &'a str) -> BTreeSet<&'a str> {
        let rows = self.of_all(hazards, exam_type, day).filter(|row| row.mandatory == "1");
        rows.flat_map(|row| row.items.split(';')).filter_map(|item| self.codes.get(item.trim())).flatten().map(String::as_str).collect()
    }
}

fn rows<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, String> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().map_err(|e| e.to_string())
}
