//! The manifest of the archive.

use crate::error::{LakeError, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const FILE: &str = "manifest.json";

/// What the archive holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// Counts changes; part of file names.
    pub generation: u64,
    /// Days that are written, since 1970-01-01, those without any reading too.
    pub days: BTreeSet<i64>,
    /// Files by folder `region=130302/month=2026-03`.
    pub parts: BTreeMap<String, Vec<Piece>>,
    /// Moment (Unix milliseconds) before which rows may have left the database.
    pub removed_before_ms: i64,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Path below the archive's folder.
    pub file: String,
    /// Region of its rows.
    pub region: String,
    /// Year of its rows.
    pub year: i32,
    /// First and last day.
    pub days: (i64, i64),
    /// Rows.
    pub rows: u64,
    /// Size.
    pub bytes: u64,
}

/// Time of change and size of the manifest; `None` where there is none.
pub(super) fn stamp(root: &Path) -> Option<super::Stamp> {
    let known = fs::metadata(root.join(FILE)).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&known);
    #[cfg(not(unix))]
    let number = 0;
    Some((known.modified().ok()?, known.len(), number))
}

impl Catalog {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let path = root.join(FILE);
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| LakeError::file(path, std::io::Error::other(error))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(LakeError::file(path, error)),
        }
    }

    pub(super) fn write(&self, root: &Path) -> Result<()> {
        let (path, temporary) = (root.join(FILE), root.join("manifest.json.tmp"));
        let fail = |error| LakeError::file(&path, error);
        let text = serde_json::to_vec(self).map_err(|error| fail(std::io::Error::other(error)))?;
        let mut file = fs::File::create(&temporary).map_err(fail)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(fail)?;
        fs::rename(&temporary, &path).map_err(fail)?;
        fs::File::open(root).and_then(|folder| folder.sync_all()).map_err(fail)
    }

    /// All files.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.parts.values().flatten()
    }

    /// Rows of all files.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.pieces().map(|piece| piece.rows).sum()
    }

    /// Files that may hold rows of these days, both included.
    pub(super) fn of_days(&self, first: i64, last: i64) -> impl Iterator<Item = &Piece> {
        self.pieces().filter(move |piece| piece.days.0 <= last && piece.days.1 >= first)
    }

    pub(super) fn sweep(&self, root: &Path) {
        let known: BTreeSet<PathBuf> = self.pieces().map(|piece| root.join(&piece.file)).collect();
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if matches!(path.extension().and_then(|e| e.to_str()), Some("parquet" | "tmp")) && !known.contains(&path) {
                    crate::manifest::remove(&path);
                }
            }
        }
    }
}
