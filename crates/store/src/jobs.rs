//! Long pieces of work and the findings of imports.

use crate::backend::Writing;
use crate::engine::Engine;
use crate::row::Row;
use crate::schema::{ColumnType, Target};
use crate::sql::{Sql, Value, bad};
use async_trait::async_trait;
use zhijian_records::port::{Checkpoint, Instant, Job, JobStore, StoreError};

const JOB: &str = "id, what, login, state, progress, input, started, updated";

#[async_trait]
impl JobStore for Engine {
    async fn put_job(&self, job: &Job) -> Result<(), StoreError> {
        let text = format!(
            "INSERT INTO jobs ({JOB}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET \
             what = excluded.what, login = excluded.login, state = excluded.state, progress = excluded.progress, \
             input = excluded.input, started = excluded.started, updated = excluded.updated"
        );
        let values = [
            job.id.as_str().into(),
            job.what.as_str().into(),
            job.login.as_str().into(),
            job.state.as_str().into(),
            job.progress.as_str().into(),
            job.input.as_str().into(),
            job.started.into(),
            job.updated.into(),
        ];
        self.write(Sql::with("保存任务", text, values)).await.map(drop)
    }

    async fn job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        let text = format!("SELECT {JOB} FROM jobs WHERE id = $1");
        Ok(jobs(self, Sql::with("读取任务", text, [id.into()])).await?.into_iter().next())
    }

    async fn jobs(&self, login: Option<&str>, limit: u32) -> Result<Vec<Job>, StoreError> {
        let mut sql = Sql::new("读取任务", format!("SELECT {JOB} FROM jobs"));
        if let Some(login) = login {
            sql.push(" WHERE login = ").bind(login);
        }
        sql.push(" ORDER BY started DESC, id DESC LIMIT ").bind(limit);
        jobs(self, sql).await
    }

    async fn unfinished(&self, what: &str, input: &str) -> Result<Option<Job>, StoreError> {
        let text =
            format!("SELECT {JOB} FROM jobs WHERE state = 'running' AND what = $1 AND input = $2 ORDER BY started DESC, id DESC LIMIT 1");
        Ok(jobs(self, Sql::with("读取任务", text, [what.into(), input.into()])).await?.into_iter().next())
    }

    async fn findings(&self, job: &str, after: i64, limit: u32) -> Result<Vec<(i64, i64, String)>, StoreError> {
        let text = "SELECT pos, row_no, finding FROM findings WHERE job = $1 AND pos > $2 ORDER BY pos LIMIT $3";
        let rows = self.backend.read(Sql::with("读取导入问题", text, [job.into(), after.into(), limit.into()])).await?;
        Ok(rows.into_iter().map(|mut row| (row.int(0), row.int(1), row.text(2))).collect())
    }
}

async fn jobs(engine: &Engine, sql: Sql) -> Result<Vec<Job>, StoreError> {
    let job = |mut row: Row| Job {
        id: row.text(0),
        what: row.text(1),
        login: row.text(2),
        state: row.text(3),
        progress: row.text(4),
        input: row.text(5),
        started: row.int(6),
        updated: row.int(7),
    };
    Ok(engine.backend.read(sql).await?.into_iter().map(job).collect())
}

const DOING: &str = "保存任务进度";

/// Saves a job's progress and the findings of a chunk, in the transaction that writes the chunk's rows.
pub(crate) async fn save_checkpoint(tx: &mut dyn Writing, checkpoint: &Checkpoint, at: Instant) -> Result<(), StoreError> {
    let text = "UPDATE jobs SET progress = $1, updated = $2 WHERE id = $3";
    let values = [checkpoint.progress.as_str().into(), at.into(), checkpoint.job.as_str().into()];
    if tx.run(Sql::with(DOING, text, values)).await? == 0 {
        return Err(bad(format!("没有任务 {}", checkpoint.job)));
    }
    if checkpoint.findings.is_empty() {
        return Ok(());
    }
    let last = Sql::with(DOING, "SELECT coalesce(max(pos), 0) FROM findings WHERE job = $1", [checkpoint.job.as_str().into()]);
    let last = tx.fetch(last).await?.into_iter().next().map_or(0, |mut row| row.int(0));
    // Chunks come in order of rows; sorted inside, positions are in order of rows as well.
    let mut findings: Vec<&(i64, String)> = checkpoint.findings.iter().collect();
    findings.sort_by_key(|(row, _)| *row);
    let rows = findings
        .into_iter()
        .zip(last + 1..)
        .map(|((row, finding), position)| -> Vec<Value> {
            vec![checkpoint.job.as_str().into(), position.into(), (*row).into(), finding.as_str().into()]
        })
        .collect();
    tx.insert(DOING, &findings_table(), rows).await
}

fn findings_table() -> Target {
    const COLUMNS: [(&str, ColumnType); 4] =
        [("job", ColumnType::Text), ("pos", ColumnType::Int), ("row_no", ColumnType::Int), ("finding", ColumnType::Text)];
    Target { table: "findings".into(), columns: &COLUMNS, ignore_existing: false }
}
