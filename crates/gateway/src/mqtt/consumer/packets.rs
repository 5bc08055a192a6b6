//! What a consumer says to a broker, and what it hears.

use super::super::packets::{Said, Version, five, said, three};
use super::super::{session::IN_FLIGHT, wire::LONGEST};
use super::{Broker, EXPIRY_S, KEEP_ALIVE_S};
use mqtt_proto::{Pid, QoS, TopicFilter, v3, v5};

/// What a broker says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    /// Come in; longest silence in seconds, when the broker wants another than ours.
    Welcome(Option<u16>),
    /// Stay out, and why.
    Refused(String),
    /// The subscription stands, or why not.
    Subscribed(Result<(), String>),
    /// A message; `None`: QoS 0, not acknowledged.
    Publish { topic: String, payload: Vec<u8>, pid: Option<u16> },
    /// The broker ends the session, and why.
    Bye(String),
    /// Something else.
    Other,
}

/// CONNECT with a session that outlives its connection.
pub(super) fn connect(broker: &Broker) -> Vec<u8> {
    let password = (!broker.password.is_empty()).then(|| broker.password.as_bytes().to_vec().into());
    let user = (!broker.address.user.is_empty()).then(|| broker.address.user.as_str().into());
    match broker.version {
        Version::Three => {
            let mut connect = v3::Connect::new(broker.client.as_str().into(), KEEP_ALIVE_S);
            connect.clean_session = false;
            (connect.username, connect.password) = (user, password);
            three(&v3::Packet::Connect(connect))
        }
        Version::Five => {
            let mut connect = v5::Connect::new(broker.client.as_str().into(), KEEP_ALIVE_S);
            connect.clean_start = false;
            (connect.username, connect.password) = (user, password);
            connect.properties.session_expiry_interval = Some(EXPIRY_S);
            connect.properties.receive_max = Some(IN_FLIGHT);
            connect.properties.max_packet_size = u32::try_from(LONGEST).ok();
            five(&v5::Packet::Connect(connect))
        }
    }
}

/// SUBSCRIBE at QoS 1. Empty for a filter that is none.
pub(super) fn subscribe(version: Version, filter: &str) -> Vec<u8> {
    let (Ok(pid), Ok(filter)) = (Pid::try_from(1_u16), TopicFilter::try_from(filter)) else { return Vec::new() };
    match version {
        Version::Three => three(&v3::Packet::Subscribe(v3::Subscribe::new(pid, vec![(filter, QoS::Level1)]))),
        Version::Five => five(&v5::Packet::Subscribe(v5::Subscribe::new(pid, vec![(filter, v5::SubscriptionOptions::new(QoS::Level1))]))),
    }
}

/// PINGREQ.
pub(super) fn ping() -> Vec<u8> {
    three(&v3::Packet::Pingreq)
}

/// Reads a packet; `None` for what is none, and for messages of a quality that was not asked for.
pub(super) fn heard(version: Version, bytes: &[u8]) -> Option<Heard> {
    // Messages are most of what comes.
    if bytes.first()? >> 4 == 3 {
        return match said(version, bytes)? {
            Said::Publish { topic, payload, pid } => Some(Heard::Publish { topic, payload, pid }),
            _ => None,
        };
    }
    Some(match version {
        Version::Three => match v3::Packet::decode(bytes).ok()?? {
            v3::Packet::Connack(connack) => match connack.code {
                v3::ConnectReturnCode::Accepted => Heard::Welcome(None),
                code => Heard::Refused(format!("{code:?}")),
            },
            v3::Packet::Suback(suback) => Heard::Subscribed(match suback.topics.first() {
                Some(v3::SubscribeReturnCode::MaxLevel1) => Ok(()),
                other => Err(format!("{other:?}")),
            }),
            _ => Heard::Other,
        },
        Version::Five => match v5::Packet::decode(bytes).ok()?? {
            v5::Packet::Connack(connack) => match connack.reason_code {
                v5::ConnectReasonCode::Success => Heard::Welcome(connack.properties.server_keep_alive),
                code => Heard::Refused(format!("{code:?}")),
            },
            v5::Packet::Suback(suback) => Heard::Subscribed(match suback.topics.first() {
                Some(v5::SubscribeReasonCode::GrantedQoS1) => Ok(()),
                other => Err(format!("{other:?}")),
            }),
            v5::Packet::Disconnect(bye) => Heard::Bye(format!("{:?}", bye.reason_code)),
            _ => Heard::Other,
        },
    })
}

/// Topic and number of a message that could not be read, taken from its beginning. It is put into quarantine and acknowledged: otherwise the broker
/// would send it first whenever we come back, and nothing else would ever get through.
pub(super) fn torn(bytes: &[u8]) -> Option<(String, Option<u16>)> {
    let first = *bytes.first()?;
    let body = bytes.get(bytes.iter().skip(1).position(|byte| byte & 0x80 == 0)? + 2..)?;
    let (length, rest) = body.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let topic = String::from_utf8_lossy(rest.get(..length)?).into_owned();
    let pid = rest.get(length..length + 2).and_then(|two| two.try_into().ok()).map(u16::from_be_bytes);
    (first >> 4 == 3).then_some((topic, pid.filter(|_| first & 0b110 == 0b010)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_cannot_be_read_still_tells_its_topic_and_number() {
        let head = [0x32, 0x80, 0x80, 0x40, 0, 3, b'a', b'/', b'b', 1, 2, 9, 9];
        assert_eq!(torn(&head), Some(("a/b".into(), Some(258))));
        let at_most_once = [0x30, 7, 0, 3, b'a', b'/', b'b', 1, 2];
        assert_eq!(torn(&at_most_once), Some(("a/b".into(), None)), "nothing to acknowledge at QoS 0");
        for bytes in [&[][..], &[0x32], &[0x32, 5, 0], &[0x32, 9, 0, 9, b'a'], &[0x40, 7, 0, 3, b'a', b'/', b'b', 1, 2]] {
            assert_eq!(torn(bytes), None, "{bytes:?}");
        }
    }
}
