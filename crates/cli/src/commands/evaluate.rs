//! `zhijian evaluate`: the plan's table.

use super::say;
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use zhijian_exchange::write::{Cell, Table};
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
        Format::Csv => emit(args.output.as_ref(), table(String::new(), &lines).csv().as_bytes())?,
        Format::Xlsx => {
            let path = args.output.as_ref().context("xlsx 格式请用 --output 指定文件")?;
            let title = format!("{} {} 年指标", platform.door.catalogue.plans.get(&args.plan).map_or("", |p| p.title.as_str()), args.year);
            emit(Some(path), &table(title, &lines).xlsx()?)?;
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

/// Headings with the widths of their columns in a workbook.
const HEAD: [(&str, u16); 10] = [
    ("指标", 10),
    ("名称", 44),
    ("分子", 12),
    ("分母", 12),
    ("值", 12),
    ("2020年基线", 16),
    ("目标", 14),
    ("2023年目标", 14),
    ("2025年目标", 14),
    ("状态", 10),
];

impl Line {
    /// Code of the indicator.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.indicator
    }

    /// Name in the plan.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.name
    }

    /// The value as people read it.
    #[must_use]
    pub fn value(&self) -> String {
        self.answer.display.clone()
    }

    /// Anything was counted for it.
    #[must_use]
    pub fn counted(&self) -> bool {
        self.answer.numerator.unwrap_or(0.0) > 0.0
    }

    /// The plan's target for a year: that of 2023, or that of its end.
    #[must_use]
    pub fn target_of(&self, year: i32) -> String {
        match if year == 2023 { &self.target_2023 } else { &self.target_2025 } {
            Some(Value::String(words)) => words.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }

    /// The traffic light in words.
    #[must_use]
    pub fn standing(&self) -> String {
        self.status.word().to_owned()
    }

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

    fn cells(&self) -> Vec<Cell> {
        let word = |value: &Option<Value>| match value {
            None => Cell::from(""),
            Some(Value::String(words)) => Cell::from(words),
            Some(other) => other.as_f64().map_or_else(|| Cell::from(other.to_string()), Cell::Number),
        };
        vec![
            Cell::from(&self.indicator),
            Cell::from(&self.name),
            Cell::number(self.answer.numerator),
            Cell::number(self.answer.denominator),
            Cell::from(&self.answer.display),
            word(&self.baseline),
            word(&self.target),
            word(&self.target_2023),
            word(&self.target_2025),
            Cell::from(self.status.word()),
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

fn table(title: String, lines: &[Line]) -> Table {
    Table { title, columns: HEAD.to_vec(), rows: lines.iter().map(Line::cells).collect(), notes: Vec::new() }
}

/// The table for a terminal, Chinese characters two columns wide.
#[must_use]
pub fn text(lines: &[Line]) -> String {
    let rows: Vec<Vec<String>> = std::iter::once(HEAD.map(|(name, _)| name.to_owned()).to_vec())
        .chain(lines.iter().map(|line| line.cells().iter().map(Cell::shown).collect()))
        .collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str) -> Line {
        let answer = Answer {
            indicator: "I-02".into(),
            numerator: Some(1554.0),
            denominator: Some(1786.0),
            value: Some(87.01),
            interval: None,
            display: "87.01 %".into(),
            state: None,
            amount: None,
            change: None,
            units: 1786,
            stand: 0,
            notes: Vec::new(),
        };
        Line {
            indicator: "I-02".into(),
            name: name.into(),
            answer,
            baseline: Some(json!(87.01)),
            target: Some(json!("稳步提升")),
            target_2023: None,
            target_2025: Some(json!(90)),
            status: Status::Near,
        }
    }

    #[test]
    fn a_name_from_a_definition_cannot_run_as_a_formula() {
        let csv = table(String::new(), &[line("=HYPERLINK(\"x\")"), line("申报率")]).csv();
        let rows: Vec<&str> = csv.lines().skip(1).collect();
        assert_eq!(rows[0], "I-02,\"'=HYPERLINK(\"\"x\"\")\",1554,1786,87.01 %,87.01,稳步提升,,90,接近");
        assert_eq!(rows[1], "I-02,申报率,1554,1786,87.01 %,87.01,稳步提升,,90,接近");
    }

    #[test]
    fn a_terminal_shows_names_as_they_are() {
        assert!(text(&[line("=1+1")]).contains("=1+1") && !text(&[line("=1+1")]).contains("'=1+1"));
    }
}
