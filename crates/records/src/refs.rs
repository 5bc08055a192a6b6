//! References: which employer, which roster entry a record speaks of. One query a way and chunk, never one a row.

use crate::door::Door;
use crate::port::{LookupHit, StoreError};
use crate::prepare::{Prepared, lookup_alternatives, lookup_values};
use serde_json::Value;
use std::collections::HashMap;
use zhijian_kinds::kind::{Format, RefRule};
use zhijian_kinds::{Kind, Level, Problem, ident};

/// Hits by way and value.
type Found = HashMap<(String, String), Vec<LookupHit>>;

/// Resolves the references of a chunk of drafts of one kind.
///
/// # Errors
/// The store failed.
pub async fn resolve(door: &Door, kind: &Kind, rows: &mut [&mut Prepared]) -> Result<(), StoreError> {
    for (name, rule) in &kind.refs {
        let mut found: Found = HashMap::new();
        for way in &rule.by {
            let mut values: Vec<String> = Vec::new();
            // While keys are changed a record may be found under an older token; here each stands for the one that is written.
            let mut written: HashMap<String, String> = HashMap::new();
            for row in rows.iter() {
                for forms in lookup_alternatives(kind, &door.vault, &row.document, &way.field) {
                    if let [first, rest @ ..] = forms.as_slice() {
                        written.extend(rest.iter().map(|older| (older.clone(), first.clone())));
                    }
                    values.extend(forms);
                }
            }
            values.sort();
            values.dedup();
            for chunk in values.chunks(500) {
                for mut hit in door.store.lookup(&rule.kind, &way.way, chunk).await? {
                    if let Some(first) = written.get(&hit.value) {
                        hit.value.clone_from(first);
                    }
                    found.entry((way.way.clone(), hit.value.clone())).or_default().push(hit);
                }
            }
        }
        for row in rows.iter_mut() {
            one(door, kind, name, rule, &found, row);
        }
    }
    Ok(())
}

fn one(door: &Door, kind: &Kind, name: &str, rule: &RefRule, found: &Found, row: &mut Prepared) {
    row.document.shift_remove(name);
    let mut tried = String::new();
    let mut why = String::from("登记在册的单位或人员");
    for way in &rule.by {
        let Some(value) = lookup_values(kind, &door.vault, &row.document, &way.field).into_iter().next() else { continue };
        let field = kind.field(&way.field);
        if tried.is_empty() {
            tried = match field {
                Some(f) if f.private.is_some() => "（已隐去）".into(),
                _ => value.clone(),
            };
        }
        // A well-formed code that nobody has ends the search; a malformed one passes on to the next way.
        let coded = field.is_some_and(|f| f.format == Some(Format::Uscc));
        if coded && ident::uscc(&value).is_err() {
            continue;
        }
        let hits = found.get(&(way.way.clone(), value)).map(Vec::as_slice).unwrap_or_default();
        match hits {
            [] if coded => {
                why = "名录中已登记的统一社会信用代码".into();
                break;
            }
            [] => {}
            [hit] => return keep(kind, name, row, hit),
            [first, ..] if rule.many.as_deref() == Some("first") => {
                let owner = row.document.get("employer_id").and_then(Value::as_str).unwrap_or_default().to_owned();
                let best = hits.iter().find(|h| !owner.is_empty() && h.owner == owner).unwrap_or(first);
                return keep(kind, name, row, best);
            }
            many => {
                why = format!("唯一对应的一家单位（现有{}家同名）", many.len());
                break;
            }
        }
    }
    if rule.required || !tried.is_empty() {
        let field = rule.by.first().map_or(name, |w| w.field.as_str()).to_owned();
        let title = if rule.title.is_empty() { kind.field(&field).map_or(name, |f| f.title.as_str()) } else { &rule.title };
        let level = if rule.required { Level::Error } else { Level::Warning };
        let class = match (&rule.class, rule.required) {
            (Some(class), true) => class.clone(),
            _ => "W_REF".into(),
        };
        row.problems.push(Problem::new(level, &class, &field, title, &tried, &why));
    }
}

fn keep(kind: &Kind, name: &str, row: &mut Prepared, hit: &LookupHit) {
    row.document.insert(name.to_owned(), Value::String(hit.id.clone()));
    // The host is written after the owner, so that it has the last word.
    let host = kind.host.as_deref() == Some(name);
    if host || kind.region.from.as_deref() == Some(name) {
        row.region.clone_from(&hit.region);
        row.town.clone_from(&hit.town);
    }
    if host || kind.owner.as_deref() == Some(name) {
        // A roster entry stands for its employer.
        row.owner.clone_from(if hit.owner.is_empty() { &hit.id } else { &hit.owner });
    }
}
