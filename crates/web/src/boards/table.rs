//! The numbers of a panel as a table: what the chart shows, for everybody.

use super::fill::{Asking, Filled};
use super::links;
use crate::board::numbers::grouped;
use crate::tables::axes::Key;
use crate::tables::grid::{Cell, Group, Row};
use maud::{Markup, html};
use zhijian_kinds::boards::Panel;
use zhijian_kinds::indicator::Measure;

/// The table.
#[must_use]
pub fn table(asking: &Asking<'_>, panel: &Panel, filled: &Filled) -> Markup {
    let total = filled.rows().any(|(_, row)| row.total.is_some());
    let width = filled.grid.columns.len() + 1 + usize::from(total);
    // Texts of cells are known by the row's place in the whole table.
    let before = |rows: &mut usize, group: &Group| Some(std::mem::replace(rows, *rows + group.rows.len()));
    let firsts: Vec<usize> = filled.grid.groups.iter().scan(0, before).collect();
    html! {
        div.table-wrap tabindex="0" role="region" aria-label=(format!("{}数据表", panel.title)) {
            table.slim.stat-table {
                caption.visually-hidden { (panel.title) }
                thead { tr {
                    th scope="col" { (filled.table.rows.title) }
                    @for column in &filled.grid.columns { th.num scope="col" { (column.label) } }
                    @if total { th.num scope="col" { "合计" } }
                } }
                @for (group, first) in filled.grid.groups.iter().zip(&firsts) {
                    tbody {
                        @if let Some(key) = &group.key { tr.stat-group { th scope="rowgroup" colspan=(width) { (key.label) } } }
                        @for (at, row) in group.rows.iter().enumerate() { (line(asking, panel, filled, first + at, row, width)) }
                    }
                }
            }
        }
    }
}

fn line(asking: &Asking<'_>, panel: &Panel, filled: &Filled, at: usize, row: &Row, width: usize) -> Markup {
    html! {
        tr.sum[row.sum] {
            th scope="row" {
                (row.key.label)
                @if !row.none && !row.note.is_empty() { div.muted.board-small { (row.note) } }
            }
            @if row.none {
                td.stat-none colspan=(width - 1) { span.tag { "无数据" } " " (row.note) }
            } @else {
                @for (column, cell) in filled.grid.columns.iter().zip(&row.cells) { (one(asking, panel, filled, at, row, cell, Some(column))) }
                @if let Some(cell) = &row.total { (one(asking, panel, filled, at, row, cell, None)) }
            }
        }
    }
}

fn one(asking: &Asking<'_>, panel: &Panel, filled: &Filled, at: usize, row: &Row, cell: &Cell, column: Option<&Key>) -> Markup {
    let link = |text: &str, which: &str, there: bool| {
        let address = links::of(asking, panel, filled, row, column, which).filter(|_| there && !cell.withheld);
        match address {
            Some(address) => html! { a href=(address) { (text) } },
            None => html! { (text) },
        }
    };
    let rate = row.measure == Measure::Rate && cell.denominator > 0.0 && !cell.withheld;
    html! {
        td.num {
            (link(&filled.text(at, row, cell), "numerator", cell.numerator > 0.0))
            @if rate {
                div.muted.board-small { (link(&grouped(cell.numerator), "numerator", cell.numerator > 0.0)) "/" (link(&grouped(cell.denominator), "denominator", true)) }
            }
        }
    }
}
