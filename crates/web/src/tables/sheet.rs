//! A table as it leaves the platform: a line a cell, so that other programs read it whatever its columns are.

use super::grid::{Cell as Told, Grid, Row};
use crate::app::App;
use crate::words;
use zhijian_exchange::write::{Cell, Table};
use zhijian_kinds::StatTable;
use zhijian_kinds::indicator::Measure;
use zhijian_records::Caller;

/// The sheet of a table.
#[must_use]
pub fn of(app: &App, caller: &Caller, table: &StatTable, node: &str, year: i32, grid: &Grid) -> Table {
    let regions = &app.catalogue().regions;
    let mut rows = Vec::new();
    for group in &grid.groups {
        let heading = group.key.as_ref().map_or("", |key| key.label.as_str());
        for row in &group.rows {
            if row.none {
                rows.push(vec![
                    heading.into(),
                    row.key.label.clone().into(),
                    "".into(),
                    Cell::number(None),
                    Cell::number(None),
                    format!("无数据：{}", row.note).into(),
                ]);
                continue;
            }
            let columns = grid.columns.iter().map(|c| c.label.as_str()).chain(["合计"]);
            for (column, cell) in columns.zip(row.cells.iter().chain(&row.total)) {
                rows.push(line(table, heading, row, column, cell));
            }
        }
    }
    Table {
        title: format!("{} {year}年（{}）", table.title, regions.name(node)),
        notes: vec![
            format!("区划：{}；年度：{year}；数据截至 {}", regions.full_name(node), words::moment(app.lake.stand())),
            format!("依据：{}", words::basis(&table.basis)),
            format!("导出：{}（{}），{}", caller.name, caller.login, words::moment(app.door.now())),
        ],
        columns: vec![("分组", 24), ("行", 36), ("列", 16), ("分子（数）", 12), ("分母", 12), ("值", 18)],
        rows,
    }
}

fn line(table: &StatTable, heading: &str, row: &Row, column: &str, cell: &Told) -> Vec<Cell> {
    let told = |x: f64| (!cell.withheld).then_some(x);
    vec![
        heading.into(),
        row.key.label.clone().into(),
        column.into(),
        Cell::number(told(cell.numerator)),
        Cell::number(told(cell.denominator).filter(|_| row.measure == Measure::Rate)),
        cell.text(table, row).into(),
    ]
}
