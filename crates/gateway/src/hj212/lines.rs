//! Open connections of loggers, by which requests reach them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;
use zhijian_telemetry::hj212::{Ask, ExeRtn, QnRtn};

/// Requests that may wait at a connection.
const WAITING: usize = 16;

/// A request on its way to a connection.
#[derive(Debug)]
pub struct Order {
    /// Number under which the logger reports.
    pub sender: String,
    /// Its password, which requests carry.
    pub secret: Zeroizing<String>,
    /// What is asked.
    pub ask: Ask,
    /// Request number.
    pub qn: String,
    /// Where the end is told; dropped when the connection ends before.
    pub ended: oneshot::Sender<Ended>,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The end.
    pub end: End,
    /// How often it was sent again.
    pub resent: u32,
    /// Fields of the answer, `SystemTime=…;…`.
    pub answer: String,
    /// Readings that came in answer.
    pub readings: usize,
}

/// The end of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Carried out, or not, as the device says; `None` for a number that no table knows.
    Executed(Option<ExeRtn>),
    /// A notice that the device has confirmed.
    Noticed,
    /// The device refuses it.
    Refused(QnRtn),
    /// No answer, however often it was sent; `accepted`: an answer, but never a result.
    Silent {
        /// It had been accepted.
        accepted: bool,
    },
    /// It could not be written, or its number is in use.
    Unsent,
}

/// The open connections of this process.
#[derive(Debug, Default)]
pub struct Lines {
    open: Mutex<HashMap<String, (u64, mpsc::Sender<Order>)>>,
    count: AtomicU64,
}

impl Lines {
    /// Both ends of a new connection's queue, with its number.
    pub(super) fn new_queue(&self) -> (u64, mpsc::Sender<Order>, mpsc::Receiver<Order>) {
        let (orders, queue) = mpsc::channel(WAITING);
        (self.count.fetch_add(1, Ordering::Relaxed), orders, queue)
    }

    /// A sender reports through a connection: the newest holds.
    pub(super) fn enter(&self, sender: &str, number: u64, orders: mpsc::Sender<Order>) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(sender.to_owned(), (number, orders));
    }

    /// A connection ended.
    pub(super) fn leave(&self, number: u64) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (held, _)| *held != number);
    }

    /// Whether a sender is connected to this process.
    #[must_use]
    pub fn connected(&self, sender: &str) -> bool {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).contains_key(sender)
    }

    /// How many senders are connected.
    #[must_use]
    pub fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Hands a request over; false when the sender is not connected, or has too many waiting.
    pub(super) fn hand(&self, order: Order) -> bool {
        let orders = self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&order.sender).map(|(_, orders)| orders.clone());
        orders.is_some_and(|orders| orders.try_send(order).is_ok())
    }
}
