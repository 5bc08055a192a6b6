//! One connection. Reading goes on while earlier publications are written; acknowledgements follow in the order of the publications.

use super::packets::{self, Greeting, Said, Version, Welcome};
use super::{GREETING, Sessions, wire};
use crate::hub::{Deliver, Hub, Source, refused};
use crate::payload::json_items;
use crate::register::{Admission, Device};
use crate::sort::Incoming;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, WriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use zhijian_telemetry::readings::{Batch, Fate, Reason};

/// Publications of a connection that may wait for the disk at a time.
pub(super) const IN_FLIGHT: u16 = 64;
/// Longest silence of a client that named none (design).
const IDLE: Duration = Duration::from_secs(300);
/// Longest time for which a client may leave its answers unread (design): whoever does not read does not keep its place.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is written, in order.
pub(super) enum Answer {
    /// At once.
    Bytes(Vec<u8>),
    /// A PUBACK when the batch is durable.
    When { durable: oneshot::Receiver<Result<Vec<Fate>, Deliver>>, then: Vec<u8> },
}

/// Serves a connection until it ends.
pub(super) async fn run<S: AsyncRead + AsyncWrite + Send + 'static>(stream: S, hub: &Hub, sessions: &Sessions) -> io::Result<()> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = BufReader::with_capacity(8 * 1024, reader);
    let first = timeout(GREETING, wire::packet(&mut reader)).await.map_err(|_| io::Error::other("no greeting"))??;
    let Some(greeting) = first.as_deref().and_then(packets::greeting) else {
        let _ = hub.deliver(one(hub, "", Reason::Malformed, "不是 MQTT 连接报文")).await;
        return Ok(());
    };
    let name = if greeting.user.is_empty() { &greeting.client } else { &greeting.user };
    let devices = match hub.register.admit(name, &greeting.password).await {
        Admission::In(devices) => devices,
        refusal => {
            let reason = if matches!(refusal, Admission::Wrong) { Reason::Secret } else { Reason::Unknown };
            let _ = hub.deliver(one(hub, name, reason, "CONNECT")).await;
            writer.write_all(&packets::welcome(greeting.version, Welcome::NotAuthorized)).await?;
            return writer.shutdown().await;
        }
    };
    // The device is who it proved to be; a client identifier of its own choice tells its connections apart.
    let client = format!("{name}\n{}", greeting.client);
    let (number, replaced) = sessions.enter(&client);
    writer.write_all(&packets::welcome(greeting.version, Welcome::In)).await?;
    let (answers, queue) = mpsc::channel(usize::from(IN_FLIGHT));
    let mut writing = tokio::spawn(write(writer, queue, greeting.version));
    let session = Session { hub, name: name.clone(), greeting: &greeting, devices };
    let ended = tokio::select! {
        ended = session.read(&mut reader, &answers) => ended,
        _ = replaced => Err(io::Error::other("the client connected again")),
        () = answers.closed() => Err(io::Error::other("not durable, or the client is gone")),
    };
    sessions.leave(&client, number);
    drop(answers);
    // What was delivered is still acknowledged, should the client listen.
    if timeout(GREETING, &mut writing).await.is_err() {
        writing.abort();
    }
    ended
}

/// Writes answers in order. When something is not durable, nothing more is acknowledged and the connection ends.
pub(super) async fn write<S: AsyncWrite>(mut writer: WriteHalf<S>, mut queue: mpsc::Receiver<Answer>, version: Version) {
    while let Some(answer) = queue.recv().await {
        let bytes = match answer {
            Answer::Bytes(bytes) => bytes,
            Answer::When { durable, then } => match durable.await {
                Ok(Ok(_)) => then,
                _ => {
                    let _ = timeout(PATIENCE, writer.write_all(&packets::cannot_keep(version))).await;
                    break;
                }
            },
        };
        if !matches!(timeout(PATIENCE, writer.write_all(&bytes)).await, Ok(Ok(()))) {
            break;
        }
    }
    queue.close();
    let _ = timeout(PATIENCE, writer.shutdown()).await;
}

