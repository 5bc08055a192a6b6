//! A fact as DataFusion sees it: the files of one manifest.
//!
//! The manifest already knows every file, its rows, region and year. So a scan lists no folder, opens no file to learn
//! that, and skips files of other regions and years by their statistics.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::{array::RecordBatch, compute::concat_batches, datatypes::SchemaRef},
    catalog::{Session, TableProvider},
    common::{ColumnStatistics, Constraint, Constraints, DFSchema, Statistics, pruning::PrunableStatistics, stats::Precision},
    datasource::{
        TableType,
        file_format::{FileFormat, parquet::ParquetFormat},
        listing::PartitionedFile,
        memory::MemorySourceConfig,
        physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource},
    },
    error::Result as DfResult,
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, TableProviderFilterPushDown, utils::conjunction},
    object_store::{ObjectMeta, path::Path},
    physical_optimizer::pruning::PruningPredicateBuilder,
    physical_plan::{ExecutionPlan, empty::EmptyExec},
    scalar::ScalarValue,
};

use time::{Date, Month};

use crate::{
    error::{LakeError, Result},
    rows::days,
    shelf::Reads,
    small::{Room, SmallFile},
};

/// Rows that an operator gets at once from memory, or up to a file's more.
const BATCH: usize = 8_192;

/// Files of one table.
#[derive(Debug)]
pub(crate) struct FileTable {
    schema: SchemaRef,
    rows: u64,
    /// Largest first, so that they can be dealt out evenly.
    files: Vec<HeldFile>,
    constraints: Constraints,
    room: Arc<Room>,
}

#[derive(Debug)]
struct HeldFile {
    file: PartitionedFile,
    path: PathBuf,
    small: Option<Arc<SmallFile>>,
}

/// One file with what is known of all its rows.
#[derive(Debug, Clone)]
pub(crate) struct TableFile {
    pub(crate) path: PathBuf,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// What holds for all rows.
    pub(crate) part: PartFacts,
    /// Where its columns stay when it is small.
    pub(crate) small: Option<Arc<SmallFile>>,
}

/// What the partition says about all its rows.
#[derive(Debug, Clone)]
pub(crate) struct PartFacts {
    pub(crate) region: String,
    pub(crate) year: i32,
    /// Columns that hold the event date, whose year is the partition's.
    pub(crate) event_columns: Vec<String>,
}

impl FileTable {
    pub(crate) fn new(schema: SchemaRef, mut files: Vec<TableFile>, room: &Arc<Room>) -> Result<Self> {
        files.sort_by(|a, b| (b.bytes, &a.path).cmp(&(a.bytes, &b.path)));
        let rows = files.iter().map(|f| f.rows).sum();
        let files = files.into_iter().map(|f| held(&schema, f)).collect::<DfResult<_>>();
        let files = files.map_err(|e| LakeError::engine("登记数据湖文件", e))?;
        Ok(Self { schema, rows, files, constraints: Constraints::default(), room: Arc::clone(room) })
    }

    /// Promises that no two rows have the same values in these columns, and none has no value. A query that joins the
    /// table by them for words that nobody asked for (names beside a total) then leaves the table alone.
    pub(crate) fn unique_by(mut self, columns: &[&str]) -> Self {
        let indices: Vec<usize> = columns.iter().filter_map(|name| self.schema.index_of(name).ok()).collect();
        if indices.len() == columns.len() && !indices.is_empty() {
            self.constraints = Constraints::new_unverified(vec![Constraint::PrimaryKey(indices)]);
        }
        self
    }

    /// Files that may hold rows for which all filters are true. A file that is left out is not even opened.
    fn wanted(&self, state: &dyn Session, filters: &[Expr]) -> DfResult<Vec<&HeldFile>> {
        let Some(filter) = conjunction(filters.to_vec()) else { return Ok(self.files.iter().collect()) };
        let columns = DFSchema::try_from(Arc::clone(&self.schema))?;
        let filter = state.create_physical_expr(filter, &columns)?;
        let predicate = PruningPredicateBuilder::new().with_file_schema(Arc::clone(&self.schema)).try_build(filter)?;
        let known = self.files.iter().map(|f| f.file.statistics.clone().unwrap_or_default()).collect();
        let kept = predicate.prune(&PrunableStatistics::new(known, Arc::clone(&self.schema)))?;
        Ok(self.files.iter().zip(kept).filter_map(|(file, kept)| kept.then_some(file)).collect())
    }

    /// The rows of files that are all in memory; `None` when one of them is not.
    fn kept_rows(&self, files: &[&HeldFile], workers: usize, columns: &[usize]) -> Option<DfResult<Arc<dyn ExecutionPlan>>> {
        if !files.iter().all(|f| f.small.is_some()) {
            return None;
        }
        let read = |f: &&HeldFile| f.small.as_ref()?.batch(&f.path, &self.schema, columns, &self.room);
        let batches = files.iter().map(read).collect::<Option<Vec<RecordBatch>>>()?;
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        // Few rows are not worth a second core.
        let share = if rows <= BATCH { batches.len() } else { batches.len().div_ceil(workers.max(1)) };
        Some(self.memory_plan(&batches, share, columns))
    }

