//! The keys of an axis for a region and year, and which of them a unit falls under.

use crate::app::App;
use std::collections::BTreeMap;
use zhijian_kinds::tables::{Axis, From};
use zhijian_kinds::{CodeList, Regions};
use zhijian_lake::Counted;

/// One row or column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Key {
    /// What units are told by.
    pub key: String,
    /// As shown.
    pub label: String,
    /// Codes that it stands for, for the list behind a cell.
    pub codes: Vec<String>,
    /// It was expected: the definition or the region tree names it.
    pub expected: bool,
}

/// The keys of an axis, in order.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Where they come from.
    pub from: From,
    /// The keys.
    pub all: Vec<Key>,
}

/// Units whose place is not below one of the places.
const HERE: &str = "本级";

/// An expected key.
pub fn key(key: &str, label: &str) -> Key {
    Key { key: key.to_owned(), label: label.to_owned(), codes: vec![key.to_owned()], expected: true }
}

impl Keys {
    /// The keys that are expected; lines are added by the caller.
    pub fn expected(app: &App, axis: &Axis, node: &str, year: i32) -> Self {
        let all = match axis.from {
            From::Regions => places(&app.catalogue().regions, node),
            From::Years => {
                let span = i32::try_from(axis.span).unwrap_or(1);
                ((year - span + 1)..=year).map(|y| key(&y.to_string(), &format!("{y}年"))).collect()
            }
            From::Months => (1..=12).map(|m| key(&format!("{year}-{m:02}"), &format!("{m}月"))).collect(),
            From::Codes => list(app, axis).map(|list| codes(list, axis, year)).unwrap_or_default(),
            From::Keys => axis.keys.iter().map(|(k, label)| key(k, label)).collect(),
            From::One => vec![Key { codes: Vec::new(), ..key("", &axis.title) }],
            From::Lines | From::Data => Vec::new(),
        };
        Self { from: axis.from, all }
    }

    /// No axis.
    pub fn none() -> Self {
        Self { from: From::Keys, all: Vec::new() }
    }

    /// The key of a unit with this value of the axis; a value that was not expected becomes a key of its own.
    pub fn find(&mut self, app: &App, axis: &Axis, node: &str, value: &str, unit: &Counted) -> usize {
        let wanted = match self.from {
            From::Regions => place_of(&app.catalogue().regions, &self.all, node, unit),
            From::Codes => list(app, axis).map_or(value, |list| list.label(value)).to_owned(),
            _ => value.to_owned(),
        };
        if let Some(at) = self.all.iter().position(|k| k.key == wanted) {
            return at;
        }
        let label = match self.from {
            From::Regions => HERE.to_owned(),
            _ if wanted.is_empty() => "未填".to_owned(),
            From::Data => list(app, axis).map_or(wanted.as_str(), |list| list.label(&wanted)).to_owned(),
            _ => wanted.clone(),
        };
        self.all.push(Key { codes: vec![value.to_owned()], key: wanted, label, expected: false });
        self.all.len() - 1
    }

    /// Keys of the data by their labels.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        if self.from == From::Data {
            order.sort_by(|a, b| self.all[*a].label.cmp(&self.all[*b].label));
        }
        order
    }
}

fn list<'a>(app: &'a App, axis: &Axis) -> Option<&'a CodeList> {
    app.catalogue().list(axis.list.as_deref()?)
}

/// Codes that hold on some day of the year, by label: editions of a list repeat their labels.
fn codes(list: &CodeList, axis: &Axis, year: i32) -> Vec<Key> {
    let (first, last) = (format!("{year}-01-01"), format!("{year}-12-31"));
    let wanted =
        |code: &zhijian_kinds::Code| axis.only.iter().all(|(column, value)| list.column(&code.code, column).is_some_and(|v| v == value));
    let mut found: Vec<Key> = Vec::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for code in list.codes.iter().filter(|code| wanted(code)) {
        let holds = (code.valid_from.is_empty() || code.valid_from <= last) && (code.valid_to.is_empty() || code.valid_to >= first);
        match at.get(code.label.as_str()) {
            Some(known) => {
                found[*known].codes.push(code.code.clone());
                found[*known].expected |= holds;
            }
            None => {
                at.insert(&code.label, found.len());
                found.push(Key { codes: vec![code.code.clone()], expected: holds, ..key(&code.label, &code.label) });
            }
        }
    }
    found.retain(|key| key.expected);
    found
}

/// Places directly below a node; the node itself where there are none.
fn places(regions: &Regions, node: &str) -> Vec<Key> {
    let below: Vec<Key> = regions.all().iter().filter(|r| r.parent == node).map(|r| key(&r.code, &r.name)).collect();
    if below.is_empty() { vec![key(node, regions.name(node))] } else { below }
}

/// The place of `places` in which a unit lies; the node itself when it lies in none.
fn place_of(regions: &Regions, places: &[Key], node: &str, unit: &Counted) -> String {
    for start in [&unit.town, &unit.region] {
        let mut at = regions.get(start);
        // A chain is a few levels; the bound guards against a tree that names itself as parent.
        for _ in 0..8 {
            let Some(region) = at else { break };
            if places.iter().any(|p| p.key == region.code && p.expected) {
                return region.code.clone();
            }
            at = regions.get(&region.parent);
        }
    }
    node.to_owned()
}
