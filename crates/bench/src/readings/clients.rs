//! The clients, a process of their own: each device sends a reading when the one before it is acknowledged, or at its own pace.

use super::{SECRET, number};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use zhijian_telemetry::hj212::encode;

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// MQTT 3.1.1 at QoS 1.
    Mqtt,
    /// HJ 212-2017, answers wanted.
    Hj212,
}

impl Tongue {
    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mqtt => "mqtt",
            Self::Hj212 => "hj212",
        }
    }
}

/// What they do.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub tongue: Tongue,
    pub address: SocketAddr,
    pub connections: usize,
    /// Readings of each connection.
    pub each: usize,
    /// Moment of the first, Unix milliseconds.
    pub base: i64,
    /// Pause between the readings of a device; 0: none.
    pub pace_ms: u64,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// Acknowledged readings a second.
    pub rate: f64,
    /// Milliseconds from sending to acknowledgement: median, 99 of 100.
    pub wait: (f64, f64),
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.0} readings/s acknowledged, wait p50 {:.1} ms, p99 {:.1} ms", self.rate, self.wait.0, self.wait.1)
    }
}

/// Connections that are made at a time.
const CONNECTING: usize = 200;

/// Runs them as a process and gives what they say.
pub async fn spawn(load: &Load) -> anyhow::Result<Told> {
    let args = [load.connections.to_string(), load.each.to_string(), load.base.to_string(), load.pace_ms.to_string()];
    let (tongue, address) = (load.tongue.word().to_owned(), load.address.to_string());
    let output = tokio::task::spawn_blocking(move || {
        std::process::Command::new(std::env::current_exe()?).args(["readings-clients", &tongue, &address]).args(args).output()
    })
    .await??;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let of = |name: &str| told.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
    Ok(Told { rate: of("rate"), wait: (of("p50"), of("p99")) })
}

/// The process: `TONGUE ADDRESS CONNECTIONS EACH BASE PACE`.
pub async fn main(mut args: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let mut next = || args.next().ok_or_else(|| anyhow::anyhow!("an argument is missing"));
    let tongue = if next()? == "mqtt" { Tongue::Mqtt } else { Tongue::Hj212 };
    let (address, connections, each) = (next()?.parse()?, next()?.parse()?, next()?.parse()?);
    let load = Load { tongue, address, connections, each, base: next()?.parse()?, pace_ms: next()?.parse()? };
    let mut streams = Vec::with_capacity(load.connections);
    for first in (0..load.connections).step_by(CONNECTING) {
        let mut opening = JoinSet::new();
        for n in first..load.connections.min(first + CONNECTING) {
            opening.spawn(async move { anyhow::Ok((n, connect(&load, n).await?)) });
        }
        while let Some(done) = opening.join_next().await {
            streams.push(done??);
        }
    }
    let clock = Instant::now();
    let mut tasks = JoinSet::new();
    for (n, stream) in streams {
        tasks.spawn(async move { send(stream, n, &load).await });
    }
    let mut waits: Vec<f32> = Vec::with_capacity(load.connections * load.each);
    while let Some(done) = tasks.join_next().await {
        waits.extend(done??);
    }
    let rate = waits.len() as f64 / clock.elapsed().as_secs_f64();
    waits.sort_by(f32::total_cmp);
    let at = |share: f64| waits.get((waits.len() as f64 * share) as usize).copied().unwrap_or_default();
    println!("{}", json!({"rate": rate, "p50": at(0.5), "p99": at(0.99)}));
    Ok(())
}

async fn connect(load: &Load, n: usize) -> anyhow::Result<TcpStream> {
    let mut stream = TcpStream::connect(load.address).await?;
    stream.set_nodelay(true)?;
    if load.tongue == Tongue::Mqtt {
        stream.write_all(&greeting(&number(n), true)?).await?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).await?;
        anyhow::ensure!(answer[3] == 0, "the gateway refused {}", number(n));
    }
    Ok(stream)
}

/// CONNECT; a clean session ends with its connection.
pub fn greeting(name: &str, clean: bool) -> anyhow::Result<Vec<u8>> {
    let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, if clean { 0xc2 } else { 0xc0 }, 0, 0];
    for text in [name, name, SECRET] {
        body.extend(u16::try_from(text.len())?.to_be_bytes());
        body.extend(text.as_bytes());
    }
    packet(0x10, &body)
}

/// A packet.
pub fn packet(kind: u8, body: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut bytes = vec![kind];
    let mut length = body.len();
    while length > 127 {
        bytes.push(u8::try_from(length % 128)? | 128);
        length /= 128;
    }
    bytes.push(u8::try_from(length)?);
    bytes.extend(body);
    Ok(bytes)
}

fn message(load: &Load, n: usize, k: usize) -> anyhow::Result<Vec<u8>> {
    let (name, at) = (number(n), load.base + k as i64 * 1000);
    Ok(match load.tongue {
        Tongue::Mqtt => {
            let topic = format!("zhijian/{name}/readings");
            let mut body = u16::try_from(topic.len())?.to_be_bytes().to_vec();
            body.extend(topic.as_bytes());
            body.extend(u16::try_from(k % 65_535 + 1)?.to_be_bytes());
            body.extend(format!("{{\"ts\":{at},\"value\":80.1,\"unit\":\"dB(A)\",\"q\":0,\"seq\":{k}}}").as_bytes());
            packet(0x32, &body)?
        }
        Tongue::Hj212 => {
            let stamp: String = zhijian_records::clock::shown(at * 1000).chars().filter(char::is_ascii_digit).take(14).collect();
            encode(format!("QN={stamp}000;ST=22;CN=2011;PW={SECRET};MN={name};Flag=5;CP=&&DataTime={stamp};LA-Rtd=80.1&&").as_bytes())?
        }
    })
}

/// One device; milliseconds from sending to acknowledgement of each.
async fn send(mut stream: TcpStream, n: usize, load: &Load) -> anyhow::Result<Vec<f32>> {
    let mut answer = vec![0; 512];
    let mut waits = Vec::with_capacity(load.each);
    if load.pace_ms > 0 {
        // Devices are not of one mind: they begin spread over the pause.
        tokio::time::sleep(Duration::from_millis(load.pace_ms * n as u64 / load.connections as u64)).await;
    }
    for k in 0..load.each {
        let begun = Instant::now();
        stream.write_all(&message(load, n, k)?).await?;
        anyhow::ensure!(stream.read(&mut answer).await? > 0, "{} was cut off", number(n));
        waits.push(begun.elapsed().as_secs_f32() * 1000.0);
        if load.pace_ms > 0 {
            tokio::time::sleep(Duration::from_millis(load.pace_ms).saturating_sub(begun.elapsed())).await;
        }
    }
    Ok(waits)
}
