//! Where all ways in meet: what many connections deliver is committed together, then told to those who watch.

use crate::register::Register;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{broadcast, mpsc, oneshot};
use zhijian_records::port::StoreError;
use zhijian_telemetry::readings::{Arrival, Batch, Fate, ReadingStore, Refused};

/// Deliveries that may wait; more make their connections wait.
const WAITING: usize = 4096;
/// Most readings of one transaction.
const TOGETHER: usize = 4096;
/// Readings that a slow watcher may be behind.
const BEHIND: usize = 8192;

/// By which way something came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// MQTT.
    Mqtt,
    /// HJ 212 over TCP.
    Hj212,
    /// HTTP batch.
    Http,
}

impl Source {
    /// Its word in the quarantine.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mqtt => "mqtt",
            Self::Hj212 => "hj212",
            Self::Http => "http",
        }
    }
}

/// A reading that is durable and changed its series.
#[derive(Debug, Clone)]
pub struct Live(pub Arc<Arrival>);

/// Why something could not be made durable: nothing is to be acknowledged.
#[derive(Debug, Clone, thiserror::Error)]
#[error("监测数据没有保存：{0}")]
pub struct Deliver(pub String);

struct Work {
    batch: Batch,
    done: oneshot::Sender<Result<Vec<Fate>, Deliver>>,
}

/// Takes what gateways deliver.
#[derive(Clone)]
pub struct Hub {
    /// The devices.
    pub register: Arc<Register>,
    /// The readings.
    pub store: Arc<dyn ReadingStore>,
    work: mpsc::Sender<Work>,
    live: broadcast::Sender<Live>,
    counts: Arc<Counts>,
    lines: Arc<crate::hj212::Lines>,
}

/// What a hub did since it began.
#[derive(Debug, Default)]
pub struct Counts {
    /// Transactions.
    pub commits: AtomicU64,
    /// Readings and refusals in them.
    pub items: AtomicU64,
    /// Transactions that failed.
    pub failures: AtomicU64,
    /// Open connections.
    pub connections: AtomicU64,
    /// The consumer of an external broker.
    pub broker: crate::mqtt::consumer::Standing,
    /// Why the last transaction failed.
    trouble: Mutex<Option<String>>,
}

impl Counts {
    fn trouble(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hub")
    }
}

impl Hub {
    /// Begins to take deliveries; ends when every clone is gone.
    #[must_use]
    pub fn start(register: Arc<Register>, store: Arc<dyn ReadingStore>) -> Self {
        let (work, queue) = mpsc::channel(WAITING);
        let (live, _) = broadcast::channel(BEHIND);
        let counts = Arc::new(Counts::default());
        tokio::spawn(collect(queue, Arc::clone(&store), live.clone(), Arc::clone(&counts)));
        Self { register, store, work, live, counts, lines: Arc::default() }
    }

    /// Makes a batch durable, together with what others deliver at the same time; the fate of each arrival.
    ///
    /// # Errors
    /// Nothing of it was kept: it must not be acknowledged.
    pub async fn deliver(&self, batch: Batch) -> Result<Vec<Fate>, Deliver> {
        self.begin(batch).await?.await.map_err(|_| stopped())?
    }

    /// As [`Self::deliver`], for callers that go on reading meanwhile: the answer comes through the channel.
    ///
    /// # Errors
    /// The hub has stopped.
    pub async fn begin(&self, batch: Batch) -> Result<oneshot::Receiver<Result<Vec<Fate>, Deliver>>, Deliver> {
        let (done, answer) = oneshot::channel();
        self.work.send(Work { batch, done }).await.map_err(|_| stopped())?;
        Ok(answer)
    }

    /// Readings as they become durable.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Live> {
        self.live.subscribe()
    }

    /// Open connections over which devices can be asked.
    #[must_use]
    pub fn lines(&self) -> &crate::hj212::Lines {
        &self.lines
    }

    /// Why readings cannot be kept at this moment; `None` while they can.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.counts.trouble().clone()
    }

    /// What it did.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}

fn stopped() -> Deliver {
    Deliver("服务正在停止".into())
}

/// One transaction after the other: whatever arrived during the last one goes into the next.
async fn collect(mut queue: mpsc::Receiver<Work>, store: Arc<dyn ReadingStore>, live: broadcast::Sender<Live>, counts: Arc<Counts>) {
    while let Some(first) = queue.recv().await {
        let mut works = vec![first];
        let mut items = size(&works[0].batch);
        while items < TOGETHER {
            let Ok(next) = queue.try_recv() else { break };
            items += size(&next.batch);
            works.push(next);
        }
        let mut all = Batch::default();
        let mut parts = Vec::with_capacity(works.len());
        for Work { batch, done } in works {
            parts.push((batch.arrivals.len(), done));
            all.arrivals.extend(batch.arrivals);
            all.refused.extend(batch.refused);
        }
        let outcome = store.append(&all).await;
        counts.commits.fetch_add(1, Ordering::Relaxed);
        counts.items.fetch_add(items as u64, Ordering::Relaxed);
        match outcome {
            Ok(fates) => {
                *counts.trouble() = None;
                let mut rest = fates.iter().copied();
                for (count, done) in parts {
                    // Whoever asked may be gone; the readings are kept all the same.
                    let _ = done.send(Ok(rest.by_ref().take(count).collect()));
                }
                for (arrival, fate) in all.arrivals.into_iter().zip(fates) {
                    if fate.changed() && live.receiver_count() > 0 {
                        let _ = live.send(Live(Arc::new(arrival)));
                    }
                }
            }
            Err(error) => {
                counts.failures.fetch_add(1, Ordering::Relaxed);
                tracing::error!(error = &error as &dyn std::error::Error, items, "readings are not kept and not acknowledged");
                let told = told(&error);
                *counts.trouble() = Some(error.to_string());
                for (_, done) in parts {
                    let _ = done.send(Err(told.clone()));
                }
            }
        }
    }
}

fn size(batch: &Batch) -> usize {
    batch.arrivals.len() + batch.refused.len()
}

fn told(error: &StoreError) -> Deliver {
    Deliver(error.to_string())
}

/// Cut off, so that nobody fills the quarantine with one message.
pub(crate) fn cut(text: &str) -> String {
    const LONGEST: usize = 500;
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // A zero byte is no text for a database.
    text[..end].replace('\0', "\u{fffd}")
}

/// A refusal.
pub(crate) fn refused(device: &str, reason: zhijian_telemetry::readings::Reason, source: Source, detail: &str, arrived_ms: i64) -> Refused {
    Refused { device: cut(device), reason, source: source.word().into(), detail: cut(detail), arrived_ms }
}
