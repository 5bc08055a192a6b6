//! The table of an exploration: keys in order, cells, totals, and what is withheld.

use super::fact::{self, Words};
use super::question::{Question, Share};
use super::small;
use crate::app::App;
use std::collections::HashMap;
use zhijian_lake::LakeError;
use zhijian_lake::explore::CubeCell;

/// Most rows and columns that are shown; files hold all.
pub const SHOWN: (usize, usize) = (100, 24);

/// A key of a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// As in the lake.
    pub key: String,
    /// In words.
    pub label: String,
}

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// Value.
    pub value: Option<f64>,
    /// Records behind it.
    pub records: u64,
    /// Not told.
    pub withheld: bool,
}

/// The table.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// Rows.
    pub rows: Vec<Key>,
    /// Columns; one without key where none were asked for.
    pub columns: Vec<Key>,
    /// Cells by row and column.
    pub cells: Vec<Vec<Cell>>,
    /// Totals of the rows.
    pub row_totals: Vec<Cell>,
    /// Totals of the columns.
    pub column_totals: Vec<Cell>,
    /// Total of everything.
    pub total: Cell,
}

/// Asks the lake.
///
/// # Errors
/// The lake failed.
pub async fn fill(app: &App, question: &Question<'_>) -> Result<Filled, LakeError> {
    let found = app.evaluator.cube(&question.cube(), &question.params).await?;
    let mut cells: HashMap<(Option<String>, Option<String>), Cell> = HashMap::with_capacity(found.len());
    for CubeCell { row, column, value, records } in found {
        cells.insert((row, column), Cell { value, records, withheld: false });
    }
    let two = question.columns.is_some();
    let words = |at: usize| question.sides.get(at).map_or(Words::Plain, |s| s.words);
    let rows = keys(
        app,
        words(question.rows),
        cells.iter().filter(|((_, c), _)| c.is_none()).filter_map(|((r, _), cell)| Some((r.as_deref()?, cell))),
    );
    let columns = match question.columns {
        Some(at) => {
            keys(app, words(at), cells.iter().filter(|((r, _), _)| r.is_none()).filter_map(|((_, c), cell)| Some((c.as_deref()?, cell))))
        }
        None => {
            vec![Key { key: String::new(), label: question.measures.get(question.measure).map(|m| m.title.clone()).unwrap_or_default() }]
        }
    };
    let at = |row: Option<&Key>, column: Option<&Key>| {
        let key = (row.map(|k| k.key.clone()), column.filter(|_| two).map(|k| k.key.clone()));
        cells.get(&key).copied().unwrap_or_default()
    };
    let mut filled = Filled {
        cells: rows.iter().map(|r| columns.iter().map(|c| at(Some(r), Some(c))).collect()).collect(),
        row_totals: rows.iter().map(|r| at(Some(r), None)).collect(),
        column_totals: columns.iter().map(|c| at(None, Some(c))).collect(),
        total: at(None, None),
        rows,
        columns,
    };
    if question.fact.closed && question.fact.kind.rights.health() {
        small::withhold(&mut filled, app.catalogue().roles.smallest_cell, two);
    }
    Ok(filled)
}

/// Time in its order, everything else by how much there is; what is not filled in comes last.
fn keys<'c>(app: &App, words: Words<'_>, found: impl Iterator<Item = (&'c str, &'c Cell)>) -> Vec<Key> {
    let mut found: Vec<(&str, f64)> = found.map(|(key, cell)| (key, cell.value.unwrap_or_default())).collect();
    match words {
        Words::Time => found.sort_by(|a, b| a.0.is_empty().cmp(&b.0.is_empty()).then(a.0.cmp(b.0))),
        _ => found.sort_by(|a, b| a.0.is_empty().cmp(&b.0.is_empty()).then(b.1.total_cmp(&a.1)).then(a.0.cmp(b.0))),
    }
    found.into_iter().map(|(key, _)| Key { key: key.to_owned(), label: fact::label(app, words, key) }).collect()
}

impl Filled {
    /// A cell as a share, or its value.
    #[must_use]
    pub fn shown(&self, share: Share, cell: &Cell, row: Option<usize>, column: Option<usize>) -> Option<f64> {
        let of = match share {
            Share::Value => return cell.value,
            Share::Row => row.and_then(|at| self.row_totals.get(at)).unwrap_or(&self.total),
            Share::Column => column.and_then(|at| self.column_totals.get(at)).unwrap_or(&self.total),
            Share::All => &self.total,
        };
        let (value, total) = (cell.value?, of.value?);
        (total > 0.0).then(|| value / total * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(rows: &[&[u32]]) -> Filled {
        let cell = |n: u32| Cell { value: Some(f64::from(n)), records: 1, withheld: false };
        let key = |n: usize| Key { key: n.to_string(), label: n.to_string() };
        let width = rows.first().map_or(0, |r| r.len());
        Filled {
            rows: (0..rows.len()).map(key).collect(),
            columns: (0..width).map(key).collect(),
            cells: rows.iter().map(|r| r.iter().map(|n| cell(*n)).collect()).collect(),
            row_totals: rows.iter().map(|r| cell(r.iter().sum())).collect(),
            column_totals: (0..width).map(|c| cell(rows.iter().map(|r| r[c]).sum())).collect(),
            total: cell(rows.iter().flat_map(|r| r.iter()).sum()),
        }
    }

    #[test]
    fn a_small_number_does_not_follow_from_the_others() {
        let mut filled = people(&[&[40, 3, 50], &[60, 70, 80], &[30, 20, 90]]);
        small::withhold(&mut filled, 5, true);
        let hidden: Vec<Vec<bool>> = filled.cells.iter().map(|r| r.iter().map(|c| c.withheld).collect()).collect();
        assert!(hidden[0][1], "the small one");
        for at in 0..3 {
            let row = hidden[at].iter().filter(|h| **h).count();
            let column = hidden.iter().filter(|r| r[at]).count();
            assert!(row != 1 || filled.row_totals[at].withheld, "no row gives its only hidden cell away");
            assert!(column != 1 || filled.column_totals[at].withheld, "no column does");
        }
    }

    #[test]
    fn a_table_without_small_numbers_is_told_whole() {
        let mut filled = people(&[&[40, 30], &[60, 70]]);
        small::withhold(&mut filled, 5, true);
        assert!(filled.cells.iter().flatten().chain(&filled.row_totals).chain(&filled.column_totals).all(|c| !c.withheld));
    }

    #[test]
    fn shares_are_of_the_total_asked_for() {
        let filled = people(&[&[10, 30], &[20, 40]]);
        let cell = filled.cells[0][1];
        assert_eq!(filled.shown(Share::Row, &cell, Some(0), Some(1)), Some(75.0));
        assert_eq!(filled.shown(Share::All, &cell, Some(0), Some(1)), Some(30.0));
        assert_eq!(filled.shown(Share::Value, &cell, Some(0), Some(1)), Some(30.0));
    }
}
