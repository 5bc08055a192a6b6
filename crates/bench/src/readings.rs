//! Durable readings a second through MQTT at QoS 1 and through HJ 212, many connections, beside the raw limit: the same rows committed by the store without
//! gateways, and single commits.

use crate::deployment;
use serde_json::{Map, Value, json};
use std::sync::atomic::Ordering;
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use zhijian_gateway::{Hub, Register, hj212, mqtt};
use zhijian_kinds::intake::Draft;
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door};
use zhijian_telemetry::hj212::encode;
use zhijian_telemetry::readings::{Arrival, Batch, ReadingStore, Series};
use zhijian_telemetry::windows::{Quality, Reading};

/// Connections.
const DEVICES: usize = 1000;
/// The secret of all of them.
const SECRET: &str = "bench123456";
/// Single commits for the raw limit.
const COMMITS: usize = 300;

/// Sends about `rows` readings through each gateway.
pub async fn run(rows: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let door = deployment::open(&format!("sqlite://{}/base.sqlite", folder.path().display())).await?;
    deployment::fill(&door, 0).await?;
    devices(&door).await?;
    let store = zhijian_store::open_readings(&format!("sqlite://{}/readings.db", folder.path().display())).await?;
    let singles = single(&*store).await?;
    let together = batches(&*store, rows).await?;
    println!("raw: {singles:.0} commits/s of one reading; {together:.0} readings/s in batches of 1000");
    let hub = Hub::start(Register::open(door).await?, store);
    let each = rows.div_ceil(DEVICES);
    for (name, mqtt) in [("mqtt qos 1", true), ("hj212", false)] {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server =
            if mqtt { tokio::spawn(mqtt::serve(listener, hub.clone(), None)) } else { tokio::spawn(hj212::serve(listener, hub.clone())) };
        let before = hub.counts().commits.load(Ordering::Relaxed);
        let mut streams = Vec::with_capacity(DEVICES);
        for n in 0..DEVICES {
            streams.push(connect(address, n, mqtt).await?);
        }
        let base = hub.register.door().now() / 1000 - 3_600_000 * if mqtt { 1 } else { 30 };
        let clock = Instant::now();
        let mut tasks = JoinSet::new();
        for (n, stream) in streams.into_iter().enumerate() {
            tasks.spawn(async move { send(stream, n, each, base, mqtt).await });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        let seconds = clock.elapsed().as_secs_f64();
        let rate = (each * DEVICES) as f64 / seconds;
        let commits = hub.counts().commits.load(Ordering::Relaxed) - before;
        println!(
            "{name}: {rate:.0} durable readings/s over {DEVICES} connections in {commits} commits; {:.2} of the raw batches, {:.1} × single commits",
            rate / together,
            rate / singles
        );
        server.abort();
    }
    Ok(())
}

async fn devices(door: &Door) -> anyhow::Result<()> {
    let kind = door.kind("device")?;
    let caller = Caller { region: "130300".into(), ..Caller::system("bench") };
    let employer = crate::cards::employers();
    anyhow::ensure!(!employer.is_empty(), "employers of the bench");
    let page = door.store.query(&zhijian_records::port::Query::everything("employer", Vec::new())).await?;
    let first = page.rows.first().ok_or_else(|| anyhow::anyhow!("no employer"))?.document();
    for n in 0..DEVICES {
        let mut document = Map::new();
        document.insert("device_no".into(), Value::from(format!("B{n:05}")));
        for (name, of) in [("employer_name", "name"), ("uscc", "uscc")] {
            document.insert(name.into(), first.get(of).cloned().unwrap_or_default());
        }
        let more =
            json!({"hazard": "P001", "unit": "dB(A)", "installed_on": "2026-01-05", "channel": "LA", "notice_at": 85, "alarm_at": 100});
        document.extend(more.as_object().cloned().unwrap_or_default());
        let entry = Entry { source: "bench", reason: "", idempotency: None };
        door.submit(&caller, "device", &Draft::from_json(&kind, &document), entry).await?;
        door.give_device_secret(&Caller::system("bench"), &format!("B{n:05}"), Some(SECRET)).await?;
    }
    Ok(())
}

fn arrival(device: &str, at_ms: i64) -> Arrival {
    let series = Series { device: device.into(), factor: "P001".into() };
    Arrival { series, reading: Reading { at_ms, value: 80.0, quality: Quality::Ok, seq: 0 }, arrived_ms: at_ms }
}

async fn single(store: &dyn ReadingStore) -> anyhow::Result<f64> {
    let clock = Instant::now();
    for n in 0..COMMITS {
        store.append(&Batch { arrivals: vec![arrival("RAW1", n as i64)], ..Batch::default() }).await?;
    }
    Ok(COMMITS as f64 / clock.elapsed().as_secs_f64())
}

async fn batches(store: &dyn ReadingStore, rows: usize) -> anyhow::Result<f64> {
    let clock = Instant::now();
    for start in (0..rows).step_by(1000) {
        let arrivals = (start..rows.min(start + 1000)).map(|n| arrival(&format!("R{:05}", n % DEVICES), (n / DEVICES) as i64)).collect();
        store.append(&Batch { arrivals, ..Batch::default() }).await?;
    }
    Ok(rows as f64 / clock.elapsed().as_secs_f64())
}

async fn connect(address: std::net::SocketAddr, n: usize, mqtt: bool) -> anyhow::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    if mqtt {
        let name = format!("B{n:05}");
        let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, 0xc2, 0, 0];
        for text in [&name, &name, SECRET] {
            body.extend(u16::try_from(text.len())?.to_be_bytes());
            body.extend(text.as_bytes());
        }
        stream.write_all(&packet(0x10, &body)?).await?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).await?;
        anyhow::ensure!(answer[3] == 0, "the gateway refused {name}");
    }
    Ok(stream)
}

fn packet(kind: u8, body: &[u8]) -> anyhow::Result<Vec<u8>> {
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

/// One reading after the other, each when the one before it is acknowledged, as a device does.
async fn send(mut stream: TcpStream, n: usize, each: usize, base: i64, mqtt: bool) -> anyhow::Result<()> {
    let name = format!("B{n:05}");
    let mut answer = vec![0; 512];
    for k in 0..each {
        let at = base + k as i64 * 1000;
        let bytes = if mqtt {
            let topic = format!("zhijian/{name}/readings");
            let mut body = u16::try_from(topic.len())?.to_be_bytes().to_vec();
            body.extend(topic.as_bytes());
            body.extend(u16::try_from(k % 65_535 + 1)?.to_be_bytes());
            body.extend(format!("{{\"ts\":{at},\"value\":80.1,\"unit\":\"dB(A)\",\"q\":0,\"seq\":{k}}}").as_bytes());
            packet(0x32, &body)?
        } else {
            let stamp: String = zhijian_records::clock::shown(at * 1000).chars().filter(char::is_ascii_digit).take(14).collect();
            encode(format!("QN={stamp}000;ST=22;CN=2011;PW={SECRET};MN={name};Flag=5;CP=&&DataTime={stamp};LA-Rtd=80.1&&").as_bytes())?
        };
        stream.write_all(&bytes).await?;
        anyhow::ensure!(stream.read(&mut answer).await? > 0, "{name} was cut off");
    }
    Ok(())
}
