//! `zhijian readings`: what is stored of a device, with state and quality.

use super::data;
use crate::config::Config;
use crate::online;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use serde_json::json;
use std::process::ExitCode;
use zhijian_gateway::Register;
use zhijian_records::clock;
use zhijian_telemetry::readings::Series;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 设备编号
    #[arg(long)]
    device: String,
    /// 从何时起（含）：2026-01-31T08:00:00+08:00，或日期
    #[arg(long)]
    from: String,
    /// 到何时止（不含）；只写日期的含当日
    #[arg(long)]
    to: String,
    /// 危害因素代码，或其分支；不填时为设备登记的因素
    #[arg(long)]
    factor: Option<String>,
    /// 格式：json（每行一条）或 csv
    #[arg(long, default_value = "json")]
    format: String,
}

/// Readings printed at a time.
const PAGE: u32 = 10_000;

/// Runs it.
///
/// # Errors
/// Unknown device; moments that are none; the store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    let register = Register::open(platform.door.clone()).await?;
    let device = register.device(&args.device).with_context(|| format!("没有登记编号为“{}”的设备", args.device))?;
    let store = online::readings(&platform).await?;
    let begin = |text: &str| clock::start_of(text).filter(|_| text.len() == 10).or_else(|| exact(text));
    let end = |text: &str| if text.len() == 10 { clock::moment_of(text).map(|at| at + 1) } else { exact(text) };
    let wrong = |text: &str| format!("“{text}”不是时刻，应为 2026-01-31T08:00:00+08:00 或日期");
    let mut from = begin(&args.from).with_context(|| wrong(&args.from))?.div_euclid(1000);
    let to = end(&args.to).with_context(|| wrong(&args.to))?.div_euclid(1000);
    anyhow::ensure!(matches!(args.format.as_str(), "json" | "csv"), "格式为“{}”，应为 json 或 csv", args.format);
    let series = Series { device: device.no.clone(), factor: args.factor.unwrap_or_else(|| device.hazard.clone()) };
    if args.format == "csv" {
        data("device,factor,ts,value,unit,q,seq,arrived")?;
    }
    let quality = platform.door.catalogue.list("QFLAG");
    loop {
        let page = store.range(&series, from, to, PAGE).await?;
        for kept in &page {
            let reading = kept.reading;
            let (ts, arrived) = (shown(reading.at_ms), shown(kept.arrived_ms));
            let q = reading.quality.code();
            if args.format == "csv" {
                data(format!("{},{},{ts},{},{},{q},{},{arrived}", series.device, series.factor, reading.value, device.unit, reading.seq))?;
            } else {
                data(json!({
                    "device": series.device, "factor": series.factor, "ts": ts, "ts_ms": reading.at_ms, "value": reading.value, "unit": device.unit,
                    "q": q, "quality": quality.map(|list| list.label(&q.to_string()).to_owned()), "seq": reading.seq, "arrived": arrived, "state": "stored",
                }))?;
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => from = last.reading.at_ms + 1,
            _ => return Ok(ExitCode::SUCCESS),
        }
    }
}

/// An instant in microseconds, to the fraction that is written.
fn exact(text: &str) -> Option<i64> {
    let at = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1000).ok()
}

fn shown(at_ms: i64) -> String {
    let text = clock::shown(at_ms * 1000);
    match at_ms.rem_euclid(1000) {
        0 => text,
        ms => text.replacen("+08:00", &format!(".{ms:03}+08:00"), 1),
    }
}
