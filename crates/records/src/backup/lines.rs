//! Sealed files for what is backed up beside the store: lines, or whole files. Each begins with its name, so that one cannot take the place of another.

use super::sealed::{Opener, Sealer};
use super::{BackupError, BackupKey, damaged, file_error};
use data_encoding::BASE64;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

/// Bytes of a file in one line.
const PIECE: usize = 48 * 1024;

/// Writes lines.
pub struct LineSealer(Sealer);

impl LineSealer {
    /// Begins a file; one that is there is replaced.
    ///
    /// # Errors
    /// The disk failed.
    pub fn create(path: &Path, key: &BackupKey, name: &str) -> Result<Self, BackupError> {
        let mut sealer = Self(Sealer::create(path, key)?);
        sealer.line(name.as_bytes())?;
        Ok(sealer)
    }

    /// Adds a line, which holds no line break.
    ///
    /// # Errors
    /// The disk failed.
    pub fn line(&mut self, line: &[u8]) -> Result<(), BackupError> {
        self.0.write(line)?;
        self.0.write(b"\n")
    }

    /// Completes the file; it is on the disk then. Size and SM3.
    ///
    /// # Errors
    /// The disk failed.
    pub fn finish(self) -> Result<(u64, String), BackupError> {
        self.0.finish()
    }
}

/// Reads lines.
pub struct LineOpener(Opener);

impl LineOpener {
    /// Opens a file of this name.
    ///
    /// # Errors
    /// Another key, another file, or damage.
    pub fn open(path: &Path, key: &BackupKey, name: &str) -> Result<Self, BackupError> {
        let mut opener = Opener::open(path, key)?;
        if opener.line()?.as_deref() != Some(name.as_bytes()) {
            return Err(damaged(path, format!("不是“{name}”的备份")));
        }
        Ok(Self(opener))
    }

    /// The next line; `None` after the last.
    ///
    /// # Errors
    /// Damage.
    pub fn line(&mut self) -> Result<Option<Vec<u8>>, BackupError> {
        self.0.line()
    }
}

/// Seals a file under a name.
///
/// # Errors
/// The disk failed.
pub fn seal_file(from: &Path, to: &Path, key: &BackupKey, name: &str) -> Result<(), BackupError> {
    let mut input = File::open(from).map_err(file_error("无法读取", from))?;
    let mut sealer = LineSealer::create(to, key, name)?;
    let mut buffer = Vec::with_capacity(PIECE);
    loop {
        buffer.clear();
        let count = (&mut input).take(PIECE as u64).read_to_end(&mut buffer).map_err(file_error("无法读取", from))?;
        if count == 0 {
            break;
        }
        sealer.line(BASE64.encode(&buffer).as_bytes())?;
    }
    sealer.finish().map(drop)
}

/// Opens a file that was sealed under a name.
///
/// # Errors
/// Another key, another file, damage; the disk failed.
pub fn open_file(from: &Path, to: &Path, key: &BackupKey, name: &str) -> Result<(), BackupError> {
    let mut opener = LineOpener::open(from, key, name)?;
    let mut output = File::create(to).map_err(file_error("无法写入", to))?;
    while let Some(line) = opener.line()? {
        let bytes = BASE64.decode(&line).map_err(|_| damaged(from, "内容有误"))?;
        output.write_all(&bytes).map_err(file_error("无法写入", to))?;
    }
    output.sync_all().map_err(file_error("无法写入", to))
}
