//! What arrived, sorted into readings and things for quarantine.

use crate::hub::{Source, refused};
use crate::register::{Device, Register};
use std::sync::Arc;
use zhijian_telemetry::readings::{Arrival, Batch, Reason, Sent, Series, Verdict, judge};
use zhijian_telemetry::windows::Readings;

/// A thing that a known sender sent.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Of which device; `None`: nobody mapped it.
    pub device: Option<Arc<Device>>,
    /// Which series of the device, when it is not the one that is watched.
    pub branch: Option<String>,
    /// The reading, or why it is none.
    pub sent: Result<Sent, String>,
    /// What was sent, for the quarantine.
    pub raw: String,
}

/// Sorts what `sender` sent and what arrived at `now_ms`.
#[must_use]
pub fn sort(register: &Register, sender: &str, source: Source, incoming: Vec<Incoming>, now_ms: i64) -> Batch {
    sort_by(register, sender, source, incoming, now_ms, |_| now_ms)
}

/// As [`sort`], for what a device sent because it was asked to: it may be as old as it likes.
#[must_use]
pub fn sort_asked(register: &Register, sender: &str, source: Source, incoming: Vec<Incoming>, now_ms: i64) -> Batch {
    sort_by(register, sender, source, incoming, now_ms, |sent| now_ms.min(sent.at_ms.saturating_add(Readings::HORIZON_MS)))
}

/// `then` says against which clock a reading is judged.
fn sort_by(register: &Register, sender: &str, source: Source, incoming: Vec<Incoming>, now_ms: i64, then: impl Fn(&Sent) -> i64) -> Batch {
    let mut batch = Batch::default();
    for one in incoming {
        let held = |reason: Reason, detail: &str| {
            let name = one.device.as_ref().map_or(sender, |device| device.no.as_str());
            refused(name, reason, source, detail, now_ms)
        };
        let Some(device) = &one.device else {
            batch.refused.push(held(Reason::Foreign, &one.raw));
            continue;
        };
        if device.stopped {
            batch.refused.push(held(Reason::Unknown, &one.raw));
            continue;
        }
        match &one.sent {
            Err(why) => batch.refused.push(held(Reason::Malformed, &format!("{why}：{}", one.raw))),
            Ok(sent) => match judge(sent, |unit| register.same_unit(unit, &device.unit), then(sent)) {
                Verdict::Hold(reason) => batch.refused.push(held(reason, &one.raw)),
                Verdict::Keep(reading) => {
                    let factor = one.branch.clone().unwrap_or_else(|| device.hazard.clone());
                    batch.arrivals.push(Arrival { series: Series { device: device.no.clone(), factor }, reading, arrived_ms: now_ms });
                }
            },
        }
    }
    batch
}
