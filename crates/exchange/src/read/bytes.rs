//! Where the bytes are: on disk or in memory, each reader with its own position.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file's bytes.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file on disk, read in pieces.
    Path(PathBuf),
    /// Bytes in memory.
    Memory(Arc<[u8]>),
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl From<&Path> for Input {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl From<Vec<u8>> for Input {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Memory(bytes.into())
    }
}

impl From<&[u8]> for Input {
    fn from(bytes: &[u8]) -> Self {
        Self::Memory(bytes.into())
    }
}

impl Input {
    /// Number of bytes.
    pub(crate) fn len(&self) -> io::Result<u64> {
        match self {
            Self::Path(path) => Ok(std::fs::metadata(path)?.len()),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// A reader from the start.
    pub(crate) fn reader(&self) -> io::Result<Reader> {
        Ok(match self {
            Self::Path(path) => Reader::File(BufReader::with_capacity(64 << 10, File::open(path)?)),
            Self::Memory(bytes) => Reader::Memory(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// A reader of `len` bytes from `start` on.
    pub(crate) fn slice(&self, start: u64, len: u64) -> io::Result<io::Take<Reader>> {
        let mut reader = self.reader()?;
        reader.seek(SeekFrom::Start(start))?;
        Ok(reader.take(len))
    }

    /// Reads `len` bytes from `start` on into memory; fewer at the end of the file.
    pub(crate) fn bytes(&self, start: u64, len: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.slice(start, len)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A reader with its own position.
#[derive(Debug)]
pub(crate) enum Reader {
    File(BufReader<File>),
    Memory(Cursor<Arc<[u8]>>),
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(memory) => memory.read(buffer),
        }
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Memory(memory) => memory.seek(to),
        }
    }
}

/// SM3 digest of a file's content, lower-case hex: names a file for resuming, whatever it is called.
///
/// # Errors
/// When the file cannot be read.
pub fn digest(input: &Input) -> io::Result<String> {
    use sm3::Digest as _;
    let mut hasher = sm3::Sm3::new();
    let mut reader = input.reader()?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match reader.read(&mut buffer)? {
            0 => break,
            n => hasher.update(&buffer[..n]),
        }
    }
    Ok(hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        use std::fmt::Write as _;
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}
