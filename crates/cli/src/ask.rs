//! `zhijian device ask`: files a request to a device and waits for what the serving process writes down.

use crate::commands::{data, say};
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};
use std::process::ExitCode;
use std::time::Duration;
use zhijian_gateway::hj212::requests::{KIND, ask_of, reported, with_factor};
use zhijian_kinds::intake::Draft;
use zhijian_records::port::{Filter, Op, Query};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError, clock};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 设备编号
    device: String,
    /// 命令：time、set-time、live-interval、minute-interval、timeouts、live-on、live-off、state-on、state-off、minutes、hours、days、calibrate、sample，或命令编码（1011、1062、2051……）
    command: String,
    /// 设置间隔：不填时为读取（实时数据以秒计）
    #[arg(long)]
    interval: Option<i64>,
    /// 设置超时（秒），用于 timeouts
    #[arg(long)]
    timeout: Option<i64>,
    /// 设置重发次数，用于 timeouts
    #[arg(long)]
    resends: Option<i64>,
    /// 因子编码，用于 calibrate、sample；不填为设备登记的上传因子
    #[arg(long)]
    factor: Option<String>,
    /// 补取自（北京时间）：2026-03-01T08:00:00+08:00
    #[arg(long)]
    from: Option<String>,
    /// 补取至
    #[arg(long)]
    to: Option<String>,
    /// 事由（记录在案）
    #[arg(long, default_value = "")]
    reason: String,
    /// 最多等待多少秒；0 只记录请求，不等结果
    #[arg(long, default_value_t = 60)]
    wait: u64,
}

/// Words of commands, each with its code without and with an interval.
const WORDS: [(&str, &str, &str); 14] = [
    ("time", "1011", "1011"),
    ("set-time", "1012", "1012"),
    ("live-interval", "1061", "1062"),
    ("minute-interval", "1063", "1064"),
    ("minutes", "2051", "2051"),
    ("hours", "2061", "2061"),
    ("days", "2031", "2031"),
    ("timeouts", "1000", "1000"),
    ("live-on", "2011", "2011"),
    ("live-off", "2012", "2012"),
    ("state-on", "2021", "2021"),
    ("state-off", "2022", "2022"),
    ("calibrate", "3011", "3011"),
    ("sample", "3012", "3012"),
];

/// Runs it. Success means that the device carried it out.
///
/// # Errors
/// Unknown device, a request that cannot be, the door refuses it, the store failed.
pub async fn run(door: &Door, args: Args) -> Result<ExitCode> {
    let found = door.store.query(&Query::everything("device", vec![Filter::field("device_no", Op::Eq, &args.device)])).await?;
    let stored = found.rows.first().with_context(|| format!("没有登记编号为“{}”的设备", args.device))?;
    let device = stored.document();
    let protocol = device.get("protocol").and_then(Value::as_str).unwrap_or_default();
    anyhow::ensure!(protocol == "hj212", "设备“{}”的接入方式为“{protocol}”，只有 HJ 212 设备能接受请求", args.device);
    let code = WORDS.iter().find(|(word, ..)| *word == args.command);
    let code = code.map_or(args.command.as_str(), |(_, read, set)| if args.interval.is_some() { set } else { read });
    let mut document = Map::new();
    for name in ["device_no", "employer_name", "uscc"] {
        if let Some(value) = device.get(name) {
            document.insert(name.into(), value.clone());
        }
    }
    let mut set = |name: &str, value: Option<Value>| value.map(|value| document.insert(name.to_owned(), value));
    set("command", Some(Value::from(code)));
    set("interval", args.interval.map(Value::from));
    set("timeout_s", args.timeout.map(Value::from));
    set("resend_times", args.resends.map(Value::from));
    let factor = args.factor.or_else(|| with_factor(code).then(|| reported(&device)).flatten());
    set("factor", factor.map(Value::from));
    set("begin_at", args.from.map(Value::from));
    set("end_at", args.to.map(Value::from));
    set("purpose", Some(args.reason).filter(|reason| !reason.is_empty()).map(Value::from));
    set("asked_on", Some(Value::from(door.today())));
    set("asked_at", Some(Value::from(clock::shown(door.now()))));
    ask_of(&door.catalogue, &document, door.now().div_euclid(1000)).map_err(anyhow::Error::msg)?;
    let kind = door.kind(KIND)?;
    let caller = Caller { region: stored.region.clone(), ..Platform::operator() };
    let entry = Entry { source: "console", reason: "向设备下发请求", idempotency: None };
    let saved = match door.submit(&caller, KIND, &Draft::from_json(&kind, &document), entry).await {
        Ok(saved) => saved,
        Err(DoorError::Invalid(problems)) => {
            problems.iter().for_each(|problem| say(format!("{}：{}", problem.field, problem.message)));
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error.into()),
    };
    if args.wait == 0 {
        data(json!({"id": saved.id, "status": "asked"}))?;
        return Ok(ExitCode::SUCCESS);
    }
    say("请求已记录，等待结果……（由正在运行的 zhijian serve 发送）");
    let mut left = args.wait.saturating_mul(2);
    loop {
        let view = door.open(&caller, KIND, &saved.id, None).await?;
        let ended = matches!(view.state.as_str(), "done" | "refused" | "failed");
        if ended || left == 0 {
            let of = |name: &str| view.data.get(name).cloned().unwrap_or(Value::Null);
            data(json!({
                "id": view.id, "status": view.state, "result": of("result"), "answer": of("answer"), "readings": of("readings"),
                "resent": of("resent"), "sent_at": of("sent_at"), "finished_at": of("finished_at"),
            }))?;
            if !ended {
                say(format!("{} 秒内没有结果，稍后在“设备请求”中查看", args.wait));
            }
            return Ok(if view.state == "done" { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        left -= 1;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
