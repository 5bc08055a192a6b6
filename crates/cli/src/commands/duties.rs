//! `zhijian duties`: open duties, computed from records and rules.

use super::{ReportFormat, data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::Result;
use serde_json::json;
use std::process::ExitCode;
use zhijian_records::duties::{Ask, Clerk};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 各类应办事项的数量：逾期、临期、未到期、中止
    Count {
        /// 报告格式
        #[arg(long, value_enum, default_value = "text")]
        format: ReportFormat,
    },
    /// 按到期日列出应办事项，每行一个 JSON 对象
    List {
        /// 事项，如 exam_case_report；不填为全部
        #[arg(long)]
        duty: Option<String>,
        /// 最迟到期日
        #[arg(long)]
        until: Option<String>,
        /// 最多列出的数目
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// 按现行规则从记录重算全部应办事项
    Rebuild,
}

/// Runs it.
///
/// # Errors
/// The store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    let clerk = Clerk::new(platform.door.clone());
    let caller = Platform::operator();
    match args.command {
        Command::Count { format } => {
            clerk.catch_up().await?;
            let duties = &platform.door.catalogue.duties;
            for count in platform.door.duty_counts(&caller, Ask::default()).await? {
                let title = duties.get(&count.duty).map_or("", |d| d.title.as_str());
                match format {
                    ReportFormat::Text => data(format!(
                        "{title}（{}）：逾期 {}，临期 {}，未到期 {}，中止 {}",
                        count.duty, count.overdue, count.soon, count.later, count.paused
                    ))?,
                    ReportFormat::Json => data(json!({
                        "duty": count.duty, "title": title, "overdue": count.overdue, "soon": count.soon, "later": count.later, "paused": count.paused
                    }))?,
                }
            }
        }
        Command::List { duty, until, limit } => {
            clerk.catch_up().await?;
            for row in platform.door.duties(&caller, Ask { duty, until, limit, ..Ask::default() }).await? {
                data(json!({
                    "duty": row.duty, "kind": row.kind, "id": row.id, "region": row.region, "since": row.since, "due_on": row.due_on,
                    "warn_on": row.warn_on, "paused": row.paused, "doubtful": row.doubtful
                }))?;
            }
        }
        Command::Rebuild => {
            clerk.renew().await?;
            say("应办事项已重算");
        }
    }
    Ok(ExitCode::SUCCESS)
}
