//! Queries over one state of the lake.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use datafusion::{
    common::{Constraint, Constraints},
    datasource::{MemTable, ViewTable, provider_as_source},
    execution::{SessionStateBuilder, runtime_env::RuntimeEnv},
    logical_expr::{LogicalPlanBuilder, col, lit},
    prelude::{SessionConfig, SessionContext},
};
use zhijian_records::port::Instant;

use crate::{
    error::{LakeError, Result},
    facts::FactDef,
    manifest::{self, Manifest, Part, Piece},
    outline,
    reference::TextTable,
    shelf,
    small::{Room, SmallFile},
    table::{FileTable, PartFacts, TableFile},
};

/// The lake as one manifest names it. Readers keep it as long as they need; its files live that long.
pub struct Snapshot {
    pub(crate) manifest: Manifest,
    root: PathBuf,
    files: HashMap<String, Arc<DataFile>>,
    /// What each fact is made of, as one number: the same files, the same number.
    states: HashMap<String, u64>,
    /// Sessions that are ready.
    sessions: Mutex<HashMap<View, SessionContext>>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("root", &self.root).field("generation", &self.generation()).finish_non_exhaustive()
    }
}

/// Words of a query by which its joins are done as they are written: the side before `JOIN` is the one that is built. For queries whose common
/// tables no planner can guess the size of. A comment to other engines.
const ORDERED: &str = "/*+ ORDERED */";

/// How a session sees the lake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct View {
    /// The moment that it shows; `None` is now.
    known_at: Option<Instant>,
    /// Joins stay as they are written ([`ORDERED`]).
    ordered: bool,
}

impl View {
    /// What a query sees that is asked of what was known at `known_at`.
    pub(crate) fn of(known_at: Option<Instant>, sql: &str) -> Self {
        Self { known_at, ordered: sql.contains(ORDERED) }
    }
}

/// Column by which code lists and places are joined.
const CODE: &str = "code";
/// Sessions about the past that are kept ready.
const SESSIONS_KEPT: usize = 8;

/// A file that is removed when nobody reads it any more, once it has been replaced.
#[derive(Debug)]
struct DataFile {
    path: PathBuf,
    replaced: AtomicBool,
    small: Option<Arc<SmallFile>>,
}

impl Drop for DataFile {
    fn drop(&mut self) {
        if self.replaced.load(Ordering::Acquire) {
            manifest::remove(&self.path);
        }
    }
}

impl Snapshot {
    /// A snapshot of a manifest; files shared with the previous one are shared, files that it no longer names are given up.
    pub(crate) fn of(root: &Path, manifest: Manifest, previous: Option<&Self>) -> Self {
        let mut files = HashMap::new();
        for piece in manifest.pieces() {
            let known = previous.and_then(|p| p.files.get(&piece.file)).map(Arc::clone);
            let new = || DataFile { path: root.join(&piece.file), replaced: AtomicBool::new(false), small: SmallFile::of(piece.rows) };
            let file = known.unwrap_or_else(|| Arc::new(new()));
            files.insert(piece.file.clone(), file);
        }
        let states = manifest.facts.iter().map(|(name, fact)| (name.clone(), fact.state())).collect();
        Self { manifest, root: root.to_path_buf(), files, states, sessions: Mutex::default() }
    }

