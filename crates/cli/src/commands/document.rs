//! `zhijian document`: what was issued, issuing, and is this file one of ours?

use super::{ReportFormat, data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use zhijian_documents::check::{Found, by_code, by_file};
use zhijian_documents::register::text;
use zhijian_documents::{KIND, Wanted};
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, clap::Subcommand)]
enum Deed {
    /// 已出具的文书，最新的在前
    List {
        /// 只列某一种，如 declaration_receipt
        #[arg(long)]
        document: Option<String>,
        /// 最多几份
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// 报告格式
        #[arg(long, value_enum, default_value = "text")]
        format: ReportFormat,
    },
    /// 由一条记录出具文书，写成 PDF 文件
    Issue {
        /// 表单种类，如 declaration
        kind: String,
        /// 记录号
        id: String,
        /// 文书，如 declaration_receipt
        document: String,
        /// 用途；文书含个人信息时必填（记入审计）
        #[arg(long, default_value = "")]
        purpose: String,
        /// 写入的文件
        #[arg(long)]
        output: PathBuf,
    },
    /// 核对：PDF 文件是否本平台出具、是否未被改动、是否已作废；也可给出校验码
    Verify {
        /// PDF 文件
        file: Option<PathBuf>,
        /// 校验码
        #[arg(long, conflicts_with = "file")]
        code: Option<String>,
    },
}

/// Runs it.
///
/// # Errors
/// The store, the layout or the disk failed; nothing was issued then.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    match args.deed {
        Deed::List { document, limit, format } => list(&platform, document, limit, format).await,
        Deed::Issue { kind, id, document, purpose, output } => {
            let wanted = Wanted {
                kind: &kind,
                id: &id,
                document: &document,
                purpose: &purpose,
                source: "console",
                site: &platform.config.public_url,
            };
            let issued = zhijian_documents::issue(&platform.door, &Platform::operator(), wanted).await?;
            std::fs::write(&output, &issued.file).with_context(|| format!("无法写入 {}", output.display()))?;
            say(format!("已出具《{}》，编号 {}，校验码 {}，写入 {}", issued.content.title, issued.number, issued.code, output.display()));
            Ok(ExitCode::SUCCESS)
        }
        Deed::Verify { file, code } => verify(&platform, file, code).await,
    }
}

async fn list(platform: &Platform, document: Option<String>, limit: u32, format: ReportFormat) -> Result<ExitCode> {
    let filters = document.map(|name| ("document".to_owned(), Op::Eq, name)).into_iter().collect();
    let request = ListRequest { filters, limit, ..ListRequest::default() };
    let page = platform.door.list(&Platform::operator(), KIND, &request).await?;
    for entry in &page.rows {
        let [number, title, day, code] = ["number", "document_title", "issued_on", "code"].map(|name| text(entry, name));
        match format {
            ReportFormat::Text => data(format!("{number}\t{title}\t{day}\t{code}\t{}", entry.state))?,
            ReportFormat::Json => {
                data(json!({"id": entry.id, "number": number, "title": title, "issued_on": day, "code": code, "status": entry.state}))?;
            }
        }
    }
    say(format!("共 {} 份", page.rows.len()));
    Ok(ExitCode::SUCCESS)
}

async fn verify(platform: &Platform, file: Option<PathBuf>, code: Option<String>) -> Result<ExitCode> {
    let found: Option<Found> = match (&file, &code) {
        (Some(path), _) => {
            let bytes = std::fs::read(path).with_context(|| format!("无法读取 {}", path.display()))?;
            by_file(&platform.door, &bytes).await?
        }
        (None, Some(code)) => by_code(&platform.door, code).await?,
        (None, None) => anyhow::bail!("请给出 PDF 文件，或 --code 校验码"),
    };
    match found {
        None => {
            say("未找到：不是本平台出具的文书，或内容被改动过（作废后重新下载的件带“已作废”字样，与出具时的文件不同）".to_owned());
            Ok(ExitCode::FAILURE)
        }
        Some(found) => {
            data(serde_json::to_value(&found)?)?;
            say(if found.voided { "本平台出具，已作废".to_owned() } else { "本平台出具，有效".to_owned() });
            Ok(if found.voided { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
    }
}
