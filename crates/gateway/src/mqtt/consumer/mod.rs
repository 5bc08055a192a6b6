//! Consumer of an external broker: devices publish there, we subscribe to `zhijian/+/readings`.
//!
//! - **Nothing is lost**: the session outlives its connection; a message is acknowledged (QoS 1) when its readings are on the disk. Whatever was not
//!   acknowledged comes again, and is a duplicate then.
//! - **Several consumers** share the work by one group (`$share/{group}/…`), each under a client name of its own.
//! - **Trust**: the broker says who may publish under `zhijian/{device}/readings`; we believe the topic. Secrets of devices play no part here.

mod address;
mod packets;
mod session;
mod standing;

pub use address::Address;
pub use standing::Standing;

use super::packets::Version;
use crate::hub::Hub;
use std::time::Duration;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

/// Longest silence that we promise, seconds (design).
const KEEP_ALIVE_S: u16 = 30;
/// How long a broker of version 5 keeps our session while we are away: a week (design). Readings older than 72 hours go to quarantine anyway.
const EXPIRY_S: u32 = 7 * 86_400;

/// A broker and how it is used.
#[derive(Clone)]
pub struct Broker {
    /// Where it is.
    pub address: Address,
    /// Password; empty when there is none.
    pub password: Zeroizing<String>,
    /// Name of our session: the same after every start, another for every consumer.
    pub client: String,
    /// Group of consumers that share the messages; empty: we take them all.
    pub group: String,
    /// Version of the protocol.
    pub version: Version,
    /// For `mqtts`.
    pub tls: Option<TlsConnector>,
    /// Shortest and longest pause before the next attempt.
    pub pauses: (Duration, Duration),
}

impl std::fmt::Debug for Broker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Broker").field("address", &self.address).field("client", &self.client).finish_non_exhaustive()
    }
}

impl Broker {
    /// Pauses: from a second, doubled, to a minute (design).
    pub const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

    /// What is subscribed to.
    #[must_use]
    pub fn filter(&self) -> String {
        if self.group.is_empty() { "zhijian/+/readings".into() } else { format!("$share/{}/zhijian/+/readings", self.group) }
    }

    /// Whether client name and group can be used.
    ///
    /// # Errors
    /// In words.
    pub fn checked(self) -> Result<Self, String> {
        if self.client.is_empty() {
            return Err("mqtt_broker_client 不得为空：会话按它保留".into());
        }
        if self.group.contains(['/', '+', '#']) || self.group.chars().any(char::is_control) {
            return Err(format!("mqtt_broker_group 为“{}”，不得含 / + # 和控制字符", self.group));
        }
        if self.address.tls != self.tls.is_some() {
            return Err("TLS 设置与地址不符".into());
        }
        Ok(self)
    }
}

/// Consumes until the task is ended; comes back after every interruption.
pub async fn consume(broker: Broker, hub: Hub) {
    let (first, longest) = broker.pauses;
    hub.counts().broker.begins(broker.address.to_string());
    let mut pause = first;
    loop {
        let before = hub.counts().broker.sessions();
        let why = session::run(&broker, &hub).await;
        tracing::warn!(broker = %broker.address, error = %why, "the session with the broker ended");
        hub.counts().broker.lost(why.to_string());
        // A session that came about is a new beginning.
        if hub.counts().broker.sessions() > before {
            pause = first;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}
