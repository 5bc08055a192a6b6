//! Durable readings a second through MQTT at QoS 1 and through HJ 212, with many connected devices, beside the raw limits of the same run: the store without
//! gateways, and mosquitto with persistence (which acknowledges before anything is on the disk). Clients are a process of their own, the same for all.

mod alarm;
mod broker;
pub mod clients;
mod year;

use crate::deployment;
use clients::{Load, Tongue};
use serde_json::{Map, Value, json};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use zhijian_gateway::{Hub, Live, Register, batch, hj212, mqtt};
use zhijian_kinds::intake::Draft;
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door};
use zhijian_telemetry::readings::{Arrival, Batch, ReadingStore, Series};
use zhijian_telemetry::windows::{Quality, Reading};

/// The secret of all devices.
pub const SECRET: &str = "bench123456";
/// Single commits for the raw limit.
const COMMITS: usize = 300;
/// The device whose readings are watched on their way to a page.
const PROBE: usize = 0;
/// How long devices send at their own pace for the probe and for the memory, and how often each sends then.
const PACED: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(10));

/// Devices that raise an alarm each in every turn, beside those of the load.
const ALARMS: usize = 40;

/// Number of a device.
pub fn number(n: usize) -> String {
    format!("B{n:05}")
}

/// Sends about `rows` readings through each way with each number of connections.
pub async fn run(rows: usize, connections: &[usize]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let door = deployment::open(&format!("sqlite://{}/base.sqlite", folder.path().display())).await?;
    deployment::fill(&door, 0).await?;
    let most = connections.iter().copied().max().unwrap_or(1000);
    devices(&door, most + ALARMS * connections.len()).await?;
    let store = zhijian_store::open_readings(&format!("sqlite://{}/readings.db", folder.path().display())).await?;
    let singles = single(&*store).await?;
    let together = batches(&*store, rows).await?;
    println!("raw: {singles:.0} commits/s of one reading; {together:.0} readings/s in batches of 1000");
    let hub = Hub::start(Register::open(door).await?, store);
    tokio::spawn(zhijian_gateway::alarms::tend(hub.clone()));
    for (turn, count) in connections.iter().enumerate() {
        let each = rows.div_ceil(*count);
        let base = hub.register.door().now() / 1000 - 3_600_000 * (2 + 4 * i64::try_from(turn)?);
        let raw = broker::Broker::start(folder.path()).await?;
        let limit =
            clients::spawn(&Load { tongue: Tongue::Mqtt, address: raw.address, connections: *count, each, base, pace_ms: 0 }).await?;
        drop(raw);
        println!("mosquitto, persistence on, {count} connections: {limit}");
        for tongue in [Tongue::Mqtt, Tongue::Hj212] {
            let address = serve(&hub, tongue).await?;
            let before = hub.counts().commits.load(Ordering::Relaxed);
            // Whole seconds for HJ 212, another stretch for each way.
            let base = base / 1000 * 1000 + if tongue == Tongue::Mqtt { 0 } else { 1_800_000 };
            let load = Load { tongue, address, connections: *count, each, base, pace_ms: 0 };
            let told = clients::spawn(&load).await?;
            let commits = hub.counts().commits.load(Ordering::Relaxed) - before;
            println!(
                "{}, {count} connections: {told}; {commits} commits; {:.2} of mosquitto, {:.2} of the raw batches, {:.1} × single commits; memory {} MB",
                tongue.word(),
                told.rate / limit.rate,
                told.rate / together,
                told.rate / singles,
                memory()
            );
        }
        paced(&hub, *count, most + ALARMS * turn).await?;
    }
    println!("{} readings kept", hub.store.count().await?);
    Ok(())
}

/// A year of a device; SQLite, and PostgreSQL when there is one.
pub async fn year(rows: usize) -> anyhow::Result<()> {
    year::run(rows).await
}

async fn serve(hub: &Hub, tongue: Tongue) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    match tongue {
        Tongue::Mqtt => drop(tokio::spawn(mqtt::serve(listener, hub.clone(), None))),
        Tongue::Hj212 => drop(tokio::spawn(hj212::serve(listener, hub.clone()))),
    }
    Ok(address)
}

