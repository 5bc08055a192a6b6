//! Where the numbers of a panel lead: to just the records that they count, to the indicator, to the table.

use super::PAGE;
use super::fill::{Asking, Filled};
use crate::board::{alone, place};
use crate::links;
use crate::tables::axes::Key;
use crate::tables::grid::Row;
use zhijian_kinds::boards::{By, Panel};
use zhijian_kinds::tables::{Axis, From};
use zhijian_kinds::{dates, tables::Line};
use zhijian_records::access::Wish;

/// What a number leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// The units of the panel's own query.
    Units,
    /// The indicator, taken apart or not.
    Indicator(Option<By>),
    /// A statistics table.
    Table(String),
}

/// The line that fills a row: its own, or the only one that names its records.
#[must_use]
pub fn line<'a>(filled: &'a Filled, row: &Row) -> Option<&'a Line> {
    match filled.table.rows.from {
        From::Lines => filled.table.lines.iter().find(|line| line.key == row.key.key),
        _ => filled.table.lines.first().filter(|_| filled.table.lines.len() == 1),
    }
}

/// May the caller see the records behind a row one by one?
#[must_use]
pub fn opens(asking: &Asking<'_>, filled: &Filled, row: &Row) -> bool {
    let kind = line(filled, row).and_then(|line| line.record.as_ref()).and_then(|name| asking.app.catalogue().kind(name));
    kind.is_some_and(|kind| place::kind_scope(asking.caller, kind, Wish::Read).is_some())
}

/// What a number leads to, before it is an address of a page or of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Units of the panel's own query, by the keys of row and column.
    Units {
        /// Key of the row; empty for all.
        row: String,
        /// Key of the column; empty for all.
        column: String,
    },
    /// Units of an indicator: the plan whose options hold, the code, what it is narrowed to (year, place, slice).
    Indicator {
        /// Plan.
        plan: Option<String>,
        /// Code.
        code: String,
        /// Narrowed to.
        pairs: Vec<(&'static str, String)>,
    },
    /// A statistics table.
    Table(String),
}

/// What a cell leads to; no column stands for all of them. `None` where there is no list, or not for the caller.
#[must_use]
pub fn target(asking: &Asking<'_>, panel: &Panel, filled: &Filled, row: &Row, column: Option<&Key>) -> Option<Target> {
    match &filled.link {
        Link::Table(name) => Some(Target::Table(name.clone())),
        Link::Indicator(by) => indicator(asking, panel, row, column, *by),
        Link::Units if opens(asking, filled, row) => {
            let row = if row.sum { String::new() } else { part(&filled.table.rows, &row.key)? };
            let column = column.map_or(Some(String::new()), |key| part(&filled.table.columns, key))?;
            Some(Target::Units { row, column })
        }
        Link::Units => None,
    }
}

/// The address of the page behind a cell; `which` is `numerator`, `denominator` or `missing`.
#[must_use]
pub fn of(asking: &Asking<'_>, panel: &Panel, filled: &Filled, row: &Row, column: Option<&Key>, which: &str) -> Option<String> {
    let year = asking.when.year.to_string();
    Some(match target(asking, panel, filled, row, column)? {
        Target::Table(name) => asking.asked.elsewhere(&format!("{}/{name}", crate::tables::PAGE), &[("year", &year)]),
        Target::Indicator { plan, code, pairs } => {
            let mut query: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let after = query.iter().position(|(name, _)| *name == "region").map_or(query.len(), |at| at + 1);
            query.insert(after, ("which", which));
            format!("{}{}#units", alone::address(plan.as_deref(), &code), links::query(&query))
        }
        Target::Units { row, column } => {
            let pairs = [
                ("year", year.as_str()),
                ("which", which),
                ("page", ""),
                ("format", ""),
                ("screen", ""),
                ("refresh", ""),
                ("row", &row),
                ("column", &column),
            ];
            asking.asked.here(&format!("{PAGE}/{}/{}/units", asking.board.board, panel.panel), &pairs)
        }
    })
}

/// A key as the address says it, empty for a single one; `None` where the query cannot be asked for it: no value, no place below.
fn part(axis: &Axis, key: &Key) -> Option<String> {
    match axis.from {
        From::One => Some(String::new()),
        From::Lines => Some(key.key.clone()),
        From::Regions => key.expected.then(|| key.key.clone()),
        _ => Some(key.codes.join(",")).filter(|codes| !codes.is_empty()),
    }
}

fn indicator(asking: &Asking<'_>, panel: &Panel, row: &Row, column: Option<&Key>, by: Option<By>) -> Option<Target> {
    let code = if by.is_some() { panel.indicators.first()?.clone() } else { row.key.key.clone() };
    let plan = asking.plan().filter(|plan| plan.targets.iter().any(|t| t.indicator == code || t.parts.contains(&code)));
    let mut pairs = vec![
        ("year", asking.when.year.to_string()),
        ("as_of", asking.when.as_of.map(dates::iso).unwrap_or_default()),
        ("region", asking.node.clone()),
    ];
    let mut set = |name: &'static str, value: &str| match pairs.iter_mut().find(|(n, _)| *n == name) {
        Some(pair) => value.clone_into(&mut pair.1),
        None => pairs.push((name, value.to_owned())),
    };
    let column = column.map_or("", |key| key.key.as_str());
    match by {
        Some(By::Region) => set("region", &row.key.key),
        Some(By::Years) => set("year", column),
        Some(By::Industry) => set("industry", &row.key.key),
        Some(By::Size) => set("size", &row.key.key),
        Some(By::Hazard) => set("hazard", &row.key.key),
        Some(By::Month) => set("month", column),
        None => {}
    }
    pairs.retain(|(_, value)| !value.is_empty());
    Some(Target::Indicator { plan: plan.map(|plan| plan.plan.clone()), code, pairs })
}
