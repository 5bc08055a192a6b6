//! A fact as DataFusion sees it: the files of one manifest.
//!
//! The manifest already knows every file, its rows, region and year. So a scan lists no folder, opens no file to learn
//! that, and skips files of other regions and years by their statistics.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::{ColumnStatistics, Statistics, stats::Precision},
    datasource::{
        TableType,
        file_format::{FileFormat, parquet::ParquetFormat},
        listing::PartitionedFile,
        physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource},
    },
    error::Result as DfResult,
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, TableProviderFilterPushDown},
    object_store::{ObjectMeta, path::Path},
    physical_plan::{ExecutionPlan, empty::EmptyExec},
    scalar::ScalarValue,
};

/// Files of one table.
#[derive(Debug)]
pub(crate) struct FileTable {
    schema: SchemaRef,
    files: Vec<TableFile>,
}

/// One file with what is known of all its rows.
#[derive(Debug, Clone)]
pub(crate) struct TableFile {
    pub(crate) path: PathBuf,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// Region and year of all rows; `None` for reference tables.
    pub(crate) part: Option<(String, i32)>,
}

impl FileTable {
    pub(crate) fn new(schema: SchemaRef, files: Vec<TableFile>) -> Self {
        Self { schema, files }
    }

    fn statistics(&self, file: &TableFile) -> Statistics {
        let mut statistics = Statistics::new_unknown(&self.schema);
        statistics.num_rows = Precision::Exact(usize::try_from(file.rows).unwrap_or(usize::MAX));
        if let Some((region, year)) = &file.part {
            self.exactly(&mut statistics, "region", &ScalarValue::Utf8View(Some(region.clone())));
            self.exactly(&mut statistics, "year", &ScalarValue::Int64(Some(i64::from(*year))));
        }
        statistics
    }

    fn exactly(&self, statistics: &mut Statistics, column: &str, value: &ScalarValue) {
        if let Ok(index) = self.schema.index_of(column) {
            statistics.column_statistics[index] = ColumnStatistics {
                min_value: Precision::Exact(value.clone()),
                max_value: Precision::Exact(value.clone()),
                null_count: Precision::Exact(0),
                ..ColumnStatistics::new_unknown()
            };
        }
    }

    fn partitioned(&self, file: &TableFile) -> DfResult<PartitionedFile> {
        // Files never change under their name, so their time of change does not matter to the metadata cache.
        let meta = ObjectMeta {
            location: Path::from_absolute_path(&file.path)?,
            last_modified: Default::default(),
            size: file.bytes,
            e_tag: None,
            version: None,
        };
        Ok(PartitionedFile::new_from_meta(meta).with_statistics(Arc::new(self.statistics(file))))
    }

    /// Files dealt out to the workers, the largest first to whoever has least.
    fn groups(&self, workers: usize) -> DfResult<Vec<FileGroup>> {
        let mut files: Vec<&TableFile> = self.files.iter().collect();
        files.sort_by_key(|f| std::cmp::Reverse(f.bytes));
        let mut groups: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); workers.clamp(1, files.len().max(1))];
        for file in files {
            if let Some((load, group)) = groups.iter_mut().min_by_key(|(load, _)| *load) {
                *load += file.bytes;
                group.push(self.partitioned(file)?);
            }
        }
        Ok(groups.into_iter().map(|(_, files)| FileGroup::new(files)).collect())
    }
}

#[async_trait]
impl TableProvider for FileTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> DfResult<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    fn statistics(&self) -> Option<Statistics> {
        let rows: u64 = self.files.iter().map(|f| f.rows).sum();
        let mut statistics = Statistics::new_unknown(&self.schema);
        statistics.num_rows = Precision::Exact(usize::try_from(rows).unwrap_or(usize::MAX));
        Some(statistics)
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> DfResult<Arc<dyn ExecutionPlan>> {
        if self.files.is_empty() {
            let schema = match projection {
                Some(columns) => Arc::new(self.schema.project(columns)?),
                None => Arc::clone(&self.schema),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let source = Arc::new(ParquetSource::new(Arc::clone(&self.schema)));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
            .with_file_groups(self.groups(state.config().target_partitions())?)
            .with_statistics(TableProvider::statistics(self).unwrap_or_default())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        let format = ParquetFormat::default().with_options(state.default_table_options().parquet);
        format.create_physical_plan(state, config).await
    }
}
