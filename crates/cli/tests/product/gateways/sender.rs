//! A device as it should be: keeps what was not acknowledged and sends it again on the next connection.

use super::{LOGGER, NOISE, SECRET};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use time::{OffsetDateTime, UtcOffset};
use zhijian_telemetry::hj212::{encode, write_segment};

/// Messages on their way at a time.
const IN_FLIGHT: usize = 20;
/// Silence after which a device takes its connection for dead.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    Mqtt,
    Hj212,
}

/// A device with readings to deliver, by moment (Unix milliseconds, whole seconds).
pub struct Sender {
    tongue: Tongue,
    /// What it ever had to send.
    pub all: BTreeMap<i64, f64>,
    /// What was acknowledged.
    pub acknowledged: BTreeSet<i64>,
    /// Numbers of messages by moment, and back.
    numbers: BTreeMap<i64, u16>,
    moments: BTreeMap<u16, i64>,
}

impl Sender {
    pub fn new(tongue: Tongue) -> Self {
        Self { tongue, all: BTreeMap::new(), acknowledged: BTreeSet::new(), numbers: BTreeMap::new(), moments: BTreeMap::new() }
    }

    /// A reading to be delivered.
    pub fn read(&mut self, at_ms: i64, value: f64) {
        let number = u16::try_from(self.numbers.len() + 1).unwrap_or(u16::MAX);
        self.moments.insert(*self.numbers.entry(at_ms).or_insert(number), at_ms);
        self.all.insert(at_ms, value);
    }

    /// What it has to send yet.
    pub fn open(&self) -> Vec<i64> {
        self.all.keys().filter(|at| !self.acknowledged.contains(at)).copied().collect()
    }

    /// One connection: sends what is open until it ends, by whatever; errors of the network are what is tested. `true`: everything is acknowledged.
    pub fn connection(&mut self, address: &str) -> bool {
        let _ = self.talk(address);
        self.open().is_empty()
    }

    fn talk(&mut self, address: &str) -> io::Result<()> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        if self.tongue == Tongue::Mqtt {
            stream.write_all(&connect(NOISE, 2))?;
            let mut welcome = [0; 4];
            stream.read_exact(&mut welcome)?;
            assert_eq!(welcome[3], 0, "the device is let in");
        }
        let mut waiting = self.open();
        waiting.reverse();
        let (mut flying, mut heard) = (0, Vec::new());
        loop {
            while flying < IN_FLIGHT {
                let Some(at) = waiting.pop() else { break };
                stream.write_all(&self.message(at))?;
                flying += 1;
            }
            if flying == 0 {
                return Ok(());
            }
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            heard.extend_from_slice(&buffer[..count]);
            let answers = self.answers(&mut heard);
            flying -= answers.len();
            self.acknowledged.extend(answers);
        }
    }

    fn message(&self, at_ms: i64) -> Vec<u8> {
        let value = self.all[&at_ms];
        match self.tongue {
            Tongue::Mqtt => publish(NOISE, self.numbers[&at_ms], &format!("{{\"ts\":{at_ms},\"value\":{value},\"unit\":\"dB(A)\"}}")),
            Tongue::Hj212 => frame(at_ms, value),
        }
    }

    /// The moments that are acknowledged in what was heard; what is not whole stays.
    fn answers(&self, heard: &mut Vec<u8>) -> Vec<i64> {
        let mut found = Vec::new();
        match self.tongue {
            Tongue::Mqtt => {
                while heard.len() >= 4 {
                    let packet: Vec<u8> = heard.drain(..4).collect();
                    assert_eq!(packet[..2], [0x40, 2], "a PUBACK");
                    found.extend(self.moments.get(&u16::from_be_bytes([packet[2], packet[3]])));
                }
            }
            Tongue::Hj212 => {
                while let Some(end) = heard.windows(2).position(|pair| pair == b"\r\n") {
                    let line: Vec<u8> = heard.drain(..end + 2).collect();
                    let text = String::from_utf8_lossy(&line).into_owned();
                    assert!(text.contains("CN=9014"), "{text}");
                    let qn = text.split_once("QN=").and_then(|(_, rest)| rest.split_once(';')).map(|(qn, _)| qn.to_owned());
                    found.extend(self.all.keys().find(|at| Some(&number(**at)) == qn.as_ref()));
                }
            }
        }
        found
    }
}

/// CONNECT of MQTT 3.1.1.
pub fn connect(name: &str, keep_alive: u16) -> Vec<u8> {
    let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, 0xc2];
    body.extend(keep_alive.to_be_bytes());
    for text in [name, name, SECRET] {
        body.extend(u16::try_from(text.len()).unwrap_or_default().to_be_bytes());
        body.extend(text.as_bytes());
    }
    packet(0x10, &body)
}

/// PUBLISH at QoS 1.
pub fn publish(device: &str, number: u16, payload: &str) -> Vec<u8> {
    let topic = format!("zhijian/{device}/readings");
    let mut body = u16::try_from(topic.len()).unwrap_or_default().to_be_bytes().to_vec();
    body.extend(topic.as_bytes());
    body.extend(number.to_be_bytes());
    body.extend(payload.as_bytes());
    packet(0x32, &body)
}

fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let (mut bytes, mut length) = (vec![kind], body.len());
    while length > 127 {
        bytes.push(u8::try_from(length % 128).unwrap_or_default() | 128);
        length /= 128;
    }
    bytes.push(u8::try_from(length).unwrap_or_default());
    bytes.extend(body);
    bytes
}

/// `YYYYMMDDhhmmss` in China.
fn stamp(at_ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(at_ms / 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let at = at.to_offset(UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC));
    let (date, clock) = (at.date(), at.time());
    format!("{:04}{:02}{:02}{:02}{:02}{:02}", date.year(), u8::from(date.month()), date.day(), clock.hour(), clock.minute(), clock.second())
}

fn number(at_ms: i64) -> String {
    format!("{}000", stamp(at_ms))
}

fn frame(at_ms: i64, value: f64) -> Vec<u8> {
    let (stamp, qn, value) = (stamp(at_ms), number(at_ms), value.to_string());
    let header = [("QN", qn.as_str()), ("ST", "22"), ("CN", "2011"), ("PW", SECRET), ("MN", LOGGER), ("Flag", "5")];
    let segment = write_segment(&header, &[("DataTime", &stamp), ("LA-Rtd", &value)]).unwrap_or_default();
    encode(segment.as_bytes()).unwrap_or_default()
}
