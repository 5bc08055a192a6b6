//! One session with a broker: messages are acknowledged in their order, each when it is on the disk.

use super::super::session::{Answer, IN_FLIGHT, readings, write};
use super::super::{packets as devices, wire};
use super::packets::{self, Heard};
use super::{Broker, KEEP_ALIVE_S};
use crate::hub::{Hub, Source, refused};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::ServerName;
use zhijian_telemetry::readings::{Batch, Reason};

/// How long a broker may take to answer a greeting.
const GREETING: Duration = Duration::from_secs(10);

/// Connects, and serves the session until it ends, which is always for a reason.
pub(super) async fn run(broker: &Broker, hub: &Hub) -> io::Error {
    match begin(broker, hub).await {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

async fn begin(broker: &Broker, hub: &Hub) -> io::Result<std::convert::Infallible> {
    let address = (broker.address.host.as_str(), broker.address.port);
    let stream = in_time(TcpStream::connect(address)).await?;
    stream.set_nodelay(true)?;
    match &broker.tls {
        None => talk(stream, broker, hub).await,
        Some(tls) => {
            let name = ServerName::try_from(broker.address.host.clone()).map_err(io::Error::other)?;
            talk(in_time(tls.connect(name, stream)).await?, broker, hub).await
        }
    }
}

async fn in_time<T>(what: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(GREETING, what).await.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "没有应答"))?
}

async fn talk<S: AsyncRead + AsyncWrite + Send + 'static>(stream: S, broker: &Broker, hub: &Hub) -> io::Result<std::convert::Infallible> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = BufReader::with_capacity(64 * 1024, reader);
    writer.write_all(&packets::connect(broker)).await?;
    let first = in_time(wire::packet(&mut reader)).await?.ok_or_else(ended)?;
    let keep_alive = match packets::heard(broker.version, &first) {
        Some(Heard::Welcome(wish)) => wish.filter(|seconds| *seconds > 0).unwrap_or(KEEP_ALIVE_S),
        Some(Heard::Refused(why)) => return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("拒绝连接：{why}"))),
        _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "不是 MQTT 应答")),
    };
    writer.write_all(&packets::subscribe(broker.version, &broker.filter())).await?;
    let (answers, queue) = mpsc::channel(usize::from(IN_FLIGHT));
    let writing = tokio::spawn(write(writer, queue, broker.version));
    let silence = Duration::from_secs(u64::from(keep_alive));
    let over = tokio::select! {
        over = read(&mut reader, broker, hub, &answers, silence) => over,
        () = stay(&answers, silence / 2) => Err(io::Error::other("无法写入")),
        () = answers.closed() => Err(io::Error::other("数据没有落盘，或连接已断")),
    };
    drop(answers);
    // What is durable by now is still acknowledged, should the broker listen.
    let _ = timeout(GREETING, writing).await;
    over
}

/// Says that we are there: half way through the silence, so that a lost one does no harm.
async fn stay(answers: &mpsc::Sender<Answer>, pause: Duration) {
    loop {
        tokio::time::sleep(pause).await;
        if answers.send(Answer::Bytes(packets::ping())).await.is_err() {
            return;
        }
    }
}

async fn read<R: AsyncRead + Unpin>(
    reader: &mut R,
    broker: &Broker,
    hub: &Hub,
    answers: &mpsc::Sender<Answer>,
    silence: Duration,
) -> io::Result<std::convert::Infallible> {
    loop {
        // Our pings are answered, so a broker is never silent for so long.
        let packet = timeout(silence * 3 / 2, wire::packet_or_beginning(reader)).await;
        let packet = packet.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "长时间没有应答"))??.ok_or_else(ended)?;
        let heard = if packet.whole { packets::heard(broker.version, &packet.bytes) } else { None };
        let (batch, pid) = match heard {
            Some(Heard::Publish { topic, payload, pid }) => (publication(hub, &topic, &payload), pid),
            Some(Heard::Subscribed(Ok(()))) => {
                hub.counts().broker.subscribed();
                tracing::info!(broker = %broker.address, filter = broker.filter(), "subscribed");
                continue;
            }
            Some(Heard::Subscribed(Err(why))) => {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("不允许订阅 {}：{why}", broker.filter())));
            }
            Some(Heard::Bye(why)) => return Err(io::Error::new(io::ErrorKind::ConnectionAborted, format!("服务器断开：{why}"))),
            Some(Heard::Welcome(_) | Heard::Refused(_) | Heard::Other) => continue,
            None => {
                let Some((topic, pid)) = packets::torn(&packet.bytes) else {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "报文有误"));
                };
                let detail = if packet.whole { "报文有误" } else { "报文过长" };
                (held(hub, number(&topic).unwrap_or_default(), Reason::Malformed, &format!("{detail}：主题 {topic}")), pid)
            }
        };
        hub.counts().broker.heard();
        let durable = hub.begin(batch).await.map_err(io::Error::other)?;
        let then = pid.map(|pid| devices::acknowledged(broker.version, pid, true)).unwrap_or_default();
        answers.send(Answer::When { durable, then }).await.map_err(|_| ended())?;
    }
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "连接已断")
}

/// The device that a topic names: `zhijian/{device}/readings`.
fn number(topic: &str) -> Option<&str> {
    topic.strip_prefix("zhijian/")?.strip_suffix("/readings").filter(|number| !number.is_empty() && !number.contains('/'))
}

/// What a message holds. Who may publish under which topic was for the broker to say.
fn publication(hub: &Hub, topic: &str, payload: &[u8]) -> Batch {
    let Some(number) = number(topic) else { return held(hub, "", Reason::Foreign, &format!("主题 {topic}")) };
    match hub.register.device(number) {
        Some(device) => readings(hub, &device, number, payload),
        None => held(hub, number, Reason::Unknown, &String::from_utf8_lossy(payload)),
    }
}

fn held(hub: &Hub, number: &str, reason: Reason, detail: &str) -> Batch {
    let now_ms = hub.register.door().now().div_euclid(1000);
    Batch { refused: vec![refused(number, reason, Source::Mqtt, detail, now_ms)], ..Batch::default() }
}
