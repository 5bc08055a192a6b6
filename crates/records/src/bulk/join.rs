//! Two rows of one record become one: a later row of the same file, or a later file's row and the record.

use super::{End, end_of};
use crate::derive;
use crate::port::Stored;
use crate::prepare::{self, Frame, Prepared};
use crate::submit::overlay;
use serde_json::{Map, Value};
use std::collections::HashMap;
use zhijian_kinds::intake::{get_path, set_path};
use zhijian_kinds::{Kind, Level};
/// A row whose record is there already: `None` when it says nothing new; else the next revision and the row's end.
pub(super) fn against(
    frame: Frame<'_>,
    stored: &Stored,
    document: &Map<String, Value>,
    row: Prepared,
    same_file: bool,
) -> Option<(Prepared, End)> {
    let kind = frame.kind;
    let before = Prepared {
        document: document.clone(),
        region: stored.region.clone(),
        town: stored.town.clone(),
        owner: stored.owner.clone(),
        ..Prepared::default()
    };
    let (mut next, end) = if same_file {
        let mut next = before;
        merge(frame, &mut next, row);
        (next, End::Duplicate)
    } else {
        let problems_end = end_of(&row.problems);
        let older = kind
            .merge
            .by
            .as_ref()
            .is_some_and(|by| matches!((day(&row.document, by), day(document, by)), (new, old) if !new.is_empty() && new < old));
        if older {
            return None;
        }
        let mut row = row;
        collect(kind, document, &mut row.document, &mut row.covered);
        (overlay(kind, document, stored, row, false), problems_end)
    };
    if stored.retracted {
        // Handed in again: the record lives again.
    } else if same(kind, document, &next.document) && next.region == stored.region && next.town == stored.town {
        return None;
    }
    next.problems.retain(|p| p.level != Level::Error);
    prepare::complete(frame, &mut next);
    if !stored.retracted && same(kind, document, &next.document) && next.region == stored.region && next.town == stored.town {
        return None;
    }
    Some((next, end))
}

/// Merges a later row of the same file into an earlier one, by the kind's policy.
pub(super) fn merge(frame: Frame<'_>, first: &mut Prepared, later: Prepared) {
    let kind = frame.kind;
    let latest =
        kind.merge.same_file == "latest" && kind.merge.by.as_ref().is_some_and(|by| day(&later.document, by) > day(&first.document, by));
    if latest {
        let old = std::mem::replace(first, later);
        let mut covered = Vec::new();
        collect(kind, &old.document, &mut first.document, &mut covered);
        fill_blanks(kind, first, &old);
    } else {
        let mut covered = Vec::new();
        collect(kind, &later.document, &mut first.document, &mut covered);
        fill_blanks(kind, first, &later);
    }
    derive::fill(kind, frame.catalogue, &mut first.document, frame.today);
}

/// Empty fields of the kept row are filled from the other.
fn fill_blanks(kind: &Kind, keep: &mut Prepared, other: &Prepared) {
    for field in kind.fields.iter().filter(|f| !f.read_only && f.measured.is_none() && f.path != "uscc") {
        if get_path(&keep.document, &field.path).is_none()
            && let Some(value) = get_path(&other.document, &field.path)
        {
            set_path(&mut keep.document, &field.path, value.clone());
        }
    }
    if keep.town.is_empty() && keep.region == other.region {
        keep.town.clone_from(&other.town);
    }
}

/// Keeps the loser's differing values in a list of the winner (other spellings of a name become former names).
pub(super) fn collect(kind: &Kind, loser: &Map<String, Value>, winner: &mut Map<String, Value>, covered: &mut Vec<String>) {
    for (from, into) in &kind.merge.collect {
        let kept = get_path(winner, from).cloned();
        let mut list: Vec<Value> = get_path(winner, into).and_then(Value::as_array).cloned().unwrap_or_default();
        let others = get_path(loser, into).and_then(Value::as_array).cloned().unwrap_or_default();
        for value in get_path(loser, from).cloned().into_iter().chain(others) {
            if Some(&value) != kept.as_ref() && !list.contains(&value) {
                list.push(value);
            }
        }
        if !list.is_empty() {
            set_path(winner, into, Value::Array(list));
            covered.push(into.clone());
        }
    }
}

fn day(document: &Map<String, Value>, path: &str) -> String {
    get_path(document, path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Equal but for derived fields and reading notes.
pub(super) fn same(kind: &Kind, a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    let derived: Vec<&str> = kind.derive.iter().flat_map(|d| d.targets()).map(|t| t.split('.').next().unwrap_or_default()).collect();
    let plain = |m: &Map<String, Value>| -> HashMap<String, Value> {
        m.iter().filter(|(k, _)| !k.starts_with('_') && !derived.contains(&k.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect()
    };
    plain(a) == plain(b)
}
