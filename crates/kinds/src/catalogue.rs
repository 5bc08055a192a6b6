//! All definitions together, embedded in the binary or read from a folder.

use crate::access::{AccessDef, Rights, Roles};
use crate::due::{Calendar, Deadlines, Duty, DutyDef};
use crate::indicator::{Indicator, Plan};
use crate::lists::NamedList;
use crate::notice::Notice;
use crate::paper::{Document, DocumentDef};
use crate::protection::{Grading, Retention};
use crate::warning::Warning;
use crate::{CodeList, Kind, Regions, lint::Fault};
use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use std::sync::{Arc, OnceLock};

#[derive(rust_embed::RustEmbed)]
#[folder = "../../definitions"]
struct Embedded;

/// Everything that `definitions/` says.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Kinds by name, newest version, in menu order.
    pub kinds: IndexMap<String, Arc<Kind>>,
    /// Roles and what holds for them whatever the kind.
    pub roles: Roles,
    /// How long private parts are kept, by kind.
    pub retention: IndexMap<String, Retention>,
    /// How sensitive classes of fields are.
    pub grading: Grading,
    /// Code lists by name.
    pub codes: IndexMap<String, Arc<CodeList>>,
    /// Region tree.
    pub regions: Regions,
    /// Indicators by code.
    pub indicators: IndexMap<String, Indicator>,
    /// Statistics tables by name, in their order.
    pub tables: IndexMap<String, crate::StatTable>,
    /// Boards by name, in their order.
    pub boards: IndexMap<String, crate::Board>,
    /// Layers of the map by name, in their order.
    pub layers: IndexMap<String, crate::Layer>,
    /// Matches of needs and places by name.
    pub matches: IndexMap<String, crate::Match>,
    /// Plans by name.
    pub plans: IndexMap<String, Plan>,
    /// Sentences of evaluation reports.
    pub narrative: crate::evaluation::Narrative,
    /// Tasks of the plans' texts, by plan.
    pub plan_tasks: IndexMap<String, crate::evaluation::PlanTasks>,
    /// Named lists by name.
    pub lists: IndexMap<String, NamedList>,
    /// Deadline register and calendar of working days.
    pub deadlines: Deadlines,
    /// Duties by name.
    pub duties: IndexMap<String, Duty>,
    /// Documents that offices issue, by name.
    pub documents: IndexMap<String, Document>,
    /// Layouts (typst) that documents share, by file name.
    pub layouts: IndexMap<String, String>,
    /// Cycles and items of examinations.
    pub exams: crate::exams::Tables,
    /// Notices by name.
    pub notices: IndexMap<String, Notice>,
    /// Early-warning rules by number.
    pub warnings: IndexMap<String, Warning>,
    /// Rule tables (CSV) by file name without ending.
    pub rules: IndexMap<String, String>,
}

/// A definition file: path below `definitions/` and content.
pub type File = (String, String);

impl Catalogue {
    /// The definitions shipped in the binary, loaded once.
    ///
    /// # Panics
    /// Never in a released binary: the test `embedded_definitions_are_right` loads them and fails the build's tests first.
    #[must_use]
    #[expect(clippy::panic, reason = "the binary cannot work without its own definitions, which tests have loaded")]
    pub fn embedded() -> Arc<Self> {
        static LOADED: OnceLock<Arc<Catalogue>> = OnceLock::new();
        Arc::clone(LOADED.get_or_init(|| {
            let (catalogue, faults) = Self::load(&embedded_files());
            if let Some(fault) = faults.iter().find(|f| f.fatal) {
                panic!("embedded definitions: {fault}");
            }
            Arc::new(catalogue)
        }))
    }

