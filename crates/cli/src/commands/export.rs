//! `zhijian export KIND`: all records of a kind, streamed.

use super::say;
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use zhijian_exchange::write::{ExportFormat, ExportOptions, Exporter, Mark};
use zhijian_records::exports::Wanted;
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
    let format = match args.format {
        Format::Xlsx => ExportFormat::Xlsx,
        Format::Csv => ExportFormat::Csv,
        Format::Json => ExportFormat::JsonArray,
    };
    let wanted = Wanted {
        kind: kind.kind.clone(),
        request: ListRequest { sort: Some("id".into()), as_of, ..ListRequest::default() },
        full: !purpose.is_empty(),
        format: format.ending().trim_start_matches('.').to_owned(),
        conditions: args.known_at.clone().map_or_else(|| "全部".into(), |day| format!("{day} 时的数据")),
        purpose: if purpose.is_empty() { "（掩码）".into() } else { purpose.clone() },
        research: String::new(),
        listed: String::new(),
    };
    let pass = door.free_export(&operator, &wanted, "console").await?;
    // Columns named by a pattern (questions of a survey) must be known before the first row: one more pass for such kinds.
    let mut documents = Vec::new();
    if kind.fields.iter().any(|f| f.pivot.as_ref().is_some_and(|p| p.pattern.is_some())) {
        let mut cursor = None;
        loop {
            let page = door.export_page(&operator, &pass, cursor, PAGE).await?;
            documents.extend(page.rows.into_iter().map(|r| r.data));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    let keys = zhijian_exchange::write::collect_keys(&kind, documents.iter());
    drop(documents);
    let mut page = door.export_page(&operator, &pass, None, PAGE).await?;
    let mark = Mark {
        who: format!("{}（{}）", operator.name, operator.login),
        when: zhijian_records::clock::shown(door.now()),
        purpose: wanted.purpose.clone(),
        id: pass.id().to_owned(),
        whole: pass.full(),
    };
    let options = ExportOptions { keys, mark: Some(mark), ..ExportOptions::default() };
    let mut exporter = Exporter::new(&kind, &door.catalogue, format, &options, writer)?;
    loop {
        for row in &page.rows {
            exporter.push(&row.data)?;
        }
        let Some(next) = page.next else { break };
        page = door.export_page(&operator, &pass, Some(next), PAGE).await?;
    }
    let (summary, mut writer) = exporter.finish()?;
    writer.flush()?;
    Ok(summary.rows)
}
