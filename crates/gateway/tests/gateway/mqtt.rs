//! A device over MQTT, both versions.

use crate::world::{DUST, LOGGER, NOISE, SECRET, World};
use mqtt_proto::{QoS, QosPid, TopicFilter, TopicName, v3, v5};
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

/// A client that speaks 3.1.1.
pub struct Client(pub TcpStream);

impl Client {
    /// Connects; the return code.
    pub async fn connect(address: SocketAddr, user: &str, password: &str) -> (Self, u8) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut connect = v3::Connect::new(user.into(), 30);
        connect.username = Some(user.into());
        connect.password = Some(password.as_bytes().to_vec().into());
        stream.write_all(v3::Packet::Connect(connect).encode().unwrap().as_ref()).await.unwrap();
        let mut answer = [0; 4];
        timeout(SOON, stream.read_exact(&mut answer)).await.unwrap().unwrap();
        (Self(stream), answer[3])
    }

    /// Publishes at QoS 1 without waiting.
    pub async fn publish(&mut self, topic: &str, payload: &str, pid: u16) {
        let topic = TopicName::try_from(topic).unwrap();
        let publish = v3::Publish::new(QosPid::Level1(pid.try_into().unwrap()), topic, payload.as_bytes().to_vec().into());
        self.0.write_all(v3::Packet::Publish(publish).encode().unwrap().as_ref()).await.unwrap();
    }

    /// The number of the next PUBACK; `None` when the connection ended instead.
    pub async fn acknowledged(&mut self) -> Option<u16> {
        let mut answer = [0; 4];
        match timeout(SOON, self.0.read_exact(&mut answer)).await.unwrap() {
            Ok(_) => {
                assert_eq!(answer[0], 0x40, "a PUBACK");
                Some(u16::from_be_bytes([answer[2], answer[3]]))
            }
            Err(_) => None,
        }
    }
}

