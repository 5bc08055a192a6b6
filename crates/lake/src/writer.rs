//! Writes Parquet files: under a temporary name first, so that a file with its final name is always whole.

use std::{fs, path::Path};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    parquet::{
        arrow::ArrowWriter,
        basic::Compression,
        file::properties::{EnabledStatistics, WriterProperties},
    },
};

use crate::{
    error::{LakeError, Result},
    facts::FactDef,
    manifest::Piece,
    rows::{Revision, RowBuilder},
};

/// Rows a row group: small enough to stay in memory, large enough to scan fast and to share between cores.
const ROW_GROUP: usize = 100_000;
/// Rows collected before they are encoded.
const BATCH: usize = 8_192;

/// One Parquet file in the making.
pub(crate) struct FileWriter {
    file: String,
    writer: ArrowWriter<fs::File>,
    rows: u64,
}

impl FileWriter {
    /// Begins the file `file` below `root`.
    pub(crate) fn create(root: &Path, file: String, schema: SchemaRef) -> Result<Self> {
        let temporary = temporary(root, &file);
        if let Some(folder) = temporary.parent() {
            fs::create_dir_all(folder).map_err(|e| LakeError::file(folder, e))?;
        }
        let target = fs::File::create(&temporary).map_err(|e| LakeError::file(&temporary, e))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            // One minimum and maximum a column and row group; page indexes would cost every reader of many small files.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .build();
        let writer = ArrowWriter::try_new(target, schema, Some(properties)).map_err(|e| LakeError::engine("写入 Parquet", e))?;
        Ok(Self { file, writer, rows: 0 })
    }

    /// Adds rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows += batch.num_rows() as u64;
        self.writer.write(batch).map_err(|e| LakeError::engine("写入 Parquet", e))
    }

    /// Completes the file and gives it its name.
    pub(crate) fn finish(self, root: &Path) -> Result<Piece> {
        self.writer.close().map_err(|e| LakeError::engine("写入 Parquet", e))?;
        let (from, to) = (temporary(root, &self.file), root.join(&self.file));
        fs::rename(&from, &to).map_err(|e| LakeError::file(&to, e))?;
        let bytes = fs::metadata(&to).map_err(|e| LakeError::file(&to, e))?.len();
        Ok(Piece { file: self.file, rows: self.rows, bytes })
    }
}

fn temporary(root: &Path, file: &str) -> std::path::PathBuf {
    root.join(format!("{file}.tmp"))
}

/// Writes the rows of one fact and partition that belong to one file; the file begins with the first row.
pub(crate) struct PieceWriter<'a> {
    fact: &'a FactDef,
    root: &'a Path,
    file: String,
    rows: RowBuilder<'a>,
    writer: Option<FileWriter>,
}

impl<'a> PieceWriter<'a> {
    pub(crate) fn new(root: &'a Path, fact: &'a FactDef, file: String) -> Self {
        Self { fact, root, file, rows: RowBuilder::new(fact), writer: None }
    }

    pub(crate) fn push(&mut self, revision: &Revision<'_>) -> Result<()> {
        self.rows.push(revision);
        if self.rows.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        if self.rows.len() == 0 {
            return Ok(());
        }
        let batch = self.rows.take()?;
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(FileWriter::create(self.root, self.file.clone(), self.fact.schema.clone())?),
        };
        writer.write(&batch)
    }

    /// The finished file; `None` when there was no row.
    pub(crate) fn finish(mut self) -> Result<Option<Piece>> {
        self.flush()?;
        self.writer.map(|writer| writer.finish(self.root)).transpose()
    }
}
