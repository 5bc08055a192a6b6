//! A store in memory that knows just what the lake asks of one.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part and stops at the first surprise")]

#[macro_use]
mod reading;
pub mod golden;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use reading::stored;
use zhijian_records::port::*;

#[derive(Debug, Default)]
struct Inside {
    revisions: Vec<Stored>,
    events: Vec<Event>,
    position: i64,
}

/// Revisions and events in memory.
#[derive(Debug, Default, Clone)]
pub struct MemoryStore {
    inside: Arc<Mutex<Inside>>,
    /// Newest events that readers do not see yet, though scans see their revisions.
    pub delayed: Arc<Mutex<usize>>,
}

impl MemoryStore {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes new revisions in one commit at an instant; an open revision with the same id is closed.
    pub fn commit(&self, at: Instant, revisions: Vec<Stored>) {
        let mut inside = self.inside();
        // Sign-ins and views take numbers too: events have gaps.
        let seq = inside.events.last().map_or(0, |e| e.seq) + 2;
        let mut event = Event { seq, kind: String::new(), action: Action::Amend, partitions: Vec::new(), at };
        for mut new in revisions {
            event.kind.clone_from(&new.kind);
            event.partitions.push(partition(&new));
            if let Some(old) = inside.revisions.iter_mut().find(|r| r.kind == new.kind && r.id == new.id && r.recorded_to.is_none()) {
                old.recorded_to = Some(at);
                new.rev = old.rev + 1;
                event.partitions.push(partition(old));
            }
            (new.recorded_from, new.recorded_to, new.commit) = (at, None, seq);
            inside.revisions.push(new);
        }
        inside.events.push(event);
    }

    /// The newest revision of a record.
    pub fn newest(&self, id: &str) -> Option<Stored> {
        self.inside().revisions.iter().find(|r| r.id == id && r.recorded_to.is_none()).cloned()
    }
}

fn partition(stored: &Stored) -> Partition {
    Partition { kind: stored.kind.clone(), region: stored.region.clone(), year: stored.year }
}

only_read_by_the_lake! { MemoryStore {
    async fn partitions(&self) -> Result<Vec<Partition>, StoreError> {
        let mut all: Vec<Partition> = self.inside().revisions.iter().map(partition).collect();
        all.sort();
        all.dedup();
        Ok(all)
    }
    async fn scan(&self, wanted: &Partition, after: Option<String>, limit: u32) -> Result<(Vec<Stored>, Option<String>), StoreError> {
        let limit = (limit as usize).min(3); // small pages, so that paging is tried
        let from: usize = after.and_then(|a| a.parse().ok()).unwrap_or(0);
        let inside = self.inside();
        let mut rows: Vec<&Stored> = inside.revisions.iter().filter(|r| partition(r) == *wanted).collect();
        rows.sort_by(|a, b| (&a.id, a.rev).cmp(&(&b.id, b.rev)));
        let next = (from + limit < rows.len()).then(|| (from + limit).to_string());
        Ok((rows.into_iter().skip(from).take(limit).cloned().collect(), next))
    }
    async fn events(&self, after: i64, limit: u32) -> Result<Vec<Event>, StoreError> {
        let delayed = *self.delayed.lock().unwrap_or_else(PoisonError::into_inner);
        let inside = self.inside();
        let seen = inside.events.len().saturating_sub(delayed);
        Ok(inside.events[..seen].iter().filter(|e| e.seq > after).take(limit as usize).cloned().collect())
    }
    async fn position(&self, _: &str) -> Result<i64, StoreError> {
        Ok(self.inside().position)
    }
    async fn set_position(&self, _: &str, seq: i64) -> Result<(), StoreError> {
        self.inside().position = seq;
        Ok(())
    }
} }
