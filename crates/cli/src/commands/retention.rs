//! `zhijian retention`: what is due, erasure, legal holds.

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
    /// 列出保存期满的记录
    Due {
        /// 只看一类表单
        #[arg(long)]
        kind: Option<String>,
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 删除保存期满记录的个人信息（保全中的除外）；公开内容保留供统计，审计链保持可验证
    Run {
        /// 只看一类表单
        #[arg(long)]
        kind: Option<String>,
        /// 只计数，不删除
        #[arg(long)]
        dry_run: bool,
        /// 删除依据（记入审计）
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// 保全一条记录：到期也不删除
    Hold {
        /// 表单种类
        kind: String,
        /// 记录号
        id: String,
        /// 原因（记入审计）
        #[arg(long)]
        reason: String,
    },
    /// 解除保全
    Lift {
        /// 表单种类
        kind: String,
        /// 记录号
        id: String,
        /// 原因（记入审计）
        #[arg(long)]
        reason: String,
    },
}

/// Runs it.
///
/// # Errors
/// Unknown record, no reason, or the store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    let (door, operator) = (&platform.door, Platform::operator());
    let named = |kind: &Option<String>| match kind {
        Some(kind) if !door.catalogue.retention.contains_key(kind) => anyhow::bail!("“{kind}”没有保存期限规则（definitions/retention）"),
        _ => Ok(()),
    };
    match args.command {
        Command::Due { kind, json } => {
            named(&kind)?;
            let due = door.due(&operator, kind.as_deref(), usize::MAX).await?;
            if json {
                data(serde_json::to_string_pretty(&due)?)?;
            } else {
                for record in &due {
                    let hold = record.hold.as_ref().map(|h| format!("  保全：{}", h.reason)).unwrap_or_default();
                    data(format!("{}  {}  {}  自 {} 保存至 {}{hold}", record.kind, record.id, record.region, record.from, record.until))?;
                }
                say(format!("保存期满 {} 条", due.len()));
            }
        }
        Command::Run { kind, dry_run, reason } => {
            named(&kind)?;
            let done = door.erase_due(&operator, kind.as_deref(), dry_run, &reason).await?;
            let word = if dry_run { "将删除" } else { "已删除" };
            let erased = if dry_run { done.due - done.held } else { done.erased };
            say(format!("保存期满 {} 条，保全中 {} 条，{word}个人信息 {erased} 条", done.due, done.held));
        }
        Command::Hold { kind, id, reason } => {
            door.hold(&operator, &kind, &id, &reason).await?;
            say("已保全");
        }
        Command::Lift { kind, id, reason } => {
            door.lift(&operator, &kind, &id, &reason).await?;
            say("已解除保全");
        }
    }
    Ok(ExitCode::SUCCESS)
}
