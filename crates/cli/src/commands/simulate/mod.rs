//! `zhijian simulate devices`: devices that play days, faults and storms against a gateway on this machine.

mod chance;
mod curve;
mod device;
mod link;
mod message;
mod script;

use super::say;
use anyhow::{Context as _, Result};
use device::Report;
use link::Way;
use script::Fault;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use time::{OffsetDateTime, UtcOffset};
use tokio::sync::Barrier;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 模拟设备经 HJ 212、MQTT 或 HTTP 上传（只连本机）
    Devices(Devices),
}

/// What is played.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Devices {
    /// HJ 212 网关地址，只允许本机；三种接入方式都不填时为 127.0.0.1:9212
    #[arg(long)]
    hj212: Option<SocketAddr>,
    /// MQTT 网关地址，只允许本机
    #[arg(long, conflicts_with = "hj212")]
    mqtt: Option<SocketAddr>,
    /// 服务的 HTTP 地址，只允许本机
    #[arg(long, conflicts_with_all = ["hj212", "mqtt"])]
    http: Option<SocketAddr>,
    /// 设备及密码：编号=密码，可重复
    #[arg(long = "device", value_name = "DEVICE=SECRET", required = true)]
    devices: Vec<String>,
    /// 危害因素编码（HAZARD），决定一天和四季的变化形状
    #[arg(long, default_value = "P001")]
    factor: String,
    /// HJ 212 上传的因子编码
    #[arg(long, default_value = "LA")]
    channel: String,
    /// 计量单位（MQTT、HTTP）；不填时不发送
    #[arg(long)]
    unit: Option<String>,
    /// 满负荷时的正常值
    #[arg(long, default_value_t = 78.0)]
    normal: f64,
    /// 超限时的值
    #[arg(long, default_value_t = 95.0)]
    high: f64,
    /// 模拟多少小时，到此刻为止；最多 72
    #[arg(long, default_value_t = 2)]
    hours: u16,
    /// 每隔多少秒一条
    #[arg(long, default_value_t = 60)]
    interval: u32,
    /// 每台设备每秒最多发送多少条
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// 每一百条中约有多少次故障
    #[arg(long, default_value_t = 2)]
    faults: u8,
    /// 只模拟这些故障，可重复；不填为全部
    #[arg(long = "fault", value_enum)]
    only: Vec<Fault>,
    /// 所有设备在最后这么多分钟同时超限；0 为没有
    #[arg(long, default_value_t = 10)]
    storm: u16,
    /// 所有设备同时断线、重连并重发的次数
    #[arg(long, default_value_t = 0)]
    reconnects: u16,
    /// 随机数种子：同样的种子演同样的一天
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Most messages a second of all devices together: a simulation must not be an attack.
const MOST: u64 = 5_000;

impl Devices {
    /// Which way, and where to.
    fn way(&self) -> (Way, SocketAddr) {
        match (self.mqtt, self.http) {
            (Some(address), _) => (Way::Mqtt, address),
            (_, Some(address)) => (Way::Http, address),
            _ => (Way::Hj212, self.hj212.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 9212)))),
        }
    }
}

/// Runs it.
///
/// # Errors
/// An address that is not this machine; the gateway does not answer.
pub async fn run(args: Args) -> Result<ExitCode> {
    let Command::Devices(play) = args.command;
    let (way, address) = play.way();
    anyhow::ensure!(address.ip().is_loopback(), "模拟只连本机，{address} 不是本机地址");
    anyhow::ensure!((1..=72).contains(&play.hours), "小时数为 {}，应为 1～72", play.hours);
    anyhow::ensure!(play.rate > 0 && play.interval > 0, "每秒条数和间隔应大于 0");
    let total = u64::from(play.rate) * u64::try_from(play.devices.len())?;
    anyhow::ensure!(total <= MOST, "共每秒 {total} 条，最多 {MOST} 条");
    let now = OffsetDateTime::now_utc().to_offset(UtcOffset::from_hms(8, 0, 0)?).replace_nanosecond(0)?;
    let together = Arc::new(Barrier::new(play.devices.len()));
    let play = Arc::new(play);
    let mut playing = tokio::task::JoinSet::new();
    for (index, pair) in play.devices.iter().enumerate() {
        let (number, secret) = pair.split_once('=').with_context(|| format!("--device 为“{pair}”，应为 编号=密码"))?;
        let who = link::Who { way, address, number: number.to_owned(), secret: secret.to_owned() };
        let (play, together) = (Arc::clone(&play), Arc::clone(&together));
        playing.spawn(async move { device::play(who, index, &play, now, &together).await });
    }
    let mut all = Report::default();
    while let Some(done) = playing.join_next().await {
        all.add(done??);
    }
    say(format!("发送 {} 条，收到应答 {} 条", all.sent, all.answered));
    if all.cut > 0 || all.resent > 0 {
        say(format!("断线 {} 次，断线时未应答 {} 条，重连后重发 {} 条", all.connections_lost, all.cut, all.resent));
    }
    let told: Vec<String> = all.faults.iter().map(|(fault, count)| format!("{} {count}", fault.title())).collect();
    if !told.is_empty() {
        say(format!("其中故障：{}", told.join("、")));
    }
    Ok(if all.sent == all.answered + all.cut { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How long a device waits for its last answers.
const LAST: Duration = Duration::from_secs(60);
