//! Small numbers of persons in tables: withheld from those who see aggregates only, with whatever would give them away.
//!
//! A table is told to them for the top of their territory alone: the same table of two regions would be a table of more dimensions. Which of
//! its numbers are told is decided over all tables of the same facts at once ([`super::published`]).

use super::grid::{Cell, Grid};
use super::published::{self, Counting};
use crate::app::App;
use crate::board::place::Territory;
use zhijian_kinds::{Kind, StatTable};
use zhijian_lake::{LakeError, Params};

/// Withholds cells.
///
/// # Errors
/// The lake failed.
pub async fn apply(app: &App, territory: &Territory<'_>, table: &StatTable, params: &Params, grid: &mut Grid) -> Result<(), LakeError> {
    let lines = concerned(app, territory, table);
    if !lines.contains(&true) {
        return Ok(());
    }
    // Differences between two days are single cases; a narrowed table is one of more dimensions.
    let closed = params.region != territory.home || params.as_of.is_some() || params.known_at.is_some() || !params.narrow.is_empty();
    if !closed {
        return published::apply(app, territory, table, &lines, params, grid).await;
    }
    let counting = Counting { table, lines: &lines, node: &params.region };
    for row in grid.groups.iter_mut().flat_map(|group| &mut group.rows).filter(|row| counting.concerns(row)) {
        for cell in row.cells.iter_mut().chain(row.total.iter_mut()) {
            *cell = Cell { found: true, withheld: true, ..Cell::default() };
        }
    }
    Ok(())
}

/// Which lines count persons whom the caller may not see one by one.
pub fn concerned(app: &App, territory: &Territory<'_>, table: &StatTable) -> Vec<bool> {
    table.lines.iter().map(|line| territory.withholds_persons(&persons(app, table, &line.facts))).collect()
}

/// The kinds of persons that a line counts.
fn persons<'a>(app: &'a App, table: &StatTable, facts: &[String]) -> Vec<&'a Kind> {
    let reads = |kind: &Kind| facts.iter().any(|fact| *fact == kind.kind || kind.facts.contains_key(fact));
    table.persons.iter().filter_map(|name| app.catalogue().kind(name)).map(AsRef::as_ref).filter(|kind| reads(kind)).collect()
}
