//! When the query planner's statistics of a kind are renewed: after its first thousand rows, and whenever it has doubled since,
//! up to a size beyond which growth changes no plan. (PostgreSQL's own upkeep comes a minute too late for the list that is opened
//! right after an import, and SQLite has none.)

use crate::engine::Engine;
use crate::schema::KindTable;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use zhijian_records::port::StoreError;

/// Rows before the first time.
const FIRST: usize = 1000;

/// Rows after the last time: SQLite reads whole indexes meanwhile, which takes some seconds here.
const LAST: usize = 1_000_000;

/// Rows of a kind, and at how many of them statistics are renewed next.
#[derive(Debug, Clone, Copy)]
struct Size {
    rows: usize,
    renew_at: usize,
}

impl Size {
    fn analyzed(rows: usize) -> Self {
        let renew_at = if rows < LAST { (rows * 2).max(FIRST) } else { usize::MAX };
        Self { rows, renew_at }
    }
}

/// Sizes by kind.
#[derive(Debug)]
pub(crate) struct Statistics {
    kinds: Mutex<HashMap<String, Size>>,
}

impl Statistics {
    /// Starts with what the database knows from former runs.
    pub fn new(tables: &[KindTable], analyzed: Vec<(String, usize)>) -> Self {
        let analyzed: HashMap<String, usize> = analyzed.into_iter().collect();
        let size = |table: &KindTable| Size::analyzed(analyzed.get(&table.newest.table).copied().unwrap_or_default());
        Self { kinds: Mutex::new(tables.iter().map(|table| (table.kind.clone(), size(table))).collect()) }
    }

    /// Told after each commit. A failure to renew is no failure of the commit.
    pub async fn written(&self, engine: &Engine, kind: &str, rows: usize) {
        if self.is_due(kind, rows)
            && let Err(error) = renew(engine, kind).await
        {
            tracing::warn!(%error, kind, "cannot renew the statistics of the query planner");
        }
    }

    fn is_due(&self, kind: &str, rows: usize) -> bool {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(size) = kinds.get_mut(kind) else { return false };
        size.rows += rows;
        let due = size.rows >= size.renew_at;
        if due {
            *size = Size::analyzed(size.rows);
        }
        due
    }
}

async fn renew(engine: &Engine, kind: &str) -> Result<(), StoreError> {
    let table = engine.table(kind)?;
    engine.backend.analyze(&table.newest.table).await?;
    engine.backend.analyze(&table.older.table).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(analyzed: usize, commits: usize, rows: usize) -> Vec<usize> {
        let statistics = Statistics { kinds: Mutex::new(HashMap::from([("exam".to_owned(), Size::analyzed(analyzed))])) };
        (1..=commits).filter(|_| statistics.is_due("exam", rows)).collect()
    }

    #[test]
    fn statistics_are_renewed_at_every_doubling() {
        assert_eq!(due(0, 40, 500), [2, 4, 8, 16, 32], "from nothing");
        assert_eq!(due(10_000, 40, 500), [20], "a restart does not start from nothing");
        assert_eq!(due(900_000, 10, 900_000), [1], "enough is enough");
        assert!(due(0, 1, 0).is_empty(), "a commit that wrote nothing");
    }
}
