//! `zhijian rederive [KIND…]`: derived values of stored records under the present rules: the differences, and with `--apply` the revisions.

use super::{ReportFormat, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;
use zhijian_kinds::{Catalogue, Kind};
use zhijian_records::port::{Filter, Op};
use zhijian_records::read::{column, shown};
use zhijian_records::rederive::{self, Change, Difference, Order, Tally, Target};
use zhijian_records::{Door, DoorError};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 表单种类，如 measurement；不填时为全部有计算值的表单
    kinds: Vec<String>,
    /// 只列出差异，不写入（默认）
    #[arg(long, conflicts_with = "apply")]
    plan_only: bool,
    /// 写入差异：每条记录新增一版，历史保留
    #[arg(long)]
    apply: bool,
    /// 限定记录，如 factor=D001、sampled_on>=2024-01-01；可多次填写，须同时满足
    #[arg(long = "where", value_name = "条件")]
    conditions: Vec<String>,
    /// 重算原因，写入历史与审计
    #[arg(long, default_value = "规则或限值表变更，按事件日期有效的版本重算")]
    reason: String,
    /// 文字报告最多逐条列出的记录数（json 全部列出）
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// 报告格式
    #[arg(long, default_value = "text")]
    format: ReportFormat,
}

/// Runs it.
///
/// # Errors
/// Unknown kind or field, another run under way, the store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    let targets = targets(&platform.door.catalogue, &args)?;
    let mut report = Report::new(&platform.door, args.format, args.limit, std::io::BufWriter::new(std::io::stdout()));
    let operator = Platform::operator();
    // A closed pipe stops the listing, not the work that was ordered.
    let mut listing = Ok(());
    let tallies = if args.apply {
        let names: Vec<&str> = targets.iter().map(|t| t.kind.as_str()).collect();
        let input = format!("{} {}", names.join(","), args.conditions.join(" "));
        let order = Order { input: &input, reason: &args.reason, source: "console" };
        let seen = |differences: &[Difference]| {
            if listing.is_ok() {
                listing = report.list(differences);
            }
            true
        };
        rederive::apply(&platform.door, &operator, &targets, order, seen).await?
    } else {
        let seen = |differences: &[Difference]| {
            listing = report.list(differences);
            listing.is_ok()
        };
        rederive::plan(&platform.door, &operator, &targets, seen).await?
    };
    if args.apply {
        platform.refresh().await?;
    }
    listing?;
    report.finish(&tallies, args.apply)?;
    if !args.apply && tallies.iter().any(|t| t.changed + t.basis_only > 0) {
        say("以上仅为差异，未写入；加 --apply 写入");
    }
    Ok(ExitCode::SUCCESS)
}

/// Kinds with their filters.
fn targets(catalogue: &Catalogue, args: &Args) -> Result<Vec<Target>> {
    let conditions: Vec<(&str, Op, &str)> = args.conditions.iter().map(|c| condition(c)).collect::<Result<_>>()?;
    let filters = |kind: &Kind| -> Result<Vec<Filter>, DoorError> {
        conditions
            .iter()
            .map(|(field, op, value)| Ok(Filter { column: column(kind, field)?, op: *op, value: (*value).to_owned() }))
            .collect()
    };
    let mut out = Vec::new();
    if args.kinds.is_empty() {
        // Of all kinds those that have the fields asked for.
        for kind in catalogue.kinds.values().filter(|k| !k.derive.is_empty()) {
            if let Ok(filters) = filters(kind) {
                out.push(Target { kind: kind.kind.clone(), filters });
            }
        }
        anyhow::ensure!(!out.is_empty(), "没有表单同时具有条件中的字段");
        return Ok(out);
    }
    for name in &args.kinds {
        let kind = catalogue.kind(name).with_context(|| {
            let known: Vec<&str> = catalogue.kinds.values().filter(|k| !k.derive.is_empty()).map(|k| k.kind.as_str()).collect();
            format!("没有名为“{name}”的表单，有计算值的表单：{}", known.join("、"))
        })?;
        out.push(Target { kind: name.clone(), filters: filters(kind)? });
    }
    Ok(out)
}