fn one(hub: &Hub, name: &str, reason: Reason, detail: &str) -> Batch {
    Batch { refused: vec![refused(name, reason, Source::Mqtt, detail, now_ms(hub))], ..Batch::default() }
}

fn now_ms(hub: &Hub) -> i64 {
    hub.register.door().now().div_euclid(1000)
}

struct Session<'a> {
    hub: &'a Hub,
    /// The number under which it came in.
    name: String,
    greeting: &'a Greeting,
    devices: Vec<Arc<Device>>,
}

impl Session<'_> {
    async fn read<R: AsyncRead + Unpin>(&self, reader: &mut R, answers: &mpsc::Sender<Answer>) -> io::Result<()> {
        let version = self.greeting.version;
        let silence = match self.greeting.keep_alive {
            0 => IDLE,
            seconds => Duration::from_millis(u64::from(seconds) * 1500),
        };
        let gone = |_| io::Error::other("the client is gone");
        loop {
            let Ok(packet) = timeout(silence, wire::packet(reader)).await else { return Err(io::Error::other("silent")) };
            let Some(bytes) = packet? else { return Ok(()) };
            let answer = match packets::said(version, &bytes) {
                Some(Said::Publish { topic, payload, pid }) => {
                    let (batch, allowed) = self.publication(&topic, &payload);
                    let durable = self.hub.begin(batch).await.map_err(io::Error::other)?;
                    let then = pid.map(|pid| packets::acknowledged(version, pid, allowed)).unwrap_or_default();
                    Answer::When { durable, then }
                }
                Some(Said::Subscribe { pid, filters }) => {
                    let own: Vec<bool> = filters.iter().map(|filter| self.device_of(filter).is_some()).collect();
                    Answer::Bytes(packets::subscribed(version, pid, &own))
                }
                Some(Said::Unsubscribe { pid, count }) => Answer::Bytes(packets::unsubscribed(version, pid, count)),
                Some(Said::Ping) => Answer::Bytes(packets::pong()),
                Some(Said::Other) => continue,
                Some(Said::Bye) => return Ok(()),
                Some(Said::TooGood) | None => {
                    let detail = if bytes.first().is_some_and(|byte| byte >> 4 == 3) { "QoS 2 或报文有误" } else { "报文有误" };
                    let _ = self.hub.deliver(one(self.hub, &self.name, Reason::Malformed, detail)).await;
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "protocol error"));
                }
            };
            answers.send(answer).await.map_err(gone)?;
        }
    }

    /// The device whose topic this is: `zhijian/{device}/…`, of those that may use this connection.
    fn device_of(&self, topic: &str) -> Option<Arc<Device>> {
        let mut levels = topic.split('/');
        let (Some("zhijian"), Some(number), Some(_)) = (levels.next(), levels.next(), levels.next()) else { return None };
        let known = self.devices.iter().find(|device| device.no == number)?;
        // As it is in the register by now: it may have been taken out of use.
        Some(self.hub.register.device(&known.no).unwrap_or_else(|| Arc::clone(known)))
    }

    fn publication(&self, topic: &str, payload: &[u8]) -> (Batch, bool) {
        let Some(device) = self.device_of(topic) else {
            return (one(self.hub, &self.name, Reason::Foreign, &format!("主题 {topic}")), false);
        };
        (readings(self.hub, &device, &self.name, payload), true)
    }
}

/// What `sender` published under the topic of a device.
pub(super) fn readings(hub: &Hub, device: &Arc<Device>, sender: &str, payload: &[u8]) -> Batch {
    let items = match json_items(payload) {
        Ok(items) => items,
        Err(why) => {
            let raw = String::from_utf8_lossy(payload);
            return one(hub, &device.no, Reason::Malformed, &format!("{why}：{raw}"));
        }
    };
    let incoming = items.into_iter().map(|item| Incoming {
        device: (item.device.is_empty() || item.device == device.no).then(|| Arc::clone(device)),
        branch: None,
        sent: item.sent,
        raw: item.raw,
    });
    crate::sort(&hub.register, sender, Source::Mqtt, incoming.collect(), now_ms(hub))
}
