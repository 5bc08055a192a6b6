//! Split packets (`PNUM`, `PNO`) become one message. Time is passed in; what never gets whole is told, not lost.

use std::collections::{BTreeMap, HashMap};

use super::header::Header;
use super::segment::Segment;

/// What an assembler puts up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long parts are waited for, milliseconds.
    pub wait_ms: u64,
    /// How many messages may be incomplete at a time; the oldest gives way.
    pub messages: usize,
    /// How many bytes of parts are kept in all; the oldest message gives way.
    pub bytes: usize,
}

impl Default for Bounds {
    /// 60 s as the protocol summary says; 64 messages and 1 MiB are ours, to bound memory per connection.
    fn default() -> Self {
        Self { wait_ms: 60_000, messages: 64, bytes: 1 << 20 }
    }
}

/// A message that did not get whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// Device.
    pub mn: String,
    /// Request number; empty when the device sends none.
    pub qn: String,
    /// Command.
    pub cn: String,
    /// How many parts there should be.
    pub total: u16,
    /// The parts that came, by number: full segments each, so what they hold can still be stored.
    pub parts: BTreeMap<u16, String>,
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Not split, or the last missing part: the whole message's segments, in order ([`Segment::merge`] makes one of them).
    Whole(Vec<String>),
    /// More parts are needed.
    Waiting {
        /// How many came.
        have: u16,
        /// How many there should be.
        total: u16,
    },
    /// The very same part again.
    Repeated,
}

#[derive(Debug)]
struct Open {
    since_ms: u64,
    order: u64,
    message: Incomplete,
}

/// Collects parts by device, request number and command.
#[derive(Debug, Default)]
pub struct Assembler {
    bounds: Bounds,
    open: HashMap<(String, String, String), Open>,
    count: u64,
    bytes: usize,
}

impl Assembler {
    /// An empty one.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// Takes a segment in at `now_ms`. Messages that had to give way come beside the result: a part with the same number and other content begins a new
    /// message, and so does another total.
    pub fn take(&mut self, header: &Header<'_>, text: &str, now_ms: u64) -> (Taken, Vec<Incomplete>) {
        let mut lost = self.expire(now_ms);
        let Some(packet) = header.packet.filter(|packet| packet.total > 1) else {
            return (Taken::Whole(vec![text.to_owned()]), lost);
        };
        let key = (header.mn.to_owned(), header.qn.unwrap_or_default().to_owned(), header.cn.to_owned());
        if let Some(open) = self.open.get(&key) {
            match open.message.parts.get(&packet.number) {
                Some(known) if known == text && open.message.total == packet.total => return (Taken::Repeated, lost),
                None if open.message.total == packet.total => {}
                _ => lost.extend(self.close(&key)),
            }
        }
        self.count += 1;
        let (mn, qn, cn) = key.clone();
        let open = self.open.entry(key.clone()).or_insert_with(|| Open {
            since_ms: now_ms,
            order: self.count,
            message: Incomplete { mn, qn, cn, total: packet.total, parts: BTreeMap::new() },
        });
        open.message.parts.insert(packet.number, text.to_owned());
        self.bytes += text.len();
        let have = open.message.parts.len();
        if have == usize::from(packet.total) {
            let parts = self.close(&key).map(|message| message.parts.into_values().collect()).unwrap_or_default();
            return (Taken::Whole(parts), lost);
        }
        while self.open.len() > self.bounds.messages || (self.bytes > self.bounds.bytes && !self.open.is_empty()) {
            let oldest = self.open.iter().min_by_key(|(_, open)| open.order).map(|(key, _)| key.clone());
            match oldest.and_then(|key| self.close(&key)) {
                Some(message) => lost.push(message),
                None => break,
            }
        }
        (Taken::Waiting { have: u16::try_from(have).unwrap_or(u16::MAX), total: packet.total }, lost)
    }

    /// Gives up messages whose time has passed, oldest first.
    pub fn expire(&mut self, now_ms: u64) -> Vec<Incomplete> {
        let mut late: Vec<_> = self
            .open
            .iter()
            .filter(|(_, open)| now_ms.saturating_sub(open.since_ms) > self.bounds.wait_ms)
            .map(|(key, open)| (open.order, key.clone()))
            .collect();
        late.sort();
        late.into_iter().filter_map(|(_, key)| self.close(&key)).collect()
    }

    fn close(&mut self, key: &(String, String, String)) -> Option<Incomplete> {
        let message = self.open.remove(key)?.message;
        self.bytes -= message.parts.values().map(String::len).sum::<usize>();
        Some(message)
    }
}

impl Incomplete {
    /// What came, as one segment.
    #[must_use]
    pub fn merged(&self) -> Segment<'_> {
        Segment::merge(&self.parts.values().map(|text| Segment::parse(text)).collect::<Vec<_>>())
    }
}
