//! `zhijian restore DIR`: an empty store from backups.

use super::{backup::KeySource, data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use std::process::ExitCode;
use zhijian_records::backup;
use zhijian_records::clock::{moment_of, shown};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 备份文件夹
    folder: PathBuf,
    /// 恢复到的时间，如 2026-01-31T18:00:00+08:00 或 2026-01-31（当日结束）；缺省为备份的最后
    #[arg(long, value_name = "时间")]
    to: Option<String>,
    /// 只恢复监测数据（记录已恢复而监测数据没有恢复完时），取最新的备份
    #[arg(long, conflicts_with = "to")]
    readings: bool,
    #[command(flatten)]
    key: KeySource,
}

/// Runs it.
///
/// # Errors
/// See [`backup::BackupError`].
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let to = args
        .to
        .as_deref()
        .map(|text| moment_of(text).with_context(|| format!("时间“{text}”应写作 2026-01-31T18:00:00+08:00 或 2026-01-31")))
        .transpose()?;
    let key = args.key.read()?;
    anyhow::ensure!(
        config.key.is_some() || config.key_command.is_some() || config.key_path().exists(),
        "请先放好与备份同一部署的数据密钥：{}（备份中不含密钥）",
        config.key_path().display()
    );
    let platform = Platform::open_unchecked(config).await?;
    if args.readings {
        let newest = backup::chains(&args.folder)?.pop().with_context(|| format!("{} 中没有完整的备份", args.folder.display()))?;
        let carried = crate::keeping::put_back(&platform, &args.folder, &key, &newest.name, newest.backups.len()).await?;
        let carried = carried.context("备份中没有监测数据")?;
        say(format!("监测数据：归档 {} 条，未归档 {} 条", carried.archived, carried.rows));
        return Ok(ExitCode::SUCCESS);
    }
    let done = backup::restore(&platform.door, &Platform::operator(), &platform.keys, &args.folder, &key, to, say).await?;
    let carried = crate::keeping::put_back(&platform, &args.folder, &key, &done.chain, done.backups).await;
    let carried = carried.context("记录已恢复，监测数据没有恢复完；处理后运行 zhijian restore --readings 补上")?;
    match carried {
        Some(carried) => say(format!("监测数据：归档 {} 条，未归档 {} 条", carried.archived, carried.rows)),
        None => say("备份中没有监测数据"),
    }
    say("重建指标事实表……");
    platform.lake.rebuild(platform.door.store.as_ref()).await?;
    say(format!(
        "恢复完成：备份链 {}（读取 {} 份），至第{}条审计记录（{}）；审计链与 {} 个记录版本核对通过。所有人须重新登录",
        done.chain,
        done.backups,
        done.seq,
        shown(done.at),
        done.verdict.revisions
    ));
    data(serde_json::to_string_pretty(&done.verdict)?)?;
    Ok(ExitCode::SUCCESS)
}
