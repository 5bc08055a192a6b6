//! What is wrong with the documents: names that point nowhere.

use super::definition::{Block, DocumentDef, Related};
use crate::catalogue::File;
use crate::lint::Fault;
use crate::{Catalogue, FieldType, Kind, yaml};

/// Stands for the id of the document's own record where other records are compared with it.
pub const OWN_ID: &str = "_id";
/// Names that a text may use besides fields of the record.
const BUILT_IN: [&str; 4] = ["_number", "_day", "_issuer", "_place"];

/// Faults of `documents/*.yaml` that show only beside the other definitions.
pub(crate) fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, content) in files.iter().filter(|(p, _)| p.starts_with("documents/") && p.ends_with(".yaml")) {
        let Ok((def, document)) = yaml::read::<DocumentDef>(content) else { continue };
        let Some(kind) = catalogue.kind(&def.kind) else { continue };
        for (at, message) in of_document(catalogue, &def, kind, path) {
            faults.push(Fault::soft(path, document.line(&at), message));
        }
    }
    faults
}

fn of_document(catalogue: &Catalogue, def: &DocumentDef, kind: &Kind, path: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    if path != format!("documents/{}.yaml", def.document) {
        found.push(("document".into(), format!("“{}”与文件名不一致", def.document)));
    }
    for role in def.roles.iter().filter(|role| !catalogue.roles.roles.contains_key(*role)) {
        found.push(("roles".into(), format!("角色“{role}”不存在")));
    }
    for state in &def.states {
        if kind.states.as_ref().is_none_or(|s| s.list.iter().all(|s| s.code != *state)) {
            found.push(("states".into(), format!("{}没有状态“{state}”", kind.title)));
        }
    }
    for (at, text) in [("to", &def.to), ("issuer", &def.issuer)] {
        found.extend(of_text(kind, text).map(|message| (at.to_owned(), message)));
    }
    for (at, field) in [("writes.number", &def.writes.number), ("writes.day", &def.writes.day)] {
        if let Some(field) = field.as_ref().filter(|f| kind.field(f).is_none()) {
            found.push((at.into(), format!("{}没有字段“{field}”", kind.title)));
        }
    }
    for (index, block) in def.body.iter().enumerate() {
        let at = format!("body.{index}");
        found.extend(of_block(catalogue, kind, block).into_iter().map(|message| (at.clone(), message)));
    }
    let private = def.body.iter().flat_map(|block| named(block)).any(|f| kind.field(f).is_some_and(|f| f.private.is_some()))
        || def.body.iter().any(|block| matches!(block, Block::Related(r) if private_columns(catalogue, r)));
    if private && !def.identified {
        found.push(("document".into(), "文书含个人信息，须写 identified: true".into()));
    }
    found
}

fn private_columns(catalogue: &Catalogue, related: &Related) -> bool {
    let Some(kind) = catalogue.kind(&related.kind) else { return false };
    related.columns.iter().any(|c| kind.field(c).is_some_and(|f| f.private.is_some()))
}

fn of_block(catalogue: &Catalogue, kind: &Kind, block: &Block) -> Vec<String> {
    match block {
        Block::Text(text) => of_text(kind, text).collect(),
        Block::Fields(fields) => fields.iter().filter_map(|f| unknown(kind, f)).collect(),
        Block::Group(table) => match kind.field(&table.of).map(|f| &f.ty) {
            Some(FieldType::Group(members)) => {
                let missing = table.columns.iter().filter(|c| members.iter().all(|m| m.path != **c));
                missing.map(|c| format!("{}没有列“{c}”", table.of)).collect()
            }
            _ => vec![format!("“{}”不是{}的重复组", table.of, kind.title)],
        },
        Block::Related(related) => of_related(catalogue, kind, related),
        Block::Sign(lines) => lines.iter().flat_map(|line| of_text(kind, line)).collect(),
        Block::Heading(_) => Vec::new(),
    }
}

fn of_related(catalogue: &Catalogue, kind: &Kind, related: &Related) -> Vec<String> {
    let Some(other) = catalogue.kind(&related.kind) else { return vec![format!("没有名为“{}”的表单", related.kind)] };
    let mut found: Vec<String> = related.columns.iter().filter_map(|c| unknown(other, c)).collect();
    if related.only.is_empty() {
        found.push("须写明取哪些记录（only）".into());
    }
    for wanted in &related.only {
        found.extend(unknown(other, &wanted.field));
        let ways = usize::from(!wanted.is.is_empty())
            + usize::from(wanted.same.is_some())
            + usize::from(wanted.from.is_some() || wanted.to.is_some());
        if ways != 1 {
            found.push(format!("“{}”须写 is、same 或 from/to 之一", wanted.field));
        }
        found.extend([&wanted.same, &wanted.from, &wanted.to].into_iter().flatten().filter_map(|f| unknown(kind, f)));
    }
    if let Some(Err(message)) = related.when.as_deref().map(|source| other.condition(source)) {
        found.push(message);
    }
    found
}

/// Fields that a block shows.
fn named(block: &Block) -> Vec<&str> {
    match block {
        Block::Text(text) => places(text).collect(),
        Block::Fields(fields) => fields.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn of_text<'a>(kind: &'a Kind, text: &'a str) -> impl Iterator<Item = String> + 'a {
    places(text).filter(|name| !BUILT_IN.contains(name)).filter_map(|name| unknown(kind, name))
}

fn unknown(kind: &Kind, name: &str) -> Option<String> {
    let known = name == OWN_ID || kind.field(name).is_some() || kind.refs.contains_key(name) || matches!(name, "owner" | "region" | "town");
    (!known).then(|| format!("{}没有字段“{name}”", kind.title))
}

/// The names between braces.
fn places(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}