    /// Loads files; what cannot be loaded is left out and reported.
    #[must_use]
    pub fn load(files: &[File]) -> (Self, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut catalogue = Self::default();
        let content = |path: &str| files.iter().find(|(p, _)| p == path).map_or("", |(_, c)| c.as_str());
        match Regions::parse(content("regions/divisions.csv"), content("regions/zones.csv"), content("regions/towns.csv")) {
            Ok(regions) => catalogue.regions = regions,
            Err(message) => faults.push(Fault::fatal("regions", 1, message)),
        }
        for (path, content) in files.iter().filter(|(p, _)| p.starts_with("codes/") && p.ends_with(".csv")) {
            match CodeList::parse(path, content) {
                Ok(list) => {
                    let stem = path.trim_start_matches("codes/").trim_end_matches(".csv");
                    if list.name != stem {
                        faults.push(Fault::fatal(path, 1, format!("list 名“{}”与文件名不一致", list.name)));
                    }
                    for collision in list.collisions() {
                        faults.push(Fault::fatal(path, 1, collision));
                    }
                    catalogue.codes.insert(list.name.clone(), Arc::new(list));
                }
                Err((line, message)) => faults.push(Fault::fatal(path, line, message)),
            }
        }
        for (path, content) in files.iter().filter(|(p, _)| p.starts_with("rules/") && p.ends_with(".csv")) {
            let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".csv");
            catalogue.rules.insert(stem.to_owned(), content.clone());
        }
        let policies = catalogue.policies(files, &mut faults);
        let mut kinds: Vec<Arc<Kind>> = Vec::new();
        for (path, content) in files.iter().filter(|(p, _)| p.starts_with("kinds/") && is_yaml(p)) {
            match Kind::parse(content) {
                Ok(mut kind) => {
                    if let Some(def) = policies.iter().find(|def| def.kind == kind.kind) {
                        kind.rights = Rights::new(def.clone(), &kind);
                    }
                    kinds.push(Arc::new(kind));
                }
                Err(error) => faults.push(Fault::fatal(path, error.line, error.message)),
            }
        }
        kinds.sort_by(|a, b| (a.order, &a.kind, a.version).cmp(&(b.order, &b.kind, b.version)));
        for kind in kinds {
            catalogue.kinds.insert(kind.kind.clone(), kind);
        }
        for (_, indicator, _) in read_all::<Indicator>(files, "indicators/", &mut faults) {
            catalogue.indicators.insert(indicator.code.clone(), indicator);
        }
        catalogue.indicators.sort_keys();
        for (_, table, _) in read_all::<crate::StatTable>(files, "tables/", &mut faults) {
            catalogue.tables.insert(table.table.clone(), table);
        }
        catalogue.tables.sort_by(|_, a, _, b| (a.order, &a.table).cmp(&(b.order, &b.table)));
        for (_, board, _) in read_all::<crate::Board>(files, "boards/", &mut faults) {
            catalogue.boards.insert(board.board.clone(), board);
        }
        catalogue.boards.sort_by(|_, a, _, b| (a.order, &a.board).cmp(&(b.order, &b.board)));
        for (_, layer, _) in read_all::<crate::Layer>(files, "layers/", &mut faults) {
            catalogue.layers.insert(layer.layer.clone(), layer);
        }
        catalogue.layers.sort_by(|_, a, _, b| (a.order, &a.layer).cmp(&(b.order, &b.layer)));
        for (_, found, _) in read_all::<crate::Match>(files, "matches/", &mut faults) {
            catalogue.matches.insert(found.name.clone(), found);
        }
        for (_, plan, _) in read_all::<Plan>(files, "plans/", &mut faults) {
            catalogue.plans.insert(plan.plan.clone(), plan);
        }
        for (_, list, _) in read_all::<NamedList>(files, "lists/", &mut faults) {
            catalogue.lists.insert(list.list.clone(), list);
        }
        catalogue.evaluations(files, &mut faults);
        catalogue.protection(files, &mut faults);
        catalogue.due(files, &mut faults);
        catalogue.papers(files, &mut faults);
        catalogue.tellings(files, &mut faults);
        catalogue.warnings_of(files, &mut faults);
        faults.extend(crate::lint::cross_check(&catalogue, files));
        (catalogue, faults)
    }

    /// Reads `access/`: the roles, and the policies of the kinds.
    fn policies(&mut self, files: &[File], faults: &mut Vec<Fault>) -> Vec<AccessDef> {
        let mut policies = Vec::new();
        for (path, content) in files.iter().filter(|(p, _)| p.starts_with("access/") && is_yaml(p)) {
            let read = if path == "access/roles.yaml" {
                crate::yaml::read::<Roles>(content).map(|(roles, _)| self.roles = roles)
            } else {
                crate::yaml::read::<AccessDef>(content).map(|(def, _)| policies.push(def))
            };
            if let Err(error) = read {
                faults.push(Fault::fatal(path, error.line, error.message));
            }
        }
        policies
    }

    /// Reads `retention/` and `grading/`.
    fn protection(&mut self, files: &[File], faults: &mut Vec<Fault>) {
        for (path, content) in files.iter().filter(|(p, _)| is_yaml(p)) {
            let read = if path.starts_with("retention/") {
                crate::yaml::read::<Retention>(content).map(|(rule, _)| drop(self.retention.insert(rule.kind.clone(), rule)))
            } else if path == "grading/levels.yaml" {
                crate::yaml::read::<Grading>(content).map(|(grading, _)| self.grading = grading)
            } else {
                continue;
            };
            if let Err(error) = read {
                faults.push(Fault::fatal(path, error.line, error.message));
            }
        }
        self.retention.sort_keys();
    }

    /// Reads calendar, deadline register and duties.
    fn due(&mut self, files: &[File], faults: &mut Vec<Fault>) {
        let table = |name: &str| self.rules.get(name).map_or("", String::as_str);
        let calendar = Calendar::parse(table("holidays")).unwrap_or_else(|(line, message)| {
            faults.push(Fault::fatal("rules/holidays.csv", line, message));
            Calendar::default()
        });
        self.deadlines = Deadlines::parse(table("deadlines"), calendar).unwrap_or_else(|(line, message)| {
            faults.push(Fault::fatal("rules/deadlines.csv", line, message));
            Deadlines::default()
        });
        self.exams = crate::exams::Tables::parse(table("exam_cycles"), table("exam_items"), table("exam_item_codes")).unwrap_or_else(
            |(file, message)| {
                faults.push(Fault::fatal(file, 1, message));
                crate::exams::Tables::default()
            },
        );
        for (path, def, document) in read_all::<DutyDef>(files, "duties/", faults) {
            let Some(kind) = self.kinds.get(&def.kind) else {
                faults.push(Fault::fatal(path, document.line("kind"), format!("没有名为“{}”的表单", def.kind)));
                continue;
            };
            match Duty::new(def, kind) {
                Ok(duty) => drop(self.duties.insert(duty.duty.clone(), duty)),
                Err((at, message)) => faults.push(Fault::fatal(path, document.line(at), message)),
            }
        }
        self.duties.sort_keys();
    }

    /// Reads documents and their layouts.
    fn papers(&mut self, files: &[File], faults: &mut Vec<Fault>) {
        for (path, content) in files.iter().filter(|(p, _)| p.starts_with("documents/") && p.ends_with(".typ")) {
            self.layouts.insert(path.trim_start_matches("documents/").to_owned(), content.clone());
        }
        for (path, def, document) in read_all::<DocumentDef>(files, "documents/", faults) {
            let Some(kind) = self.kinds.get(&def.kind) else {
                faults.push(Fault::fatal(path, document.line("kind"), format!("没有名为“{}”的表单", def.kind)));
                continue;
            };
            let template = self.layouts.get(&format!("{}.typ", def.document)).cloned();
            match Document::new(def, kind, template) {
                Ok(made) => drop(self.documents.insert(made.document.clone(), made)),
                Err((at, message)) => faults.push(Fault::fatal(path, document.line(at), message)),
            }
        }
        self.documents.sort_keys();
    }

    /// A kind by name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&Arc<Kind>> {
        self.kinds.get(name)
    }

    /// A code list by name; an empty list when it is unknown (the checker has refused that before).
    #[must_use]
    pub fn list(&self, name: &str) -> Option<&CodeList> {
        self.codes.get(name).map(AsRef::as_ref)
    }

    /// Kinds in an order in which every kind comes after those it refers to.
    #[must_use]
    pub fn in_dependency_order(&self) -> Vec<&Arc<Kind>> {
        let mut done: Vec<&Arc<Kind>> = Vec::new();
        let mut rest: Vec<&Arc<Kind>> = self.kinds.values().collect();
        while !rest.is_empty() {
            let ready = |k: &Arc<Kind>| k.refs.values().all(|r| r.kind == k.kind || !rest.iter().any(|o| o.kind == r.kind));
            // A cycle of references cannot be ordered; take the first by menu order.
            let at = rest.iter().position(|k| ready(k)).unwrap_or(0);
            done.push(rest.remove(at));
        }
        done
    }
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml")
}

