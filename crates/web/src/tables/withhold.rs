//! Small numbers of persons in tables: withheld from those who see aggregates only, with whatever would give them away.
//!
//! A table is told to them for the top of their territory alone: the same table of two regions would be a table of more dimensions.

use super::grid::{Cell, Grid, Row};
use crate::app::App;
use crate::board::place::Territory;
use zhijian_calc::epi::{Sum, protect};
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::tables::From;
use zhijian_kinds::{Kind, StatTable};
use zhijian_lake::Params;

/// Withholds cells.
pub fn apply(app: &App, territory: &Territory<'_>, table: &StatTable, params: &Params, grid: &mut Grid) {
    // Differences between two days are single cases; a narrowed table is one of more dimensions.
    let closed = params.region != territory.home || params.as_of.is_some() || params.known_at.is_some() || !params.narrow.is_empty();
    let lines: Vec<bool> = table.lines.iter().map(|line| territory.withholds_persons(&persons(app, table, &line.facts))).collect();
    if !lines.contains(&true) {
        return;
    }
    for group in &mut grid.groups {
        let concerned = |row: &Row| match table.rows.from {
            From::Lines => table.lines.iter().position(|line| line.key == row.key.key).is_none_or(|at| lines[at]),
            _ => true,
        };
        let mut rows: Vec<&mut Row> = group.rows.iter_mut().filter(|row| concerned(row)).collect();
        let hidden =
            if closed { vec![true; rows.iter().map(|r| width(r)).sum()] } else { small(&rows, app.catalogue().roles.smallest_cell) };
        let mut hidden = hidden.into_iter();
        for row in &mut rows {
            let Row { cells, total, .. } = &mut **row;
            for cell in cells.iter_mut().chain(total.iter_mut()) {
                if hidden.next().unwrap_or(true) {
                    *cell = Cell { found: true, withheld: true, ..Cell::default() };
                }
            }
        }
    }
}

fn width(row: &Row) -> usize {
    row.cells.len() + usize::from(row.total.is_some())
}

/// The kinds of persons that a line counts.
fn persons<'a>(app: &'a App, table: &StatTable, facts: &[String]) -> Vec<&'a Kind> {
    let reads = |kind: &Kind| facts.iter().any(|fact| *fact == kind.kind || kind.facts.contains_key(fact));
    table.persons.iter().filter_map(|name| app.catalogue().kind(name)).map(AsRef::as_ref).filter(|kind| reads(kind)).collect()
}

/// Which cells are small, or give a small one away: row by row and column by column. Each cell is three counts: those that count, the
/// others, and both together.
fn small(rows: &[&mut Row], threshold: u64) -> Vec<bool> {
    let (mut counts, mut sums, mut at) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let places: Vec<usize> = row.cells.iter().chain(&row.total).map(|cell| put(&mut counts, &mut sums, row.measure, cell)).collect();
        if row.total.is_some()
            && let Some((total, parts)) = places.split_last()
        {
            for part in 0..3 {
                sums.push(Sum { total: total + part, parts: parts.iter().map(|p| p + part).collect() });
            }
        }
        at.push(places);
    }
    if let Some((total, parts)) = at.split_last().filter(|_| rows.last().is_some_and(|row| row.sum)) {
        for (column, place) in total.iter().enumerate() {
            for part in 0..3 {
                sums.push(Sum { total: place + part, parts: parts.iter().filter_map(|row| row.get(column)).map(|p| p + part).collect() });
            }
        }
    }
    let hidden = protect(&counts, &sums, threshold);
    at.iter().flatten().map(|place| (0..3).any(|part| hidden[place + part])).collect()
}

fn put(counts: &mut Vec<u64>, sums: &mut Vec<Sum>, measure: Measure, cell: &Cell) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of persons, never negative")]
    let whole = |x: f64| x.max(0.0).round() as u64;
    let numerator = whole(cell.numerator);
    let denominator = if measure == Measure::Rate { whole(cell.denominator) } else { numerator };
    let place = counts.len();
    counts.extend([numerator, denominator.saturating_sub(numerator), denominator]);
    sums.push(Sum { total: place + 2, parts: vec![place, place + 1] });
    place
}
