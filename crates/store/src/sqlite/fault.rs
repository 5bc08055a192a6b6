//! SQLite's result codes as errors of a store.

use sqlx::Error;
use std::path::Path;
use zhijian_records::port::StoreError;

const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_NOTADB: i32 = 26;

/// Translates an error.
pub(super) fn translate(path: &Path, doing: &str, error: Error) -> StoreError {
    match code(&error) {
        Some(SQLITE_CORRUPT | SQLITE_NOTADB) => corrupt(path),
        Some(SQLITE_FULL) => StoreError::Full { doing: doing.to_owned() },
        _ => StoreError::Failed { doing: doing.to_owned(), source: error.into() },
    }
}

/// The file is damaged or none of ours.
pub(super) fn corrupt(path: &Path) -> StoreError {
    StoreError::Corrupt { path: path.display().to_string() }
}

/// The primary result code: the low byte of the extended one.
fn code(error: &Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
