//! A table for a region and year: rows, columns, cells, totals and gaps.

use super::axes::{Key, Keys};
use super::withhold;
use crate::app::App;
use crate::board::place::Territory;
use std::collections::HashMap;
use zhijian_kinds::StatTable;
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::tables::{From, Line};
use zhijian_lake::{LakeError, Params, percent_text};

/// Shown in an expected cell without anything.
pub const GAP: &str = "缺口";

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// Σ numerator, or the count.
    pub numerator: f64,
    /// Σ denominator; counts have none.
    pub denominator: f64,
    /// Some unit fell in.
    pub found: bool,
    /// It is not told.
    pub withheld: bool,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Key.
    pub key: Key,
    /// What its numbers are.
    pub measure: Measure,
    /// What is counted, in words; why there is nothing.
    pub note: String,
    /// The platform has no data for it.
    pub none: bool,
    /// Nothing found is no gap.
    pub optional: bool,
    /// A sum of the rows above.
    pub sum: bool,
    /// Cells in the order of the columns.
    pub cells: Vec<Cell>,
    /// Their sum, where the columns are summed.
    pub total: Option<Cell>,
}

/// Rows under a heading.
#[derive(Debug, Clone)]
pub struct Group {
    /// Heading; `None` in tables without groups.
    pub key: Option<Key>,
    /// Rows.
    pub rows: Vec<Row>,
}

/// A table filled.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Columns.
    pub columns: Vec<Key>,
    /// Rows by group.
    pub groups: Vec<Group>,
}

impl Cell {
    fn add(&mut self, numerator: f64, denominator: f64) {
        self.numerator += numerator;
        self.denominator += denominator;
        self.found = true;
    }

    /// An expected cell of the row in which nothing was found.
    #[must_use]
    pub fn gap(&self, table: &StatTable, row: &Row) -> bool {
        table.gaps && !row.optional && !row.sum && !row.none && !self.withheld && self.numerator == 0.0
    }

    /// As shown.
    #[must_use]
    pub fn text(&self, table: &StatTable, row: &Row) -> String {
        match row.measure {
            _ if self.withheld => crate::board::small::WITHHELD.to_owned(),
            _ if self.gap(table, row) => GAP.to_owned(),
            Measure::Rate if self.denominator > 0.0 => percent_text(self.numerator / self.denominator * 100.0),
            Measure::Rate => "不适用".to_owned(),
            _ => crate::board::numbers::grouped(self.numerator),
        }
    }
}

/// Fills a table.
///
/// # Errors
/// The lake failed.
pub async fn fill(app: &App, territory: &Territory<'_>, table: &StatTable, node: &str, year: i32) -> Result<Grid, LakeError> {
    fill_for(app, territory, table, &Params { scope: territory.scope.clone(), ..Params::new(node, year) }).await
}

/// Fills a table for a question that may end on a day of the year or be narrowed; its scope must be the territory's.
///
/// # Errors
/// The lake failed.
pub async fn fill_for(app: &App, territory: &Territory<'_>, table: &StatTable, params: &Params) -> Result<Grid, LakeError> {
    let mut grid = raw(app, table, params).await?;
    withhold::apply(app, territory, table, params, &mut grid).await?;
    Ok(grid)
}

/// A table as it is, before anything is withheld.
///
/// # Errors
/// The lake failed.
pub async fn raw(app: &App, table: &StatTable, params: &Params) -> Result<Grid, LakeError> {
    let (node, year) = (params.region.as_str(), params.year);
    let counted = app.evaluator.counted(table, params).await?;
    let keys = |axis| Keys::expected(app, axis, node, year);
    let (mut groups, mut rows, mut columns) =
        (table.groups.as_ref().map_or_else(Keys::none, keys), keys(&table.rows), keys(&table.columns));
    if table.rows.from == From::Lines {
        rows.all = table.lines.iter().map(line_key).collect();
    }
    let mut cells: HashMap<(usize, usize, usize), Cell> = HashMap::new();
    for unit in &counted {
        let line = &table.lines[unit.line];
        let group = match (&table.groups, line.group.as_str()) {
            (None, _) => 0,
            (Some(axis), "") => groups.find(app, axis, node, &unit.group, unit),
            (Some(axis), named) => groups.find(app, axis, node, named, unit),
        };
        let row = if table.rows.from == From::Lines { unit.line } else { rows.find(app, &table.rows, node, &unit.row, unit) };
        let column = columns.find(app, &table.columns, node, &unit.column, unit);
        cells.entry((group, row, column)).or_default().add(unit.numerator, unit.denominator);
    }
    let order = columns.order();
    let headings: Vec<Option<usize>> = if table.groups.is_some() { groups.order().into_iter().map(Some).collect() } else { vec![None] };
    let mut grid = Grid { columns: order.iter().map(|at| columns.all[*at].clone()).collect(), groups: Vec::new() };
    for heading in headings {
        let key = heading.map(|at| groups.all[at].clone());
        let mut made = Vec::new();
        for at in rows.order() {
            let line = (table.rows.from == From::Lines).then(|| &table.lines[at]);
            if line.is_some_and(|line| key.as_ref().is_some_and(|k| k.key != line.group)) {
                continue;
            }
            let found =
                order.iter().map(|column| cells.get(&(heading.unwrap_or_default(), at, *column)).copied().unwrap_or_default()).collect();
            made.push(row(table, rows.all[at].clone(), line, found));
        }
        if table.rows.total && made.len() > 1 {
            made.push(total(table, &made, grid.columns.len()));
        }
        grid.groups.push(Group { key, rows: made });
    }
    Ok(grid)
}

fn line_key(line: &Line) -> Key {
    Key { key: line.key.clone(), label: line.label.clone(), codes: vec![line.key.clone()], expected: true }
}

fn row(table: &StatTable, key: Key, line: Option<&Line>, cells: Vec<Cell>) -> Row {
    let none = line.is_some_and(|line| line.none.is_some());
    Row {
        measure: line.map_or(table.measure, |line| table.measure_of(line)),
        note: line.map(|line| line.none.clone().unwrap_or_else(|| line.formula.clone())).unwrap_or_default(),
        optional: table.rows.optional.contains(&key.key),
        none,
        sum: false,
        total: (table.columns.total && !none).then(|| sum(&cells)),
        cells,
        key,
    }
}

fn sum(cells: &[Cell]) -> Cell {
    let mut all = Cell::default();
    cells.iter().filter(|c| c.found).for_each(|c| all.add(c.numerator, c.denominator));
    all
}

fn total(table: &StatTable, rows: &[Row], columns: usize) -> Row {
    let column = |at: usize| sum(&rows.iter().map(|row| row.cells[at]).collect::<Vec<_>>());
    let cells: Vec<Cell> = (0..columns).map(column).collect();
    Row {
        key: Key { label: "合计".into(), ..Key::default() },
        measure: table.measure,
        note: String::new(),
        optional: true,
        none: false,
        sum: true,
        total: table.columns.total.then(|| sum(&cells)),
        cells,
    }
}

impl Grid {
    /// Expected cells without anything, and expected cells.
    #[must_use]
    pub fn gaps(&self, table: &StatTable) -> (usize, usize) {
        let rows = self.groups.iter().flat_map(|g| &g.rows).filter(|r| !r.sum && !r.none && !r.optional);
        let cells: Vec<bool> = rows.flat_map(|r| r.cells.iter().filter(|c| !c.withheld).map(|c| c.gap(table, r))).collect();
        (cells.iter().filter(|gap| **gap).count(), cells.len())
    }
}
