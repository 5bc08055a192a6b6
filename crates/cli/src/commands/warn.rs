//! `zhijian warn`: early warnings at the console.

use super::{ReportFormat, data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;
use zhijian_kinds::dates::parse_iso;
use zhijian_kinds::warning::{Level, Thresholds, Warning};
use zhijian_lake::warnings::Rules;
use zhijian_records::warnings::backtest::{self, Asked};
use zhijian_records::warnings::{Facts as _, Round, Watch};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 列出预警规则及其是否可用
    Rules,
    /// 补处理一次：记录引起的信号、到时的扫描、推送
    Run,
    /// 按某一天重新扫描查询类和期限类规则（不管上次何时扫描）
    Scan {
        /// 哪一天，默认今天
        #[arg(long, value_name = "日期")]
        as_of: Option<String>,
        /// 只扫描一条规则
        #[arg(long, value_name = "EW-nn")]
        rule: Option<String>,
    },
    /// 查询类规则在某一天给出的各行（不写入）
    Rows {
        /// 规则，如 EW-11；或规则文件的路径（试用尚未随程序发布的规则）
        rule: String,
        /// 哪一天，默认今天
        #[arg(long, value_name = "日期")]
        as_of: Option<String>,
    },
    /// 回测：一条规则在历史上按月会触发多少，不写入
    Backtest {
        /// 规则，如 EW-11；或规则文件的路径
        rule: String,
        /// 起始月份
        #[arg(long, value_name = "2018-01")]
        from: String,
        /// 截止月份
        #[arg(long, value_name = "2020-12")]
        to: String,
        /// 地区，默认全部
        #[arg(long, value_name = "区划代码")]
        region: Option<String>,
        /// 阈值，可多次
        #[arg(long = "set", value_name = "名称=数值")]
        set: Vec<String>,
        /// 报告格式
        #[arg(long, value_enum, default_value = "text")]
        format: ReportFormat,
    },
}

/// Runs it.
///
/// # Errors
/// The store or the lake failed; an unknown rule; a look back that makes no sense.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    let facts = Arc::new(Rules::new(Arc::clone(&platform.evaluator)));
    let catalogue = Arc::clone(&platform.door.catalogue);
    let rule = |name: &str| -> Result<&Warning> {
        catalogue.warnings.get(name).ok_or_else(|| anyhow!("没有预警规则“{name}”，规则编号如 EW-11"))
    };
    match args.command {
        Command::Rules => {
            for rule in catalogue.warnings.values() {
                let standing = if rule.ready() { "可用".to_owned() } else { format!("缺数据：{}", rule.lacks.join("、")) };
                data(format!("{} {} 第{}版 {standing}；{}", rule.warning, rule.title, rule.edition, rule.basis_shown()))?;
            }
        }
        Command::Run => {
            platform.refresh().await?;
            zhijian_records::duties::Clerk::new(platform.door.clone()).catch_up().await?;
            told(Watch::new(platform.door.clone(), facts).catch_up().await?)?;
        }
        Command::Scan { as_of, rule: only } => {
            platform.refresh().await?;
            zhijian_records::duties::Clerk::new(platform.door.clone()).catch_up().await?;
            if let Some(name) = &only {
                rule(name)?;
            }
            let day = day(as_of, &platform)?;
            told(Watch::new(platform.door.clone(), facts).scan(&day, only.as_deref()).await?)?;
        }
        Command::Rows { rule: name, as_of } => {
            platform.refresh().await?;
            let tried = tried(&catalogue, &name)?;
            let rule = tried.as_ref().map_or_else(|| rule(&name), Ok)?;
            for row in facts.rows(rule, &day(as_of, &platform)?).await.map_err(|e| anyhow!(e))? {
                let level = rule.judge(&row, &rule.defaults(), &platform.door.today());
                data(json!({"level": format!("{level:?}"), "row": row}))?;
            }
        }
        Command::Backtest { rule: name, from, to, region, set, format } => {
            platform.refresh().await?;
            let tried = tried(&catalogue, &name)?;
            let rule = tried.as_ref().map_or_else(|| rule(&name), Ok)?;
            let thresholds = thresholds(rule, &set)?;
            let region = region.as_deref().map(zhijian_kinds::Regions::prefix).unwrap_or_default();
            let asked = Asked { rule, thresholds: &thresholds, from: &from, to: &to, region };
            let found = backtest::run(&platform.door, facts.as_ref(), &asked).await.map_err(|e| anyhow!(e))?;
            match format {
                ReportFormat::Text => {
                    data(format!("{} {}：{from} 至 {to}，阈值 {}", rule.warning, rule.title, shown(&thresholds)))?;
                    for month in &found.months {
                        data(format!("{}  {}", month.month, by_level(month.raised)))?;
                    }
                    data(format!("合计  {}", by_level(found.totals())))?;
                }
                ReportFormat::Json => data(json!({
                    "rule": rule.warning, "thresholds": thresholds,
                    "months": found.months.iter().map(|m| json!({"month": m.month, "blue": m.raised[0], "yellow": m.raised[1], "orange": m.raised[2], "red": m.raised[3]})).collect::<Vec<_>>(),
                }))?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A rule from a file, when the name is that of one.
fn tried(catalogue: &zhijian_kinds::Catalogue, name: &str) -> Result<Option<Warning>> {
    if std::path::Path::new(name).extension().is_none_or(|e| e != "yaml") {
        return Ok(None);
    }
    let text = std::fs::read_to_string(name).with_context(|| format!("无法读取 {name}"))?;
    catalogue.warning_of(&text).map(Some).map_err(|message| anyhow!("{name} {message}"))
}

fn day(given: Option<String>, platform: &Platform) -> Result<String> {
    let day = given.unwrap_or_else(|| platform.door.today());
    parse_iso(&day).with_context(|| format!("日期“{day}”应写作 2020-12-31"))?;
    Ok(day)
}

fn thresholds(rule: &Warning, set: &[String]) -> Result<Thresholds> {
    let mut values = rule.defaults();
    for one in set {
        let (name, value) = one.split_once('=').with_context(|| format!("“{one}”应写作 名称=数值"))?;
        let place = values.get_mut(name);
        let known = rule.thresholds.keys().cloned().collect::<Vec<_>>().join("、");
        *place.with_context(|| format!("{} 没有阈值“{name}”，有 {known}", rule.warning))? =
            value.parse().with_context(|| format!("“{value}”不是数"))?;
    }
    Ok(values)
}

fn shown(thresholds: &Thresholds) -> String {
    thresholds.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

fn by_level(raised: [u64; 4]) -> String {
    let mut levels = Level::ALL;
    levels.reverse();
    levels.iter().zip(raised).map(|(level, n)| format!("{} {n}", level.title())).collect::<Vec<_>>().join("  ")
}

fn told(round: Option<Round>) -> Result<()> {
    let Some(round) = round else { bail!("另一个进程（如正在运行的服务）正在处理预警，请稍后再试") };
    say(format!("预警已处理：新增 {}，变化 {}，推送 {}，未能写入 {}", round.opened, round.changed, round.pushed, round.refused));
    for (rule, message) in &round.failed {
        say(format!("  {rule} 未能运行：{message}"));
    }
    Ok(())
}
