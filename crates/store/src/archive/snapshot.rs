//! Reading everything in one consistent state.

use super::{AUDIT, REVISIONS, tables};
use crate::backend::Reading;
use crate::dialect::Dialect;
use crate::engine::Engine;
use crate::schema::KindTable;
use crate::sql::Sql;
use async_trait::async_trait;
use zhijian_records::port::{Commits, Sheet, Snapshot, StoreError};

/// A piece of the chain ends when its commits wrote so many revisions.
const REVISIONS_A_PIECE: i64 = 4_000;
/// Rows of a piece of another table.
const ROWS_A_PIECE: i64 = 2_000;

struct EngineSnapshot {
    reading: Box<dyn Reading>,
    dialect: Dialect,
    head: (i64, String),
    /// Tables of the kinds: kind, newest, older.
    kinds: Vec<(String, String, String)>,
    /// Tables that go whole and are still to come, the next one last.
    rest: Vec<String>,
    /// Rows of the next one that have gone.
    gone: i64,
}

/// Begins.
pub(super) async fn begin(engine: &Engine) -> Result<Box<dyn Snapshot>, StoreError> {
    let dialect = engine.backend.dialect();
    let mut reading = engine.backend.snapshot().await?;
    // The first query fixes the state.
    let head = reading.fetch(Sql::new("读取链头", "SELECT seq, hash FROM chain WHERE one = 1")).await?;
    let head = head.into_iter().next().map(|mut row| (row.int(0), row.text(1))).unwrap_or_default();
    let names = reading.fetch(tables::list(dialect)).await?.into_iter().map(|mut row| row.text(0));
    let rest: Vec<String> =
        names.filter(|name| tables::goes_whole(name) && !tables::goes_beside(name)).collect::<Vec<_>>().into_iter().rev().collect();
    let kinds = engine.tables().into_iter().map(|t| (t.kind.clone(), t.newest.table.clone(), t.older.table.clone())).collect();
    Ok(Box::new(EngineSnapshot { reading, dialect, head, kinds, rest, gone: 0 }))
}

impl EngineSnapshot {
    async fn sheet(&mut self, name: &str, columns: &[String], sql: Sql) -> Result<Sheet, StoreError> {
        let rows = self.reading.fetch(sql).await?;
        let rows = rows.into_iter().map(|row| row.0.into_iter().map(tables::cell).collect()).collect();
        Ok(Sheet { table: name.to_owned(), columns: columns.to_vec(), rows })
    }

    async fn columns(&mut self, table: &str) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.reading.fetch(tables::columns(self.dialect, table)).await?;
        Ok(rows.into_iter().map(|mut row| (row.text(0), row.int(2))).collect())
    }
}

#[async_trait]
impl Snapshot for EngineSnapshot {
    fn head(&self) -> (i64, String) {
        self.head.clone()
    }

    async fn commits(&mut self, after: i64, limit: u32) -> Result<Option<Commits>, StoreError> {
        let text = "SELECT seq, count, kind FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
        let found = self.reading.fetch(Sql::with("读取审计记录", text, [after.into(), limit.into()])).await?;
        let (mut last, mut revisions, mut kinds) = (after, 0, Vec::new());
        for mut row in found {
            let (seq, count, kind) = (row.int(0), row.int(1), row.text(2));
            last = seq;
            revisions += count;
            if count > 0 && !kinds.contains(&kind) {
                kinds.push(kind);
            }
            if revisions >= REVISIONS_A_PIECE {
                break;
            }
        }
        if last == after {
            return Ok(None);
        }
        let columns: Vec<String> = self.columns("audit").await?.into_iter().map(|(name, _)| name).collect();
        let text = format!("SELECT {} FROM audit WHERE seq > $1 AND seq <= $2 ORDER BY seq", columns.join(", "));
        let mut sheets = vec![self.sheet(AUDIT, &columns, Sql::with("读取审计记录", text, [after.into(), last.into()])).await?];
        let shared = KindTable::shared_columns();
        let columns: Vec<String> = shared.split(", ").map(str::to_owned).collect();
        for kind in kinds {
            let Some((_, newest, older)) = self.kinds.iter().find(|(name, ..)| *name == kind).cloned() else {
                tracing::warn!(kind, "records of a kind that has no definition any more are not in the backup");
                continue;
            };
            let part = |table: &str| format!("SELECT {shared} FROM {table} WHERE commit_seq > $1 AND commit_seq <= $2");
            let text = format!("{} UNION ALL {} ORDER BY commit_seq, ord", part(&older), part(&newest));
            let sql = Sql::with("读取记录", text, [after.into(), last.into()]);
            sheets.push(self.sheet(&format!("{REVISIONS}{kind}"), &columns, sql).await?);
        }
        Ok(Some(Commits { last, sheets }))
    }

    async fn table(&mut self) -> Result<Option<Sheet>, StoreError> {
        let Some(table) = self.rest.last().cloned() else { return Ok(None) };
        let columns = self.columns(&table).await?;
        let mut keys: Vec<&(String, i64)> = columns.iter().filter(|(_, place)| *place > 0).collect();
        keys.sort_by_key(|(_, place)| *place);
        let order = match self.dialect {
            Dialect::Postgres => "ctid".to_owned(),
            Dialect::Sqlite if keys.is_empty() => "rowid".to_owned(),
            Dialect::Sqlite => keys.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
        };
        let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        let text = format!("SELECT {} FROM {table} ORDER BY {order} LIMIT $1 OFFSET $2", names.join(", "));
        let sheet = self.sheet(&table, &names, Sql::with("读取数据表", text, [ROWS_A_PIECE.into(), self.gone.into()])).await?;
        let number = i64::try_from(sheet.rows.len()).unwrap_or(i64::MAX);
        self.gone += number;
        if number < ROWS_A_PIECE {
            self.rest.pop();
            self.gone = 0;
        }
        Ok(Some(sheet))
    }
}
