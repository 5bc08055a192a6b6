//! `zhijian export KIND`: all records of a kind, streamed.

use super::say;
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use zhijian_exchange::write::{ExportFormat, ExportOptions, Exporter};
use zhijian_records::port::Action;
use zhijian_records::read::ListRequest;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 表单种类，如 employer
    kind: String,
    /// 格式
    #[arg(long, default_value = "csv")]
    format: Format,
    /// 写入文件；不填时写到标准输出
    #[arg(long)]
    output: Option<PathBuf>,
    /// 导出加密字段的原文，须写明用途（记入审计）；不填时掩码
    #[arg(long)]
    purpose: Option<String>,
    /// 按此时刻的数据导出，如 2024-01-15
    #[arg(long)]
    known_at: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Xlsx,
    Csv,
    Json,
}

/// Rows read at a time.
const PAGE: u32 = 500;

/// Runs it.
///
/// # Errors
/// Unknown kind, the store or the disk failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    let kinds = &platform.door.catalogue.kinds;
    anyhow::ensure!(
        kinds.contains_key(&args.kind),
        "没有名为“{}”的表单，可用的有：{}",
        args.kind,
        kinds.keys().cloned().collect::<Vec<_>>().join("、")
    );
    let writer: Box<dyn Write + Send> = match &args.output {
        Some(path) => Box::new(BufWriter::new(std::fs::File::create(path).with_context(|| format!("无法写入 {}", path.display()))?)),
        None => Box::new(BufWriter::new(std::io::stdout())),
    };
    let rows = stream(&platform, &args, writer).await?;
    say(format!("已导出 {rows} 条"));
    Ok(ExitCode::SUCCESS)
}

async fn stream(platform: &Platform, args: &Args, writer: Box<dyn Write + Send>) -> Result<u64> {
    let door = &platform.door;
    let operator = Platform::operator();
    let kind = door.kind(&args.kind)?;
    let as_of = args
        .known_at
        .as_deref()
        .map(|d| zhijian_records::clock::start_of(d).with_context(|| format!("日期“{d}”应写作 2020-12-31")))
        .transpose()?;
    let purpose = args.purpose.clone().unwrap_or_default();
    door.note(
        &operator,
        Action::Export,
        &kind.kind,
        "",
        &format!("导出{}；{purpose}", if purpose.is_empty() { "（掩码）" } else { "（原文）" }),
        "console",
    )
    .await?;
    let format = match args.format {
        Format::Xlsx => ExportFormat::Xlsx,
        Format::Csv => ExportFormat::Csv,
        Format::Json => ExportFormat::JsonArray,
    };
    let first = ListRequest { limit: PAGE, sort: Some("id".into()), as_of, ..ListRequest::default() };
    // Columns named by a pattern (questions of a survey) must be known before the first row: one more pass for such kinds.
    let mut documents = Vec::new();
    if kind.fields.iter().any(|f| f.pivot.as_ref().is_some_and(|p| p.pattern.is_some())) {
        let mut request = first.clone();
        loop {
            let page = door.export_page(&operator, &kind.kind, &request, false).await?;
            documents.extend(page.rows.into_iter().map(|r| r.data));
            let Some(next) = page.next else { break };
            request.cursor = Some(next);
        }
    }
    let keys = zhijian_exchange::write::collect_keys(&kind, documents.iter());
    drop(documents);
    let mut request = first;
    let mut page = door.export_page(&operator, &kind.kind, &request, !purpose.is_empty()).await?;
    let options = ExportOptions { keys, ..ExportOptions::default() };
    let mut exporter = Exporter::new(&kind, &door.catalogue, format, &options, writer)?;
    loop {
        for row in &page.rows {
            exporter.push(&row.data)?;
        }
        let Some(next) = page.next else { break };
        request.cursor = Some(next);
        page = door.export_page(&operator, &kind.kind, &request, !purpose.is_empty()).await?;
    }
    let (summary, mut writer) = exporter.finish()?;
    writer.flush()?;
    Ok(summary.rows)
}
