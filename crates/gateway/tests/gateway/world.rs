//! A deployment with an employer, two devices of its own and a logger, and gateways on free ports.

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use tempfile::TempDir;
use tokio::net::TcpListener;
use zhijian_gateway::{Hub, Register};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::clock::{Clock, FixedClock, start_of};
use zhijian_records::port::StoreError;
use zhijian_records::read::indexes;
use zhijian_records::submit::Entry;
use zhijian_records::vault::Vault;
use zhijian_records::{Caller, Door};
use zhijian_store::TableSpec;
use zhijian_telemetry::readings::{Batch, Bucket, Fate, Held, HeldQuery, Kept, ReadingStore, Series, Tally};

/// The day of the tests.
pub const TODAY: &str = "2026-03-05";
/// The secret of all devices.
pub const SECRET: &str = "secret123456";
/// Noise at the packing post, MQTT and HTTP.
pub const NOISE: &str = "ZY0001";
/// Dust through a logger, HJ 212.
pub const LOGGER: &str = "LOG001";
/// The device behind it.
pub const DUST: &str = "FC0001";

/// A deployment.
pub struct World {
    pub hub: Hub,
    pub door: Door,
    pub clock: Arc<FixedClock>,
    pub readings: Arc<Sometimes>,
    pub mqtt: SocketAddr,
    pub hj212: SocketAddr,
    _home: TempDir,
}

/// A store that fails when told to, as on a full disk.
pub struct Sometimes {
    inner: Arc<dyn ReadingStore>,
    pub full: AtomicBool,
    /// It writes, and never says so.
    pub mute: AtomicBool,
}

impl World {
    pub async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::embedded();
        let tables: Vec<TableSpec> =
            catalogue.kinds.values().map(|kind| TableSpec { kind: kind.kind.clone(), indexes: indexes(kind) }).collect();
        let store = zhijian_store::open(&format!("sqlite://{}/base.sqlite", home.path().display()), &tables).await.unwrap();
        let inner = zhijian_store::open_readings(&format!("sqlite://{}/readings.db", home.path().display())).await.unwrap();
        let clock = Arc::new(FixedClock(AtomicI64::new(start_of(TODAY).unwrap() + 12 * 3_600_000_000)));
        let vault = Arc::new(Vault::new(&[(1, vec![7; 32])]).unwrap());
        let door = Door { store, catalogue, vault, clock: Arc::clone(&clock) as Arc<dyn Clock> };
        let employer = door.kind("employer").unwrap().examples[0].clone();
        file(&door, "employer", employer).await;
        file(&door, "device", device(NOISE, "P001", "dB(A)", json!({"protocol": "mqtt", "notice_at": 85, "alarm_at": 100}))).await;
        let dust = json!({"protocol": "hj212", "logger_no": LOGGER, "channel": "a34001", "notice_at": 2, "alarm_at": 4, "high_at": 8});
        file(&door, "device", device(DUST, "D001", "mg/m3", dust)).await;
        for number in [NOISE, LOGGER] {
            door.give_device_secret(&Caller::system("test"), number, Some(SECRET)).await.unwrap();
        }
        let readings = Arc::new(Sometimes { inner, full: AtomicBool::new(false), mute: AtomicBool::new(false) });
        let register = Register::open(door.clone()).await.unwrap();
        let hub = Hub::start(register, Arc::clone(&readings) as Arc<dyn ReadingStore>);
        let (mqtt, hj212) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let addresses = (mqtt.local_addr().unwrap(), hj212.local_addr().unwrap());
        tokio::spawn(zhijian_gateway::mqtt::serve(mqtt, hub.clone(), None));
        tokio::spawn(zhijian_gateway::hj212::serve(hj212, hub.clone()));
        Self { hub, door, clock, readings, mqtt: addresses.0, hj212: addresses.1, _home: home }
    }

    /// Now, Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.clock.now() / 1000
    }

    /// Lets time pass.
    pub fn pass(&self, ms: i64) {
        self.clock.0.fetch_add(ms * 1000, Ordering::SeqCst);
    }

    /// What is kept of a device.
    pub async fn kept(&self, device: &str, factor: &str) -> Vec<Kept> {
        let series = Series { device: device.into(), factor: factor.into() };
        self.readings.range(&series, 0, i64::MAX, 100_000).await.unwrap()
    }

    /// How often a reason stands in the quarantine of a device.
    pub async fn held(&self, device: &str, reason: &str) -> u64 {
        let query = HeldQuery { devices: Some(vec![device.into()]), reason: reason.into(), skip: 0, limit: 100 };
        self.readings.held(&query).await.unwrap().iter().map(|held| held.times).sum()
    }
}

fn device(number: &str, hazard: &str, unit: &str, more: Value) -> Value {
    let mut document = json!({
        "device_no": number, "hazard": hazard, "unit": unit, "installed_on": "2026-01-05", "employer_name": "海港样嘉盛建材厂",
        "uscc": "91130302TE5T05JB25", "workshop": "包装车间", "post": "包装工",
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document
}

/// Files a record as the operator.
pub async fn file(door: &Door, kind: &str, document: Value) -> String {
    let definition = door.kind(kind).unwrap();
    let map: Map<String, Value> = document.as_object().unwrap().clone();
    let entry = Entry { source: "test", reason: "", idempotency: None };
    let caller = Caller { region: "130300".into(), ..Caller::system("test") };
    door.submit(&caller, kind, &Draft::from_json(&definition, &map), entry).await.unwrap().id
}

#[async_trait]
impl ReadingStore for Sometimes {
    async fn append(&self, batch: &Batch) -> Result<Vec<Fate>, StoreError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError::Full { doing: "测试".into() });
        }
        let fates = self.inner.append(batch).await;
        if self.mute.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        fates
    }
    async fn last(&self, series: &[Series]) -> Result<Vec<Option<Kept>>, StoreError> {
        self.inner.last(series).await
    }
    async fn range(&self, series: &Series, from: i64, to: i64, limit: u32) -> Result<Vec<Kept>, StoreError> {
        self.inner.range(series, from, to, limit).await
    }
    async fn buckets(&self, series: &Series, from: i64, to: i64, width: i64) -> Result<Vec<Bucket>, StoreError> {
        self.inner.buckets(series, from, to, width).await
    }
    async fn sum_up(&self, now_ms: i64) -> Result<u64, StoreError> {
        self.inner.sum_up(now_ms).await
    }
    async fn dropped(&self, devices: Option<&[String]>) -> Result<u64, StoreError> {
        self.inner.dropped(devices).await
    }
    async fn count(&self) -> Result<u64, StoreError> {
        self.inner.count().await
    }
    async fn held(&self, query: &HeldQuery) -> Result<Vec<Held>, StoreError> {
        self.inner.held(query).await
    }
    async fn tallies(&self, devices: Option<&[String]>) -> Result<Vec<Tally>, StoreError> {
        self.inner.tallies(devices).await
    }
}
