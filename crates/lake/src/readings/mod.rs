//! Readings of on-line devices in the lake: closed days as Parquet, one folder a region and month, beside the facts that can be rebuilt.
//!
//! These files are no copy that can be made again: once raw rows leave the database they are the only place where a reading is. So they have a folder and
//! a manifest of their own (`<home>/readings`), nothing sweeps what the manifest names, and the backup carries them.
//!
//! A file is never changed. Days are written as files, files of a month become one ([`Archive::compact`]), a day that readings came to later is written
//! anew; each time the manifest is replaced in one rename, and files that it no longer names go at the next run.

mod catalog;
mod read;
mod table;
mod write;

pub use catalog::{Catalog, Piece};
pub use read::Row;
pub(crate) use table::register;
pub use write::Day;

use crate::error::{LakeError, Result};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;
/// China is eight hours ahead.
const OFFSET_MS: i64 = 8 * 3_600_000;

/// Name of the fact in SQL.
pub const FACT: &str = "reading";

/// The day (since 1970-01-01, in China) of a moment in Unix milliseconds.
#[must_use]
pub const fn day_of(at_ms: i64) -> i64 {
    at_ms.saturating_add(OFFSET_MS).div_euclid(DAY_MS)
}

/// The first moment of a day, Unix milliseconds.
#[must_use]
pub const fn start_of(day: i64) -> i64 {
    day.saturating_mul(DAY_MS).saturating_sub(OFFSET_MS)
}

/// The archive of one deployment.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    catalog: RwLock<Arc<Catalog>>,
    /// The manifest as it was when it was read: whoever asks for readings looks whether it changed.
    stamp: Mutex<Option<Stamp>>,
}

/// Time of change, size and, where there is one, number of the manifest's file: each manifest is a new file.
type Stamp = (SystemTime, u64, u64);

impl Archive {
    /// Opens the archive below `home`; an empty one where there is none.
    ///
    /// # Errors
    /// The folder cannot be made, or its manifest cannot be read: never taken for an empty one.
    pub fn open(home: &Path) -> Result<Self> {
        let root = home.join("readings");
        std::fs::create_dir_all(&root).map_err(|e| LakeError::file(&root, e))?;
        let root = root.canonicalize().map_err(|e| LakeError::file(&root, e))?;
        let catalog = RwLock::new(Arc::new(Catalog::read(&root)?));
        Ok(Self { root, catalog, stamp: Mutex::default() })
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What it holds, as this process knows it.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over what another process has written.
    ///
    /// # Errors
    /// The manifest cannot be read.
    pub fn reload(&self) -> Result<Arc<Catalog>> {
        let mut known = self.stamp.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at before it is read: one that changes meanwhile is read again next time.
        let stamp = catalog::stamp(&self.root);
        if stamp.is_some() && *known == stamp {
            return Ok(self.catalog());
        }
        let fresh = Catalog::read(&self.root)?;
        *known = stamp;
        let mut held = self.catalog.write().unwrap_or_else(PoisonError::into_inner);
        if fresh != **held {
            *held = Arc::new(fresh);
        }
        Ok(Arc::clone(&held))
    }

    /// Replaces the manifest.
    ///
    /// # Errors
    /// The disk failed; the archive is as it was.
    pub fn install(&self, catalog: Catalog) -> Result<()> {
        catalog.write(&self.root)?;
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
        Ok(())
    }

    /// Removes files that no manifest names: left by a crash, or replaced in an earlier run.
    pub fn sweep(&self) {
        self.catalog().sweep(&self.root);
    }
}
