//! `zhijian audit verify`: proves the chain against the records.

use super::{data, say};
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
    /// 逐条核对审计链与记录内容，输出链头摘要
    Verify {
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
}

/// Runs it.
///
/// # Errors
/// The store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    let Command::Verify { json } = args.command;
    let mut verdict = zhijian_records::verify::chain(platform.door.store.as_ref()).await?;
    // The chain covers commitments; that the sealed values are what was committed to needs the keys.
    verdict.faults.extend(zhijian_records::sealed::verify(&platform.door).await?.faults);
    if json {
        data(serde_json::to_string_pretty(&verdict)?)?;
    } else {
        data(format!("审计记录 {} 条，记录版本 {} 个，链头 {}", verdict.lines, verdict.revisions, verdict.head))?;
    }
    for fault in &verdict.faults {
        say(fault);
    }
    Ok(if verdict.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
