//! The data of a panel's chart, read by the page's script.

use super::fill::{Asking, Filled, value};
use super::links;
use crate::tables::grid::{Cell, Row};
use serde_json::{Value, json};
use zhijian_kinds::boards::{Chart, Panel};
use zhijian_kinds::indicator::Measure;

/// Most bars; the table has all rows.
const BARS: usize = 24;

/// The chart's data; `None` where the table or tiles say it all.
#[must_use]
pub fn data(asking: &Asking<'_>, panel: &Panel, filled: &Filled) -> Option<Value> {
    if matches!(panel.chart, Chart::Number | Chart::Table) || filled.empty() {
        return None;
    }
    let rows: Vec<&Row> = filled.rows().map(|(_, row)| row).filter(|row| !row.sum && !row.none).collect();
    let percent = rows.first().is_some_and(|row| row.measure == Measure::Rate);
    let upright = matches!(panel.chart, Chart::Line | Chart::Columns);
    let shown = if upright { rows.as_slice() } else { rows.get(..BARS).unwrap_or(&rows) };
    let series: Vec<Value> = match upright {
        true => shown
            .iter()
            .map(|row| {
                one(&row.key.label, row.cells.iter().zip(&filled.grid.columns).map(|(c, k)| (*row, c, Some(k))), asking, panel, filled)
            })
            .collect(),
        false => (0..filled.grid.columns.len())
            .map(|at| {
                let column = &filled.grid.columns[at];
                one(&column.label, shown.iter().filter_map(|row| Some((*row, row.cells.get(at)?, Some(column)))), asking, panel, filled)
            })
            .collect(),
    };
    let labels: Vec<&str> = match upright {
        true => filled.grid.columns.iter().map(|key| key.label.as_str()).collect(),
        false => shown.iter().map(|row| row.key.label.as_str()).collect(),
    };
    let goal = panel.indicators.first().filter(|_| panel.by.is_some() && percent).and_then(|code| goal(asking, code));
    Some(json!({
        "chart": panel.chart,
        "unit": if percent { "%" } else { filled.table.unit.as_str() },
        "percent": percent,
        "labels": labels,
        "series": series,
        "goal": goal,
    }))
}

type Point<'a> = (&'a Row, &'a Cell, Option<&'a crate::tables::axes::Key>);

fn one<'a>(name: &str, points: impl Iterator<Item = Point<'a>>, asking: &Asking<'_>, panel: &Panel, filled: &Filled) -> Value {
    let (mut values, mut shown, mut hrefs) = (Vec::new(), Vec::new(), Vec::new());
    for (row, cell, column) in points {
        values.push(value(row, cell));
        shown.push(cell.text(&filled.table, row));
        hrefs.push(links::of(asking, panel, filled, row, column, "numerator").filter(|_| cell.numerator > 0.0 && !cell.withheld));
    }
    json!({"name": name, "values": values, "shown": shown, "hrefs": hrefs})
}

/// The plan's next target of an indicator, where it is a level to be reached.
fn goal(asking: &Asking<'_>, code: &str) -> Option<f64> {
    let target = asking.plan()?.targets.iter().find(|t| t.indicator == code)?;
    let later = asking.when.year > 2023;
    let value = if later { target.target_2025.as_ref() } else { target.target_2023.as_ref().or(target.target_2025.as_ref()) };
    let level = !matches!(target.test.as_str(), "fall_by" | "count_ge" | "state");
    value.filter(|_| level).and_then(crate::board::numbers::number)
}
