//! `zhijian evaluate`: the plan's table.

use super::say;
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use zhijian_kinds::dates;
use zhijian_lake::{Answer, PlanRow, Status};
use zhijian_records::port::Scope;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 规划：qinhuangdao、wanzhou、jinnan、xinyang、baisha
    #[arg(long)]
    plan: String,
    /// 年度
    #[arg(long)]
    year: i32,
    /// 统计截止日（默认为当年12月31日），如 2020-06-30
    #[arg(long)]
    as_of: Option<String>,
    /// 按此时刻之前已入库的数据重算（复现当时的结果），如 2024-01-15
    #[arg(long)]
    known_at: Option<String>,
    /// 输出格式
    #[arg(long, default_value = "text")]
    format: Format,
    /// 写入文件（xlsx 必填）
    #[arg(long)]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
    Xlsx,
}

/// One line of the table.
pub struct Line {
    indicator: String,
    name: String,
    answer: Answer,
    baseline: Option<Value>,
    target: Option<Value>,
    target_2023: Option<Value>,
    target_2025: Option<Value>,
    status: Status,
}

/// Runs it.
///
/// # Errors
/// Unknown plan, unreadable date, a year of which nothing is known.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    let lines = lines(&platform, &args.plan, args.year, args.as_of.as_deref(), args.known_at.as_deref()).await?;
    match args.format {
        Format::Text => emit(args.output.as_ref(), text(&lines).as_bytes())?,
        Format::Json => emit(
            args.output.as_ref(),
            (serde_json::to_string_pretty(&lines.iter().map(Line::json).collect::<Vec<_>>())? + "\n").as_bytes(),
        )?,
        Format::Csv => emit(args.output.as_ref(), csv(&lines).as_bytes())?,
        Format::Xlsx => {
            let path = args.output.as_ref().context("xlsx 格式请用 --output 指定文件")?;
            let title = format!("{} {} 年指标", platform.door.catalogue.plans.get(&args.plan).map_or("", |p| p.title.as_str()), args.year);
            let rows: Vec<Vec<String>> = lines.iter().map(Line::cells).collect();
            emit(Some(path), &zhijian_exchange::write::table(&title, &HEAD, &rows)?)?;
        }
    }
    // A capability of an empty region is 0 of 1, so nothing counted anywhere means that nothing is known.
    if lines.iter().all(|l| l.answer.numerator.unwrap_or(0.0) == 0.0) {
        say(format!("{} 年没有任何数据，请先导入该年度的材料", args.year));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The lines of a plan's table, parts after their row.
///
/// # Errors
/// As [`run`].
pub async fn lines(platform: &Platform, plan: &str, year: i32, as_of: Option<&str>, known_at: Option<&str>) -> Result<Vec<Line>> {
    let plans = &platform.door.catalogue.plans;
    let plan = plans
        .get(plan)
        .with_context(|| format!("没有名为“{plan}”的规划，可用的有：{}", plans.keys().cloned().collect::<Vec<_>>().join("、")))?;
    anyhow::ensure!((1990..=2100).contains(&year), "年度“{year}”应为四位年份");
    let as_of = as_of.map(|d| dates::parse_iso(d).with_context(|| format!("日期“{d}”应写作 2020-12-31"))).transpose()?;
    let known_at =
        known_at.map(|d| zhijian_records::clock::start_of(d).with_context(|| format!("日期“{d}”应写作 2020-12-31"))).transpose()?;
    platform.refresh().await?;
    let rows = platform.evaluator.evaluate_plan(plan, year, as_of, known_at, &Scope { all: true, ..Scope::default() }).await?;
    Ok(rows.into_iter().flat_map(split).collect())
}

fn split(row: PlanRow) -> Vec<Line> {
    let mut out = vec![];
    let line = |indicator: String, name: String, answer: Answer, status: Status| Line {
        indicator,
        name,
        answer,
        baseline: row.baseline.clone(),
        target: row.target.clone(),
        target_2023: row.target_2023.clone(),
        target_2025: row.target_2025.clone(),
        status,
    };
    out.push(line(row.indicator.clone(), row.name.clone(), row.answer.clone(), row.status));
    for part in &row.parts {
        out.push(line(part.answer.indicator.clone(), part.name.clone(), part.answer.clone(), part.status));
    }
    out
}

const HEAD: [&str; 10] = ["指标", "名称", "分子", "分母", "值", "2020年基线", "目标", "2023年目标", "2025年目标", "状态"];

impl Line {
    fn json(&self) -> Value {
        let value = match (self.answer.value, self.answer.state) {
            (_, Some(_)) => json!(self.answer.display),
            (Some(value), None) => number(value),
            (None, None) => Value::Null,
        };
        json!({
            "indicator": self.indicator,
            "name": self.name,
            "numerator": self.answer.numerator.map_or(Value::Null, number),
            "denominator": self.answer.denominator.map_or(Value::Null, number),
            "value": value,
            "display": self.answer.display,
            "interval": self.answer.interval,
            "baseline": self.baseline,
            "target": self.target,
            "target_2023": self.target_2023,
            "target_2025": self.target_2025,
            "status": self.status,
            "stand": zhijian_records::clock::shown(self.answer.stand),
        })
    }

    fn cells(&self) -> Vec<String> {
        let whole = |n: Option<f64>| n.map_or(String::new(), zhijian_kinds::text::number_text);
        let word = |v: &Option<Value>| v.as_ref().map_or(String::new(), |v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
        vec![
            self.indicator.clone(),
            self.name.clone(),
            whole(self.answer.numerator),
            whole(self.answer.denominator),
            self.answer.display.clone(),
            word(&self.baseline),
            word(&self.target),
            word(&self.target_2023),
            word(&self.target_2025),
            self.status.word().to_owned(),
        ]
    }
}

/// Whole numbers without a decimal point.
fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

fn emit(path: Option<&PathBuf>, bytes: &[u8]) -> Result<()> {
    match path {
        Some(path) => std::fs::write(path, bytes).with_context(|| format!("无法写入 {}", path.display())),
        None => Ok(std::io::stdout().lock().write_all(bytes)?),
    }
}

fn csv(lines: &[Line]) -> String {
    let quote = |cell: &String| if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() };
    let mut out = format!("\u{feff}{}\r\n", HEAD.join(","));
    for line in lines {
        out.push_str(&line.cells().iter().map(quote).collect::<Vec<_>>().join(","));
        out.push_str("\r\n");
    }
    out
}

/// The table for a terminal, Chinese characters two columns wide.
#[must_use]
pub fn text(lines: &[Line]) -> String {
    let rows: Vec<Vec<String>> = std::iter::once(HEAD.map(str::to_owned).to_vec()).chain(lines.iter().map(Line::cells)).collect();
    let widths: Vec<usize> = (0..HEAD.len()).map(|i| rows.iter().map(|r| width(&r[i])).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in &rows {
        for (i, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[i] - width(cell));
            if matches!(i, 2..=4) { out.push_str(&format!("{pad}{cell}  ")) } else { out.push_str(&format!("{cell}{pad}  ")) }
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

fn width(text: &str) -> usize {
    text.chars().map(|c| if c as u32 >= 0x2E80 || matches!(c, '“' | '”' | '—') { 2 } else { 1 }).sum()
}
