//! Days become files, files become one.

use super::read::{self, Row};
use super::{Archive, Catalog, Piece, day_of};
use crate::error::{LakeError, Result};
use crate::writer::FileWriter;
use datafusion::arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringViewArray};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use time::{Date, OffsetDateTime};

/// Rows encoded at a time.
const BATCH: usize = 8_192;

/// A day in the making: a file a region.
pub struct Day<'a> {
    archive: &'a Archive,
    day: i64,
    generation: u64,
    regions: BTreeMap<String, (FileWriter, Vec<Row>)>,
}

fn date(day: i64) -> Date {
    OffsetDateTime::from_unix_timestamp(day.saturating_mul(86_400)).map_or(Date::MIN, OffsetDateTime::date)
}

/// `2026-03` of a day.
pub(super) fn month(day: i64) -> String {
    let date = date(day);
    format!("{:04}-{:02}", date.year(), u8::from(date.month()))
}

/// Tells files of the same generation in two histories apart: after a restore two machines may go on from one manifest, into one backup folder.
fn mark() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{:x}", since.as_nanos())
}

fn folder(region: &str, day: i64) -> String {
    let region = if region.is_empty() { "none" } else { region };
    format!("region={region}/month={}", month(day))
}

impl Archive {
    /// Begins a day.
    #[must_use]
    pub fn day(&self, day: i64) -> Day<'_> {
        Day { archive: self, day, generation: self.catalog().generation + 1, regions: BTreeMap::new() }
    }

    /// Makes one file of each month that is over; how many months were.
    ///
    /// # Errors
    /// A file cannot be read or written; the archive is as it was.
    pub fn compact(&self, closed: i64) -> Result<usize> {
        let mut next = Catalog::clone(&self.catalog());
        next.generation += 1;
        let mut done = 0;
        for (key, pieces) in &mut next.parts {
            // The month is over when its next one has begun among the closed days.
            let over = pieces.iter().all(|piece| month(piece.days.1) < month(closed));
            let Some(first) = pieces.first().filter(|_| over && pieces.len() > 1).cloned() else { continue };
            pieces.sort_by_key(|piece| piece.days);
            let mut writer = FileWriter::create(&self.root, format!("{key}/{}-month-{}.parquet", next.generation, mark()), read::schema())?;
            for piece in pieces.iter() {
                for batch in read::batches(&self.root.join(&piece.file))? {
                    writer.write(&batch.map_err(|e| LakeError::engine("读取监测数据文件", e))?)?;
                }
            }
            let days = pieces.iter().fold(first.days, |(from, to), piece| (from.min(piece.days.0), to.max(piece.days.1)));
            *pieces = vec![finished(self, writer, &first.region, days)?];
            done += 1;
        }
        if done > 0 {
            self.install(next)?;
        }
        Ok(done)
    }

    /// Adds rows of one series to a day that is written already: they replace those of the same moments.
    ///
    /// # Errors
    /// A file cannot be read or written; the archive is as it was.
    pub fn amend(&self, day: i64, region: &str, rows: Vec<Row>) -> Result<()> {
        let Some(first) = rows.first().cloned() else { return Ok(()) };
        let mut next = Catalog::clone(&self.catalog());
        next.generation += 1;
        let month = month(day);
        // Where the device was when the day was written; else where it is now.
        let mut place = None;
        for (key, pieces) in next.parts.iter().filter(|(key, _)| key.ends_with(&month)) {
            for (index, piece) in pieces.iter().enumerate().filter(|(_, piece)| piece.days.0 <= day && day <= piece.days.1) {
                let here = key.starts_with(&format!("region={region}/"));
                if here
                    || !read::rows(&self.root, piece, &first.device, &first.factor, super::start_of(day), super::start_of(day + 1))?
                        .is_empty()
                {
                    place = Some((key.clone(), index));
                }
            }
        }
        let Some((key, index)) = place else {
            let mut fresh = self.day(day);
            rows.into_iter().try_for_each(|row| fresh.push(region, row))?;
            return fresh.finish();
        };
        let Some(piece) = next.parts.get_mut(&key).and_then(|pieces| pieces.get_mut(index)) else { return Ok(()) };
        let mut writer = FileWriter::create(&self.root, format!("{key}/{}-amended-{}.parquet", next.generation, mark()), read::schema())?;
        let (region, days) = (piece.region.clone(), piece.days);
        // What is replaced is left out as the file passes by: a month may be larger than memory.
        let replaced: HashSet<i64> = rows.iter().map(|row| row.at_ms).collect();
        for batch in read::batches(&self.root.join(&piece.file))? {
            let batch = batch.map_err(|e| LakeError::engine("读取监测数据文件", e))?;
            writer.write(&read::without(&batch, &first.device, &first.factor, &replaced)?)?;
        }
        for chunk in rows.chunks(BATCH) {
            writer.write(&batch(&region, chunk)?)?;
        }
        *piece = finished(self, writer, &region, days)?;
        next.days.insert(day);
        self.install(next)
    }
}

