//! `zhijian template KIND`: the workbook that offices fill in.

use super::say;
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use std::process::ExitCode;
use zhijian_kinds::Catalogue;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 表单种类，如 employer
    kind: String,
    /// 写入文件；不填时以表单名称命名
    #[arg(long)]
    output: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// Unknown kind, the disk failed.
pub fn run(args: Args) -> Result<ExitCode> {
    let catalogue = Catalogue::embedded();
    let kind = catalogue.kind(&args.kind).with_context(|| {
        format!("没有名为“{}”的表单，可用的有：{}", args.kind, catalogue.kinds.keys().cloned().collect::<Vec<_>>().join("、"))
    })?;
    let bytes = zhijian_exchange::write::template(kind, &catalogue)?;
    let path = args.output.unwrap_or_else(|| PathBuf::from(format!("{}填报模板.xlsx", kind.title)));
    std::fs::write(&path, bytes).with_context(|| format!("无法写入 {}", path.display()))?;
    say(format!("已生成 {}", path.display()));
    Ok(ExitCode::SUCCESS)
}
