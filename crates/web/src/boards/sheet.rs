//! A panel as it leaves the platform: a line a cell.

use super::fill::{Asking, Filled};
use crate::words;
use zhijian_exchange::write::{Cell, Table};
use zhijian_kinds::boards::Panel;
use zhijian_kinds::indicator::Measure;

/// The sheet.
#[must_use]
pub fn of(asking: &Asking<'_>, panel: &Panel, filled: &Filled) -> Table {
    let (app, caller) = (asking.app, asking.caller);
    let regions = &app.catalogue().regions;
    let mut rows = Vec::new();
    for (at, (group, row)) in filled.rows().enumerate() {
        let heading = group.map_or("", |key| key.label.as_str());
        let columns = filled.grid.columns.iter().map(|c| c.label.as_str()).chain(["合计"]);
        for (column, cell) in columns.zip(row.cells.iter().chain(&row.total)) {
            let told = |x: f64| (!cell.withheld && !row.none).then_some(x);
            rows.push(vec![
                heading.into(),
                row.key.label.clone().into(),
                column.into(),
                Cell::number(told(cell.numerator)),
                Cell::number(told(cell.denominator).filter(|_| row.measure == Measure::Rate)),
                if row.none { format!("无数据：{}", row.note) } else { filled.text(at, row, cell) }.into(),
            ]);
        }
    }
    let narrowed = match (filled.narrowed, asking.asked.text("industry"), asking.asked.text("size")) {
        (false, ..) | (_, "", "") => String::new(),
        (_, industry, size) => {
            let label = |list: &str, code: &str| app.catalogue().list(list).map_or(code, |l| l.label(code)).to_owned();
            format!("；行业：{}；规模：{}", or_all(&label("INDUSTRY", industry)), or_all(&label("SIZE", size)))
        }
    };
    Table {
        title: format!("{} {} {}年（{}）", asking.board.title, panel.title, asking.when.year, regions.name(&asking.node)),
        notes: vec![
            format!(
                "区划：{}；年度：{}{narrowed}；数据截至 {}",
                regions.full_name(&asking.node),
                asking.when.year,
                words::moment(app.lake.stand())
            ),
            format!("依据：{}", words::basis(&filled.table.basis)),
            format!("导出：{}（{}），{}", caller.name, caller.login, words::moment(app.door.now())),
        ],
        columns: vec![("分组", 20), ("行", 36), ("列", 16), ("分子（数）", 12), ("分母", 12), ("值", 18)],
        rows,
    }
}

fn or_all(text: &str) -> &str {
    if text.is_empty() { "全部" } else { text }
}
