//! `zhijian check [DIR]`: faults of definition files, one a line: file:line: what is wrong.

use super::{data, say};
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use std::process::ExitCode;
use zhijian_kinds::{Catalogue, catalogue};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 定义文件夹；不填时检查程序自带的定义
    dir: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// The folder cannot be read.
pub fn run(args: Args) -> Result<ExitCode> {
    let files = match &args.dir {
        Some(dir) => catalogue::folder_files(dir).with_context(|| format!("无法读取 {}", dir.display()))?,
        None => catalogue::embedded_files(),
    };
    anyhow::ensure!(!files.is_empty(), "没有找到定义文件（*.yaml、*.csv）");
    let (loaded, mut faults) = Catalogue::load(&files);
    faults.extend(zhijian_records::examples::faults(&loaded));
    for fault in &faults {
        data(fault)?;
    }
    if faults.is_empty() {
        say(format!(
            "定义无误：{} 类表单，{} 张代码表，{} 项指标，{} 张统计表，{} 块看板，{} 个图层，{} 个规划",
            loaded.kinds.len(),
            loaded.codes.len(),
            loaded.indicators.len(),
            loaded.tables.len(),
            loaded.boards.len(),
            loaded.layers.len(),
            loaded.plans.len()
        ));
        Ok(ExitCode::SUCCESS)
    } else {
        say(format!("发现 {} 处问题", faults.len()));
        Ok(ExitCode::FAILURE)
    }
}
