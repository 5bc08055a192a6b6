//! A match as it leaves the platform: townships with people, or (`part=sites`) townships with places.

use super::fill::{Asking, Filled};
use super::page::{room, way};
use crate::maps::until;
use crate::words;
use zhijian_calc::matching::{CAVEAT, METHOD};
use zhijian_exchange::write::{Cell, Table};
use zhijian_records::Caller;

/// The sheet.
#[must_use]
pub fn of(asking: &Asking<'_>, caller: &Caller, filled: &Filled, sites: bool) -> Table<String> {
    let (app, def) = (asking.app, asking.def);
    let regions = &app.catalogue().regions;
    let heads = |names: &[(&str, u16)]| names.iter().map(|(name, width)| ((*name).to_owned(), *width)).collect::<Vec<_>>();
    let list = app.catalogue().list(&def.apart.list);
    let codes: Vec<&str> = codes(filled);
    let (columns, rows): (Vec<(String, u16)>, Vec<Vec<Cell>>) = if sites {
        let capacity = format!("容量（{}）", def.capacity_unit);
        let columns = heads(&[
            ("代码", 14),
            ("乡镇（街道）", 28),
            ("站点", 8),
            (capacity.as_str(), 16),
            ("折算可服务（人）", 16),
            (def.served.title.as_str(), 14),
            ("按就近会来（人）", 16),
            ("判断", 18),
        ]);
        let line = |site: &super::fill::Site| {
            vec![
                site.place.clone().into(),
                regions.full_name(&site.place).into(),
                Cell::Number(site.sites),
                Cell::Number(site.capacity),
                Cell::number(filled.room(site)),
                Cell::Number(site.served),
                Cell::Number(site.load),
                room(filled, site).into(),
            ]
        };
        (columns, filled.sites.iter().map(line).collect())
    } else {
        let mut columns = heads(&[("代码", 14), ("乡镇（街道）", 28), ("患者", 10)]);
        columns.extend(codes.iter().map(|code| (list.map_or(*code, |l| l.label(code)).to_owned(), 10)));
        columns.extend(heads(&[(def.need.title.as_str(), 14), ("去向", 28), ("直线距离（公里）", 16)]));
        let line = |need: &super::fill::Need| {
            let mut cells: Vec<Cell> = vec![need.place.clone().into(), regions.full_name(&need.place).into(), Cell::Number(need.people)];
            cells.extend(codes.iter().map(|code| Cell::Number(need.apart.get(*code).copied().unwrap_or_default())));
            let (words, km) = way(asking, filled, need.way);
            cells.extend([Cell::Number(need.asking), words.into(), Cell::number(km.map(|km| (km * 10.0).round() / 10.0))]);
            cells
        };
        (columns, filled.needs.iter().map(line).collect())
    };
    Table {
        title: format!("{}{} {}（{}）", def.title, if sites { "·站点" } else { "" }, until(asking.when), regions.name(asking.node)),
        notes: vec![
            format!("区划：{}；{}；数据截至 {}", regions.full_name(asking.node), until(asking.when), words::moment(app.lake.stand())),
            format!("方法：{METHOD}。{CAVEAT}"),
            format!(
                "{}：{}；{}：{}（未注明出处，平台约定，可在地址中调整）",
                def.within_km.title, asking.within_km, def.per_unit.title, asking.per_unit
            ),
            format!("导出：{}（{}），{}", caller.name, caller.login, words::moment(app.door.now())),
        ],
        columns,
        rows,
    }
}

/// Codes that occur, in order; what is not filled in comes last.
pub fn codes(filled: &Filled) -> Vec<&str> {
    let mut codes: Vec<&str> = filled.needs.iter().flat_map(|need| need.apart.keys().map(String::as_str)).collect();
    codes.sort_by_key(|code| (code.is_empty(), *code));
    codes.dedup();
    codes
}