/// Devices that send at their own pace; a probe among them, timed from its sending to what a page that shows it is told; and the memory meanwhile.
async fn paced(hub: &Hub, count: usize, alarms: usize) -> anyhow::Result<()> {
    let address = serve(hub, Tongue::Mqtt).await?;
    let (lasts, pace) = PACED;
    let each = usize::try_from(lasts.as_millis() / pace.as_millis())?;
    // The probe stays out of it.
    let base = hub.register.door().now() / 1000 - 60_000;
    let load = Load { tongue: Tongue::Mqtt, address, connections: count, each, base, pace_ms: pace.as_millis().try_into()? };
    let before = memory();
    let loading = tokio::spawn(async move { clients::spawn(&load).await });
    let alarming = tokio::spawn(alarm::raise(hub.clone(), alarms..alarms + ALARMS, lasts));
    let mut watch = hub.watch();
    let mut times = Vec::new();
    let mut n = 0_i64;
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    while !loading.is_finished() {
        tick.tick().await;
        // Moments of its own, between those of the load.
        let at = base - 600_000 + n * 10 + 3;
        n += 1;
        let body = format!("{{\"ts\":{at},\"value\":101.5,\"unit\":\"dB(A)\"}}");
        let begun = Instant::now();
        let sent = batch::Request { sender: &number(PROBE), secret: SECRET, csv: false, gzip: false, body: body.as_bytes() };
        let delivering = batch::take(hub, sent);
        let told = async {
            loop {
                match watch.recv().await {
                    Ok(Live(arrival)) if arrival.reading.at_ms == at && arrival.series.device == number(PROBE) => {
                        return Some(begun.elapsed());
                    }
                    Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                    Err(_) => return None,
                }
            }
        };
        let (delivered, told) = tokio::join!(delivering, tokio::time::timeout(Duration::from_secs(10), told));
        delivered?;
        times.extend(told.ok().flatten());
    }
    let told = loading.await??;
    times.sort();
    println!("alarms beside it: {}", alarming.await??);
    let at = |share: f64| {
        times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).map_or(f64::NAN, |t| t.as_secs_f64() * 1000.0)
    };
    println!(
        "at their own pace, {count} devices, one reading in {} s each: {told}; probe to the page's stream p50 {:.1} ms, p99 {:.1} ms ({} of {n}); memory {before} → {} MB",
        pace.as_secs(),
        at(0.5),
        at(0.99),
        times.len(),
        memory()
    );
    Ok(())
}

/// Resident memory of this process in MB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
}

async fn devices(door: &Door, count: usize) -> anyhow::Result<()> {
    let kind = door.kind("device")?;
    let caller = Caller { region: "130300".into(), ..Caller::system("bench") };
    let employer = crate::cards::employers();
    anyhow::ensure!(!employer.is_empty(), "employers of the bench");
    let page = door.store.query(&zhijian_records::port::Query::everything("employer", Vec::new())).await?;
    let first = page.rows.first().ok_or_else(|| anyhow::anyhow!("no employer"))?.document();
    for n in 0..count {
        let mut document = Map::new();
        document.insert("device_no".into(), Value::from(number(n)));
        for (name, of) in [("employer_name", "name"), ("uscc", "uscc")] {
            document.insert(name.into(), first.get(of).cloned().unwrap_or_default());
        }
        let more =
            json!({"hazard": "P001", "unit": "dB(A)", "installed_on": "2026-01-05", "channel": "LA", "notice_at": 85, "alarm_at": 100});
        document.extend(more.as_object().cloned().unwrap_or_default());
        let entry = Entry { source: "bench", reason: "", idempotency: None };
        door.submit(&caller, "device", &Draft::from_json(&kind, &document), entry).await?;
        door.give_device_secret(&Caller::system("bench"), &number(n), Some(SECRET)).await?;
    }
    Ok(())
}

/// A reading of noise.
fn arrival(device: &str, at_ms: i64) -> Arrival {
    let series = Series { device: device.into(), factor: "P001".into() };
    let value = 70.0 + (at_ms / 60_000 % 97) as f64 / 10.0;
    Arrival { series, reading: Reading { at_ms, value, quality: Quality::Ok, seq: 0 }, arrived_ms: at_ms + 40 }
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
        let arrivals = (start..rows.min(start + 1000)).map(|n| arrival(&format!("R{:05}", n % 1000), (n / 1000) as i64)).collect();
        store.append(&Batch { arrivals, ..Batch::default() }).await?;
    }
    Ok(rows as f64 / clock.elapsed().as_secs_f64())
}
