//! The fact `reading` in SQL: the files that the archive names at the moment of each query.

use super::{Archive, FACT, read};
use crate::error::{LakeError, Result};
use crate::small::Room;
use crate::table::{FileTable, PartFacts, TableFile};
use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::TableType;
use datafusion::error::{DataFusionError, Result as DfResult};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;
use std::sync::Arc;

#[derive(Debug)]
struct ReadingTable {
    archive: Arc<Archive>,
    room: Arc<Room>,
}

impl ReadingTable {
    fn files(&self) -> Result<FileTable> {
        let catalog = self.archive.reload()?;
        let files = catalog.pieces().map(|piece| TableFile {
            path: self.archive.root().join(&piece.file),
            rows: piece.rows,
            bytes: piece.bytes,
            part: PartFacts { region: piece.region.clone(), year: piece.year, event_columns: vec!["day".into()] },
            small: None,
        });
        FileTable::new(read::schema(), files.collect(), &self.room)
    }
}

#[async_trait]
impl TableProvider for ReadingTable {
    fn schema(&self) -> SchemaRef {
        read::schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> DfResult<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> DfResult<Arc<dyn ExecutionPlan>> {
        let files = self.files().map_err(|error| DataFusionError::External(Box::new(error)))?;
        files.scan(state, projection, filters, limit).await
    }
}

/// Puts the fact into a session that has it not.
pub(crate) fn register(archive: &Arc<Archive>, session: &SessionContext, room: &Arc<Room>) -> Result<()> {
    let there = |session: &SessionContext| session.table_exist(FACT).map_err(|e| LakeError::engine("登记监测数据", e));
    if there(session)? {
        return Ok(());
    }
    let table = ReadingTable { archive: Arc::clone(archive), room: Arc::clone(room) };
    match session.register_table(FACT, Arc::new(table)) {
        Ok(_) => Ok(()),
        // Another query of this session was first.
        Err(_) if there(session)? => Ok(()),
        Err(error) => Err(LakeError::engine("登记监测数据", error)),
    }
}
