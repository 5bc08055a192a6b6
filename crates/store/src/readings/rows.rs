//! Readings as rows and back.

use crate::row::Row;
use crate::sql::Value;
use zhijian_telemetry::readings::{Arrival, Kept};
use zhijian_telemetry::windows::{Quality, Reading};

/// Columns of a reading, without its name.
pub(super) const KEPT: &str = "at, value, quality, seq, arrived";

/// Values of a row to insert.
pub(super) fn values(arrival: &Arrival) -> [Value; 7] {
    let Arrival { series, reading, arrived_ms } = arrival;
    [
        series.device.as_str().into(),
        series.factor.as_str().into(),
        reading.at_ms.into(),
        Value::Real(reading.value),
        i64::from(reading.quality.code()).into(),
        seq(reading).into(),
        (*arrived_ms).into(),
    ]
}

/// The device's count as the database keeps it.
pub(super) fn seq(reading: &Reading) -> i64 {
    i64::try_from(reading.seq).unwrap_or(i64::MAX)
}

/// A reading from the columns of [`KEPT`], of which the first is at `first`.
pub(super) fn kept(row: &mut Row, first: usize) -> Kept {
    let real = |value: Value| match value {
        Value::Real(number) => number,
        #[expect(clippy::cast_precision_loss, reason = "a whole number that the database made of a real one")]
        Value::Int(number) => number as f64,
        _ => f64::NAN,
    };
    Kept {
        reading: Reading {
            at_ms: row.int(first),
            value: real(row.take(first + 1)),
            quality: u8::try_from(row.int(first + 2)).ok().and_then(Quality::read).unwrap_or(Quality::Fault),
            seq: u64::try_from(row.int(first + 3)).unwrap_or_default(),
        },
        arrived_ms: row.int(first + 4),
    }
}
