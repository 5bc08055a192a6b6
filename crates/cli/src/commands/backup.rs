//! `zhijian backup DIR`: a backup while the service runs.

use super::{data, say};
use crate::config::Config;
use crate::platform::Platform;
use crate::secret_file;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicI64, Ordering};
use zhijian_records::backup::{self, BackupKey, Chain, Wish};
use zhijian_records::clock::shown;

/// Where the key comes from.
#[derive(Debug, Clone, clap::Args)]
pub struct KeySource {
    /// 备份密钥文件（用 backup keygen 生成）
    #[arg(long, env = "ZHIJIAN_BACKUP_KEY_FILE", value_name = "文件")]
    key_file: Option<PathBuf>,
}

impl KeySource {
    /// Reads the key: from the file, else from `ZHIJIAN_BACKUP_KEY`.
    ///
    /// # Errors
    /// No key, or no hexadecimal.
    pub fn read(&self) -> Result<BackupKey> {
        let text = match &self.key_file {
            Some(path) => std::fs::read_to_string(path).with_context(|| format!("无法读取备份密钥文件 {}", path.display()))?,
            None => std::env::var("ZHIJIAN_BACKUP_KEY")
                .context("请用 --key-file（或环境变量 ZHIJIAN_BACKUP_KEY_FILE、ZHIJIAN_BACKUP_KEY）给出备份密钥")?,
        };
        Ok(BackupKey::read(&text)?)
    }
}

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// 备份文件夹
    folder: Option<PathBuf>,
    /// 全量备份，开始一条新的备份链（缺省：接续最新的备份链做增量，没有时做全量）
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    key: KeySource,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 列出文件夹中的备份
    List {
        /// 备份文件夹
        folder: PathBuf,
    },
    /// 核对全部备份：清单、接续关系、数据文件摘要
    Check {
        /// 备份文件夹
        folder: PathBuf,
        #[command(flatten)]
        key: KeySource,
    },
    /// 只保留最新的若干条备份链（一次全量及其后的增量为一条）
    Prune {
        /// 备份文件夹
        folder: PathBuf,
        /// 保留几条
        #[arg(long)]
        keep: usize,
    },
    /// 生成备份密钥文件
    Keygen {
        /// 文件
        file: PathBuf,
    },
}

/// Runs it.
///
/// # Errors
/// See [`backup::BackupError`].
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    match args.command {
        Some(Command::List { folder }) => list(&backup::chains(&folder)?)?,
        Some(Command::Check { folder, key }) => check(&folder, &key.read()?)?,
        Some(Command::Prune { folder, keep }) => {
            anyhow::ensure!(keep > 0, "--keep 至少为 1");
            let gone = backup::prune(&folder, keep)?;
            let readings = crate::keeping::forget(&folder)?;
            say(format!("已删除 {} 个文件，监测数据 {readings} 个", gone.len()));
            for file in gone {
                data(file)?;
            }
        }
        Some(Command::Keygen { file }) => {
            secret_file::create(&file, &backup::new_key()?)?;
            say(format!("备份密钥已写入 {}。请另存一份，与备份、与数据密钥分开保管", file.display()));
        }
        None => {
            let folder = args.folder.context("请给出备份文件夹，如 zhijian backup /backup/zhijian")?;
            let key = args.key.read()?;
            let platform = Platform::open(config).await?;
            make(&platform, &folder, &key, if args.full { Wish::Full } else { Wish::Next }).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn make(platform: &Platform, folder: &Path, key: &BackupKey, wish: Wish) -> Result<()> {
    let told = AtomicI64::new(0);
    let progress = |done: i64, all: i64| {
        let tenths = if all == 0 { 10 } else { done * 10 / all };
        if told.swap(tenths, Ordering::Relaxed) != tenths {
            say(format!("已备份 {done} / {all} 条提交"));
        }
    };
    let made = backup::make(&platform.door, &Platform::operator(), folder, key, wish, progress).await?;
    let what = if made.number == 1 { "全量" } else { "增量" };
    say(format!(
        "{what}备份完成：{}，审计记录第{}—{}条，记录版本 {} 个，{} 字节",
        made.stem(),
        made.from_seq + 1,
        made.to_seq,
        made.revisions,
        made.size
    ));
    let carried = crate::keeping::back_up(platform, folder, key, &made.stem()).await?;
    say(format!("监测数据：归档 {} 条（本次新增文件 {} 个），未归档 {} 条", carried.archived, carried.files, carried.rows));
    data(serde_json::to_string_pretty(&made)?)
}

fn list(chains: &[Chain]) -> Result<()> {
    for manifest in chains.iter().flat_map(|chain| &chain.backups) {
        let what = if manifest.number == 1 { "全量" } else { "增量" };
        data(format!(
            "{}\t{what}\t{}\t第{}—{}条\t版本 {}\t{} 字节",
            manifest.stem(),
            shown(manifest.made_at),
            manifest.from_seq + 1,
            manifest.to_seq,
            manifest.revisions,
            manifest.size
        ))?;
    }
    if chains.is_empty() {
        say("没有完整的备份");
    }
    Ok(())
}

fn check(folder: &Path, key: &BackupKey) -> Result<()> {
    let chains = backup::chains(folder)?;
    anyhow::ensure!(!chains.is_empty(), "{} 中没有完整的备份", folder.display());
    for chain in &chains {
        backup::check(folder, chain, key, true)?;
        data(format!("{}\t{} 份，完整", chain.name, chain.backups.len()))?;
    }
    let files = crate::keeping::check(folder, key)?;
    data(format!("监测数据\t{files} 个文件，完整"))?;
    Ok(())
}
