//! A device as gateways and watches need it.

use super::Points;
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;
use zhijian_records::Door;
use zhijian_records::port::Stored;
use zhijian_telemetry::hj212::CrcMode;
use zhijian_telemetry::readings::Series;
use zhijian_telemetry::windows::{Averaging, Grid, OverRange};

/// A device of the register.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its number.
    pub no: String,
    /// Its record.
    pub id: String,
    /// The county it stands in.
    pub region: String,
    /// The employer's record.
    pub owner: String,
    /// Number of the logger through which it reports; empty when it reports itself.
    pub logger: String,
    /// Factor code of its messages (`a34001`, or `a34001-Avg`); empty: whatever comes.
    pub channel: String,
    /// Which check sum it sends.
    pub crc: CrcMode,
    /// What it measures (list HAZARD).
    pub hazard: String,
    /// Its unit (list UNIT).
    pub unit: String,
    /// How often it reports, milliseconds; one minute when the register says nothing (domain B5, design).
    pub interval_ms: i64,
    /// Out of use: what it sends is not kept.
    pub stopped: bool,
    /// When it alarms; `None` with the reason when nobody can say.
    pub points: Result<Points, String>,
    /// The whole document.
    pub document: Map<String, Value>,
}

impl Device {
    /// From its record.
    #[must_use]
    pub fn read(door: &Door, stored: &Stored) -> Self {
        let document = stored.document();
        let text = |name: &str| get_path(&document, name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |name: &str| get_path(&document, name).and_then(Value::as_f64);
        let seconds = get_path(&document, "interval_s").and_then(Value::as_i64).unwrap_or(60);
        Self {
            no: text("device_no"),
            id: stored.id.clone(),
            region: stored.region.clone(),
            owner: stored.owner.clone(),
            logger: text("logger_no"),
            channel: text("channel"),
            crc: CrcMode::from_word(&text("crc_mode")).unwrap_or_default(),
            hazard: text("hazard"),
            unit: text("unit"),
            interval_ms: seconds.clamp(1, 86_400) * 1000,
            stopped: stored.state == "stopped",
            points: Points::of(door, &document, &number),
            document,
        }
    }

    /// The number under which its messages come.
    #[must_use]
    pub fn sender(&self) -> &str {
        if self.logger.is_empty() { &self.no } else { &self.logger }
    }

    /// The series that is watched.
    #[must_use]
    pub fn series(&self) -> Series {
        Series { device: self.no.clone(), factor: self.hazard.clone() }
    }

    /// A text of the document.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        get_path(&self.document, name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A number of the document.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        get_path(&self.document, name).and_then(Value::as_f64)
    }

    /// What its alarms take a value over the range for: at least the upper end of the range, or what it sent.
    #[must_use]
    pub fn over_range(&self) -> OverRange {
        OverRange::AtLeast(self.number("range_high"))
    }

    /// How time is cut for its alarms: minutes, or its interval where that is longer.
    #[must_use]
    pub fn watch_grid(&self) -> Grid {
        Grid { step_ms: self.interval_ms.max(60_000), over_range: self.over_range(), ..Grid::minutes(self.averaging()) }
    }

    /// How its values make one: levels by their energy.
    #[must_use]
    pub fn averaging(&self) -> Averaging {
        if self.unit == "dB(A)" { Averaging::Energy } else { Averaging::Mean }
    }
}
