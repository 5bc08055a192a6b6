//! Restoring into an empty store, to the end of a chain or to a point in time, with proof at the end.

use super::manifest::{self, Chain, Manifest};
use super::sealed::Opener;
use super::{BackupError, BackupKey, damaged};
use crate::caller::Caller;
use crate::clock::shown;
use crate::door::Door;
use crate::duties::Clerk;
use crate::keys::Keyring;
use crate::port::{Action, Cell, Instant, Sheet, Store, StoreError};
use crate::prepare;
use crate::signed_head::Head;
use crate::verify;
use std::path::Path;

/// Set while a restore is under way; a store with it must not serve.
const MARK: &str = "restore";
/// Records whose lookup keys are made at a time.
const RECORDS: u32 = 500;

/// What was restored.
#[derive(Debug, Clone)]
pub struct Restored {
    /// Chain.
    pub chain: String,
    /// Backups of it that were read.
    pub backups: usize,
    /// Last audit line.
    pub seq: i64,
    /// Its time.
    pub at: Instant,
    /// Audit lines and revisions that were proved.
    pub verdict: verify::Verdict,
}

/// Was a restore cut short here?
///
/// # Errors
/// The store failed.
pub async fn interrupted(door: &Door) -> Result<bool, BackupError> {
    Ok(marked(door.store.as_ref()).await?)
}

/// Does the store hold the mark of an unfinished restore?
pub(crate) async fn marked(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(store.setting(MARK).await?.is_some_and(|mark| !mark.is_empty()))
}

/// Restores the newest chain of a folder, or the one that reaches `to` best. What an interrupted restore has left is begun anew.
/// `progress` is told in words what is being done; `keys` works with the data keys of the backup from then on.
///
/// # Errors
/// See [`BackupError`]; the store then holds the mark of an unfinished restore, or nothing.
pub async fn restore(
    door: &Door,
    caller: &Caller,
    keys: &Keyring,
    folder: &Path,
    key: &BackupKey,
    to: Option<Instant>,
    progress: impl Fn(String) + Send + Sync,
) -> Result<Restored, BackupError> {
    let _lease = door.store.lease("backup").await?.ok_or(BackupError::Busy)?;
    let chain = choose(manifest::chains(folder)?, to).ok_or_else(|| BackupError::None(folder.display().to_string()))?;
    progress(format!("核对备份链 {}（{} 份）……", chain.name, chain.backups.len()));
    manifest::check(folder, &chain, key, true)?;
    if !interrupted(door).await? && !door.store.is_empty().await? {
        return Err(BackupError::NotEmpty);
    }
    door.store.clear().await?;
    door.store.set_setting(MARK, &chain.name).await?;
    let tables = tables_from(&chain, to);
    let mut stop = Stop { to, up_to: i64::MAX, last: None };
    let mut read = 0;
    for manifest in &chain.backups {
        progress(format!("读取第 {} 份：审计记录第{}—{}条……", manifest.number, manifest.from_seq + 1, manifest.to_seq));
        take_in(door, folder, key, manifest, manifest.number == tables, &mut stop).await?;
        read += 1;
        if stop.reached() && manifest.number >= tables {
            break;
        }
    }
    let Some((seq, at)) = stop.last else { return Err(BackupError::TooEarly { earliest: stop.earliest() }) };
    keys.follow().await.map_err(|_| BackupError::DataKeys)?;
    progress("整理各类记录……".into());
    door.store.settle().await?;
    progress("重建查找键……".into());
    lookups(door).await?;
    progress("核对审计链与记录……".into());
    let heads: Vec<Head> = chain
        .backups
        .iter()
        .filter(|m| m.to_seq <= seq && m.to_seq > 0)
        .map(|m| Head { count: m.to_seq, at: m.to_at, hash: m.head.clone() })
        .collect();
    let verdict = verify::against(&door.store, &heads, |_, _| {}).await?;
    if let Some(fault) = verdict.faults.first() {
        return Err(BackupError::Unproved(fault.clone()));
    }
    let note = format!("由备份链 {} 恢复至第{seq}条审计记录（{}）", chain.name, shown(at));
    door.note(caller, Action::Restore, "backup", "", &note, "console").await?;
    Clerk::forget(door.store.as_ref()).await?;
    door.store.set_setting(MARK, "").await?;
    Ok(Restored { chain: chain.name, backups: read, seq, at, verdict })
}

