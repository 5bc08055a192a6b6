//! How a consumer stands, for the page of the system and the metrics.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How the consumer of this process stands.
#[derive(Debug, Default)]
pub struct Standing {
    words: Mutex<Words>,
    connected: AtomicBool,
    sessions: AtomicU64,
    received: AtomicU64,
}

#[derive(Debug, Default, Clone)]
struct Words {
    address: String,
    trouble: String,
}

impl Standing {
    /// The broker without its user; empty when there is none.
    #[must_use]
    pub fn address(&self) -> String {
        self.words().address
    }

    /// Why the last session ended or did not come about; empty while all is well.
    #[must_use]
    pub fn trouble(&self) -> String {
        self.words().trouble
    }

    /// Connected and subscribed.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// Sessions that came about, so one more than reconnections.
    #[must_use]
    pub fn sessions(&self) -> u64 {
        self.sessions.load(Ordering::Relaxed)
    }

    /// Messages that came from the broker, those that came again included.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    fn words(&self) -> Words {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn begins(&self, address: String) {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).address = address;
    }

    pub(super) fn subscribed(&self) {
        self.sessions.fetch_add(1, Ordering::Relaxed);
        self.connected.store(true, Ordering::Relaxed);
        self.words.lock().unwrap_or_else(PoisonError::into_inner).trouble.clear();
    }

    pub(super) fn lost(&self, why: String) {
        self.connected.store(false, Ordering::Relaxed);
        self.words.lock().unwrap_or_else(PoisonError::into_inner).trouble = why;
    }

    pub(super) fn heard(&self) {
        self.received.fetch_add(1, Ordering::Relaxed);
    }
}
