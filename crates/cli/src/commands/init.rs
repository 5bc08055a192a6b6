//! `zhijian init`: data folder, key and database.

use super::say;
use crate::config::Config;
use crate::platform::Platform;
use anyhow::Result;
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 本单位所在地区（行政区划代码，如 130300）；不填时每次导入按县区名称推断
    #[arg(long)]
    region: Option<String>,
}

/// Runs it.
///
/// # Errors
/// Folder, key or database cannot be made.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    if let Some(region) = &args.region {
        platform.set_region(region).await?;
    }
    say(format!("已就绪：{}", platform.config.home.display()));
    say(format!("密钥文件：{}（请另行备份）", platform.config.key_path().display()));
    Ok(ExitCode::SUCCESS)
}
