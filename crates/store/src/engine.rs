//! The ports, and where each call goes.

use crate::backend::Backend;
use crate::schema::{KindTable, create_kinds, migrate};
use crate::sql::{Sql, bad};
use crate::statistics::Statistics;
use crate::{TableSpec, append, audit, history, lookup, outbox, partitions, query, settings};
use async_trait::async_trait;
use std::collections::HashMap;
use std::sync::Arc;
use zhijian_records::port::{
    AuditLine, Column, Commit, Committed, Event, KeyHash, Lease, LookupHit, Page, Partition, Query, RecordStore, Rewriting, StoreError,
    Stored,
};

/// A database with the tables of the known kinds.
pub(crate) struct Engine {
    pub backend: Arc<dyn Backend>,
    pub statistics: Statistics,
    kinds: HashMap<String, KindTable>,
}

impl Engine {
    /// Brings the schema up to date.
    pub async fn open(backend: Arc<dyn Backend>, specs: &[TableSpec]) -> Result<Self, StoreError> {
        migrate(&*backend).await?;
        let tables = create_kinds(&*backend, specs).await?;
        let statistics = Statistics::new(&tables, backend.analyzed_rows().await?);
        let kinds = tables.into_iter().map(|table| (table.kind.clone(), table)).collect();
        Ok(Self { backend, statistics, kinds })
    }

    /// Tables of a kind.
    pub fn table(&self, kind: &str) -> Result<&KindTable, StoreError> {
        self.kinds.get(kind).ok_or_else(|| bad(format!("没有表单类型 {kind}")))
    }

    /// Tables of all kinds, in order of their names.
    pub fn tables(&self) -> Vec<&KindTable> {
        let mut tables: Vec<&KindTable> = self.kinds.values().collect();
        tables.sort_by(|a, b| a.kind.cmp(&b.kind));
        tables
    }

    /// Whether the kind has tables.
    pub fn knows(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    /// Runs one writing statement as its own transaction.
    pub async fn write(&self, sql: Sql) -> Result<u64, StoreError> {
        let mut tx = self.backend.begin().await?;
        let touched = tx.run(sql).await?;
        tx.commit().await?;
        Ok(touched)
    }
}

#[async_trait]
impl RecordStore for Engine {
    async fn append(&self, commit: Commit, record: &str) -> Result<Committed, StoreError> {
        append::append(self, &commit, record).await
    }

    async fn append_all(&self, commits: Vec<(Commit, String)>) -> Result<Vec<Committed>, StoreError> {
        append::append_all(self, &commits).await
    }

    async fn rewrite(&self, work: Rewriting) -> Result<u64, StoreError> {
        append::rewrite(self, &work).await
    }

    async fn find(&self, kind: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        history::find(self, kind, id).await
    }

    async fn history(&self, kind: &str, id: &str) -> Result<Vec<Stored>, StoreError> {
        history::history(self, kind, id).await
    }

    async fn find_by_keys(&self, kind: &str, keys: &[KeyHash]) -> Result<Vec<Stored>, StoreError> {
        history::find_by_keys(self, kind, keys).await
    }

    async fn lookup(&self, kind: &str, way: &str, values: &[String]) -> Result<Vec<LookupHit>, StoreError> {
        lookup::lookup(self, kind, way, values).await
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreError> {
        query::page(self, query).await
    }

    async fn count(&self, query: &Query, at_most: u64) -> Result<u64, StoreError> {
        query::count(self, query, at_most).await
    }

    async fn count_by(&self, query: &Query, column: &Column) -> Result<Vec<(String, u64)>, StoreError> {
        query::count_by(self, query, column).await
    }

    async fn partitions(&self) -> Result<Vec<Partition>, StoreError> {
        partitions::partitions(self).await
    }

    async fn scan(&self, partition: &Partition, after: Option<String>, limit: u32) -> Result<(Vec<Stored>, Option<String>), StoreError> {
        partitions::scan(self, partition, after, limit).await
    }

    async fn events(&self, after: i64, limit: u32) -> Result<Vec<Event>, StoreError> {
        outbox::events(self, after, limit).await
    }

    async fn position(&self, consumer: &str) -> Result<i64, StoreError> {
        outbox::position(self, consumer).await
    }

    async fn set_position(&self, consumer: &str, seq: i64) -> Result<(), StoreError> {
        outbox::set_position(self, consumer, seq).await
    }

    async fn audit(&self, after: i64, limit: u32) -> Result<Vec<AuditLine>, StoreError> {
        audit::lines(self, after, limit).await
    }

    async fn of_commit(&self, kind: &str, seq: i64) -> Result<Vec<Stored>, StoreError> {
        history::of_commit(self, kind, seq).await
    }

    async fn lease(&self, name: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
        self.backend.lease(name).await
    }

    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        settings::setting(self, name).await
    }

    async fn settings(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        settings::settings(self, prefix).await
    }

    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        settings::set_setting(self, name, value).await
    }
}
