//! `zhijian react`: what records set off elsewhere, caught up once.

use super::{ReportFormat, data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Result, bail};
use serde_json::json;
use std::process::ExitCode;
use zhijian_records::reactions::{HORIZON, Reactor};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 报告格式
    #[arg(long, value_enum, default_value = "text")]
    format: ReportFormat,
    /// 先设定：事件日期距入库日超过多少天的记录不再引起联动（默认 400）
    #[arg(long, value_name = "天数")]
    horizon: Option<u32>,
    /// 把以往的全部记录再过一遍（如放宽天数之后）；已有的任务单等不变
    #[arg(long)]
    again: bool,
}

/// Runs it.
///
/// # Errors
/// The store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    if let Some(days) = args.horizon {
        platform.door.set(&Platform::operator(), HORIZON, &days.to_string(), "console").await?;
    }
    let reactor = Reactor::new(platform.door.clone());
    let done = if args.again { reactor.again().await? } else { reactor.catch_up().await? };
    let Some(tally) = done else {
        bail!("另一个进程（如正在运行的服务）正在处理联动，请稍后再试");
    };
    match args.format {
        ReportFormat::Text => say(format!("联动已处理：生成 {}，撤回 {}，未能生成 {}", tally.made, tally.taken_back, tally.refused)),
        ReportFormat::Json => data(json!({"made": tally.made, "taken_back": tally.taken_back, "refused": tally.refused}))?,
    }
    Ok(ExitCode::SUCCESS)
}
