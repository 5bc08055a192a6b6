//! The numbers of a layer as they leave the platform.

use super::places::{Filled, Place};
use super::view::until;
use crate::app::App;
use crate::board::figures::When;
use crate::words;
use zhijian_exchange::write::{Cell, Table};
use zhijian_kinds::Layer;
use zhijian_records::Caller;

/// The sheet.
#[must_use]
pub fn of(app: &App, caller: &Caller, layer: &Layer, node: &str, when: When, filled: &Filled) -> Table {
    let regions = &app.catalogue().regions;
    let line = |place: &Place| {
        let told = |x: Option<f64>| x.filter(|_| !place.withheld);
        vec![
            place.code.clone().into(),
            place.name.clone().into(),
            Cell::number(told(Some(place.numerator))),
            Cell::number(told(place.denominator)),
            place.shown.clone().into(),
        ]
    };
    Table {
        title: format!("{} {}（{}）", layer.title, until(when), regions.name(node)),
        notes: vec![
            format!("区划：{}；{}；数据截至 {}", regions.full_name(node), until(when), words::moment(app.lake.stand())),
            format!("口径：{}；依据：{}", layer.help, words::basis(&layer.basis)),
            format!("导出：{}（{}），{}", caller.name, caller.login, words::moment(app.door.now())),
        ],
        columns: vec![("代码", 12), ("区划", 24), ("分子（数）", 14), ("分母", 14), ("值", 18)],
        rows: filled.places.iter().chain(&filled.total).map(line).collect(),
    }
}