fn condition(text: &str) -> Result<(&str, Op, &str)> {
    for (sign, op) in [(">=", Op::Gte), ("<=", Op::Lte), ("=", Op::Eq)] {
        if let Some((field, value)) = text.split_once(sign) {
            let (field, value) = (field.trim(), value.trim());
            anyhow::ensure!(!field.is_empty() && !value.is_empty(), "条件“{text}”应写作 字段=值、字段>=值 或 字段<=值");
            return Ok((field, op, value));
        }
    }
    anyhow::bail!("条件“{text}”应写作 字段=值、字段>=值 或 字段<=值")
}

/// The report as it is written: records as they come, counts at the end.
struct Report<'a, W> {
    door: &'a Door,
    format: ReportFormat,
    limit: usize,
    listed: usize,
    out: W,
}

impl<'a, W: Write> Report<'a, W> {
    fn new(door: &'a Door, format: ReportFormat, limit: usize, out: W) -> Self {
        Self { door, format, limit, listed: 0, out }
    }

    fn list(&mut self, differences: &[Difference]) -> Result<()> {
        for difference in differences {
            match self.format {
                ReportFormat::Json => {
                    self.out.write_all(if self.listed == 0 { b"{\"differences\":[\n" } else { b",\n" })?;
                    serde_json::to_writer(&mut self.out, difference)?;
                }
                ReportFormat::Text if self.listed < self.limit && !difference.changes.is_empty() => {
                    let line = self.line(difference);
                    writeln!(self.out, "{line}")?;
                }
                // The records whose basis alone differs are counted, not listed.
                ReportFormat::Text if difference.changes.is_empty() => continue,
                ReportFormat::Text => {}
            }
            self.listed += 1;
        }
        Ok(())
    }

    fn line(&self, difference: &Difference) -> String {
        let kind = self.door.catalogue.kind(&difference.kind);
        let word = |change: &Change, value: &Value| match kind.and_then(|k| k.field(&change.field)) {
            _ if value.is_null() => "（空）".to_owned(),
            Some(field) => shown(&self.door.catalogue, &field.ty, value),
            None => value.to_string(),
        };
        let changes: Vec<String> = difference
            .changes
            .iter()
            .map(|change| format!("{} {} → {}", change.title, word(change, &change.old), word(change, &change.new)))
            .collect();
        let refused = if difference.refused.is_empty() { String::new() } else { format!("（未写入：{}）", difference.refused) };
        format!("{} {} {}：{}{refused}", difference.kind, difference.id, difference.event_date, changes.join("；"))
    }

    fn finish(mut self, tallies: &[Tally], applied: bool) -> Result<()> {
        match self.format {
            ReportFormat::Json => {
                self.out.write_all(if self.listed == 0 { b"{\"differences\":[" } else { b"\n" })?;
                writeln!(self.out, "],\"applied\":{applied},\"kinds\":{}}}", json!(tallies))?;
            }
            ReportFormat::Text => {
                if self.listed > self.limit {
                    writeln!(self.out, "……另有 {} 条未列出（--limit 可调，--format json 全部列出）", self.listed - self.limit)?;
                }
                for tally in tallies {
                    write!(self.out, "{}", summary(tally, applied))?;
                }
            }
        }
        self.out.flush()?;
        Ok(())
    }
}

fn summary(tally: &Tally, applied: bool) -> String {
    let mut out = format!(
        "{}（{}）：检查 {} 条，数值有变 {}，仅计算依据有变 {}",
        tally.title, tally.kind, tally.records, tally.changed, tally.basis_only
    );
    if applied {
        out.push_str(&format!("；写入 {}", tally.written));
        if tally.stale > 0 {
            out.push_str(&format!("，期间被他人修改而跳过 {}", tally.stale));
        }
    }
    if tally.refused > 0 {
        out.push_str(&format!("，不符合定义而未写入 {}", tally.refused));
    }
    out.push('\n');
    let counted = |title: &str, counts: &std::collections::BTreeMap<String, u64>| {
        counts.iter().map(|(name, count)| format!("  {title}{name}：{count}\n")).collect::<String>()
    };
    out.push_str(&counted("", &tally.fields));
    out.push_str(&counted("变化 ", &tally.turns));
    out
}
