//! Answers on disk.
//!
//! An answer is a function of its question and of the files that it reads, and a file never changes under its name. So an answer that was worked
//! out once stands after a restart, and after new records too as long as they went into other files: last year's figure is not reckoned again
//! because somebody was examined today.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::Schema,
        ipc::{reader::StreamReader, writer::StreamWriter},
    },
    error::DataFusionError,
};
use sm3::{Digest as _, Sm3};

/// Name of the folder below the lake's.
const FOLDER: &str = "answers";
/// Answers kept; the oldest go.
const KEPT: usize = 4_096;
/// Answers written between two looks at their number.
const BETWEEN: usize = 256;
/// Bytes of a digest.
const DIGEST: usize = 32;
/// Most rows of an answer that is kept.
const ROWS: usize = 10_000;

/// The answers of one lake.
#[derive(Debug)]
pub(crate) struct Shelf {
    folder: PathBuf,
    written: AtomicUsize,
}

/// The files that a query was given to read; a table adds its own when it is scanned (an extension of the query's session).
#[derive(Debug, Default)]
pub(crate) struct Reads(Mutex<Vec<(PathBuf, u64)>>);

impl Reads {
    /// A file with its size.
    pub(crate) fn note(&self, file: &Path, bytes: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((file.to_path_buf(), bytes));
    }

    /// Name of the answer to a question over these files.
    pub(crate) fn name(&self, question: &str) -> String {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.sort_unstable();
        files.dedup();
        let mut digest = Sm3::new();
        for (file, bytes) in files.iter() {
            digest.update(format!("{}\n{bytes}\n", file.display()));
        }
        digest.update(question);
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Shelf {
    pub(crate) fn below(root: &Path) -> Self {
        Self { folder: root.join(FOLDER), written: AtomicUsize::new(0) }
    }

    /// The answer with this name, if it is whole: its digest stands before it, because a power cut may leave a file that ends early or in zeros, which
    /// would read as fewer rows.
    pub(crate) fn get(&self, name: &str) -> Option<Vec<RecordBatch>> {
        let file = fs::read(self.folder.join(name)).ok()?;
        let (digest, answer) = file.split_at_checked(DIGEST)?;
        if Sm3::digest(answer).as_slice() != digest {
            return None;
        }
        StreamReader::try_new(answer, None).ok()?.collect::<std::result::Result<_, _>>().ok()
    }

    /// Keeps an answer. What fails only costs that it is worked out again.
    pub(crate) fn put(&self, name: &str, schema: &Schema, rows: &[RecordBatch]) {
        if rows.iter().map(RecordBatch::num_rows).sum::<usize>() > ROWS {
            return;
        }
        if let Err(error) = self.write(name, schema, rows) {
            tracing::warn!(%error, "cannot keep an answer of the lake");
        }
        if self.written.fetch_add(1, Ordering::Relaxed).is_multiple_of(BETWEEN) {
            self.thin();
        }
    }

    /// Under another name first: who reads finds a whole file.
    fn write(&self, name: &str, schema: &Schema, rows: &[RecordBatch]) -> std::result::Result<(), DataFusionError> {
        let mut writer = StreamWriter::try_new(Vec::new(), schema)?;
        for batch in rows {
            writer.write(batch)?;
        }
        let answer = writer.into_inner()?;
        fs::create_dir_all(&self.folder)?;
        let unfinished = self.folder.join(format!("{name}.{}.{:?}.tmp", std::process::id(), std::thread::current().id()));
        fs::write(&unfinished, [Sm3::digest(&answer).as_slice(), &answer].concat())?;
        Ok(fs::rename(unfinished, self.folder.join(name))?)
    }

    /// Removes the oldest answers beyond those that are kept.
    fn thin(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let aged = entries.flatten().filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())));
        let mut aged: Vec<(SystemTime, PathBuf)> = aged.collect();
        aged.sort_unstable();
        for (_, path) in aged.iter().take(aged.len().saturating_sub(KEPT)) {
            crate::manifest::remove(path);
        }
    }

    /// Forgets all answers.
    pub(crate) fn clear(&self) {
        if let Err(error) = fs::remove_dir_all(&self.folder)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "cannot remove the answers of the lake");
        }
    }
}

/// What tells this build from others, which may reckon otherwise: its version, and size and time of the program.
pub(crate) fn build() -> String {
    let program = std::env::current_exe().and_then(fs::metadata);
    let seen = program.and_then(|meta| Ok((meta.len(), meta.modified()?)));
    format!("{} {:?}", env!("CARGO_PKG_VERSION"), seen.ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use datafusion::arrow::array::{ArrayRef, Int64Array};

    use super::*;

    fn rows(count: usize) -> RecordBatch {
        let numbers: ArrayRef = std::sync::Arc::new(Int64Array::from_iter_values(0..i64::try_from(count).unwrap()));
        RecordBatch::try_from_iter([("n", numbers)]).unwrap()
    }

    #[test]
    fn what_was_read_is_in_the_name() {
        let name = |files: &[(&str, u64)], question: &str| {
            let reads = Reads::default();
            files.iter().for_each(|(file, bytes)| reads.note(Path::new(file), *bytes));
            reads.name(question)
        };
        let one = name(&[("a", 1), ("b", 2)], "q");
        assert_eq!(one, name(&[("b", 2), ("a", 1), ("b", 2)], "q"), "order and repetition do not matter");
        for other in
            [name(&[("a", 1)], "q"), name(&[("a", 1), ("b", 3)], "q"), name(&[("a", 1), ("b", 2)], "r"), name(&[("a", 1), ("c", 2)], "q")]
        {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn few_rows_are_kept_and_the_oldest_go() {
        let home = tempfile::tempdir().unwrap();
        let shelf = Shelf::below(home.path());
        assert_eq!(shelf.get("few"), None);
        for (name, count) in [("few", 3), ("many", ROWS + 1)] {
            shelf.put(name, &rows(count).schema(), &[rows(count)]);
        }
        shelf.put("none", &rows(0).schema(), &[]);
        assert_eq!(shelf.get("few"), Some(vec![rows(3)]));
        assert_eq!(shelf.get("many"), None);
        assert_eq!(shelf.get("none"), Some(Vec::new()));
        let aged = SystemTime::UNIX_EPOCH;
        fs::File::options().write(true).open(home.path().join(FOLDER).join("few")).unwrap().set_modified(aged).unwrap();
        (0..KEPT - 1).for_each(|n| fs::write(home.path().join(FOLDER).join(format!("{n}")), "").unwrap());
        shelf.thin();
        assert_eq!(shelf.get("few"), None, "the oldest");
        assert_eq!(shelf.get("none"), Some(Vec::new()));
        assert_eq!(fs::read_dir(home.path().join(FOLDER)).unwrap().count(), KEPT);
    }
}