    /// The state of the facts that a query reads, as one number. A fact counts when its name stands in the text as a word: one too many only
    /// makes an answer be worked out again.
    pub(crate) fn state_of(&self, sql: &str) -> u64 {
        let words: BTreeSet<&str> = sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        let mut hasher = DefaultHasher::new();
        for (word, state) in words.into_iter().filter_map(|word| Some((word, self.states.get(&word.to_ascii_lowercase())?))) {
            (word, state).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Marks the files that `next` no longer names: they go with their last reader.
    pub(crate) fn give_up_for(&self, next: &Self) {
        for (name, file) in &self.files {
            if !next.files.contains_key(name) {
                file.replaced.store(true, Ordering::Release);
            }
        }
    }

    /// Generation of the manifest.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.manifest.generation
    }

    /// Moment up to which the figures stand.
    #[must_use]
    pub fn stand(&self) -> Instant {
        self.manifest.stand
    }

    /// The Parquet files that hold a fact's current rows, for other engines.
    #[must_use]
    pub fn files_of(&self, table: &str) -> Vec<PathBuf> {
        if let Some(table) = self.manifest.tables.get(table) {
            return vec![self.root.join(&table.piece.file)];
        }
        let parts = self.manifest.facts.get(table).into_iter().flat_map(|f| f.parts.values());
        parts.filter_map(|p| p.open.as_ref()).map(|p| self.root.join(&p.file)).collect()
    }

    /// All Parquet files of a fact, those of past revisions too.
    #[must_use]
    pub fn history_files_of(&self, fact: &str) -> Vec<PathBuf> {
        let parts = self.manifest.facts.get(fact).into_iter().flat_map(|f| f.parts.values());
        parts.flat_map(|p| p.open.iter().chain(&p.past)).map(|p| self.root.join(&p.file)).collect()
    }

    /// A session that shows this.
    pub(crate) fn session(&self, engine: &Engine, view: View) -> Result<SessionContext> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = sessions.get(&view) {
            return Ok(session.clone());
        }
        let session = engine.session(view.ordered);
        for fact in &engine.facts {
            match view.known_at {
                None => session.register_table(fact.name.as_str(), Arc::new(self.current(fact, &engine.room)?)),
                Some(instant) => session.register_table(fact.name.as_str(), self.known_at(fact, instant, &engine.room)?),
            }
            .map_err(|e| LakeError::engine("登记事实表", e))?;
        }
        for (table, rows) in engine.tables.iter().zip(&engine.table_rows) {
            session.register_table(table.name.as_str(), Arc::clone(rows) as _).map_err(|e| LakeError::engine("登记代码表", e))?;
        }
        if sessions.len() >= SESSIONS_KEPT {
            sessions.retain(|view, _| view.known_at.is_none());
        }
        sessions.insert(view, session.clone());
        Ok(session)
    }

    fn parts(&self, fact: &FactDef) -> impl Iterator<Item = &Part> {
        let known = self.manifest.facts.get(&fact.name).filter(|f| f.fingerprint == fact.fingerprint);
        known.into_iter().flat_map(|f| f.parts.values())
    }

    fn file(&self, piece: &Piece, part: PartFacts) -> TableFile {
        let small = self.files.get(&piece.file).and_then(|f| f.small.clone());
        TableFile { path: self.root.join(&piece.file), rows: piece.rows, bytes: piece.bytes, part, small }
    }

    fn current(&self, fact: &FactDef, room: &Arc<Room>) -> Result<FileTable> {
        let files = self.parts(fact).filter_map(|p| Some(self.file(p.open.as_ref()?, facts_of_part(fact, p))));
        let table = FileTable::new(Arc::clone(&fact.schema), files.collect(), room)?;
        // One revision of a record stands; an exploded array gives a row an element.
        Ok(table.unique_by(if fact.each.is_none() { &["id"] } else { &["id", "ordinal"] }))
    }

    /// Rows that were the newest at `instant`, whatever happened to them since.
    fn known_at(&self, fact: &FactDef, instant: Instant, room: &Arc<Room>) -> Result<Arc<ViewTable>> {
        let files = self.parts(fact).flat_map(|p| p.open.iter().chain(&p.past).map(|piece| self.file(piece, facts_of_part(fact, p))));
        let table = Arc::new(FileTable::new(Arc::clone(&fact.schema), files.collect(), room)?);
        let still_open = col("recorded_to").is_null().or(col("recorded_to").gt(lit(instant)));
        let plan = LogicalPlanBuilder::scan(fact.name.as_str(), provider_as_source(table), None)
            .and_then(|scan| scan.filter(col("recorded_from").lt_eq(lit(instant)).and(still_open).and(!col("retracted"))))
            .and_then(LogicalPlanBuilder::build)
            .map_err(|e| LakeError::engine("登记历史事实表", e))?;
        Ok(Arc::new(ViewTable::new(plan, None)))
    }
}

fn facts_of_part(fact: &FactDef, part: &Part) -> PartFacts {
    PartFacts { region: part.region.clone(), year: part.year, event_columns: fact.event_columns.clone() }
}

/// What all sessions share: tables by name, caches of file metadata, settings.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) facts: Vec<FactDef>,
    pub(crate) tables: Vec<TextTable>,
    /// The rows of `tables`; they are few and asked for by every query.
    table_rows: Vec<Arc<MemTable>>,
    environment: Arc<RuntimeEnv>,
    workers: usize,
    /// This build, as it was at the start: the program's file may be replaced while it runs.
    build: String,
    /// Fingerprints of `tables`: of all their rows, so reckoned once.
    table_prints: OnceLock<Vec<String>>,
    room: Arc<Room>,
    /// Outlines of counties instead of those that are built in.
    pub(crate) outlines: Option<outline::Own>,
}

