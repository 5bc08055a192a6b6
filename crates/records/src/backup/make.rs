//! Making a backup.

use super::manifest::{self, FORM, Manifest};
use super::sealed::Sealer;
use super::{BackupError, BackupKey, file_error, name};
use crate::audit::hex;
use crate::caller::Caller;
use crate::door::Door;
use crate::port::{Action, Sheet, StoreError};
use std::path::Path;

/// Audit lines read at a time.
const LINES: u32 = 1_000;

/// Setting with the instant since when revisions were changed in place.
const ANEW: &str = "backup-anew";

/// Says that revisions were changed in place (sealed with another key, or their private part erased): increments go by commits and do not
/// see that, so the next backup is a full one.
///
/// # Errors
/// The store failed.
pub async fn begin_anew(door: &Door) -> Result<(), StoreError> {
    door.store.set_setting(ANEW, &door.now().to_string()).await
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// An increment where there is a chain to continue, else a full backup.
    Next,
    /// A full backup, which begins a chain.
    Full,
}

/// Makes a backup while the store serves; `progress` is told lines done and lines in all. The act is on the audit chain.
///
/// # Errors
/// See [`BackupError`]; nothing that looks whole is left then.
pub async fn make(
    door: &Door,
    caller: &Caller,
    folder: &Path,
    key: &BackupKey,
    wish: Wish,
    progress: impl Fn(i64, i64) + Send,
) -> Result<Manifest, BackupError> {
    std::fs::create_dir_all(folder).map_err(file_error("无法建立", folder))?;
    let _lease = door.store.lease("backup").await?.ok_or(BackupError::Busy)?;
    remove_remains(folder)?;
    let mut snapshot = door.store.snapshot().await?;
    let (to_seq, head) = snapshot.head();
    let before = match wish {
        Wish::Full => None,
        Wish::Next => continued(door, folder, key, to_seq).await?,
    };
    let made_at = door.now();
    let (chain, number, from_seq) = match &before {
        Some(before) => (before.chain.clone(), before.number + 1, before.to_seq),
        None => (new_chain(made_at)?, 1, 0),
    };
    let stem = manifest::stem(&chain, number);
    let part = folder.join(format!("{stem}.data.part"));
    let mut sealer = Sealer::create(&part, key)?;
    let (mut at, mut revisions) = (from_seq, 0);
    while let Some(commits) = snapshot.commits(at, LINES).await? {
        for sheet in commits.sheets {
            if sheet.table != "audit" {
                revisions += sheet.rows.len() as u64;
            }
            put(&mut sealer, &sheet)?;
        }
        at = commits.last;
        progress(at - from_seq, to_seq - from_seq);
    }
    while let Some(sheet) = snapshot.table().await? {
        put(&mut sealer, &sheet)?;
    }
    drop(snapshot);
    let (size, sm3) = sealer.finish()?;
    let data = folder.join(format!("{stem}.data"));
    std::fs::rename(&part, &data).map_err(file_error("无法写入", &data))?;
    let to_at = door.store.audit(to_seq - 1, 1).await?.first().map_or(0, |line| line.stamp.at);
    let manifest = Manifest {
        form: FORM,
        program: env!("CARGO_PKG_VERSION").into(),
        chain,
        number,
        parent: before.as_ref().map(Manifest::digest).unwrap_or_default(),
        from_seq,
        to_seq,
        to_at,
        head,
        made_at,
        revisions,
        size,
        sm3,
        key_check: key.check()?,
        proof: String::new(),
    };
    let manifest = manifest.save(folder, key)?;
    let what = if number == 1 { "全量" } else { "增量" };
    let note = format!("{what}备份 {stem}：审计记录第{}—{to_seq}条，记录版本 {revisions} 个，SM3 {}", from_seq + 1, manifest.sm3);
    door.note(caller, Action::Backup, "backup", "", &note, "console").await?;
    Ok(manifest)
}

/// The backup that an increment continues: the newest chain, if it is whole and this store's own.
async fn continued(door: &Door, folder: &Path, key: &BackupKey, to_seq: i64) -> Result<Option<Manifest>, BackupError> {
    let Some(chain) = manifest::chains(folder)?.pop() else { return Ok(None) };
    manifest::check(folder, &chain, key, false)?;
    let anew: i64 = door.store.setting(ANEW).await?.and_then(|at| at.parse().ok()).unwrap_or(i64::MIN);
    if chain.backups.first().is_some_and(|full| full.made_at <= anew) {
        return Ok(None);
    }
    let Some(last) = chain.backups.into_iter().next_back() else { return Ok(None) };
    let line = door.store.audit(last.to_seq - 1, 1).await?.into_iter().next();
    let same = last.to_seq <= to_seq && line.is_some_and(|line| line.seq == last.to_seq && line.hash == last.head);
    if !same {
        tracing::warn!(chain = last.chain, "the newest backups are of another history; a new chain begins");
    }
    Ok(same.then_some(last))
}

fn put(sealer: &mut Sealer, sheet: &Sheet) -> Result<(), BackupError> {
    let mut line = serde_json::to_vec(sheet).map_err(|error| StoreError::Failed { doing: "写入备份".into(), source: error.into() })?;
    line.push(b'\n');
    sealer.write(&line)
}

/// Name of a new chain: the time, and some digits so that two of one second differ.
fn new_chain(now: crate::port::Instant) -> Result<String, BackupError> {
    let mut digits = [0_u8; 2];
    getrandom::fill(&mut digits).map_err(|_| BackupError::Random)?;
    let time: String = crate::clock::shown(now).chars().take(19).filter(char::is_ascii_alphanumeric).collect();
    Ok(format!("{time}-{}", hex(&digits)))
}

/// What a backup that was cut short has left: parts, and data files without a manifest.
fn remove_remains(folder: &Path) -> Result<(), BackupError> {
    for entry in std::fs::read_dir(folder).map_err(file_error("无法读取", folder))? {
        let path = entry.map_err(file_error("无法读取", folder))?.path();
        let file = name(&path);
        let unfinished = file.ends_with(".part") || file.ends_with(".data") && !path.with_extension("json").exists();
        if file.starts_with("zhijian-") && unfinished {
            std::fs::remove_file(&path).map_err(file_error("无法删除", &path))?;
            tracing::warn!(file, "removed what an unfinished backup left");
        }
    }
    Ok(())
}
