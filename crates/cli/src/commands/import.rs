//! `zhijian import PATH…`: workbooks into records, every row with its end.

use super::{ReportFormat, data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use zhijian_exchange::import::{Options, Progress, Report, collect};
use zhijian_records::Caller;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 工作簿或文件夹
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// 报告格式
    #[arg(long, default_value = "text")]
    format: ReportFormat,
    /// 报送单位所在地区（行政区划代码）；不填时用配置的地区，否则按县区名称推断
    #[arg(long)]
    region: Option<String>,
    /// 指定表单种类（表头无法识别时）
    #[arg(long)]
    kind: Option<String>,
    /// 把标注了问题的工作簿写到这个文件夹
    #[arg(long)]
    marked: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// A path that cannot be read, the store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    let region = match &args.region {
        Some(region) => {
            anyhow::ensure!(platform.door.catalogue.regions.get(region).is_some(), "区划代码“{region}”不存在");
            Some(region.clone())
        }
        None => platform.region().await?,
    };
    if let Some(kind) = &args.kind {
        let kinds = &platform.door.catalogue.kinds;
        anyhow::ensure!(
            kinds.contains_key(kind),
            "没有名为“{kind}”的表单，可用的有：{}",
            kinds.keys().cloned().collect::<Vec<_>>().join("、")
        );
    }
    let report = import_kind(&platform, &args.paths, region.as_deref(), args.kind.clone(), &Platform::operator()).await?;
    if let Some(folder) = &args.marked {
        marked(&report, &args.paths, folder)?;
    }
    match args.format {
        ReportFormat::Json => data(serde_json::to_string_pretty(&report)?)?,
        ReportFormat::Text => data(summary(&report))?,
    }
    platform.refresh().await?;
    Ok(if report.complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Imports paths with progress on stderr; Ctrl+C stops after the chunk under way.
///
/// # Errors
/// As [`run`].
pub async fn import(platform: &Platform, paths: &[PathBuf], region: Option<&str>, caller: &Caller) -> Result<Report> {
    import_kind(platform, paths, region, None, caller).await
}

async fn import_kind(
    platform: &Platform,
    paths: &[PathBuf],
    region: Option<&str>,
    kind: Option<String>,
    caller: &Caller,
) -> Result<Report> {
    for path in paths {
        anyhow::ensure!(path.exists(), "找不到 {}", path.display());
    }
    let (files, left_out) = collect(paths).context("无法读取要导入的文件")?;
    anyhow::ensure!(!files.is_empty(), "没有找到可导入的文件（xlsx、xls、csv）");
    static CANCEL: AtomicBool = AtomicBool::new(false);
    let watch = tokio::spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            CANCEL.store(true, Ordering::Relaxed);
        }
    });
    let options = Options { region: region.map(str::to_owned), kind, login: caller.login.clone(), left_out, ..Options::default() };
    let shown = Shown::new();
    let report = zhijian_exchange::import::import(&platform.door, caller, &files, &options, &|p| shown.show(&p), &CANCEL).await;
    watch.abort();
    Ok(report?)
}

/// Progress on stderr: at most one line a second when nobody watches.
struct Shown {
    terminal: bool,
    last: Mutex<Option<Instant>>,
}

impl Shown {
    fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), last: Mutex::new(None) }
    }

    fn show(&self, progress: &Progress) {
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let pause = Duration::from_millis(if self.terminal { 200 } else { 1_000 });
        if last.is_some_and(|l| l.elapsed() < pause) {
            return;
        }
        *last = Some(Instant::now());
        match progress {
            Progress::Waiting => say("另一个导入正在进行，等待其结束……"),
            Progress::Resumed => say("继续上次中断的导入"),
            Progress::Rows { file, sheet, kind, rows, tables } => {
                let sheet = if sheet.is_empty() { String::new() } else { format!("·{sheet}") };
                say(format!("[{}/{}] {file}{sheet}（{kind}）{rows} 行", tables.0 + 1, tables.1));
            }
        }
    }
}

/// The sender's workbooks back, with marks.
fn marked(report: &Report, paths: &[PathBuf], folder: &PathBuf) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("无法建立 {}", folder.display()))?;
    let (files, _) = collect(paths)?;
    for (file, result) in files.iter().zip(&report.files) {
        if result.error.is_some() || result.findings.is_empty() {
            continue;
        }
        let source = zhijian_exchange::read::open(&file.name, file.path.as_path())?;
        let bytes = zhijian_exchange::write::mark(&source, &result.findings)?;
        let stem = std::path::Path::new(&file.name).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let path = folder.join(format!("{stem}_标注.xlsx"));
        std::fs::write(&path, bytes).with_context(|| format!("无法写入 {}", path.display()))?;
    }
    Ok(())
}

/// The report for a person.
#[must_use]
pub fn summary(report: &Report) -> String {
    let mut out = String::new();
    for file in &report.files {
        for sheet in &file.sheets {
            let name = if sheet.sheet.is_empty() { file.file.clone() } else { format!("{}·{}", file.file, sheet.sheet) };
            match (&sheet.error, &sheet.skipped, &sheet.kind_title) {
                (Some(error), _, _) => out.push_str(&format!("{name}：{error}\n")),
                (None, Some(why), _) => out.push_str(&format!("{name}：{why}\n")),
                (None, None, kind) => out.push_str(&counts(&name, &sheet.counts, kind.as_deref().unwrap_or(""))),
            }
        }
        match &file.error {
            Some(error) => out.push_str(&format!("{}：{error}\n", file.file)),
            None if file.sheets.is_empty() => out.push_str(&format!("{}：空文件，按零报告处理\n", file.file)),
            None => {}
        }
    }
    if !report.left_out.is_empty() {
        out.push_str(&format!("不是工作簿、未读取：{}\n", report.left_out.join("、")));
    }
    let t = &report.totals;
    out.push_str(&format!("合计：读取 {}，接收 {}，重复 {}，拒收 {}", t.rows_read, t.accepted, t.duplicates, t.rejected));
    if report.cancelled {
        out.push_str("（已取消，未读完）");
    }
    out
}

/// One line of counts.
fn counts(name: &str, c: &zhijian_exchange::import::Counts, kind: &str) -> String {
    let mut out = format!(
        "{name}（{kind}）：读取 {}，接收 {}（其中提示 {}、规范 {}），重复 {}，拒收 {}",
        c.rows_read, c.accepted, c.warned, c.repaired, c.duplicates, c.rejected
    );
    if !c.rejected_by.is_empty() {
        let classes: Vec<String> = c.rejected_by.iter().map(|(k, n)| format!("{k} {n}")).collect();
        out.push_str(&format!("（{}）", classes.join("、")));
    }
    out.push('\n');
    out
}
