//! Wiring of the gateways: readings, hub, alarms.

use crate::keeping::Archived;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use zhijian_gateway::{Hub, Register, alarms, exposure, hj212, hours, mqtt, tls};
use zhijian_telemetry::readings::{ReadingKeeper, ReadingStore, Room};

/// Opens the readings of a deployment: `readings.db` in its data folder, or tables of its PostgreSQL; with the archive behind them.
///
/// # Errors
/// The file or database cannot be opened.
pub async fn readings(platform: &Platform) -> Result<Arc<dyn ReadingStore>> {
    let archived = Archived { keeper: keeper(platform).await?, archive: Arc::clone(&platform.archive) };
    Ok(Arc::new(archived))
}

/// The rows of the database alone, for whoever keeps them elsewhere.
///
/// # Errors
/// The file or database cannot be opened.
pub async fn keeper(platform: &Platform) -> Result<Arc<dyn ReadingKeeper>> {
    let database = platform.config.database();
    let url = if database.starts_with("sqlite:") {
        platform.config.readings_url.clone().unwrap_or_else(|| format!("sqlite://{}", platform.config.home.join("readings.db").display()))
    } else {
        database
    };
    let room = Room { of_device: platform.config.quarantine_of_device, in_all: platform.config.quarantine_in_all };
    zhijian_store::open_reading_keeper(&url, room).await.context("无法打开监测数据库")
}

/// Hub and register of a deployment.
///
/// # Errors
/// The readings or the register cannot be opened.
pub async fn hub(platform: &Platform) -> Result<Hub> {
    let register = Register::open(platform.door.clone()).await?;
    Ok(Hub::start(register, readings(platform).await?))
}

/// Starts the gateways that have an address; the tasks, to be ended with the service.
///
/// # Errors
/// An address is taken; a certificate cannot be read.
pub async fn start(platform: &Platform, hub: &Hub) -> Result<Vec<JoinHandle<()>>> {
    let (mqtt_address, hj212_address) = (platform.config.mqtt.as_deref(), platform.config.hj212.as_deref());
    let mut tasks = vec![
        tokio::spawn(Arc::clone(&hub.register).keep()),
        tokio::spawn(alarms::tend(hub.clone())),
        tokio::spawn(exposure::tend(hub.clone())),
        tokio::spawn(hours::keep(hub.clone())),
    ];
    let certified = match (&platform.config.mqtt_certificate, &platform.config.mqtt_key) {
        (Some(certificate), Some(key)) => Some(tls::acceptor(certificate, key).map_err(anyhow::Error::msg)?),
        (None, None) => None,
        _ => anyhow::bail!("mqtt_certificate 与 mqtt_key 须同时设置"),
    };
    let encrypted = platform.config.mqtt_tls.as_deref();
    anyhow::ensure!(encrypted.is_none() || certified.is_some(), "设置了 mqtt_tls，还须设置 mqtt_certificate 与 mqtt_key");
    // Alone the first is encrypted when there is a certificate; beside the second it is for devices that cannot.
    let plain = mqtt_address.map(|address| (address, certified.clone().filter(|_| encrypted.is_none())));
    for (address, tls) in plain.into_iter().chain(encrypted.map(|address| (address, certified.clone()))) {
        let listener = TcpListener::bind(address).await.with_context(|| format!("MQTT 无法监听 {address}"))?;
        crate::commands::say(format!("MQTT{} 网关：{}", if tls.is_some() { "（TLS）" } else { "" }, listener.local_addr()?));
        tasks.push(tokio::spawn(mqtt::serve(listener, hub.clone(), tls)));
    }
    tasks.push(tokio::spawn(hj212::requests::tend(hub.clone())));
    if let Some(address) = hj212_address {
        let listener = TcpListener::bind(address).await.with_context(|| format!("HJ 212 无法监听 {address}"))?;
        crate::commands::say(format!("HJ 212 网关：{}", listener.local_addr()?));
        tasks.push(tokio::spawn(hj212::serve(listener, hub.clone())));
    }
    if let Some(broker) = crate::broker::broker(&platform.config)? {
        crate::commands::say(format!("MQTT 取数：{}（{}）", broker.address, broker.filter()));
        tasks.push(tokio::spawn(mqtt::consumer::consume(broker, hub.clone())));
    }
    Ok(tasks)
}
