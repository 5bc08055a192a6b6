//! Manifests: what a backup holds and what it continues.

use super::{BackupError, BackupKey, damaged, file_error, name, sealed};
use crate::audit::hex;
use crate::port::Instant;
use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};
use std::path::{Path, PathBuf};

/// Form of the files.
pub(super) const FORM: u32 = 1;

/// The manifest of one backup. It holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Form of the files.
    pub form: u32,
    /// Version of the program that made it.
    pub program: String,
    /// Chain, named after the time of its full backup.
    pub chain: String,
    /// Place in the chain, from 1 (the full one).
    pub number: u32,
    /// Digest of the manifest that it continues; empty for the full one.
    pub parent: String,
    /// Last audit line of the backup before.
    pub from_seq: i64,
    /// Last audit line in it.
    pub to_seq: i64,
    /// Time of that line, microseconds UTC.
    pub to_at: Instant,
    /// Hash of that line.
    pub head: String,
    /// When it was made.
    pub made_at: Instant,
    /// Revisions in it.
    pub revisions: u64,
    /// Bytes of the data file.
    pub size: u64,
    /// SM3 of the data file.
    pub sm3: String,
    /// Tells backup keys apart.
    pub key_check: String,
    /// Proof by the key over all of the above.
    #[serde(default)]
    pub proof: String,
}

impl Manifest {
    /// Beginning of its files' names.
    #[must_use]
    pub fn stem(&self) -> String {
        stem(&self.chain, self.number)
    }

    /// Its data file.
    #[must_use]
    pub fn data(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.data", self.stem()))
    }

    fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Digest that the next one names as its parent.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&Sm3::digest(self.text().as_bytes()))
    }

    fn prove(&self, key: &BackupKey) -> Result<String, BackupError> {
        key.proof(Self { proof: String::new(), ..self.clone() }.text().as_bytes())
    }

    /// Signs it with the key and puts it beside its data file, whole or not at all.
    pub(super) fn save(mut self, folder: &Path, key: &BackupKey) -> Result<Self, BackupError> {
        self.proof = self.prove(key)?;
        let path = folder.join(format!("{}.json", self.stem()));
        let part = folder.join(format!("{}.json.part", self.stem()));
        let failed = || file_error("无法写入", &path);
        std::fs::write(&part, self.text()).map_err(failed())?;
        std::fs::File::open(&part).and_then(|file| file.sync_all()).map_err(failed())?;
        std::fs::rename(&part, &path).map_err(failed())?;
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed())?;
        Ok(self)
    }

    /// Is it ours, unchanged, and is its data file?
    fn check(&self, folder: &Path, key: &BackupKey, data: bool) -> Result<(), BackupError> {
        let file = format!("{}.json", self.stem());
        if self.key_check != key.check()? {
            return Err(BackupError::WrongKey { file });
        }
        if self.prove(key)? != self.proof {
            return Err(BackupError::Damaged { file, what: "被改动".into() });
        }
        if self.form != FORM {
            return Err(BackupError::Damaged { file, what: format!("为格式 {}，本程序支持格式 {FORM}", self.form) });
        }
        let path = self.data(folder);
        if !path.exists() {
            return Err(BackupError::Missing { chain: self.chain.clone(), number: self.number, why: "数据文件不在" });
        }
        if data {
            let (size, sm3) = sealed::digest(&path)?;
            if size != self.size {
                return Err(damaged(&path, format!("应有 {} 字节，实有 {size} 字节", self.size)));
            }
            if sm3 != self.sm3 {
                return Err(damaged(&path, "内容被改动（SM3 不符）"));
            }
        }
        Ok(())
    }
}

/// Beginning of the names of a backup's files.
pub(super) fn stem(chain: &str, number: u32) -> String {
    format!("zhijian-{chain}-{number:04}")
}

/// A full backup and its increments, in order.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Name.
    pub name: String,
    /// Manifests by number.
    pub backups: Vec<Manifest>,
}

/// The chains of a folder, oldest first. What has no manifest is no backup.
///
/// # Errors
/// The folder cannot be read, or a manifest is none.
pub fn chains(folder: &Path) -> Result<Vec<Chain>, BackupError> {
    let mut found: Vec<Manifest> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(file_error("无法读取", folder))? {
        let path = entry.map_err(file_error("无法读取", folder))?.path();
        let file = name(&path);
        if !(file.starts_with("zhijian-") && file.ends_with(".json")) {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(file_error("无法读取", &path))?;
        let manifest: Manifest = serde_json::from_str(&text).map_err(|_| damaged(&path, "不是备份清单"))?;
        if file != format!("{}.json", manifest.stem()) {
            return Err(damaged(&path, "文件名与内容不符"));
        }
        found.push(manifest);
    }
    found.sort_by(|a, b| (&a.chain, a.number).cmp(&(&b.chain, b.number)));
    let mut chains: Vec<Chain> = Vec::new();
    for manifest in found {
        match chains.last_mut().filter(|chain| chain.name == manifest.chain) {
            Some(chain) => chain.backups.push(manifest),
            None => chains.push(Chain { name: manifest.chain.clone(), backups: vec![manifest] }),
        }
    }
    Ok(chains)
}

/// Is the chain whole and unchanged? With `data` the data files are read as well.
///
/// # Errors
/// The first thing that is wrong, with its file.
pub fn check(folder: &Path, chain: &Chain, key: &BackupKey, data: bool) -> Result<(), BackupError> {
    let mut before: Option<&Manifest> = None;
    for (manifest, number) in chain.backups.iter().zip(1..) {
        if manifest.number != number {
            return Err(BackupError::Missing { chain: chain.name.clone(), number, why: "清单不在" });
        }
        manifest.check(folder, key, data)?;
        let (parent, from) = before.map_or((String::new(), 0), |before| (before.digest(), before.to_seq));
        if manifest.parent != parent || manifest.from_seq != from {
            return Err(BackupError::Damaged { file: format!("{}.json", manifest.stem()), what: "不接续前一份备份".into() });
        }
        before = Some(manifest);
    }
    Ok(())
}

/// Removes all but the newest `keep` chains. Gives the names of the files that went.
///
/// # Errors
/// A file cannot be removed.
pub fn prune(folder: &Path, keep: usize) -> Result<Vec<String>, BackupError> {
    let chains = chains(folder)?;
    let mut gone = Vec::new();
    let old = chains.len().saturating_sub(keep.max(1));
    for chain in chains.into_iter().take(old) {
        // The manifest of the newest goes first: what is left is then never taken for a chain that could be restored further.
        for manifest in chain.backups.iter().rev() {
            for path in [folder.join(format!("{}.json", manifest.stem())), manifest.data(folder)] {
                match std::fs::remove_file(&path) {
                    Ok(()) => gone.push(name(&path)),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(file_error("无法删除", &path)(error)),
                }
            }
        }
    }
    Ok(gone)
}