fn finished(archive: &Archive, writer: FileWriter, region: &str, days: (i64, i64)) -> Result<Piece> {
    let piece = writer.finish(&archive.root)?;
    // Rows leave the database because this file is there: it has to be on the disk, not on its way.
    let path = archive.root.join(&piece.file);
    std::fs::File::open(&path).and_then(|file| file.sync_all()).map_err(|e| LakeError::file(&path, e))?;
    Ok(Piece { file: piece.file, region: region.to_owned(), year: date(days.0).year(), days, rows: piece.rows, bytes: piece.bytes })
}

impl Day<'_> {
    /// Adds a row; those of a region come in order of device, factor and moment.
    ///
    /// # Errors
    /// The disk failed.
    pub fn push(&mut self, region: &str, row: Row) -> Result<()> {
        if !self.regions.contains_key(region) {
            let file = format!("{}/{}-{}-{}.parquet", folder(region, self.day), self.generation, self.day, mark());
            let writer = FileWriter::create(&self.archive.root, file, read::schema())?;
            self.regions.insert(region.to_owned(), (writer, Vec::new()));
        }
        let Some((writer, rows)) = self.regions.get_mut(region) else { return Ok(()) };
        rows.push(row);
        if rows.len() >= BATCH {
            writer.write(&batch(region, &std::mem::take(rows))?)?;
        }
        Ok(())
    }

    /// Completes the day; from here on the archive has it.
    ///
    /// # Errors
    /// The disk failed; the archive is as it was.
    pub fn finish(self) -> Result<()> {
        let mut next = Catalog::clone(&self.archive.catalog());
        next.generation = self.generation;
        next.days.insert(self.day);
        for (region, (mut writer, rows)) in self.regions {
            if !rows.is_empty() {
                writer.write(&batch(&region, &rows)?)?;
            }
            let piece = finished(self.archive, writer, &region, (self.day, self.day))?;
            next.parts.entry(folder(&region, self.day)).or_default().push(piece);
        }
        self.archive.install(next)
    }
}

/// Rows as the file holds them.
fn batch(region: &str, rows: &[Row]) -> Result<RecordBatch> {
    fn text<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
        Arc::new(values.map(Some).collect::<StringViewArray>())
    }
    let whole = |of: &dyn Fn(&Row) -> i64| -> ArrayRef { Arc::new(rows.iter().map(|row| Some(of(row))).collect::<Int64Array>()) };
    let days = rows.iter().map(|row| i32::try_from(day_of(row.at_ms)).ok());
    let arrays: Vec<ArrayRef> = vec![
        text(rows.iter().map(|_| region)),
        whole(&|row| i64::from(date(day_of(row.at_ms)).year())),
        Arc::new(days.collect::<Date32Array>()),
        text(rows.iter().map(|row| row.device.as_str())),
        text(rows.iter().map(|row| row.factor.as_str())),
        whole(&|row| row.at_ms * 1000),
        Arc::new(rows.iter().map(|row| Some(row.value)).collect::<Float64Array>()),
        whole(&|row| i64::from(row.quality)),
        whole(&|row| row.seq),
        whole(&|row| row.arrived_ms * 1000),
    ];
    RecordBatch::try_new(read::schema(), arrays).map_err(|e| LakeError::engine("组装监测数据", e))
}