    /// The batches of many files as few larger ones, so many files to a worker.
    fn memory_plan(&self, batches: &[RecordBatch], share: usize, columns: &[usize]) -> DfResult<Arc<dyn ExecutionPlan>> {
        let schema = Arc::new(self.schema.project(columns)?);
        let parts = batches.chunks(share.max(1)).map(|part| larger(&schema, part)).collect::<DfResult<Vec<Vec<RecordBatch>>>>()?;
        Ok(MemorySourceConfig::try_new_exec(&parts, schema, None)?)
    }

    fn empty(&self, projection: Option<&Vec<usize>>) -> DfResult<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(columns) => Arc::new(self.schema.project(columns)?),
            None => Arc::clone(&self.schema),
        };
        Ok(Arc::new(EmptyExec::new(schema)))
    }
}

/// Neighbours put together until they are a batch. Whole ones only: a slice of texts counts all bytes of what it was cut from, and joins are
/// planned by these sizes.
fn larger(schema: &SchemaRef, batches: &[RecordBatch]) -> DfResult<Vec<RecordBatch>> {
    let (mut found, mut from, mut rows) = (Vec::new(), 0, 0);
    for (at, batch) in batches.iter().enumerate() {
        rows += batch.num_rows();
        if rows >= BATCH || at + 1 == batches.len() {
            found.push(concat_batches(schema, &batches[from..=at])?);
            (from, rows) = (at + 1, 0);
        }
    }
    Ok(found)
}

/// Files dealt out to the workers, each to whoever has least.
fn groups(files: &[&HeldFile], workers: usize) -> Vec<FileGroup> {
    let mut groups: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); workers.clamp(1, files.len().max(1))];
    for file in files {
        if let Some((load, group)) = groups.iter_mut().min_by_key(|(load, _)| *load) {
            *load += file.file.object_meta.size;
            group.push(file.file.clone());
        }
    }
    groups.into_iter().map(|(_, files)| FileGroup::new(files)).collect()
}

fn held(schema: &SchemaRef, file: TableFile) -> DfResult<HeldFile> {
    // Files never change under their name, so their time of change does not matter to the metadata cache.
    let meta = ObjectMeta {
        location: Path::from_absolute_path(&file.path)?,
        last_modified: Default::default(),
        size: file.bytes,
        e_tag: None,
        version: None,
    };
    let partitioned = PartitionedFile::new_from_meta(meta).with_statistics(Arc::new(statistics(schema, &file)));
    Ok(HeldFile { file: partitioned, path: file.path, small: file.small })
}

fn statistics(schema: &SchemaRef, file: &TableFile) -> Statistics {
    let mut statistics = Statistics::new_unknown(schema);
    statistics.num_rows = exactly_rows(file.rows);
    let part = &file.part;
    let region = ScalarValue::Utf8View(Some(part.region.clone()));
    between(schema, &mut statistics, "region", region.clone(), region);
    let year = ScalarValue::Int64(Some(i64::from(part.year)));
    between(schema, &mut statistics, "year", year.clone(), year);
    if let (Some(first), Some(last)) = (day(part.year, Month::January, 1), day(part.year, Month::December, 31)) {
        for column in &part.event_columns {
            between(schema, &mut statistics, column, first.clone(), last.clone());
        }
    }
    statistics
}

/// A day of a year; none for the partition of records without a date.
fn day(year: i32, month: Month, day: u8) -> Option<ScalarValue> {
    let date = Date::from_calendar_date(year, month, day).ok().filter(|_| year > 0)?;
    Some(ScalarValue::Date32(Some(days(date))))
}

fn exactly_rows(rows: u64) -> Precision<usize> {
    Precision::Exact(usize::try_from(rows).unwrap_or(usize::MAX))
}

/// All rows of the file lie between these values.
fn between(schema: &SchemaRef, statistics: &mut Statistics, column: &str, min: ScalarValue, max: ScalarValue) {
    if let Ok(index) = schema.index_of(column) {
        statistics.column_statistics[index] = ColumnStatistics {
            min_value: Precision::Exact(min),
            max_value: Precision::Exact(max),
            null_count: Precision::Exact(0),
            ..ColumnStatistics::new_unknown()
        };
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

    fn constraints(&self) -> Option<&Constraints> {
        Some(&self.constraints)
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> DfResult<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    fn statistics(&self) -> Option<Statistics> {
        let mut statistics = Statistics::new_unknown(&self.schema);
        statistics.num_rows = exactly_rows(self.rows);
        Some(statistics)
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> DfResult<Arc<dyn ExecutionPlan>> {
        // A filter that says nothing about files keeps them all.
        let files = self.wanted(state, filters).unwrap_or_else(|_| self.files.iter().collect());
        if files.is_empty() {
            return self.empty(projection);
        }
        if let Some(reads) = state.config().get_extension::<Reads>() {
            files.iter().for_each(|file| reads.note(&file.path, file.file.object_meta.size));
        }
        let columns = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        if let Some(plan) = self.kept_rows(&files, state.config().target_partitions(), &columns) {
            return plan;
        }
        let rows = files.iter().filter_map(|f| f.file.statistics.as_ref()?.num_rows.get_value()).sum();
        let mut statistics = Statistics::new_unknown(&self.schema);
        statistics.num_rows = Precision::Exact(rows);
        let source = Arc::new(ParquetSource::new(Arc::clone(&self.schema)));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
            .with_file_groups(groups(&files, state.config().target_partitions()))
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        let format = ParquetFormat::default().with_options(state.default_table_options().parquet);
        format.create_physical_plan(state, config).await
    }
}
