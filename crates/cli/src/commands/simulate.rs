//! `zhijian simulate devices`: devices that play days, faults and storms against a gateway on this machine.

use super::say;
use anyhow::{Context as _, Result};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;
use time::{OffsetDateTime, UtcOffset};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use zhijian_telemetry::hj212::{encode, write_segment};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 模拟设备经 HJ 212 上传（只连本机）
    Devices(Devices),
}

/// What is played.
#[derive(Debug, Clone, clap::Args)]
struct Devices {
    /// 网关地址，只允许本机
    #[arg(long, default_value = "127.0.0.1:9212")]
    hj212: SocketAddr,
    /// 设备及密码：编号=密码，可重复
    #[arg(long = "device", value_name = "DEVICE=SECRET", required = true)]
    devices: Vec<String>,
    /// 上传因子编码
    #[arg(long, default_value = "LA")]
    channel: String,
    /// 正常值
    #[arg(long, default_value_t = 78.0)]
    normal: f64,
    /// 风暴（超限）时的值
    #[arg(long, default_value_t = 95.0)]
    high: f64,
    /// 模拟多少小时，到此刻为止；最多 72
    #[arg(long, default_value_t = 2)]
    hours: u16,
    /// 每台设备每秒最多发送多少条
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// 每一百条中有多少条故障（标志 D）、重复发送、乱序
    #[arg(long, default_value_t = 2)]
    faults: u8,
    /// 风暴：所有设备在最后这么多分钟同时超限；0 为没有
    #[arg(long, default_value_t = 10)]
    storm: u16,
}

/// Most messages a second of all devices together: a simulation must not be an attack.
const MOST: u64 = 5_000;

/// Runs it.
///
/// # Errors
/// An address that is not this machine; the gateway does not answer.
pub async fn run(args: Args) -> Result<ExitCode> {
    let Command::Devices(play) = args.command;
    anyhow::ensure!(play.hj212.ip().is_loopback(), "模拟只连本机，{} 不是本机地址", play.hj212);
    anyhow::ensure!((1..=72).contains(&play.hours), "小时数为 {}，应为 1～72", play.hours);
    anyhow::ensure!(play.rate > 0, "每秒条数应大于 0");
    let total = u64::from(play.rate) * u64::try_from(play.devices.len())?;
    anyhow::ensure!(total <= MOST, "共每秒 {total} 条，最多 {MOST} 条");
    let mut playing = tokio::task::JoinSet::new();
    for (index, pair) in play.devices.iter().enumerate() {
        let (number, secret) = pair.split_once('=').with_context(|| format!("--device 为“{pair}”，应为 编号=密码"))?;
        let (number, secret, play) = (number.to_owned(), secret.to_owned(), play.clone());
        playing.spawn(async move { device(&number, &secret, index, &play).await });
    }
    let (mut sent, mut answered) = (0, 0);
    while let Some(done) = playing.join_next().await {
        let (more, answers) = done??;
        sent += more;
        answered += answers;
    }
    say(format!("发送 {sent} 条，收到应答 {answered} 条"));
    Ok(if sent == answered { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Plays one device; messages sent and answered.
async fn device(number: &str, secret: &str, index: usize, play: &Devices) -> Result<(u64, u64)> {
    let stream = TcpStream::connect(play.hj212).await.with_context(|| format!("无法连接 {}", play.hj212))?;
    let (mut reader, mut writer) = stream.into_split();
    let counting = tokio::spawn(async move {
        let (mut answers, mut buffer) = (0_u64, vec![0; 8192]);
        loop {
            match reader.read(&mut buffer).await {
                Ok(0) | Err(_) => return answers,
                // Every answer ends with one line end.
                Ok(count) => answers += buffer.iter().take(count).filter(|byte| **byte == b'\n').count() as u64,
            }
        }
    });
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15 ^ (index as u64 + 1));
    let mut tick = tokio::time::interval(Duration::from_secs_f64(1.0 / f64::from(play.rate)));
    let minutes = i64::from(play.hours) * 60;
    let now = OffsetDateTime::now_utc().to_offset(UtcOffset::from_hms(8, 0, 0)?);
    let (mut sent, mut held) = (0, None);
    for minute in (0..minutes).rev() {
        let at = now - time::Duration::minutes(minute);
        let swing = (f64::from(at.hour()) / 24.0 * std::f64::consts::TAU).sin() * 2.0 + chance.share() * 3.0 - 1.5;
        let value = if minute < i64::from(play.storm) { play.high + chance.share() } else { play.normal + swing };
        let fault = chance.share() * 100.0 < f64::from(play.faults);
        let frame = frame(number, secret, &play.channel, at, value, if fault { "D" } else { "N" })?;
        // Some are sent twice, some after their follower.
        let twice = chance.share() * 100.0 < f64::from(play.faults);
        let later = chance.share() * 100.0 < f64::from(play.faults);
        let mut out: Vec<Vec<u8>> = Vec::new();
        if later && held.is_none() {
            held = Some(frame);
        } else {
            if twice {
                out.push(frame.clone());
            }
            out.push(frame);
            out.extend(held.take());
        }
        for frame in out {
            tick.tick().await;
            writer.write_all(&frame).await?;
            sent += 1;
        }
    }
    if let Some(frame) = held {
        writer.write_all(&frame).await?;
        sent += 1;
    }
    writer.shutdown().await?;
    let answers = tokio::time::timeout(Duration::from_secs(60), counting).await??;
    Ok((sent, answers))
}

fn frame(number: &str, secret: &str, channel: &str, at: OffsetDateTime, value: f64, flag: &str) -> Result<Vec<u8>> {
    let (date, clock) = (at.date(), at.time());
    let stamp = format!("{:04}{:02}{:02}{:02}{:02}00", date.year(), u8::from(date.month()), date.day(), clock.hour(), clock.minute());
    let qn = format!("{stamp}000");
    let value = format!("{value:.2}");
    let (rtd, mark) = (format!("{channel}-Rtd"), format!("{channel}-Flag"));
    let header = [("QN", qn.as_str()), ("ST", "22"), ("CN", "2011"), ("PW", secret), ("MN", number), ("Flag", "5")];
    let segment = write_segment(&header, &[("DataTime", &stamp), (&rtd, &value), (&mark, flag)])?;
    Ok(encode(segment.as_bytes())?)
}

/// Chance that is the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    /// Between 0 and 1.
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % 1_000_000) as f64 / 1_000_000.0
    }
}
