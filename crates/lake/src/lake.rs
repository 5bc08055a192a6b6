//! The lake of one deployment: opened once, shared by everybody who asks.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use datafusion::{arrow::array::RecordBatch, physical_plan::collect};
use zhijian_kinds::{Catalogue, Outlines};
use zhijian_records::port::Instant;

use crate::{
    error::{LakeError, Result},
    facts::{FactDef, facts_of},
    manifest::Manifest,
    outline,
    readings::{self, Archive},
    reference::{self, TextTable},
    session::{Engine, Snapshot, View},
    shelf::{Reads, Shelf},
    threads::Threads,
};

/// Facts as Parquet files below one folder, and a query engine over them.
#[derive(Debug)]
pub struct Lake {
    pub(crate) root: PathBuf,
    pub(crate) engine: Engine,
    pub(crate) workers: usize,
    threads: Threads,
    pub(crate) shelf: Arc<Shelf>,
    snapshot: RwLock<Arc<Snapshot>>,
    /// Readings of on-line devices, as the fact `reading`.
    readings: Option<Arc<Archive>>,
    /// One refresh at a time in this process.
    pub(crate) refreshing: tokio::sync::Mutex<RefreshState>,
}

/// What a process remembers between refreshes.
#[derive(Debug, Default)]
pub(crate) struct RefreshState {
    /// Files have been checked and strays removed.
    pub(crate) checked: bool,
}

