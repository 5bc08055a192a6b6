//! Backups (备份) of the whole store while it serves, and restores from them into an empty one.
//!
//! A folder holds **chains**: a full backup and the increments after it. Each backup is a sealed data file and a manifest; the manifest is
//! written last, so that a backup that was cut short is none. The form is the same for both databases.
//!
//! Data file: header, then chunks of AES-256-GCM with their number and an end mark in the nonce. Inside: one JSON sheet a line (see
//! [`crate::port::Sheet`]): audit lines with the revisions they wrote, then the other tables.

mod key;
mod lines;
mod make;
mod manifest;
mod restore;
mod sealed;

pub use key::{BackupKey, new_key};
pub use lines::{LineOpener, LineSealer, open_file, seal_file};
pub use make::{Wish, begin_anew, make};
pub use manifest::{Chain, Manifest, chains, check, prune};
pub(crate) use restore::marked;
pub use restore::{Restored, interrupted, restore};

use crate::port::StoreError;
use std::path::{Path, PathBuf};

/// Why a backup or a restore did not happen.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder.
    #[error("{doing} {}", path.display())]
    File {
        /// What we were doing.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// The key is no key.
    #[error("备份密钥应为至少 64 位十六进制（32 字节），可用 zhijian backup keygen 生成")]
    Key,
    /// No random numbers.
    #[error("无法取得随机数")]
    Random,
    /// Another key made the backup.
    #[error("备份密钥不符：{file} 由另一把密钥制作")]
    WrongKey {
        /// File.
        file: String,
    },
    /// A file was changed or cut.
    #[error("{file} {what}")]
    Damaged {
        /// File.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// A backup of the chain is not there.
    #[error("备份链 {chain} 缺少第 {number} 份：{why}")]
    Missing {
        /// Chain.
        chain: String,
        /// Number.
        number: u32,
        /// How it is known.
        why: &'static str,
    },
    /// There is nothing to restore.
    #[error("{0} 中没有完整的备份")]
    None(String),
    /// The time asked for lies before everything.
    #[error("备份中最早的记录是 {earliest}，不能恢复到更早的时间")]
    TooEarly {
        /// Time of the first line.
        earliest: String,
    },
    /// The store has something in it.
    #[error("只能恢复到空数据库：当前数据库已有数据，请另建数据目录或数据库")]
    NotEmpty,
    /// Somebody else is at it.
    #[error("另一个备份或恢复正在进行")]
    Busy,
    /// The restored store does not verify.
    #[error("恢复后的审计链核对未通过：{0}")]
    Unproved(String),
    /// The data keys do not fit.
    #[error("加密字段无法解开：请先放好与备份同一部署的数据密钥（keys/data.key），再重新恢复")]
    DataKeys,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The door failed.
    #[error(transparent)]
    Door(#[from] crate::DoorError),
}

fn file_error(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File { doing, path, source }
}

fn damaged(path: &Path, what: impl Into<String>) -> BackupError {
    BackupError::Damaged { file: name(path), what: what.into() }
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
