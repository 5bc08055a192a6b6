//! What is withheld of a year from those who see aggregates only, decided once over everything that is told of the same facts: statistics
//! tables, panels of boards, layers of the map (domain A.2 R19; decision 0033).
//!
//! Numbers are known by what they count ([`meaning::Meaning`]). So a number is withheld wherever it stands or nowhere, and what goes with a small
//! one is the same in every table: the difference of two tables tells nothing that one of them withholds.

#[cfg(test)]
pub(crate) mod attack;
mod book;
mod meaning;
mod text;

use super::{grid, withhold};
use crate::app::App;
use crate::board::place::Territory;
pub use book::Counting;
use meaning::Meaning;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use zhijian_calc::epi::{Hidden, Joint};
use zhijian_kinds::boards::Source;
use zhijian_kinds::tables::{From, Line};
use zhijian_kinds::{Catalogue, StatTable};
use zhijian_lake::{LakeError, Params};
use zhijian_records::port::Instant;

/// Decisions that were made, while the lake stands as it does.
#[derive(Debug, Default)]
pub struct Published(tokio::sync::Mutex<(Instant, HashMap<String, Arc<Hidden>>)>);

/// Withholds the cells of a table for the top of a territory and a whole year.
///
/// # Errors
/// The lake failed.
pub async fn apply(
    app: &App,
    territory: &Territory<'_>,
    table: &StatTable,
    lines: &[bool],
    params: &Params,
    grid: &mut grid::Grid,
) -> Result<(), LakeError> {
    let counting = Counting { table, lines, node: &territory.home };
    let mut decided: HashMap<i32, Hidden> = HashMap::new();
    for year in counting.years(params.year) {
        let mut all = Hidden::default();
        for fact in sources(table, lines) {
            let held = of(app, territory, &fact, year).await?;
            all.add(&held);
        }
        decided.insert(year, all);
    }
    counting.withhold(grid, params.year, app.catalogue().roles.smallest_cell, &|year| decided.get(&year));
    Ok(())
}

/// What the concerned lines of a table take their rows from.
fn sources(table: &StatTable, lines: &[bool]) -> BTreeSet<String> {
    let concerned: Vec<&Line> =
        table.lines.iter().zip(lines).filter(|(line, held)| **held && line.sql.is_some()).map(|(line, _)| line).collect();
    match table.rows.from {
        From::Lines => concerned.iter().map(|line| Meaning::of(table, &[line]).from).collect(),
        _ => BTreeSet::from([Meaning::of(table, &table.lines.iter().collect::<Vec<_>>()).from]),
    }
}

/// Every table that is told of persons: statistics tables, panels, layers.
fn tables(catalogue: &Catalogue) -> Vec<StatTable> {
    let panels = catalogue.boards.values().flat_map(|board| board.panels.iter().map(move |panel| (board, panel)));
    let own = panels.filter_map(|(board, panel)| match panel.source(board, &catalogue.tables)? {
        Source::Table(table) => Some(*table),
        Source::Indicators => None,
    });
    let layers = catalogue.layers.values().filter_map(zhijian_kinds::Layer::table);
    catalogue.tables.values().cloned().chain(own).chain(layers).filter(|table| !table.persons.is_empty()).collect()
}

/// What is withheld of a fact and a year in a territory.
async fn of(app: &App, territory: &Territory<'_>, fact: &str, year: i32) -> Result<Arc<Hidden>, LakeError> {
    let kinds: Vec<&str> =
        app.catalogue().kinds.values().filter(|kind| territory.withholds_persons(&[kind.as_ref()])).map(|k| k.kind.as_str()).collect();
    let key = format!("{} {:?} {year} {} {fact}", territory.home, territory.scope, kinds.join(","));
    // Held while it is decided: the panels of a board all ask at once, and one answer does for them.
    let mut kept = app.published.0.lock().await;
    let stand = app.lake.stand();
    if kept.0 != stand {
        *kept = (stand, HashMap::new());
    }
    if let Some(found) = kept.1.get(&key) {
        return Ok(Arc::clone(found));
    }
    let found = Arc::new(decide(app, territory, fact, year).await?);
    kept.1.insert(key, Arc::clone(&found));
    Ok(found)
}

async fn decide(app: &App, territory: &Territory<'_>, fact: &str, year: i32) -> Result<Hidden, LakeError> {
    let mut joint = Joint::default();
    let params = Params { scope: territory.scope.clone(), ..Params::new(&territory.home, year) };
    for mut table in tables(app.catalogue()) {
        let mut lines = withhold::concerned(app, territory, &table);
        if !sources(&table, &lines).contains(fact) || !lines.contains(&true) {
            continue;
        }
        if table.rows.from == From::Lines {
            // Lines are no parts of each other: those of other facts need not be asked.
            let wanted: Vec<bool> =
                table.lines.iter().zip(&lines).map(|(l, held)| *held && Meaning::of(&table, &[l]).from == fact).collect();
            let mut keep = wanted.iter();
            table.lines.retain(|_| keep.next() == Some(&true));
            lines = vec![true; table.lines.len()];
        }
        // A table that cannot be evaluated tells nothing; its own place says why.
        match grid::raw(app, &table, &params).await {
            Ok(grid) => Counting { table: &table, lines: &lines, node: &territory.home }.enter(&mut joint, &grid, year),
            Err(error) => {
                tracing::warn!(table = table.table, error = &error as &dyn std::error::Error, "a table of persons cannot be evaluated")
            }
        }
    }
    Ok(joint.decide(app.catalogue().roles.smallest_cell))
}
