//! Runs queries and keeps their answers until a fact that they read changes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use datafusion::arrow::array::RecordBatch;
use tokio::sync::OnceCell;
use zhijian_records::port::Instant;

use crate::{error::Result, lake::Lake, session::Snapshot};

type Answer = Arc<Vec<RecordBatch>>;

/// A query is known by its whole text, which holds parameters and scope, by the moment and by the state of the facts that it reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    state: u64,
    known_at: Option<Instant>,
    sql: String,
}

#[derive(Debug)]
pub(crate) struct Queries {
    lake: Arc<Lake>,
    kept: Mutex<HashMap<Key, Arc<OnceCell<Answer>>>>,
}

/// Answers kept; each is a few rows.
const KEPT: usize = 4_096;

impl Queries {
    pub(super) fn new(lake: Arc<Lake>) -> Self {
        Self { lake, kept: Mutex::default() }
    }

    pub(super) fn lake(&self) -> &Arc<Lake> {
        &self.lake
    }

    /// The answer of an aggregate query; who asks the same meanwhile waits for the same run.
    pub(crate) async fn kept(&self, snapshot: &Arc<Snapshot>, known_at: Option<Instant>, sql: String) -> Result<Answer> {
        let key = Key { state: self.lake.state_of(snapshot, &sql), known_at, sql };
        let cell = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= KEPT {
                kept.retain(|k, _| k.state == self.lake.state_of(snapshot, &k.sql));
            }
            if kept.len() >= KEPT {
                kept.clear();
            }
            Arc::clone(kept.entry(key.clone()).or_default())
        };
        let answer = cell.get_or_try_init(|| async { self.lake.answer_at(snapshot, &key.sql, known_at).await.map(Arc::new) }).await?;
        Ok(Arc::clone(answer))
    }

    /// Runs a query whose answer may be large and is not kept.
    pub(crate) async fn run(&self, snapshot: &Arc<Snapshot>, known_at: Option<Instant>, sql: &str) -> Result<Vec<RecordBatch>> {
        self.lake.query_at(snapshot, sql, known_at).await
    }
}
