//! The manifest: which files make up the lake at one moment.
//!
//! Files are never changed in place. A refresh writes new files, then replaces the manifest in one rename; who has read the
//! old manifest goes on reading the old files. So every reader sees all facts as of one moment, and a crash leaves at worst
//! files that no manifest names.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use zhijian_records::port::Instant;

use crate::error::{LakeError, Result};

/// Name of the manifest below the lake's folder.
pub(crate) const FILE: &str = "manifest.json";

/// What the lake holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Counts refreshes; part of every file name.
    pub generation: u64,
    /// Last outbox event that is in the figures.
    pub position: Position,
    /// Moment up to which the figures stand.
    pub stand: Instant,
    /// Facts by name.
    pub facts: BTreeMap<String, Fact>,
    /// Reference tables by name.
    pub tables: BTreeMap<String, Table>,
}

/// An outbox event, told apart from one with the same number in another database by its time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Sequence number, 0 before the first.
    pub seq: i64,
    /// Its time.
    pub at: Instant,
}

/// Files of one fact.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// [`crate::facts::FactDef::fingerprint`] of the rows.
    pub fingerprint: String,
    /// Parts by folder name `region=130302/year=2020`.
    pub parts: BTreeMap<String, Part>,
}

/// One partition.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Region of all rows.
    pub region: String,
    /// Year of all rows.
    pub year: i32,
    /// Rows that stand now: open and not retracted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Piece>,
    /// Earlier revisions and retracted ones, read only for questions about the past.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past: Option<Piece>,
}

/// One Parquet file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Path below the lake's folder.
    pub file: String,
    /// Rows.
    pub rows: u64,
    /// Size.
    pub bytes: u64,
}

/// A reference table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Fingerprint of the content.
    pub fingerprint: String,
    /// Its file.
    pub piece: Piece,
}

impl Fact {
    /// What the fact is made of, as one number. Files are never changed, so the same files hold the same rows.
    pub(crate) fn state(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.fingerprint.hash(&mut hasher);
        for piece in self.parts.values().flat_map(|part| part.open.iter().chain(&part.past)) {
            (&piece.file, piece.rows, piece.bytes).hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// Folder of a partition below its fact's folder.
pub(crate) fn part_key(region: &str, year: i32) -> String {
    let region = if region.is_empty() { "none" } else { region };
    format!("region={region}/year={year}")
}

impl Manifest {
    /// Reads the manifest of a lake; `None` when there is none or it cannot be understood (then everything is rebuilt).
    pub(crate) fn read(root: &Path) -> Result<Option<Self>> {
        let path = root.join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(LakeError::file(path, error)),
        };
        Ok(serde_json::from_slice(&text)
            .map_err(|error| tracing::warn!(%error, "the lake's manifest is unreadable, facts will be rebuilt"))
            .ok())
    }

    /// Replaces the manifest in one step.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        let (path, temporary) = (root.join(FILE), root.join("manifest.json.tmp"));
        let fail = |error| LakeError::file(&path, error);
        let text = serde_json::to_vec(self).map_err(|e| fail(std::io::Error::other(e)))?;
        let mut file = fs::File::create(&temporary).map_err(fail)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(fail)?;
        fs::rename(&temporary, &path).map_err(fail)
    }

    /// All files that belong to the lake.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &Piece> {
        let parts = self.facts.values().flat_map(|f| f.parts.values()).flat_map(|p| p.open.iter().chain(&p.past));
        parts.chain(self.tables.values().map(|t| &t.piece))
    }

    /// Removes files that the manifest does not name: left by a crash or by a process that read an older manifest.
    pub(crate) fn sweep(&self, root: &Path) {
        let known: std::collections::HashSet<PathBuf> = self.pieces().map(|p| root.join(&p.file)).collect();
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if matches!(path.extension().and_then(|e| e.to_str()), Some("parquet" | "tmp")) && !known.contains(&path) {
                    remove(&path);
                }
            }
        }
    }
}

impl Piece {
    /// The file is there, whole as far as a look at its size and last bytes can tell.
    pub(crate) fn is_sound(&self, root: &Path) -> bool {
        let look = || -> std::io::Result<bool> {
            let mut file = fs::File::open(root.join(&self.file))?;
            let mut tail = [0; 4];
            file.seek(SeekFrom::End(-4))?;
            file.read_exact(&mut tail)?;
            Ok(file.metadata()?.len() == self.bytes && &tail == b"PAR1")
        };
        look().unwrap_or(false)
    }
}

/// Removes a file that nobody needs; a failure only costs disk space until the next sweep.
pub(crate) fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "cannot remove an old lake file");
    }
}
