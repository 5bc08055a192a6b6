//! Columns of small files stay in memory.
//!
//! Most partitions of a city are a few hundred rows; opening and decoding fifty such files costs more than the query over
//! them. Files never change, so what was read once is right as long as the file is named. Only columns that a query asked for
//! are kept, all of a lake's together below a fixed size; what finds no room is read from its file each time.

use std::{
    collections::BTreeMap,
    fs::File,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions},
        datatypes::{DataType, SchemaRef},
    },
    parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder},
};

/// Most rows of a file that is kept.
const ROWS: u64 = 4_096;
/// Most bytes kept for all files of a lake.
const BYTES: usize = 64 << 20;

/// Room for the columns of one lake's small files.
#[derive(Debug, Default)]
pub(crate) struct Room(AtomicUsize);

impl Room {
    fn take(self: &Arc<Self>, bytes: usize) -> Option<Taken> {
        let fits = |used: usize| used.checked_add(bytes).filter(|sum| *sum <= BYTES);
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, fits).ok()?;
        Some(Taken { room: Arc::clone(self), bytes })
    }
}

/// Room that is given back with the column.
#[derive(Debug)]
struct Taken {
    room: Arc<Room>,
    bytes: usize,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.room.0.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// The columns of one small file that have been asked for, by their position.
#[derive(Debug)]
pub(crate) struct SmallFile {
    rows: usize,
    columns: Mutex<BTreeMap<usize, (ArrayRef, Taken)>>,
}

impl SmallFile {
    /// A file of so many rows; `None` when it is not small.
    pub(crate) fn of(rows: u64) -> Option<Arc<Self>> {
        let small = usize::try_from(rows).ok().filter(|_| rows <= ROWS)?;
        Some(Arc::new(Self { rows: small, columns: Mutex::default() }))
    }

    /// Some columns of the file, read at the first call. `None`: there is no room, or the file cannot be read (who scans it
    /// then says why).
    pub(crate) fn batch(&self, path: &Path, schema: &SchemaRef, wanted: &[usize], room: &Arc<Room>) -> Option<RecordBatch> {
        let mut kept = self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        let missing: Vec<usize> = wanted.iter().copied().filter(|c| !kept.contains_key(c)).collect();
        if !missing.is_empty() {
            for (column, array) in read(path, schema, missing, self.rows)? {
                let taken = room.take(array.get_array_memory_size())?;
                kept.insert(column, (array, taken));
            }
        }
        let arrays = wanted.iter().map(|c| kept.get(c).map(|(array, _)| Arc::clone(array))).collect::<Option<_>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        RecordBatch::try_new_with_options(Arc::new(schema.project(wanted).ok()?), arrays, &options).ok()
    }
}

/// Columns with their positions, without the spare room that the reader leaves.
fn read(path: &Path, schema: &SchemaRef, mut columns: Vec<usize>, rows: usize) -> Option<Vec<(usize, ArrayRef)>> {
    columns.sort_unstable();
    columns.dedup();
    let file = ParquetRecordBatchReaderBuilder::try_new(File::open(path).ok()?).ok()?;
    if file.schema().fields() != schema.fields() {
        return None;
    }
    let mask = ProjectionMask::roots(file.parquet_schema(), columns.iter().copied());
    let mut batches = file.with_projection(mask).with_batch_size(rows.max(1)).build().ok()?;
    let batch = batches.next()?.ok().filter(|b| b.num_rows() == rows)?;
    let compact = |array: &ArrayRef| match array.data_type() {
        DataType::Utf8View => Arc::new(array.as_string_view().gc()) as ArrayRef,
        _ => Arc::clone(array),
    };
    Some(columns.into_iter().zip(batch.columns().iter().map(compact)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_bounded_and_given_back() {
        let room = Arc::new(Room::default());
        let first = room.take(BYTES - 10);
        assert!(first.is_some() && room.take(11).is_none(), "no more than fits");
        assert!(room.take(10).is_some(), "what fits is taken, and given back here");
        drop(first);
        assert!(room.take(BYTES).is_some());
    }
}
