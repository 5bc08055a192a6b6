//! Settings of the consumer of an external MQTT broker.

use crate::config::Config;
use anyhow::{Context as _, Result};
use zeroize::Zeroizing;
use zhijian_gateway::mqtt::Version;
use zhijian_gateway::mqtt::consumer::{Address, Broker};
use zhijian_gateway::tls;

/// The broker of a deployment, when it has one.
///
/// # Errors
/// A setting that cannot be; a file that cannot be read.
pub fn broker(config: &Config) -> Result<Option<Broker>> {
    let Some(text) = config.mqtt_broker.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
    let address = Address::read(text).map_err(anyhow::Error::msg)?;
    let password = match (&config.mqtt_broker_password, &config.mqtt_broker_password_file) {
        (Some(_), Some(_)) => anyhow::bail!("mqtt_broker_password 与 mqtt_broker_password_file 只能设置一个"),
        (Some(password), None) => Zeroizing::new(password.clone()),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("无法读取 MQTT 密码文件 {}", path.display()))?;
            Zeroizing::new(Zeroizing::new(text).trim_end_matches(['\r', '\n']).to_owned())
        }
        (None, None) => Zeroizing::default(),
    };
    let version = match config.mqtt_broker_protocol.as_str() {
        "5" => Version::Five,
        "3.1.1" => Version::Three,
        other => anyhow::bail!("mqtt_broker_protocol 为“{other}”，应为 5 或 3.1.1"),
    };
    let connector = if address.tls { Some(tls::connector(config.mqtt_broker_ca.as_deref()).map_err(anyhow::Error::msg)?) } else { None };
    let (client, group) = (client(config)?, config.mqtt_broker_group.clone());
    let broker = Broker { address, password, client, group, version, tls: connector, pauses: Broker::PAUSES };
    broker.checked().map(Some).map_err(anyhow::Error::msg)
}

/// The name of our session, the same at every start: the broker keeps for it what comes while we are away.
fn client(config: &Config) -> Result<String> {
    if let Some(name) = &config.mqtt_broker_client {
        return Ok(name.clone());
    }
    let path = config.home.join("mqtt-client");
    match std::fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).with_context(|| format!("无法读取 {}", path.display())),
        _ => {
            // Some brokers of 3.1.1 take no more than 23 characters.
            let id = uuid::Uuid::now_v7().simple().to_string();
            let name = format!("zhijian-{}", id.get(id.len() - 12..).unwrap_or(&id));
            std::fs::write(&path, &name).with_context(|| format!("无法写入 {}", path.display()))?;
            Ok(name)
        }
    }
}