/// The newest chain whose full backup was made by then; else the oldest, which reaches back as far as any.
fn choose(mut chains: Vec<Chain>, to: Option<Instant>) -> Option<Chain> {
    let Some(to) = to else { return chains.pop() };
    let in_time = |chain: &Chain| chain.backups.first().is_some_and(|full| full.to_at <= to);
    let place = chains.iter().rposition(in_time).unwrap_or(0);
    (place < chains.len()).then(|| chains.swap_remove(place))
}

/// Accounts, settings and other tables come from the last backup that is not later than the time; from the full one when all are.
fn tables_from(chain: &Chain, to: Option<Instant>) -> u32 {
    let in_time = |m: &&Manifest| to.is_none_or(|to| m.to_at <= to);
    chain.backups.iter().rfind(in_time).map_or(1, |m| m.number)
}

/// Where the reading of the chain ends.
struct Stop {
    to: Option<Instant>,
    /// The last line to take.
    up_to: i64,
    /// The last line taken: number and time.
    last: Option<(i64, Instant)>,
}

impl Stop {
    fn reached(&self) -> bool {
        self.up_to < i64::MAX
    }

    /// Looks at a piece of the chain: the first line after the time ends it.
    fn see(&mut self, sheet: &Sheet) {
        let column = |name: &str| sheet.columns.iter().position(|c| c == name);
        let (Some(seq), Some(at)) = (column("seq"), column("at")) else { return };
        for row in &sheet.rows {
            let (Some(Cell::Int(seq)), Some(Cell::Int(at))) = (row.get(seq), row.get(at)) else { continue };
            if self.to.is_some_and(|to| *at > to) {
                self.up_to = self.up_to.min(*seq - 1);
                if self.last.is_none() {
                    self.to = Some(*at);
                }
                return;
            }
            if *seq <= self.up_to {
                self.last = Some((*seq, *at));
            }
        }
    }

    fn earliest(&self) -> String {
        self.to.map(shown).unwrap_or_default()
    }
}

async fn take_in(
    door: &Door,
    folder: &Path,
    key: &BackupKey,
    manifest: &Manifest,
    with_tables: bool,
    stop: &mut Stop,
) -> Result<(), BackupError> {
    let path = manifest.data(folder);
    let mut opener = Opener::open(&path, key)?;
    while let Some(line) = opener.line()? {
        let sheet: Sheet = serde_json::from_slice(&line).map_err(|_| damaged(&path, "内容不是备份"))?;
        if sheet.table == "audit" {
            if !stop.reached() {
                stop.see(&sheet);
            }
            if stop.last.is_none() && stop.reached() {
                return Ok(());
            }
            door.store.take_in(std::slice::from_ref(&sheet), stop.up_to).await?;
        } else if sheet.table.starts_with("revisions:") {
            door.store.take_in(std::slice::from_ref(&sheet), stop.up_to).await?;
        } else if with_tables {
            door.store.take_tables(std::slice::from_ref(&sheet)).await?;
        }
    }
    Ok(())
}

/// References find the records again: their keys follow from the documents.
async fn lookups(door: &Door) -> Result<(), BackupError> {
    for kind in door.store.kinds() {
        let Some(kind) = door.catalogue.kind(&kind).cloned() else { continue };
        let mut after = String::new();
        loop {
            let rows = door.store.newest(&kind.kind, &after, RECORDS).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.id);
            let mut keys = Vec::new();
            for row in rows.iter().filter(|row| !row.retracted) {
                let document = door.clear(row).map_err(|_| BackupError::DataKeys)?;
                let found = prepare::lookups(&kind, &door.vault, &document);
                keys.extend(found.into_iter().map(|(way, value)| (row.id.clone(), way, value)));
            }
            door.store.put_lookups(&kind.kind, &keys).await?;
        }
    }
    Ok(())
}
