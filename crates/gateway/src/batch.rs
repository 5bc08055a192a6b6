//! HTTP batches: readings of a device, or of the devices of a logger, in one request.

use crate::hub::{Deliver, Hub, Source, refused};
use crate::payload::{Item, csv_items, json_items};
use crate::register::{Admission, Device};
use crate::sort::Incoming;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;
use zhijian_telemetry::readings::{Batch, Reason};

/// Most bytes of a body after unpacking (design).
pub const LARGEST: usize = 4 << 20;

/// A request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Number of the device or logger.
    pub sender: &'a str,
    /// Its secret.
    pub secret: &'a str,
    /// The body is CSV; else JSON.
    pub csv: bool,
    /// The body is packed with gzip.
    pub gzip: bool,
    /// The body.
    pub body: &'a [u8],
}

/// What became of a batch that is durable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Readings and refusals in it.
    pub received: usize,
    /// By code of their fate or of the reason for which they are in quarantine.
    pub counts: BTreeMap<&'static str, usize>,
}

/// Why a batch was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Rejected {
    /// Unknown device or wrong secret.
    #[error("设备未登记、已停用或密码不符")]
    Who,
    /// Not to be read at all.
    #[error("{0}")]
    Body(String),
    /// Too large.
    #[error("内容超过 {LARGEST} 字节")]
    Large,
    /// Not durable: send it again.
    #[error(transparent)]
    Kept(#[from] Deliver),
}

/// Takes a batch: `Ok` means that everything in it is on the disk.
///
/// # Errors
/// See [`Rejected`].
pub async fn take(hub: &Hub, request: Request<'_>) -> Result<Receipt, Rejected> {
    let now_ms = hub.register.door().now().div_euclid(1000);
    let note = |reason: Reason, detail: &str| Batch {
        refused: vec![refused(request.sender, reason, Source::Http, detail, now_ms)],
        ..Batch::default()
    };
    let devices = match hub.register.admit(request.sender, request.secret).await {
        Admission::In(devices) => devices,
        refusal => {
            let reason = if matches!(refusal, Admission::Wrong) { Reason::Secret } else { Reason::Unknown };
            hub.deliver(note(reason, "POST")).await?;
            return Err(Rejected::Who);
        }
    };
    let body = unpacked(request)?;
    let items = match if request.csv { csv_items(&body) } else { json_items(&body) } {
        Ok(items) => items,
        Err(why) => {
            hub.deliver(note(Reason::Malformed, &format!("{why}：{}", String::from_utf8_lossy(&body)))).await?;
            return Err(Rejected::Body(why));
        }
    };
    let received = items.len();
    let incoming = items.into_iter().map(|item| of(&devices, item)).collect();
    let batch = crate::sort(&hub.register, request.sender, Source::Http, incoming, now_ms);
    let mut counts = BTreeMap::new();
    for one in &batch.refused {
        *counts.entry(one.reason.code()).or_default() += 1;
    }
    for fate in hub.deliver(batch).await? {
        *counts.entry(fate.code()).or_default() += 1;
    }
    Ok(Receipt { received, counts })
}

fn unpacked(request: Request<'_>) -> Result<Vec<u8>, Rejected> {
    if request.body.len() > LARGEST {
        return Err(Rejected::Large);
    }
    if !request.gzip {
        return Ok(request.body.to_vec());
    }
    let mut body = Vec::new();
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX) + 1;
    let read = flate2::read::MultiGzDecoder::new(request.body).take(most).read_to_end(&mut body);
    read.map_err(|_| Rejected::Body("不是 gzip 内容".into()))?;
    if body.len() > LARGEST { Err(Rejected::Large) } else { Ok(body) }
}

/// The device that a reading names; without a name the only one of the sender.
fn of(devices: &[Arc<Device>], item: Item) -> Incoming {
    let device = match (item.device.as_str(), devices) {
        ("", [only]) => Some(Arc::clone(only)),
        ("", _) => None,
        (name, _) => devices.iter().find(|device| device.no == name).cloned(),
    };
    Incoming { device, branch: None, sent: item.sent, raw: item.raw }
}
