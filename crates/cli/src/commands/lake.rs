//! `zhijian lake`: the rebuildable fact tables.

use super::say;
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 把新写入的记录汇入事实表
    Refresh,
    /// 从记录重建全部事实表
    Rebuild,
    /// 监测数据：把已满 72 小时的整日写入归档，合并整月，移出超过保留天数的原始行
    Readings,
}

/// Runs it.
///
/// # Errors
/// The store or the lake failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    match args.command {
        Command::Refresh => platform.refresh().await?,
        Command::Readings => {
            let keeping = crate::keeping::Keeping::of(&platform).await?;
            let done = crate::keeping::run(&platform, &keeping).await?.context("另一进程正在归档监测数据")?;
            let catalog = keeping.archive.catalog();
            super::data(
                serde_json::json!({"done": done, "days": catalog.days.len(), "files": catalog.pieces().count(), "rows": catalog.rows()}),
            )?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Rebuild => {
            platform.lake.rebuild(platform.door.store.as_ref()).await?;
        }
    }
    say(format!("数据截至 {}", zhijian_records::clock::shown(platform.lake.stand())));
    Ok(ExitCode::SUCCESS)
}
