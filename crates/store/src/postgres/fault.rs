//! PostgreSQL's SQLSTATEs as errors of a store.

use sqlx::Error;
use zhijian_records::port::StoreError;

const DISK_FULL: &str = "53100";
const DATA_CORRUPTED: &str = "XX001";
const INDEX_CORRUPTED: &str = "XX002";
const SERIALIZATION_FAILURE: &str = "40001";
const DEADLOCK: &str = "40P01";

/// Translates an error.
pub(super) fn translate(doing: &str, error: Error) -> StoreError {
    match state(&error).as_deref() {
        Some(DISK_FULL) => StoreError::Full { doing: doing.to_owned() },
        Some(DATA_CORRUPTED | INDEX_CORRUPTED) => StoreError::Corrupt { path: "PostgreSQL".into() },
        _ => StoreError::Failed { doing: doing.to_owned(), source: error.into() },
    }
}

/// The transaction was undone only because of others that ran beside it.
pub(super) fn worth_retrying(error: &StoreError) -> bool {
    let StoreError::Failed { source, .. } = error else { return false };
    let state = source.downcast_ref::<Error>().and_then(state);
    matches!(state.as_deref(), Some(SERIALIZATION_FAILURE | DEADLOCK))
}

fn state(error: &Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
