//! `zhijian lake`: the rebuildable fact tables.

use super::say;
use crate::config::Config;
use crate::platform::Platform;
use anyhow::Result;
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
}

/// Runs it.
///
/// # Errors
/// The store or the lake failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    match args.command {
        Command::Refresh => platform.refresh().await?,
        Command::Rebuild => {
            platform.lake.rebuild(platform.door.store.as_ref()).await?;
        }
    }
    say(format!("数据截至 {}", zhijian_records::clock::shown(platform.lake.stand())));
    Ok(ExitCode::SUCCESS)
}
