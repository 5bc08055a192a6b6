//! What an upload says about which device.

use crate::register::Device;
use crate::sort::Incoming;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::UtcOffset;
use zhijian_telemetry::hj212::{DataFlag, Segment, data_time};
use zhijian_telemetry::readings::Sent;
use zhijian_telemetry::windows::Quality;

/// Live data.
const LIVE: &str = "2011";

/// Uploads of data, which are answered with 9014; others are notices (9013).
pub(super) fn is_data(command: &str) -> bool {
    matches!(command, "2011" | "2031" | "2051" | "2061")
}

/// The readings of an upload. A factor belongs to the device whose channel names it. The watched series is the live value (`Rtd` of 2011), or what the
/// channel says (`a34001-Avg`); other commands and suffixes are branches of the series beside it.
pub(super) fn incoming(devices: &[Arc<Device>], command: &str, segment: &Segment<'_>) -> Vec<Incoming> {
    if !is_data(command) {
        return Vec::new();
    }
    let at = segment.cp.field("DataTime").and_then(data_time);
    let mut found = Vec::new();
    for (code, values) in values(segment) {
        let raw = format!("CN={command};DataTime={};{}", segment.cp.field("DataTime").unwrap_or_default(), written(code, &values));
        let device = devices.iter().find(|device| channel(device).0 == code || (device.channel.is_empty() && devices.len() == 1)).cloned();
        let quality = match segment.cp.data_flag(code) {
            Ok(flag) => flag.map_or(Quality::Ok, quality),
            Err(_) => Quality::Suspect,
        };
        // Over the range and no number to say so: it was at least what the register says that can be measured.
        let upper = device.as_ref().and_then(|device| device.number("range_high"));
        let bound = upper.filter(|_| quality == Quality::OverRange);
        let wanted = device.as_ref().and_then(|device| channel(device).1);
        let main = wanted.unwrap_or("Rtd");
        let mut any = false;
        for (suffix, text) in values.iter().filter(|(suffix, _)| matches!(*suffix, "Rtd" | "Avg" | "Leq" | "Data")) {
            any = true;
            let watched = *suffix == main && (wanted.is_some() || command == LIVE);
            let branch = match &device {
                Some(device) if !watched => Some(format!("{}/{command}-{suffix}", device.hazard)),
                _ => None,
            };
            let sent = match (at, text.trim().parse::<f64>().ok().or(bound)) {
                (None, _) => Err("DataTime 缺少或无效".to_owned()),
                (_, None) => Err(format!("{code}-{suffix} 不是数")),
                (Some(at), Some(value)) => Ok(Sent { at_ms: millis(at), value, unit: None, quality, seq: 0 }),
            };
            found.push(Incoming { device: device.clone(), branch, sent, raw: raw.clone() });
        }
        if !any {
            let sent = match (at, bound) {
                (Some(at), Some(value)) if command == LIVE => Ok(Sent { at_ms: millis(at), value, unit: None, quality, seq: 0 }),
                _ => Err(format!("{code} 没有监测值")),
            };
            found.push(Incoming { device, branch: None, sent, raw });
        }
    }
    found
}

/// Factor code and suffix that a device's channel names.
fn channel(device: &Device) -> (&str, Option<&str>) {
    match device.channel.split_once('-') {
        Some((code, suffix)) => (code, Some(suffix)),
        None => (&device.channel, None),
    }
}

/// The values of each factor, without its flag and sampling time.
fn values<'a>(segment: &Segment<'a>) -> BTreeMap<&'a str, Vec<(&'a str, &'a str)>> {
    let mut by_code: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for value in &segment.cp.factors {
        let of = by_code.entry(value.code).or_default();
        if !value.text.is_empty() {
            // The last of a repeated key holds.
            of.retain(|(suffix, _)| *suffix != value.suffix);
            of.push((value.suffix, value.text));
        }
    }
    by_code
}

fn written(code: &str, values: &[(&str, &str)]) -> String {
    values.iter().map(|(suffix, text)| format!("{code}-{suffix}={text}")).collect::<Vec<_>>().join(",")
}

/// Device time is that of China, UTC+8.
fn millis(at: time::PrimitiveDateTime) -> i64 {
    let offset = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    at.assume_offset(offset).unix_timestamp() * 1000
}

/// Only N counts; a set value is marked as suspect, a value over the range as a bound from below: both are kept and shown.
const fn quality(flag: DataFlag) -> Quality {
    match flag {
        DataFlag::Normal => Quality::Ok,
        DataFlag::Set => Quality::Suspect,
        DataFlag::OverRange => Quality::OverRange,
        DataFlag::Calibration => Quality::Calibration,
        DataFlag::Maintenance | DataFlag::Stopped => Quality::Maintenance,
        DataFlag::Fault | DataFlag::Communication => Quality::Fault,
    }
}
