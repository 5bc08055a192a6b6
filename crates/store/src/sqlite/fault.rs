//! SQLite's result codes as errors of a store.

use sqlx::Error;
use std::path::Path;
use zhijian_records::port::StoreError;

const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_NOTADB: i32 = 26;
/// The shared-memory file could not grow, for which there is no other reason than a full disk.
const SQLITE_IOERR_SHMSIZE: i32 = 10 | (19 << 8);

/// Translates an error.
pub(super) fn translate(path: &Path, doing: &str, error: Error) -> StoreError {
    let code = code(&error).unwrap_or_default();
    // The low byte of an extended result code is the primary one.
    match code & 0xff {
        SQLITE_CORRUPT | SQLITE_NOTADB => corrupt(path),
        SQLITE_FULL => StoreError::Full { doing: doing.to_owned() },
        _ if code == SQLITE_IOERR_SHMSIZE => StoreError::Full { doing: doing.to_owned() },
        _ => StoreError::Failed { doing: doing.to_owned(), source: error.into() },
    }
}

/// The file is damaged or none of ours.
pub(super) fn corrupt(path: &Path) -> StoreError {
    StoreError::Corrupt { path: path.display().to_string() }
}

fn code(error: &Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}
