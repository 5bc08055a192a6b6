//! The two versions of the protocol behind one small language: what a device may say, and what is answered.

use mqtt_proto::{Pid, Protocol, QosPid, v3, v5};

/// Which version a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 3.1.1 (and 3.1).
    Three,
    /// 5.
    Five,
}

/// The first packet.
#[derive(Debug, Clone)]
pub(super) struct Greeting {
    /// Its version.
    pub version: Version,
    /// Client identifier.
    pub client: String,
    /// User name; empty when there is none.
    pub user: String,
    /// Password; empty when there is none.
    pub password: String,
    /// Longest silence in seconds; 0: as long as it likes.
    pub keep_alive: u16,
}

/// What a device says.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// It publishes.
    Publish {
        /// Topic.
        topic: String,
        /// Payload.
        payload: Vec<u8>,
        /// Number to acknowledge; `None` at QoS 0.
        pid: Option<u16>,
    },
    /// It publishes at QoS 2, which is not offered.
    TooGood,
    /// It subscribes.
    Subscribe {
        /// Number.
        pid: u16,
        /// Filters.
        filters: Vec<String>,
    },
    /// It ends subscriptions.
    Unsubscribe {
        /// Number.
        pid: u16,
        /// How many.
        count: usize,
    },
    /// It is there.
    Ping,
    /// It goes.
    Bye,
    /// Something else.
    Other,
}

/// How a greeting is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Welcome {
    /// Come in.
    In,
    /// Unknown device or wrong password.
    NotAuthorized,
}

/// Reads the first packet.
pub(super) fn greeting(bytes: &[u8]) -> Option<Greeting> {
    // Protocol name and level stand right after the fixed header.
    let body = bytes.iter().skip(1).position(|byte| byte & 0x80 == 0)? + 2;
    let mut at = body;
    match Protocol::decode(bytes, &mut at).ok()? {
        Protocol::V310 | Protocol::V311 => match v3::Packet::decode(bytes).ok()?? {
            v3::Packet::Connect(connect) => Some(Greeting {
                version: Version::Three,
                client: connect.client_id.to_string(),
                user: connect.username.map(|user| user.to_string()).unwrap_or_default(),
                password: connect.password.map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default(),
                keep_alive: connect.keep_alive,
            }),
            _ => None,
        },
        Protocol::V500 => match v5::Packet::decode(bytes).ok()?? {
            v5::Packet::Connect(connect) => Some(Greeting {
                version: Version::Five,
                client: connect.client_id.to_string(),
                user: connect.username.map(|user| user.to_string()).unwrap_or_default(),
                password: connect.password.map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default(),
                keep_alive: connect.keep_alive,
            }),
            _ => None,
        },
    }
}

/// Reads a later packet; `None` for what is none.
pub(super) fn said(version: Version, bytes: &[u8]) -> Option<Said> {
    let of = |qos: QosPid| match qos {
        QosPid::Level0 => Some(None),
        QosPid::Level1(pid) => Some(Some(pid.value())),
        QosPid::Level2(_) => None,
    };
    Some(match version {
        Version::Three => match v3::Packet::decode(bytes).ok()?? {
            v3::Packet::Publish(publish) => match of(publish.qos_pid) {
                Some(pid) => Said::Publish { topic: publish.topic_name.to_string(), payload: publish.payload.to_vec(), pid },
                None => Said::TooGood,
            },
            v3::Packet::Subscribe(subscribe) => {
                let filters = subscribe.topics.iter().map(|(filter, _)| filter.to_string()).collect();
                Said::Subscribe { pid: subscribe.pid.value(), filters }
            }
            v3::Packet::Unsubscribe(unsubscribe) => Said::Unsubscribe { pid: unsubscribe.pid.value(), count: unsubscribe.topics.len() },
            v3::Packet::Pingreq => Said::Ping,
            v3::Packet::Disconnect => Said::Bye,
            _ => Said::Other,
        },
        Version::Five => match v5::Packet::decode(bytes).ok()?? {
            v5::Packet::Publish(publish) => match of(publish.qos_pid) {
                Some(pid) => Said::Publish { topic: publish.topic_name.to_string(), payload: publish.payload.to_vec(), pid },
                None => Said::TooGood,
            },
            v5::Packet::Subscribe(subscribe) => {
                let filters = subscribe.topics.iter().map(|(filter, _)| filter.to_string()).collect();
                Said::Subscribe { pid: subscribe.pid.value(), filters }
            }
            v5::Packet::Unsubscribe(unsubscribe) => Said::Unsubscribe { pid: unsubscribe.pid.value(), count: unsubscribe.topics.len() },
            v5::Packet::Pingreq => Said::Ping,
            v5::Packet::Disconnect(_) => Said::Bye,
            _ => Said::Other,
        },
    })
}

