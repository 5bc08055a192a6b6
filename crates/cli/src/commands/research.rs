//! `zhijian research`: tries a de-identified export, asks for its approval, writes an approved one.

use super::{data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use std::process::ExitCode;
use zhijian_exchange::write::{Cell, Table};
use zhijian_records::exports::Wanted;
use zhijian_records::research::{Outcome, Plan, offered, unsatisfied};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 检验方案：概括到哪一级、略去多少；不输出任何记录
    Check(Asked),
    /// 提交导出申请，由有审批权限的人在“导出审批”页批准
    Ask {
        #[command(flatten)]
        plan: Asked,
        /// 用途（记入审计）
        #[arg(long)]
        purpose: String,
        /// 理由（记入审计）
        #[arg(long)]
        reason: String,
    },
    /// 写出已批准的申请（CSV）
    Export {
        /// 申请编号
        request: String,
        /// 写入文件
        #[arg(long)]
        output: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
struct Asked {
    /// 表单种类，如 exam
    kind: String,
    /// 准标识符，用逗号分开：age、region、year 或字段名
    #[arg(long, value_delimiter = ',', required = true)]
    quasi: Vec<String>,
    /// 每种组合至少多少人；不填时按策略
    #[arg(long)]
    k: Option<u64>,
    /// 计算 l 多样性的字段
    #[arg(long)]
    sensitive: Option<String>,
    /// 导出的研究字段，用逗号分开
    #[arg(long, value_delimiter = ',')]
    columns: Vec<String>,
}

impl Asked {
    fn plan(self, platform: &Platform) -> Plan {
        let k = self.k.unwrap_or(platform.door.catalogue.roles.research.k);
        Plan { kind: self.kind, quasi: self.quasi, k, sensitive: self.sensitive, columns: self.columns }
    }
}

/// Runs it.
///
/// # Errors
/// Unknown fields, a plan that cannot be satisfied, a request that is not approved; the store or the disk failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    let (door, operator) = (&platform.door, Platform::operator());
    match args.command {
        Command::Check(asked) => {
            let plan = asked.plan(&platform);
            let outcome = tried(&platform, &plan).await?;
            data(serde_json::to_string_pretty(&outcome)?)?;
            if !outcome.satisfied {
                say(unsatisfied(&outcome, plan.k, door.catalogue.roles.research.suppressed));
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Ask { plan, purpose, reason } => {
            let plan = plan.plan(&platform);
            let outcome = tried(&platform, &plan).await?;
            anyhow::ensure!(outcome.satisfied, unsatisfied(&outcome, plan.k, door.catalogue.roles.research.suppressed));
            let wanted = Wanted {
                kind: plan.kind.clone(),
                format: "脱敏 csv".into(),
                conditions: format!("k={}，略去 {} 条", plan.k, outcome.suppressed),
                purpose,
                research: serde_json::to_string(&plan)?,
                ..Wanted::default()
            };
            // The office's own region says who approves.
            let caller = zhijian_records::Caller { region: platform.region().await?.unwrap_or_default(), ..operator };
            let request = door.ask_export(&caller, wanted, &reason).await?;
            data(&request.id)?;
            say("已提交，等待批准");
        }
        Command::Export { request, output } => {
            let (pass, request) = door.take_export(&operator, &request).await?;
            let plan: Plan = serde_json::from_str(&request.wanted.research).context("该申请不是脱敏导出")?;
            let (outcome, sheet) = door.research_sheet(&operator, &plan, &pass).await?;
            let mut text = String::from("\u{feff}");
            for row in std::iter::once(&sheet.head).chain(&sheet.rows) {
                text.push_str(&Table::line(row.iter().cloned().map(Cell::Text)));
            }
            std::fs::write(&output, text).with_context(|| format!("无法写入 {}", output.display()))?;
            say(format!("已写出 {} 行，略去 {} 条，最小组合 {} 人", sheet.rows.len(), outcome.suppressed, outcome.smallest));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn tried(platform: &Platform, plan: &Plan) -> Result<Outcome> {
    let kind = platform.door.kind(&plan.kind)?;
    let names: Vec<String> = offered(&kind).into_iter().map(|(name, title)| format!("{name}（{title}）")).collect();
    platform.door.research(&Platform::operator(), plan).await.with_context(|| format!("可用的准标识符：{}", names.join("、")))
}
