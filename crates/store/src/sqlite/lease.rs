//! Leases as locks on files beside the database; the operating system releases them when the process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use zhijian_records::port::{Lease, StoreError};

const DOING: &str = "取得独占锁";

/// Holds the lock as long as the file is open. The file itself stays: removing it would let two holders lock two files of one name.
struct FileLease {
    _file: File,
}

impl Lease for FileLease {}

/// Takes the lease, or says `None` when another holder has it.
pub(super) fn take(database: &Path, name: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
    let failed = |error: std::io::Error| StoreError::Failed { doing: DOING.into(), source: error.into() };
    let plain: String = name.chars().map(|letter| if letter.is_alphanumeric() || "-_".contains(letter) { letter } else { '_' }).collect();
    let mut path = database.as_os_str().to_owned();
    path.push(format!(".lease-{plain}"));
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Box::new(FileLease { _file: file }))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
