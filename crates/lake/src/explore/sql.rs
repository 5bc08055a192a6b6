//! Reading queries of analysts: SQL over what they may see, and nothing else.
//!
//! The query runs in a session of its own that knows only the visible facts, each cut to the asker's scope, and the code lists. It can
//! neither write nor open files; its rows, time and memory are bounded.

use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use zhijian_records::port::Scope;

use crate::error::{LakeError, Result};
use crate::evaluate::scope::condition;
use crate::lake::Lake;
use crate::session::View;

/// A fact and the part of it that the asker sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visible {
    /// Fact.
    pub fact: String,
    /// Rows.
    pub scope: Scope,
}

/// Bounds of a query (design).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlLimits {
    /// Most rows that are given back.
    pub rows: usize,
    /// Longest time.
    pub time: Duration,
    /// Most bytes that sorting, joining and grouping may hold.
    pub bytes: usize,
}

impl Default for SqlLimits {
    fn default() -> Self {
        Self { rows: 1_000, time: Duration::from_secs(10), bytes: 512 << 20 }
    }
}

/// What came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlAnswer {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows as texts; nothing is an empty text.
    pub rows: Vec<Vec<String>>,
    /// There were more rows than the limit.
    pub more: bool,
}

impl Lake {
    /// Runs one reading query over the visible facts.
    ///
    /// # Errors
    /// [`LakeError::Refused`] with what the engine says of a query that is wrong, writes, takes too long or too much memory.
    pub async fn ask(&self, sql: &str, visible: &[Visible], limits: SqlLimits) -> Result<SqlAnswer> {
        let snapshot = self.snapshot();
        let all = snapshot.session(&self.engine, View::default())?;
        let (sql, visible) = (sql.to_owned(), visible.to_vec());
        let lists: Vec<String> = self.engine.tables.iter().map(|t| t.name.clone()).collect();
        self.threads()
            .run(async move {
                let own = session(limits.bytes)?;
                for part in &visible {
                    let cut = format!("SELECT * FROM (SELECT id AS record, * FROM {}) AS f WHERE {}", part.fact, condition(&part.scope));
                    let view = all.sql(&cut).await.map_err(|e| LakeError::engine("登记事实表", e))?.into_view();
                    own.register_table(part.fact.as_str(), view).map_err(|e| LakeError::engine("登记事实表", e))?;
                }
                for name in &lists {
                    let table = all.table_provider(name.as_str()).await.map_err(|e| LakeError::engine("登记代码表", e))?;
                    own.register_table(name.as_str(), table).map_err(|e| LakeError::engine("登记代码表", e))?;
                }
                let asked = tokio::time::timeout(limits.time, rows(&own, &sql, limits.rows)).await;
                drop(snapshot);
                asked.map_err(|_| LakeError::Refused(format!("查询超过 {} 秒，已停止。请缩小范围。", limits.time.as_secs())))?
            })
            .await
    }
}

fn session(bytes: usize) -> Result<SessionContext> {
    let room = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(GreedyMemoryPool::new(bytes)));
    let runtime = room.build_arc().map_err(|e| LakeError::engine("准备查询", e))?;
    Ok(SessionContext::new_with_config_rt(SessionConfig::new().with_target_partitions(2).with_information_schema(true), runtime))
}

async fn rows(session: &SessionContext, sql: &str, limit: usize) -> Result<SqlAnswer> {
    let only_reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let refused = |e: datafusion::error::DataFusionError| LakeError::Refused(e.strip_backtrace());
    let frame = session.sql_with_options(sql, only_reading).await.map_err(refused)?;
    let columns = frame.schema().fields().iter().map(|f| f.name().clone()).collect();
    let batches = frame.limit(0, Some(limit + 1)).map_err(refused)?.collect().await.map_err(refused)?;
    let mut rows = Vec::new();
    for batch in &batches {
        told(batch, &mut rows)?;
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok(SqlAnswer { columns, rows, more })
}

fn told(batch: &RecordBatch, rows: &mut Vec<Vec<String>>) -> Result<()> {
    let options = FormatOptions::default().with_null("");
    let columns = batch.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options)).collect::<std::result::Result<Vec<_>, _>>();
    let columns = columns.map_err(|e| LakeError::engine("读取查询结果", e))?;
    rows.extend((0..batch.num_rows()).map(|row| columns.iter().map(|c| c.value(row).to_string()).collect()));
    Ok(())
}
