//! Rows of the archive.

use super::{Archive, Catalog, Piece, day_of};
use crate::error::{LakeError, Result};
use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, SchemaRef};
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use datafusion::parquet::file::statistics::Statistics;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// A reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Number of the device.
    pub device: String,
    /// Series of the device: code of the hazard, or a branch `P001/2051-Avg`.
    pub factor: String,
    /// When it was read, Unix milliseconds.
    pub at_ms: i64,
    /// Value in the unit of the register.
    pub value: f64,
    /// Quality code (list QFLAG).
    pub quality: u8,
    /// The device's count.
    pub seq: i64,
    /// When it arrived, Unix milliseconds.
    pub arrived_ms: i64,
}

/// Columns of the fact: moments in microseconds as in all facts. What a device measures where is joined by its number; nothing names a person.
pub(super) fn schema() -> SchemaRef {
    let field = |name: &str, ty: DataType| Field::new(name, ty, true);
    Arc::new(Schema::new(vec![
        field("region", DataType::Utf8View),
        field("year", DataType::Int64),
        field("day", DataType::Date32),
        field("device", DataType::Utf8View),
        field("factor", DataType::Utf8View),
        field("at", DataType::Int64),
        field("value", DataType::Float64),
        field("quality", DataType::Int64),
        field("seq", DataType::Int64),
        field("arrived", DataType::Int64),
    ]))
}

const DEVICE: usize = 3;
const AT: usize = 5;

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(path).map_err(|e| LakeError::file(path, e))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| LakeError::engine("读取监测数据文件", e))
}

/// All rows of a file, batch by batch.
pub(super) fn batches(path: &Path) -> Result<ParquetRecordBatchReader> {
    open(path)?.build().map_err(|e| LakeError::engine("读取监测数据文件", e))
}

/// A batch without these moments (Unix milliseconds) of a series.
pub(super) fn without(batch: &RecordBatch, device: &str, factor: &str, moments: &HashSet<i64>) -> Result<RecordBatch> {
    let (devices, factors) = (batch.column(DEVICE).as_string_view(), batch.column(4).as_string_view());
    let at = batch.column(AT).as_primitive::<Int64Type>();
    let stays =
        |row: usize| devices.value(row) != device || factors.value(row) != factor || !moments.contains(&at.value(row).div_euclid(1000));
    let stays: BooleanArray = (0..batch.num_rows()).map(|row| Some(stays(row))).collect();
    filter_record_batch(batch, &stays).map_err(|e| LakeError::engine("组装监测数据", e))
}

/// Rows of one series of a file in `[from_ms, to_ms)`. Row groups of other devices and times are not read.
pub(super) fn rows(root: &Path, piece: &Piece, device: &str, factor: &str, from_ms: i64, to_ms: i64) -> Result<Vec<Row>> {
    let builder = open(&root.join(&piece.file))?;
    let metadata = Arc::clone(builder.metadata());
    let wanted = |index: &usize| {
        let group = metadata.row_group(*index);
        let device_fits = match group.column(DEVICE).statistics() {
            Some(Statistics::ByteArray(known)) => match (known.min_opt(), known.max_opt()) {
                (Some(min), Some(max)) => min.data() <= device.as_bytes() && device.as_bytes() <= max.data(),
                _ => true,
            },
            _ => true,
        };
        let time_fits = match group.column(AT).statistics() {
            Some(Statistics::Int64(known)) => match (known.min_opt(), known.max_opt()) {
                (Some(min), Some(max)) => *min < to_ms.saturating_mul(1000) && *max >= from_ms.saturating_mul(1000),
                _ => true,
            },
            _ => true,
        };
        device_fits && time_fits
    };
    let groups: Vec<usize> = (0..metadata.num_row_groups()).filter(wanted).collect();
    let reader = builder.with_row_groups(groups).build().map_err(|e| LakeError::engine("读取监测数据文件", e))?;
    let mut found = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|e| LakeError::engine("读取监测数据文件", e))?;
        rows_of(&batch, |one, what, at| one == device && what == factor && (from_ms..to_ms).contains(&at), &mut found);
    }
    Ok(found)
}

fn rows_of(batch: &RecordBatch, wanted: impl Fn(&str, &str, i64) -> bool, into: &mut Vec<Row>) {
    let (devices, factors) = (batch.column(DEVICE).as_string_view(), batch.column(4).as_string_view());
    let whole = |column: usize| batch.column(column).as_primitive::<Int64Type>();
    let (at, quality, seq, arrived) = (whole(AT), whole(7), whole(8), whole(9));
    let values = batch.column(6).as_primitive::<Float64Type>();
    for row in 0..batch.num_rows() {
        let at_ms = at.value(row).div_euclid(1000);
        if wanted(devices.value(row), factors.value(row), at_ms) {
            into.push(Row {
                device: devices.value(row).to_owned(),
                factor: factors.value(row).to_owned(),
                at_ms,
                value: values.value(row),
                quality: u8::try_from(quality.value(row)).unwrap_or(u8::MAX),
                seq: seq.value(row),
                arrived_ms: arrived.value(row).div_euclid(1000),
            });
        }
    }
}

impl Archive {
    /// Rows of one series in `[from_ms, to_ms)`, in order of their moments. Reads files: call it where waiting is allowed.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn rows(&self, device: &str, factor: &str, from_ms: i64, to_ms: i64) -> Result<Vec<Row>> {
        match self.rows_in(&self.catalog(), device, factor, from_ms, to_ms) {
            // Another process may have replaced files meanwhile.
            Err(_) => self.rows_in(&*self.reload()?, device, factor, from_ms, to_ms),
            found => found,
        }
    }

    fn rows_in(&self, catalog: &Catalog, device: &str, factor: &str, from_ms: i64, to_ms: i64) -> Result<Vec<Row>> {
        let mut found = BTreeMap::new();
        if from_ms < to_ms {
            for piece in catalog.of_days(day_of(from_ms), day_of(to_ms - 1)) {
                for row in rows(&self.root, piece, device, factor, from_ms, to_ms)? {
                    found.insert(row.at_ms, row);
                }
            }
        }
        Ok(found.into_values().collect())
    }
}