/// Most rows and bytes of the smaller side of a join that is built once for all cores instead of dealing out both sides.
/// Ids are long texts: dealing out millions of them costs more than one core's work on the smaller side.
const JOIN_WHOLE: (usize, usize) = (2_000_000, 100 << 20);
/// Rows after which an aggregation that finds nearly only new groups stops collecting them twice.
const PROBE_GROUPS: usize = 20_000;

impl Engine {
    /// Room for columns of small files.
    pub(crate) const fn room(&self) -> &Arc<Room> {
        &self.room
    }

    pub(crate) fn new(facts: Vec<FactDef>, tables: Vec<TextTable>, workers: usize) -> Result<Self> {
        let table_rows = tables.iter().map(in_memory).collect::<Result<_>>()?;
        let (build, table_prints) = (shelf::build(), OnceLock::new());
        Ok(Self {
            facts,
            tables,
            table_rows,
            build,
            table_prints,
            environment: Arc::new(RuntimeEnv::default()),
            workers,
            room: Arc::default(),
            outlines: None,
        })
    }

    /// Fingerprints of the tables, in their order.
    pub(crate) fn table_prints(&self) -> &[String] {
        self.table_prints.get_or_init(|| self.tables.iter().map(TextTable::fingerprint).collect())
    }

    /// What answers depend on besides the files of the facts: this build, the columns of the facts, code lists and rules.
    pub(crate) fn print(&self) -> String {
        let known = self.facts.iter().map(|f| &f.fingerprint).chain(self.table_prints());
        known.fold(self.build.clone(), |print, one| print + " " + one)
    }

    /// The settings are measured (`docs/measurements.md`).
    fn session(&self, ordered: bool) -> SessionContext {
        let mut config = SessionConfig::new().with_target_partitions(self.workers).with_information_schema(false);
        let options = config.options_mut();
        (options.optimizer.hash_join_single_partition_threshold_rows, options.optimizer.hash_join_single_partition_threshold) = JOIN_WHOLE;
        options.execution.skip_partial_aggregation_probe_rows_threshold = PROBE_GROUPS;
        options.optimizer.join_reordering = !ordered;
        // What a join learns of its keys could only skip row groups, and ids are in no order: it never does.
        options.optimizer.enable_join_dynamic_filter_pushdown = false;
        let state =
            SessionStateBuilder::new().with_config(config).with_runtime_env(Arc::clone(&self.environment)).with_default_features().build();
        let session = SessionContext::new_with_state(state);
        session.register_udf(outline::function(self.outlines.clone()));
        session
    }
}

fn in_memory(table: &TextTable) -> Result<Arc<MemTable>> {
    let failed = |e| LakeError::engine("登记代码表", e);
    let mut rows = MemTable::try_new(table.schema(), vec![vec![table.batch()?]]).map_err(failed)?;
    if let Ok(code) = table.schema().index_of(CODE)
        && table.is_unique_by(CODE)
    {
        rows = rows.with_constraints(Constraints::new_unverified(vec![Constraint::PrimaryKey(vec![code])]));
    }
    Ok(Arc::new(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(exams: &str) -> Snapshot {
        let part = |file: &str| Part { open: Some(Piece { file: file.into(), rows: 1, bytes: 1 }), ..Part::default() };
        let fact = |file: &str| manifest::Fact { parts: [("none".to_owned(), part(file))].into(), ..manifest::Fact::default() };
        let facts =
            [("exam".to_owned(), fact(exams)), ("exam_hazard".to_owned(), fact("hazard")), ("employer".to_owned(), fact("employer"))];
        Snapshot::of(Path::new(""), Manifest { facts: facts.into(), ..Manifest::default() }, None)
    }

    #[test]
    fn the_state_of_a_query_is_that_of_the_facts_it_names() {
        let (before, after) = (snapshot("one"), snapshot("two"));
        for (sql, same) in [
            ("SELECT COUNT(*) FROM employer", true),
            ("SELECT COUNT(*) FROM exam_hazard", true),
            ("SELECT COUNT(*) FROM exam", false),
            ("SELECT COUNT(*) FROM \"exam\"", false),
            ("SELECT COUNT(*) FROM Employer JOIN EXAM ON TRUE", false),
            ("SELECT 1", true),
        ] {
            assert_eq!(before.state_of(sql) == after.state_of(sql), same, "{sql}");
        }
        assert_ne!(before.state_of("SELECT 1 FROM exam"), before.state_of("SELECT 1 FROM employer"));
    }
}
