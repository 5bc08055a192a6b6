//! A connection of a device: a window of messages on their way, answers counted as they come (all ways in answer in order).

use super::message::greeting;
use anyhow::{Context as _, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// A way into the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// HJ 212 over TCP.
    Hj212,
    /// MQTT 3.1.1 at QoS 1.
    Mqtt,
    /// Batches by HTTP.
    Http,
}

/// Who connects, and where to.
#[derive(Debug, Clone)]
pub(super) struct Who {
    pub way: Way,
    pub address: SocketAddr,
    pub number: String,
    pub secret: String,
}

/// The platform does not let the device in: trying again changes nothing.
#[derive(Debug)]
pub(super) struct Refused(String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "设备“{}”未登记、已停用或密码不符", self.0)
    }
}

impl std::error::Error for Refused {}

/// Messages on their way at a time.
const WINDOW: u32 = 32;
/// Readings of an HTTP batch.
const BATCH: usize = 60;

/// An open connection.
pub(super) struct Link {
    who: Who,
    /// `None` for HTTP, which connects for each batch.
    writer: Option<OwnedWriteHalf>,
    reading: Option<JoinHandle<()>>,
    window: Arc<Semaphore>,
    answered: Arc<AtomicU64>,
    refused: Arc<AtomicBool>,
    batch: Vec<Vec<u8>>,
    /// Messages handed to it.
    pub sent: u64,
}

impl Link {
    /// Connects and, for MQTT, greets.
    ///
    /// # Errors
    /// Nobody is there, or the device is not let in.
    pub async fn open(who: &Who) -> Result<Self> {
        let mut link = Self {
            who: who.clone(),
            writer: None,
            reading: None,
            window: Arc::new(Semaphore::new(WINDOW as usize)),
            answered: Arc::default(),
            refused: Arc::default(),
            batch: Vec::new(),
            sent: 0,
        };
        if who.way == Way::Http {
            return Ok(link);
        }
        let mut stream = TcpStream::connect(who.address).await.with_context(|| format!("无法连接 {}", who.address))?;
        stream.set_nodelay(true)?;
        if who.way == Way::Mqtt {
            stream.write_all(&greeting(who)?).await?;
            let mut welcome = [0; 4];
            stream.read_exact(&mut welcome).await.context("MQTT 没有应答")?;
            anyhow::ensure!(welcome[3] == 0, Refused(who.number.clone()));
        }
        let (reader, writer) = stream.into_split();
        link.writer = Some(writer);
        link.reading =
            Some(tokio::spawn(count(reader, who.way, Arc::clone(&link.window), Arc::clone(&link.answered), Arc::clone(&link.refused))));
        Ok(link)
    }

    /// Sends a message, when there is room in the window.
    ///
    /// # Errors
    /// The connection ended.
    pub async fn send(&mut self, message: Vec<u8>) -> Result<()> {
        self.sent += 1;
        let Some(writer) = &mut self.writer else {
            self.batch.push(message);
            return if self.batch.len() >= BATCH { self.post().await } else { Ok(()) };
        };
        match self.window.acquire().await {
            Ok(place) => place.forget(),
            Err(_) => return Err(broken(&self.refused, &self.who)),
        }
        writer.write_all(&message).await.context("连接中断")
    }

    /// Answers so far.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Waits until everything is answered.
    ///
    /// # Errors
    /// The connection ended before.
    pub async fn finish(&mut self) -> Result<()> {
        if self.writer.is_none() {
            return self.post().await;
        }
        match self.window.acquire_many(WINDOW).await {
            Ok(_all) => Ok(()),
            Err(_) => Err(broken(&self.refused, &self.who)),
        }
    }

    /// Hands the batch over: everything in it is kept, or nothing.
    async fn post(&mut self) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let body = [b"[".to_vec(), self.batch.join(&b","[..]), b"]".to_vec()].concat();
        let head = format!(
            "POST /api/v1/readings HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.who.address,
            self.who.number,
            self.who.secret,
            body.len()
        );
        let mut stream = TcpStream::connect(self.who.address).await.with_context(|| format!("无法连接 {}", self.who.address))?;
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&body).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let text = String::from_utf8_lossy(&answer);
        let first = text.lines().next().unwrap_or_default();
        anyhow::ensure!(!first.contains(" 401"), Refused(self.who.number.clone()));
        anyhow::ensure!(first.contains(" 200"), "服务答复“{first}”");
        self.answered.fetch_add(self.batch.len() as u64, Ordering::Relaxed);
        self.batch.clear();
        Ok(())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(reading) = &self.reading {
            reading.abort();
        }
    }
}

/// Why nothing more can be sent.
fn broken(refused: &AtomicBool, who: &Who) -> anyhow::Error {
    if refused.load(Ordering::Relaxed) { Refused(who.number.clone()).into() } else { anyhow::anyhow!("连接中断") }
}

/// Counts answers: a line with 9014 each of HJ 212 (9011 is a refusal), four bytes each of MQTT.
async fn count(mut reader: OwnedReadHalf, way: Way, window: Arc<Semaphore>, answered: Arc<AtomicU64>, refused: Arc<AtomicBool>) {
    let (mut buffer, mut heard) = (vec![0; 8192], Vec::new());
    while let Ok(count @ 1..) = reader.read(&mut buffer).await {
        heard.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let answers = if way == Way::Mqtt {
            let whole = heard.len() / 4;
            heard.drain(..whole * 4);
            whole
        } else {
            let end = heard.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
            let lines: Vec<u8> = heard.drain(..end).collect();
            let text = String::from_utf8_lossy(&lines);
            if text.contains("CN=9011") {
                refused.store(true, Ordering::Relaxed);
                break;
            }
            text.matches("CN=9014").count()
        };
        answered.fetch_add(answers as u64, Ordering::Relaxed);
        window.add_permits(answers);
    }
    window.close();
}
