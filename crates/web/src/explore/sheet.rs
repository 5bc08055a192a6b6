//! An exploration as a file: rows by columns as on the page, and all of them.

use super::fill::{Cell as Told, Filled};
use super::question::{Question, Share};
use crate::app::App;
use crate::board::small::WITHHELD;
use crate::words;
use zhijian_exchange::write::{Cell, Table};
use zhijian_records::Caller;

/// The sheet.
#[must_use]
pub fn of(app: &App, caller: &Caller, question: &Question<'_>, filled: &Filled) -> Table<String> {
    let two = question.columns.is_some();
    let title = question.sides.get(question.rows).map_or("", |s| s.title.as_str());
    let heads = filled.columns.iter().map(|k| k.label.clone()).chain(two.then(|| "合计".to_owned()));
    let cell = |cell: &Told, row: Option<usize>, column: Option<usize>| -> Cell {
        if cell.withheld { WITHHELD.into() } else { Cell::number(filled.shown(question.share, cell, row, column)) }
    };
    let mut rows = Vec::with_capacity(filled.rows.len() + 1);
    for (at, key) in filled.rows.iter().enumerate() {
        let mut line: Vec<Cell> = vec![key.label.clone().into()];
        line.extend(filled.cells[at].iter().enumerate().map(|(column, found)| cell(found, Some(at), Some(column))));
        line.extend(two.then(|| cell(&filled.row_totals[at], Some(at), None)));
        rows.push(line);
    }
    let mut last: Vec<Cell> = vec!["全部".into()];
    last.extend(filled.column_totals.iter().enumerate().map(|(column, found)| cell(found, None, Some(column))));
    last.extend(two.then(|| cell(&filled.total, None, None)));
    rows.push(last);
    let unit = if question.share == Share::Value { "" } else { "（%）" };
    Table {
        title: format!("探索 {}{unit}", question.fact.title),
        notes: vec![
            question.words(app),
            format!("区划：{}；数据截至 {}", app.catalogue().regions.full_name(&question.params.region), words::moment(app.lake.stand())),
            format!("导出：{}（{}），{}", caller.name, caller.login, words::moment(app.door.now())),
        ],
        columns: std::iter::once((title.to_owned(), 28)).chain(heads.map(|head| (head, 14))).collect(),
        rows,
    }
}