impl Lake {
    /// Opens the lake below `home` with the facts and tables of a catalogue. Nothing is read from the store yet.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(home: &Path, catalogue: &Catalogue) -> Result<Self> {
        let facts = catalogue.kinds.values().flat_map(|kind| facts_of(kind)).collect();
        Self::with(home, facts, reference::tables_of(catalogue))
    }

    /// Opens a lake with given facts and tables.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn with(home: &Path, facts: Vec<FactDef>, tables: Vec<TextTable>) -> Result<Self> {
        let root = home.join("lake");
        std::fs::create_dir_all(&root).map_err(|e| LakeError::file(&root, e))?;
        let root = root.canonicalize().map_err(|e| LakeError::file(&root, e))?;
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        let threads = Threads::start(workers).map_err(|e| LakeError::file(&root, e))?;
        let manifest = Manifest::read(&root)?.unwrap_or_default();
        let snapshot = RwLock::new(Arc::new(Snapshot::of(&root, manifest, None)));
        let engine = Engine::new(facts, tables, workers)?;
        let shelf = Arc::new(Shelf::below(&root));
        Ok(Self { root, engine, workers, threads, shelf, snapshot, readings: None, refreshing: tokio::sync::Mutex::default() })
    }

    /// With readings beside the facts.
    #[must_use]
    pub fn with_readings(mut self, archive: Arc<Archive>) -> Self {
        self.readings = Some(archive);
        self
    }

    /// With the office's own outlines of counties, by which places are judged, read at the first such question; those that are built in when
    /// there is none.
    #[must_use]
    pub fn with_outlines(mut self, read: impl FnOnce() -> Outlines + Send + 'static) -> Self {
        self.engine.outlines = Some(Arc::new(LazyLock::new(Box::new(read))));
        self
    }

    /// The readings.
    #[must_use]
    pub fn readings(&self) -> Option<&Arc<Archive>> {
        self.readings.as_ref()
    }

    /// The facts.
    #[must_use]
    pub fn facts(&self) -> &[FactDef] {
        &self.engine.facts
    }

    pub(crate) fn threads(&self) -> &Threads {
        &self.threads
    }

    /// The lake as it is now. Hold it while several figures must agree.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Moment up to which the figures stand.
    #[must_use]
    pub fn stand(&self) -> Instant {
        self.snapshot().stand()
    }

    /// The state of what a query reads, facts and readings, as one number: as long as it is the same, so is the answer.
    pub(crate) fn state_of(&self, snapshot: &Snapshot, sql: &str) -> u64 {
        let facts = snapshot.state_of(sql);
        let Some(archive) = self.readings.as_ref().filter(|_| sql.contains(readings::FACT)) else { return facts };
        let mut hasher = DefaultHasher::new();
        facts.hash(&mut hasher);
        match archive.reload() {
            Ok(catalog) => catalog.pieces().for_each(|piece| (&piece.file, piece.rows, piece.bytes).hash(&mut hasher)),
            // The query itself will say what is wrong.
            Err(_) => snapshot.generation().hash(&mut hasher),
        }
        hasher.finish()
    }

    pub(crate) fn install(&self, manifest: Manifest) -> Arc<Snapshot> {
        let mut current = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
        let next = Arc::new(Snapshot::of(&self.root, manifest, Some(&current)));
        current.give_up_for(&next);
        *current = Arc::clone(&next);
        next
    }

    /// Takes over what another process has written; `true` when there was something.
    pub(crate) fn reload(&self) -> Result<bool> {
        let Some(manifest) = Manifest::read(&self.root)? else { return Ok(false) };
        let mut current = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
        if manifest == current.manifest {
            return Ok(false);
        }
        *current = Arc::new(Snapshot::of(&self.root, manifest, Some(&current)));
        Ok(true)
    }

    /// Runs SQL over a state of the lake. `known_at` asks for what was known then.
    ///
    /// # Errors
    /// The SQL is wrong or a file cannot be read.
    pub async fn query_at(&self, snapshot: &Arc<Snapshot>, sql: &str, known_at: Option<Instant>) -> Result<Vec<RecordBatch>> {
        self.work_out(snapshot, sql, known_at, None).await
    }

    /// As [`Lake::query_at`] for an answer of few rows: the shelf has it when the same was asked of the same files.
    ///
    /// # Errors
    /// As [`Lake::query_at`].
    pub(crate) async fn answer_at(&self, snapshot: &Arc<Snapshot>, sql: &str, known_at: Option<Instant>) -> Result<Vec<RecordBatch>> {
        // Readings and the office's own outlines are not in the facts' files.
        let elsewhere = sql.contains(readings::FACT) || self.engine.outlines.is_some() && sql.contains(outline::NAME);
        self.work_out(snapshot, sql, known_at, (!elsewhere).then(|| Arc::clone(&self.shelf))).await
    }

    async fn work_out(
        &self,
        snapshot: &Arc<Snapshot>,
        sql: &str,
        known_at: Option<Instant>,
        shelf: Option<Arc<Shelf>>,
    ) -> Result<Vec<RecordBatch>> {
        let session = snapshot.session(&self.engine, View::of(known_at, sql))?;
        if let Some(archive) = self.readings.as_ref().filter(|_| sql.contains(readings::FACT)) {
            readings::register(archive, &session, self.engine.room())?;
        }
        let shelf = shelf.map(|shelf| (shelf, format!("{}\n{known_at:?}\n{sql}", self.engine.print())));
        let (sql, keep) = (sql.to_owned(), Arc::clone(snapshot));
        self.threads
            .run(async move {
                let (mut state, reads) = (session.state(), Arc::new(Reads::default()));
                state.config_mut().set_extension(Arc::clone(&reads));
                let plan = state.create_logical_plan(&sql).await.map_err(|e| LakeError::engine("解析查询", e))?;
                let plan = state.create_physical_plan(&plan).await.map_err(|e| LakeError::engine("执行查询", e))?;
                let shelf = shelf.map(|(shelf, question)| (shelf, reads.name(&question)));
                if let Some(rows) = shelf.as_ref().and_then(|(shelf, name)| shelf.get(name)) {
                    return Ok(rows);
                }
                let schema = plan.schema();
                let rows = collect(plan, state.task_ctx()).await.map_err(|e| LakeError::engine("执行查询", e))?;
                drop(keep);
                if let Some((shelf, name)) = shelf {
                    shelf.put(&name, &schema, &rows);
                }
                Ok(rows)
            })
            .await
    }

    /// Forgets the answers on disk; they are worked out again.
    pub fn forget_answers(&self) {
        self.shelf.clear();
    }

    /// Runs SQL over the lake as it is now.
    ///
    /// # Errors
    /// As [`Lake::query_at`].
    pub async fn query(&self, sql: &str, known_at: Option<Instant>) -> Result<Vec<RecordBatch>> {
        let snapshot = self.snapshot();
        match self.query_at(&snapshot, sql, known_at).await {
            // Another process may have replaced the files meanwhile.
            Err(error) => match self.reload() {
                Ok(true) => self.query_at(&self.snapshot(), sql, known_at).await,
                _ => Err(error),
            },
            found => found,
        }
    }
}
