//! A table's numbers entered among all others of their year, and what was decided taken back to the table's cells.

use super::meaning::{Meaning, Part, Span};
use crate::tables::axes::Key;
use crate::tables::grid::{Cell, Grid, Group, Row};
use zhijian_calc::epi::{Hidden, Joint};
use zhijian_kinds::StatTable;
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::tables::{Axis, From, Line};

/// A table that counts persons, with the rows that do.
pub struct Counting<'a> {
    /// The table.
    pub table: &'a StatTable,
    /// The lines whose persons are meant, by their place in the table.
    pub lines: &'a [bool],
    /// The place that is asked for.
    pub node: &'a str,
}

/// Where a number stands: keys of the axes and the place.
struct Spot<'a> {
    group: Option<&'a Key>,
    row: Option<&'a Key>,
    column: Option<&'a Key>,
}

impl Counting<'_> {
    /// Does a row count persons whose numbers are withheld? A sum of rows does where one of them does.
    pub fn concerns(&self, row: &Row) -> bool {
        match self.table.rows.from {
            From::Lines => {
                self.table.lines.iter().position(|line| line.key == row.key.key).is_none_or(|at| self.lines.get(at) == Some(&true))
            }
            _ => self.lines.contains(&true),
        }
    }

    /// What a row counts.
    fn meaning(&self, row: &Row) -> Meaning {
        let own = |line: &&Line| self.table.rows.from != From::Lines || row.sum || line.key == row.key.key;
        Meaning::of(self.table, &self.table.lines.iter().filter(own).collect::<Vec<_>>())
    }

    fn name(&self, meaning: &Meaning, spot: &Spot<'_>, part: Part) -> String {
        let mut place = self.node.to_owned();
        let axes = [self.table.groups.as_ref(), Some(&self.table.rows), Some(&self.table.columns)];
        let mut codes: [Option<&[String]>; 3] = [None; 3];
        for ((axis, key), held) in axes.into_iter().zip([spot.group, spot.row, spot.column]).zip(&mut codes) {
            let (Some(axis), Some(key)) = (axis, key) else { continue };
            match axis.from {
                // What lies in none of the places below is a place of its own.
                From::Regions => place = if key.expected { key.key.clone() } else { format!("{} itself", self.node) },
                From::Lines | From::One | From::Years => {}
                From::Months | From::Codes | From::Keys | From::Data => *held = Some(&key.codes),
            }
        }
        meaning.name(codes, &place, part)
    }

    /// The counts of a cell with their names.
    fn counts(&self, meaning: &Meaning, measure: Measure, spot: &Spot<'_>, cell: &Cell) -> Vec<(String, u64)> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of persons, never negative")]
        let whole = |x: f64| x.max(0.0).round() as u64;
        let counted = whole(cell.numerator);
        let name = |part| self.name(meaning, spot, part);
        if measure != Measure::Rate {
            return vec![(name(Part::Counted), counted)];
        }
        let all = whole(cell.denominator);
        vec![(name(Part::Counted), counted), (name(Part::Others), all.saturating_sub(counted)), (name(Part::All), all)]
    }

    /// Enters the numbers of one year; of an axis of years only that year's.
    pub fn enter(&self, joint: &mut Joint, grid: &Grid, year: i32) {
        for group in &grid.groups {
            let enters = |row: &&Row| !row.none && !row.sum && self.concerns(row) && of_year(&self.table.rows, &row.key, year);
            let rows: Vec<&Row> = group.rows.iter().filter(enters).filter(|row| !self.windowed(&self.meaning(row))).collect();
            let mut entered: Vec<Vec<Vec<usize>>> = Vec::new();
            for row in &rows {
                entered.push(self.enter_row(joint, grid, group, row, year));
            }
            self.enter_sums(joint, grid, group, &rows, &entered, year);
        }
    }

    /// Cells of a row, then their total where the columns add up; each its counts.
    fn enter_row(&self, joint: &mut Joint, grid: &Grid, group: &Group, row: &Row, year: i32) -> Vec<Vec<usize>> {
        let meaning = self.meaning(row);
        let mut cells: Vec<Vec<usize>> = Vec::new();
        for (column, cell) in grid.columns.iter().zip(&row.cells).filter(|(column, _)| of_year(&self.table.columns, column, year)) {
            let spot = Spot { group: group.key.as_ref(), row: Some(&row.key), column: Some(column) };
            cells.push(put(joint, &self.counts(&meaning, row.measure, &spot, cell), true));
        }
        if adds(&self.table.columns) {
            let spot = Spot { group: group.key.as_ref(), row: Some(&row.key), column: None };
            let total = put(joint, &self.counts(&meaning, row.measure, &spot, &sum(&row.cells)), row.total.is_some());
            tie(joint, &total, &cells);
            cells.push(total);
        }
        cells
    }

    /// Sums of the rows, column by column; lines are no parts of each other.
    fn enter_sums(&self, joint: &mut Joint, grid: &Grid, group: &Group, rows: &[&Row], entered: &[Vec<Vec<usize>>], year: i32) {
        let Some(first) = rows.first().filter(|_| adds(&self.table.rows) && self.table.rows.from != From::Lines) else { return };
        let shown = group.rows.last().is_some_and(|row| row.sum);
        let meaning = self.meaning(first);
        let columns: Vec<usize> = (0..grid.columns.len()).filter(|at| of_year(&self.table.columns, &grid.columns[*at], year)).collect();
        let mut totals = Vec::new();
        for (place, column) in columns.iter().enumerate() {
            let cells: Vec<Cell> = rows.iter().filter_map(|row| row.cells.get(*column).copied()).collect();
            let spot = Spot { group: group.key.as_ref(), row: None, column: grid.columns.get(*column) };
            let total = put(joint, &self.counts(&meaning, first.measure, &spot, &sum(&cells)), shown);
            tie(joint, &total, &entered.iter().filter_map(|row| row.get(place).cloned()).collect::<Vec<_>>());
            totals.push(total);
        }
        if adds(&self.table.columns) {
            let all: Vec<Cell> = rows.iter().flat_map(|row| row.cells.iter().copied()).collect();
            let spot = Spot { group: group.key.as_ref(), row: None, column: None };
            let shown = shown && group.rows.last().is_some_and(|row| row.total.is_some());
            let total = put(joint, &self.counts(&meaning, first.measure, &spot, &sum(&all)), shown);
            tie(joint, &total, &totals);
            tie(joint, &total, &entered.iter().filter_map(|row| row.last().cloned()).collect::<Vec<_>>());
        }
    }

    /// Years whose decisions a table of a year needs.
    pub fn years(&self, year: i32) -> Vec<i32> {
        let span = [&self.table.rows, &self.table.columns]
            .into_iter()
            .filter(|axis| axis.from == From::Years)
            .map(|axis| i32::try_from(axis.span).unwrap_or(1));
        let windows = self.table.lines.iter().filter(|l| l.sql.is_some()).map(|line| match Meaning::of(self.table, &[line]).span {
            Span::Year => 1,
            Span::Years(n) => n,
        });
        let span = span.chain(windows).max().unwrap_or(1).max(1);
        (year - span + 1..=year).collect()
    }

    /// Withholds the cells of a table that was decided not to be told; `decided` gives what is hidden of a year.
    pub fn withhold<'h>(&self, grid: &mut Grid, year: i32, threshold: u64, decided: &impl Fn(i32) -> Option<&'h Hidden>) {
        let columns = grid.columns.clone();
        for group in &mut grid.groups {
            let heading = group.key.clone();
            // Is something withheld above a sum: in each column, and in the totals?
            let mut above = vec![false; columns.len() + 1];
            for row in group.rows.iter_mut().filter(|row| !row.none && self.concerns(row)) {
                let hidden = self.hidden_of(row, &columns, heading.as_ref(), year, threshold, decided);
                let over_years = row.sum && self.table.rows.from == From::Years;
                let windowed = self.windowed(&self.meaning(row));
                // A number of several years beside those of its years gives the one away that is withheld: such rows are told whole or not.
                let whole = windowed && (hidden.contains(&true) || row.sum && above.contains(&true));
                for (at, cell) in row.cells.iter_mut().chain(row.total.iter_mut()).enumerate() {
                    let hide = whole || hidden.get(at).copied().unwrap_or(true) || over_years && above.get(at) == Some(&true);
                    if let Some(place) = above.get_mut(at) {
                        *place |= hide;
                    }
                    if hide {
                        *cell = Cell { found: true, withheld: true, ..Cell::default() };
                    }
                }
            }
        }
    }

    /// Which cells of a row, then its total, must not be told.
    fn hidden_of<'h>(
        &self,
        row: &Row,
        columns: &[Key],
        heading: Option<&Key>,
        year: i32,
        threshold: u64,
        decided: &impl Fn(i32) -> Option<&'h Hidden>,
    ) -> Vec<bool> {
        let meaning = self.meaning(row);
        let year_in = |axis: &Axis, key: &Key| (axis.from == From::Years).then(|| key.key.parse::<i32>().ok()).flatten();
        let hidden = |column: Option<&Key>, cell: &Cell| {
            let spot = Spot { group: heading, row: Some(&row.key).filter(|_| !row.sum), column };
            let counts = self.counts(&meaning, row.measure, &spot, cell);
            let held = |y: i32| decided(y).is_none_or(|h| counts.iter().any(|(name, count)| h.holds(name, *count)));
            let own = column.and_then(|key| year_in(&self.table.columns, key)).or_else(|| year_in(&self.table.rows, &row.key));
            match (own, meaning.span) {
                (Some(own), _) => held(own),
                (None, Span::Year) => held(year),
                (None, Span::Years(span)) => {
                    let small = counts.iter().any(|(_, count)| (1..threshold).contains(count));
                    let called = |y: i32| decided(y).is_none_or(|h| counts.iter().any(|(name, _)| h.calls(name)));
                    small || (year - span + 1..=year).any(called)
                }
            }
        };
        let mut flags: Vec<bool> = row.cells.iter().zip(columns).map(|(cell, column)| hidden(Some(column), cell)).collect();
        if let Some(total) = &row.total {
            // A sum over years is told when all of the years are.
            let years = self.table.columns.from == From::Years && flags.contains(&true);
            flags.push(years || hidden(None, total));
        }
        flags
    }

    /// Numbers of several years together, without an axis that tells them apart.
    fn windowed(&self, meaning: &Meaning) -> bool {
        let years = |axis: &Axis| axis.from == From::Years;
        meaning.span != Span::Year && !years(&self.table.rows) && !years(&self.table.columns)
    }
}

fn of_year(axis: &Axis, key: &Key, year: i32) -> bool {
    axis.from != From::Years || key.key == year.to_string()
}

/// Do the keys of an axis make a whole of one year?
fn adds(axis: &Axis) -> bool {
    !matches!(axis.from, From::One | From::Years)
}

fn sum(cells: &[Cell]) -> Cell {
    let add = |a: Cell, b: &Cell| Cell { numerator: a.numerator + b.numerator, denominator: a.denominator + b.denominator, ..a };
    cells.iter().fold(Cell::default(), add)
}

/// Enters the counts of a cell; those of a rate add up.
fn put(joint: &mut Joint, counts: &[(String, u64)], shown: bool) -> Vec<usize> {
    let places: Vec<usize> = counts.iter().map(|(name, count)| joint.number(name, *count, shown)).collect();
    if let [counted, others, all] = places.as_slice() {
        joint.sum(*all, vec![*counted, *others]);
    }
    places
}

/// A total is the sum of its parts, count by count.
fn tie(joint: &mut Joint, total: &[usize], parts: &[Vec<usize>]) {
    for (at, total) in total.iter().enumerate() {
        joint.sum(*total, parts.iter().filter_map(|part| part.get(at).copied()).collect());
    }
}
