//! `zhijian device`: registers on-line devices with their secrets.

use super::{data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::Result;
use serde_json::{Map, Value};
use std::process::ExitCode;
use zhijian_kinds::intake::Draft;
use zhijian_records::port::{Filter, Op, Query};
use zhijian_records::submit::Entry;
use zhijian_records::{Door, DoorError};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 登记一台设备并生成密码；密码只显示这一次
    Add(Box<Add>),
    /// 更换设备（或数采仪）的密码
    Secret {
        /// 设备编号或数采仪编号
        #[arg(long)]
        device: String,
        /// 只能使用固定密码的旧设备：指定密码（6～64 位字母数字）
        #[arg(long, env = "ZHIJIAN_DEVICE_SECRET")]
        secret: Option<String>,
    },
    /// 列出设备
    List,
    /// 向已连接的 HJ 212 设备下发请求，等待结果
    Ask(crate::ask::Args),
}

/// A device to enter.
#[derive(Debug, clap::Args)]
struct Add {
    /// 设备编号：HJ 212 的 MN，或 MQTT 客户端标识
    #[arg(long)]
    device: String,
    /// 用人单位统一社会信用代码
    #[arg(long)]
    uscc: Option<String>,
    /// 用人单位名称
    #[arg(long)]
    employer: Option<String>,
    /// 职业病危害因素（代码或名称）
    #[arg(long)]
    hazard: String,
    /// 计量单位
    #[arg(long)]
    unit: String,
    /// 车间
    #[arg(long)]
    workshop: Option<String>,
    /// 岗位
    #[arg(long)]
    post: Option<String>,
    /// 接入方式：mqtt、hj212、http
    #[arg(long)]
    protocol: Option<String>,
    /// 数采仪编号（MN）
    #[arg(long)]
    logger: Option<String>,
    /// 上传因子编码，如 a34001、LA
    #[arg(long)]
    channel: Option<String>,
    /// 安装日期；不填为今天
    #[arg(long)]
    installed_on: Option<String>,
    /// 其他字段，字段名=值，可重复：--set alarm_at=3
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// 只能使用固定密码的旧设备：指定密码（6～64 位字母数字）；不填时自动生成
    #[arg(long, env = "ZHIJIAN_DEVICE_SECRET")]
    secret: Option<String>,
}

/// Runs it.
///
/// # Errors
/// The door refuses the device; the store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    match args.command {
        Command::Add(add) => self::add(&platform.door, *add).await,
        Command::Secret { device, secret } => {
            let secret = platform.door.give_device_secret(&Platform::operator(), &device, secret.as_deref()).await?;
            say("密码只显示这一次：");
            data(secret.as_str())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::List => list(&platform.door).await,
        Command::Ask(args) => crate::ask::run(&platform.door, args).await,
    }
}

async fn add(door: &Door, add: Add) -> Result<ExitCode> {
    let kind = door.kind("device")?;
    let mut document = Map::new();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            document.insert(name.to_owned(), Value::from(value));
        }
    };
    set("device_no", Some(add.device.clone()));
    set("uscc", add.uscc);
    set("employer_name", add.employer);
    set("hazard", Some(add.hazard));
    set("unit", Some(add.unit));
    set("workshop", add.workshop);
    set("post", add.post);
    set("protocol", add.protocol);
    set("logger_no", add.logger.clone());
    set("channel", add.channel);
    set("installed_on", Some(add.installed_on.unwrap_or_else(|| door.today())));
    for pair in add.set {
        let Some((name, value)) = pair.split_once('=') else { anyhow::bail!("--set 为“{pair}”，应为 字段名=值") };
        let field = kind.field(name).ok_or_else(|| anyhow::anyhow!("设备登记没有字段“{name}”"))?;
        // Numbers are given as numbers; the door reads all else, codes that look like numbers too, as text.
        let value = value.parse::<f64>().ok().filter(|_| field.ty.is_numeric()).map_or_else(|| Value::from(value), Value::from);
        document.insert(name.to_owned(), value);
    }
    name_employer(door, &mut document).await?;
    let entry = Entry { source: "console", reason: "登记设备", idempotency: None };
    match door.submit(&Platform::operator(), "device", &Draft::from_json(&kind, &document), entry).await {
        Ok(saved) => {
            for problem in &saved.problems {
                say(format!("提示：{}", problem.message));
            }
        }
        Err(DoorError::Invalid(problems)) => {
            for problem in &problems {
                say(format!("{}：{}", problem.field, problem.message));
            }
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error.into()),
    }
    let sender = add.logger.unwrap_or(add.device);
    let known = door.device_secrets().await?;
    if let (Some(_), None) = (known.get(&sender), &add.secret) {
        say(format!("已登记；“{sender}”沿用原有密码"));
        return Ok(ExitCode::SUCCESS);
    }
    let secret = door.give_device_secret(&Platform::operator(), &sender, add.secret.as_deref()).await?;
    say(format!("已登记。“{sender}”的密码只显示这一次："));
    data(secret.as_str())?;
    Ok(ExitCode::SUCCESS)
}

/// Alarms and pages name the employer: given by its credit code only, its name is looked up.
async fn name_employer(door: &Door, document: &mut Map<String, Value>) -> Result<()> {
    let uscc = document.get("uscc").and_then(Value::as_str).unwrap_or_default().to_owned();
    if document.contains_key("employer_name") || uscc.is_empty() {
        return Ok(());
    }
    let page = door.store.query(&Query::everything("employer", vec![Filter::field("uscc", Op::Eq, &uscc)])).await?;
    if let Some(name) = page.rows.first().and_then(|stored| stored.document().get("name").cloned()) {
        document.insert("employer_name".into(), name);
    }
    Ok(())
}

async fn list(door: &Door) -> Result<ExitCode> {
    let secrets = door.device_secrets().await?;
    for stored in door.store.all(Query::everything("device", Vec::new())).await? {
        let document = stored.document();
        let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let sender = if text("logger_no").is_empty() { text("device_no") } else { text("logger_no") };
        let secret = if secrets.contains_key(&sender) { "有密码" } else { "无密码" };
        let line = [text("device_no"), text("employer_name"), text("post"), text("hazard"), stored.state.clone(), secret.to_owned()];
        data(line.join("\t"))?;
    }
    Ok(ExitCode::SUCCESS)
}
