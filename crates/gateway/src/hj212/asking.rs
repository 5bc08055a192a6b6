//! The requests of one connection: sent, sent again, answered.

use super::lines::{End, Ended, Order};
use std::collections::HashMap;
use tokio::sync::oneshot;
use zhijian_telemetry::hj212::{CrcMode, Due, Exchanges, Header, Progress, Segment, Settings, encode_with, request};

/// How long a result is waited for after the device accepted: an hour (design; the protocol names no figure). A long stretch of history takes its time.
pub(super) const EXECUTION_MS: u64 = 3_600_000;
/// Longest answer that is kept, bytes.
const LONGEST: usize = 500;

struct Open {
    ended: oneshot::Sender<Ended>,
    resent: u32,
    answer: String,
    readings: usize,
    history: bool,
}

/// The open requests of a connection.
pub(super) struct Asking {
    exchanges: Exchanges,
    open: HashMap<String, Open>,
    /// Over, but not told yet: what came in answer may not be on the disk.
    over: Vec<(Open, End)>,
}

impl Default for Asking {
    fn default() -> Self {
        Self::new(Settings { execution_ms: Some(EXECUTION_MS), ..Settings::default() })
    }
}

impl Asking {
    pub(super) fn new(settings: Settings) -> Self {
        Self { exchanges: Exchanges::new(settings), open: HashMap::new(), over: Vec::new() }
    }

    /// Whether nothing is open, so that time does not matter.
    pub(super) fn idle(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether a request with this number is open.
    pub(super) fn asked(&self, qn: Option<&str>) -> bool {
        qn.is_some_and(|qn| self.open.contains_key(qn))
    }

    /// Whether a request with this number is open that asked for what the device kept.
    pub(super) fn history(&self, qn: Option<&str>) -> bool {
        qn.and_then(|qn| self.open.get(qn)).is_some_and(|open| open.history)
    }

    /// The frame of a new request, in the logger's own system code and check sum.
    pub(super) fn begin(&mut self, order: Order, st: &str, mode: CrcMode, now_ms: u64) -> Option<Vec<u8>> {
        let parameters: Vec<(&str, &str)> = order.ask.parameters().iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        let segment = request(&order.qn, st, order.ask.command(), &order.secret, &order.sender, &parameters).ok();
        let frame = segment.as_deref().and_then(|segment| encode_with(mode, segment.as_bytes()).ok());
        let open = Open { ended: order.ended, resent: 0, answer: String::new(), readings: 0, history: order.ask.is_history() };
        match (segment, frame) {
            (Some(segment), Some(frame)) if self.exchanges.sent(&order.sender, &order.qn, &segment, order.ask.is_notice(), now_ms) => {
                self.open.insert(order.qn, open);
                Some(frame)
            }
            _ => {
                open.end(End::Unsent);
                None
            }
        }
    }

    /// Takes 9011, 9012 or 9013.
    pub(super) fn answered(&mut self, header: &Header<'_>, segment: &Segment<'_>, now_ms: u64) {
        let end = match self.exchanges.received(header, segment, now_ms) {
            Progress::Refused(code) => End::Refused(code),
            Progress::Done(result) => End::Executed(result),
            Progress::Noticed => End::Noticed,
            Progress::Accepted | Progress::Repeated => return,
            Progress::Unasked => {
                tracing::info!(
                    sender = header.mn,
                    command = header.cn,
                    "an answer that belongs to no open request: too late, or to nothing of ours"
                );
                return;
            }
        };
        if let Some(open) = header.qn.and_then(|qn| self.open.remove(qn)) {
            self.over.push((open, end));
        }
    }

    /// Tells what is over, now that what came is on the disk.
    pub(super) fn settle(&mut self) {
        for (open, end) in self.over.drain(..) {
            open.end(end);
        }
    }

    /// Takes what the device sends between 9011 and 9012.
    pub(super) fn data(&mut self, qn: Option<&str>, segment: &Segment<'_>, readings: usize) {
        let Some(open) = qn.and_then(|qn| self.open.get_mut(qn)) else { return };
        open.readings += readings;
        if readings == 0 {
            for (key, text) in &segment.cp.fields {
                if open.answer.len() + key.len() + text.len() + 2 <= LONGEST {
                    let separator = if open.answer.is_empty() { "" } else { ";" };
                    open.answer += &format!("{separator}{key}={text}");
                }
            }
        }
    }

    /// Frames that are due again; requests that are given up end.
    pub(super) fn due(&mut self, mode: CrcMode, now_ms: u64) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        for due in self.exchanges.due(now_ms) {
            match due {
                Due::Resend { qn, segment } => {
                    if let Some(open) = self.open.get_mut(&qn) {
                        open.resent += 1;
                    }
                    frames.extend(encode_with(mode, segment.as_bytes()).ok());
                }
                Due::Failed { qn, accepted } => {
                    if let Some(open) = self.open.remove(&qn) {
                        open.end(End::Silent { accepted });
                    }
                }
            }
        }
        frames
    }
}

impl Open {
    fn end(self, end: End) {
        // Whoever asked may be gone; the device has done it all the same.
        let _ = self.ended.send(Ended { end, resent: self.resent, answer: self.answer, readings: self.readings });
    }
}
