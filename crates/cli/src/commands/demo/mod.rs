//! `zhijian demo`: the demo region from its workbooks and the years after them to the plan's table, then the service.

mod accounts;
mod history;
mod table;

use super::{data, import, say, serve};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
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
    /// 只载入工作簿（2020年），不续写以后各年
    #[arg(long)]
    no_history: bool,
    /// 续写到哪一年为止，最迟到今天；2020 同 --no-history
    #[arg(long, value_name = "年")]
    until: Option<i32>,
    /// 续写的随机种子：同一种子、规模和截止日得到同样的记录
    #[arg(long, default_value_t = 2020)]
    seed: u64,
    /// 续写的规模，1 约十三万条
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
}

/// Plan and region of the demo.
const PLAN: (&str, &str) = ("qinhuangdao", "130300");
const LOADED: &str = "demo";
/// Its value while only the workbooks are.
const PACK: &str = "pack";

/// Runs it.
///
/// # Errors
/// The workbooks cannot be read, or the store, lake or address cannot be used.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    anyhow::ensure!(args.scale > 0.0 && args.scale <= 20.0, "规模“{}”应在 0.01 与 20 之间", args.scale);
    let platform = Platform::open(config).await?;
    load(&platform, &args).await?;
    data(table::show(&platform, PLAN.0).await?)?;
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

/// Loads what is not there yet. What was cut short goes on where it stopped: the same rows again are duplicates.
async fn load(platform: &Platform, args: &Args) -> Result<()> {
    let store = &platform.door.store;
    let loaded = store.setting(LOADED).await?;
    if loaded.as_deref().is_some_and(|l| l != PACK) {
        return Ok(());
    }
    if loaded.is_none() {
        say("首次启动：载入演示地区（全部为合成数据）……");
        platform.set_region(PLAN.1).await?;
        let report = import::import(platform, std::slice::from_ref(&args.from), Some(PLAN.1), &Platform::operator()).await?;
        say(import::summary(&report));
        anyhow::ensure!(!report.cancelled, "已停止载入，再次启动时接着载入");
        store.set_setting(LOADED, PACK).await?;
    }
    let today = zhijian_kinds::dates::parse_iso(&platform.door.today()).context("今天的日期")?;
    let options = zhijian_demo::Options::new(args.seed, args.scale, args.until, today);
    if options.until > zhijian_demo::BASE && !args.no_history {
        history::load(platform, PLAN.1, options).await?;
    }
    accounts::put(platform).await?;
    store.set_setting(LOADED, "1").await?;
    Ok(())
}