pub fn reading(at_ms: i64, value: f64) -> String {
    format!("{{\"ts\":{at_ms},\"value\":{value},\"unit\":\"dB(A)\",\"q\":0}}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_an_acknowledged_reading_is_kept_once_and_sent_again_is_a_duplicate() {
    let world = World::new().await;
    let (mut client, code) = Client::connect(world.mqtt, NOISE, SECRET).await;
    assert_eq!(code, 0);
    let topic = format!("zhijian/{NOISE}/readings");
    let at = world.now_ms() - 60_000;
    for pid in 1..=3 {
        client.publish(&topic, &reading(at + i64::from(pid) * 1000, 80.0), pid).await;
    }
    for pid in 1..=3 {
        assert_eq!(client.acknowledged().await, Some(pid), "in order");
    }
    client.publish(&topic, &reading(at + 1000, 80.0), 4).await;
    assert_eq!(client.acknowledged().await, Some(4));
    assert_eq!(world.kept(NOISE, "P001").await.len(), 3);
    let tallies = world.hub.store.tallies(Some(&[NOISE.to_owned()])).await.unwrap();
    let of = |what: &str| tallies.iter().find(|tally| tally.what == what).map_or(0, |tally| tally.count);
    assert_eq!((of("new"), of("duplicate")), (3, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_whatever_is_no_reading_is_counted_in_quarantine_with_its_reason() {
    let world = World::new().await;
    let (mut client, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    let topic = format!("zhijian/{NOISE}/readings");
    let now = world.now_ms();
    let hour = 3_600_000;
    let rows = [
        ("malformed", topic.clone(), "{".to_owned()),
        ("malformed", topic.clone(), format!("{{\"ts\":{now},\"value\":\"x\"}}")),
        ("unit", topic.clone(), format!("{{\"ts\":{now},\"value\":1,\"unit\":\"mg/m3\"}}")),
        ("late", topic.clone(), reading(now - 73 * hour, 80.0)),
        ("clock", topic.clone(), reading(now + hour, 80.0)),
        ("foreign", format!("zhijian/{DUST}/readings"), reading(now, 80.0)),
    ];
    for (pid, (_, topic, payload)) in (1..).zip(&rows) {
        client.publish(topic, payload, pid).await;
        assert_eq!(client.acknowledged().await, Some(pid), "kept in quarantine, so not sent for ever");
    }
    for (reason, expected) in [("malformed", 2), ("unit", 1), ("late", 1), ("clock", 1), ("foreign", 1)] {
        assert_eq!(world.held(NOISE, reason).await, expected, "{reason}");
    }
    assert!(world.kept(NOISE, "P001").await.is_empty());
    // Within 72 hours late is not too late; the very same refusal is counted, not listed twice.
    client.publish(&topic, &reading(now - 71 * hour, 80.0), 90).await;
    client.publish(&topic, "{", 91).await;
    assert_eq!((client.acknowledged().await, client.acknowledged().await), (Some(90), Some(91)));
    assert_eq!(world.kept(NOISE, "P001").await.len(), 1);
    assert_eq!(world.held(NOISE, "malformed").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contradiction_keeps_what_protects_whichever_comes_first() {
    let world = World::new().await;
    let (mut client, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    let topic = format!("zhijian/{NOISE}/readings");
    let at = world.now_ms() - 60_000;
    for (pid, value) in [(1, 80.0), (2, 95.0), (3, 70.0)] {
        client.publish(&topic, &reading(at, value), pid).await;
        client.acknowledged().await.unwrap();
    }
    let kept = world.kept(NOISE, "P001").await;
    assert_eq!(kept.iter().map(|kept| kept.reading.value).collect::<Vec<_>>(), [95.0]);
    assert_eq!(world.held(NOISE, "contradiction").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_and_wrong_secrets_are_refused_and_noted() {
    let world = World::new().await;
    let (_, unknown) = Client::connect(world.mqtt, "NOBODY", SECRET).await;
    let (_, wrong) = Client::connect(world.mqtt, NOISE, "wrong").await;
    let (_, empty) = Client::connect(world.mqtt, NOISE, "").await;
    assert_eq!((unknown, wrong, empty), (5, 5, 5), "not authorized");
    assert_eq!((world.held("NOBODY", "unknown").await, world.held(NOISE, "secret").await), (1, 2));
    let (_, logger) = Client::connect(world.mqtt, LOGGER, SECRET).await;
    assert_eq!(logger, 0, "a logger speaks for the devices behind it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_that_is_not_on_the_disk() {
    let world = World::new().await;
    let (mut client, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    let topic = format!("zhijian/{NOISE}/readings");
    let at = world.now_ms() - 60_000;
    world.readings.full.store(true, Ordering::SeqCst);
    client.publish(&topic, &reading(at, 80.0), 1).await;
    assert_eq!(client.acknowledged().await, None, "the connection ends without an acknowledgement");
    world.readings.full.store(false, Ordering::SeqCst);
    let (mut client, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    client.publish(&topic, &reading(at, 80.0), 1).await;
    assert_eq!(client.acknowledged().await, Some(1), "sent again it is taken");
    assert_eq!(world.kept(NOISE, "P001").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn version_five_says_why() {
    let world = World::new().await;
    let mut stream = TcpStream::connect(world.mqtt).await.unwrap();
    let mut connect = v5::Connect::new(NOISE.into(), 30);
    connect.username = Some(NOISE.into());
    connect.password = Some(SECRET.as_bytes().to_vec().into());
    stream.write_all(v5::Packet::Connect(connect).encode().unwrap().as_ref()).await.unwrap();
    let v5::Packet::Connack(connack) = next(&mut stream).await else { panic!("a CONNACK") };
    assert_eq!((connack.reason_code, connack.properties.max_qos), (v5::ConnectReasonCode::Success, Some(QoS::Level1)));
    for (pid, device, expected) in [(1_u16, NOISE, v5::PubackReasonCode::Success), (2, DUST, v5::PubackReasonCode::NotAuthorized)] {
        let topic = TopicName::try_from(format!("zhijian/{device}/readings").as_str()).unwrap();
        let payload = reading(world.now_ms() - 1000, 80.0).into_bytes();
        let publish = v5::Publish::new(QosPid::Level1(pid.try_into().unwrap()), topic, payload.into());
        stream.write_all(v5::Packet::Publish(publish).encode().unwrap().as_ref()).await.unwrap();
        let v5::Packet::Puback(puback) = next(&mut stream).await else { panic!("a PUBACK") };
        assert_eq!((puback.pid.value(), puback.reason_code), (pid, expected));
    }
    let options = v5::SubscriptionOptions::new(QoS::Level0);
    let filters = [format!("zhijian/{NOISE}/commands"), "zhijian/#".into(), format!("zhijian/{DUST}/readings")];
    let topics = filters.iter().map(|filter| (TopicFilter::try_from(filter.as_str()).unwrap(), options)).collect();
    let subscribe = v5::Subscribe::new(7_u16.try_into().unwrap(), topics);
    stream.write_all(v5::Packet::Subscribe(subscribe).encode().unwrap().as_ref()).await.unwrap();
    let v5::Packet::Suback(suback) = next(&mut stream).await else { panic!("a SUBACK") };
    use v5::SubscribeReasonCode::{GrantedQoS0, NotAuthorized};
    assert_eq!(suback.topics, [GrantedQoS0, NotAuthorized, NotAuthorized], "nobody listens to the devices of others");
}

async fn next(stream: &mut TcpStream) -> v5::Packet {
    let mut bytes = Vec::new();
    loop {
        bytes.push(timeout(SOON, stream.read_u8()).await.unwrap().unwrap());
        if let Some(packet) = v5::Packet::decode(&bytes).unwrap() {
            return packet;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_connection_of_a_client_ends_the_first_and_noise_ends_its_own() {
    let world = World::new().await;
    let (mut first, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    let (mut second, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    assert_eq!(first.acknowledged().await, None);
    second.0.write_all(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).await.unwrap();
    assert_eq!(second.acknowledged().await, None);
    let (_, code) = Client::connect(world.mqtt, NOISE, SECRET).await;
    assert_eq!(code, 0, "the gateway goes on");
}
