//! `zhijian demo`: the demo region from its workbooks to the plan's table, then the service.

mod accounts;

use super::{data, evaluate, import, say, serve};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 演示地区的工作簿文件夹
    #[arg(long, default_value = "demo/qinhuangdao-2020")]
    from: PathBuf,
    /// 监听地址
    #[arg(long)]
    listen: Option<String>,
    /// 只载入并打印指标表，不启动服务
    #[arg(long)]
    load_only: bool,
}

/// Plan and year of the demo region.
const PLAN: (&str, i32, &str) = ("qinhuangdao", 2020, "130300");

/// Runs it.
///
/// # Errors
/// The workbooks cannot be read, or the store, lake or address cannot be used.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    if platform.door.store.setting("demo").await?.is_none() {
        say("首次启动：载入演示地区（全部为合成数据）……");
        platform.set_region(PLAN.2).await?;
        let report = import::import(&platform, std::slice::from_ref(&args.from), Some(PLAN.2), &Platform::operator()).await?;
        say(import::summary(&report));
        accounts::put(&platform).await?;
        platform.door.store.set_setting("demo", "1").await?;
    }
    let lines = evaluate::lines(&platform, PLAN.0, PLAN.1, None, None).await?;
    data(format!("秦皇岛市职业病防治规划 {} 年指标（演示数据，均为合成）", PLAN.1))?;
    data(evaluate::text(&lines))?;
    if args.load_only {
        return Ok(ExitCode::SUCCESS);
    }
    let listen = args.listen.unwrap_or_else(|| platform.config.listen.clone());
    data(format!("演示账号（密码均为 {}）：", accounts::PASSWORD))?;
    for (login, name) in accounts::names() {
        data(format!("  {login:<12} {name}"))?;
    }
    serve::listen(platform, &listen, true).await
}