/// The files of a folder that can be read, with their texts' lines; what is wrong with the others becomes a fault.
pub(crate) fn read_all<'a, T: DeserializeOwned>(
    files: &'a [File],
    folder: &str,
    faults: &mut Vec<Fault>,
) -> Vec<(&'a str, T, crate::yaml::Document)> {
    let mut all = Vec::new();
    for (path, content) in files.iter().filter(|(p, _)| p.starts_with(folder) && is_yaml(p)) {
        match crate::yaml::read::<T>(content) {
            Ok((def, document)) => all.push((path.as_str(), def, document)),
            Err(error) => faults.push(Fault::fatal(path, error.line, error.message)),
        }
    }
    all
}

/// The files embedded in the binary.
#[must_use]
pub fn embedded_files() -> Vec<File> {
    let mut files: Vec<File> = Embedded::iter()
        .filter(|path| path.ends_with(".yaml") || path.ends_with(".csv") || path.ends_with(".typ"))
        .filter_map(|path| Embedded::get(&path).map(|f| (path.to_string(), String::from_utf8_lossy(&f.data).into_owned())))
        .collect();
    files.sort();
    files
}

/// Digests of the embedded definitions: of all, and of the access policy alone.
#[must_use]
pub fn digests(hash: impl Fn(&[u8]) -> String) -> [String; 2] {
    let files = embedded_files();
    let of = |prefix: &str| {
        let mut bytes = Vec::new();
        for (path, text) in files.iter().filter(|(path, _)| path.starts_with(prefix)) {
            for part in [path, text] {
                bytes.extend((part.len() as u64).to_be_bytes());
                bytes.extend(part.as_bytes());
            }
        }
        hash(&bytes)
    };
    [of(""), of("access/")]
}

/// An embedded file's bytes (maps, notices).
#[must_use]
pub fn embedded_bytes(path: &str) -> Option<Vec<u8>> {
    Embedded::get(path).map(|f| f.data.into_owned())
}

/// Reads the definition files of a folder.
///
/// # Errors
/// The folder or a file cannot be read.
pub fn folder_files(root: &std::path::Path) -> std::io::Result<Vec<File>> {
    fn walk(root: &std::path::Path, at: &std::path::Path, out: &mut Vec<File>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(at)? {
            let path = entry?.path();
            if path.is_dir() {
                walk(root, &path, out)?;
            } else if matches!(path.extension().and_then(|e| e.to_str()), Some("yaml" | "csv")) {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                out.push((name, String::from_utf8_lossy(&std::fs::read(&path)?).into_owned()));
            }
        }
        Ok(())
    }
    let mut files = Vec::new();
    walk(root, root, &mut files)?;
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_definitions_are_right() {
        let (_, faults) = Catalogue::load(&embedded_files());
        let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(faults.is_empty(), "{}", shown.join("\n"));
    }
}