/// CONNACK.
pub(super) fn welcome(version: Version, welcome: Welcome) -> Vec<u8> {
    match version {
        Version::Three => {
            let code = match welcome {
                Welcome::In => v3::ConnectReturnCode::Accepted,
                Welcome::NotAuthorized => v3::ConnectReturnCode::NotAuthorized,
            };
            three(&v3::Packet::Connack(v3::Connack::new(false, code)))
        }
        Version::Five => {
            let code = match welcome {
                Welcome::In => v5::ConnectReasonCode::Success,
                Welcome::NotAuthorized => v5::ConnectReasonCode::NotAuthorized,
            };
            let mut connack = v5::Connack::new(false, code);
            connack.properties.max_qos = Some(mqtt_proto::QoS::Level1);
            connack.properties.receive_max = Some(super::session::IN_FLIGHT);
            connack.properties.max_packet_size = u32::try_from(super::wire::LONGEST).ok();
            connack.properties.retain_available = Some(false);
            connack.properties.session_expiry_interval = Some(0);
            connack.properties.shared_subscription_available = Some(false);
            five(&v5::Packet::Connack(connack))
        }
    }
}

/// PUBACK; `allowed` is false for a topic that is not the device's (which only version 5 can say).
pub(super) fn acknowledged(version: Version, pid: u16, allowed: bool) -> Vec<u8> {
    let Ok(pid) = Pid::try_from(pid) else { return Vec::new() };
    match version {
        Version::Three => three(&v3::Packet::Puback(pid)),
        Version::Five => {
            let code = if allowed { v5::PubackReasonCode::Success } else { v5::PubackReasonCode::NotAuthorized };
            five(&v5::Packet::Puback(v5::Puback::new(pid, code)))
        }
    }
}

/// SUBACK: granted at QoS 0, or refused, filter by filter.
pub(super) fn subscribed(version: Version, pid: u16, granted: &[bool]) -> Vec<u8> {
    let Ok(pid) = Pid::try_from(pid) else { return Vec::new() };
    match version {
        Version::Three => {
            let code = |granted: &bool| if *granted { v3::SubscribeReturnCode::MaxLevel0 } else { v3::SubscribeReturnCode::Failure };
            three(&v3::Packet::Suback(v3::Suback::new(pid, granted.iter().map(code).collect())))
        }
        Version::Five => {
            let code =
                |granted: &bool| if *granted { v5::SubscribeReasonCode::GrantedQoS0 } else { v5::SubscribeReasonCode::NotAuthorized };
            five(&v5::Packet::Suback(v5::Suback::new(pid, granted.iter().map(code).collect())))
        }
    }
}

/// UNSUBACK.
pub(super) fn unsubscribed(version: Version, pid: u16, count: usize) -> Vec<u8> {
    let Ok(pid) = Pid::try_from(pid) else { return Vec::new() };
    match version {
        Version::Three => three(&v3::Packet::Unsuback(pid)),
        Version::Five => five(&v5::Packet::Unsuback(v5::Unsuback::new(pid, vec![v5::UnsubscribeReasonCode::Success; count]))),
    }
}

/// PINGRESP.
pub(super) fn pong() -> Vec<u8> {
    three(&v3::Packet::Pingresp)
}

/// DISCONNECT because nothing can be kept, which only version 5 can say.
pub(super) fn cannot_keep(version: Version) -> Vec<u8> {
    match version {
        Version::Three => Vec::new(),
        Version::Five => five(&v5::Packet::Disconnect(v5::Disconnect::new(v5::DisconnectReasonCode::QuotaExceeded))),
    }
}

pub(super) fn three(packet: &v3::Packet) -> Vec<u8> {
    packet.encode().map(|bytes| bytes.as_ref().to_vec()).unwrap_or_default()
}

pub(super) fn five(packet: &v5::Packet) -> Vec<u8> {
    packet.encode().map(|bytes| bytes.as_ref().to_vec()).unwrap_or_default()
}
