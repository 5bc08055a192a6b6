//! The device's local times.

use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// `DataTime`, `SampleTime`, `BeginTime` …: `YYYYMMDDhhmmss`, device local time. `None` for what is no time.
///
/// # Example
/// ```
/// use zhijian_telemetry::hj212::data_time;
/// assert_eq!(data_time("20231008123340").unwrap().to_string(), "2023-10-08 12:33:40.0");
/// assert!(data_time("20230230000000").is_none());
/// ```
#[must_use]
pub fn data_time(text: &str) -> Option<PrimitiveDateTime> {
    (text.len() == 14).then(|| read(text)).flatten()
}

/// `QN`: the same with milliseconds, `YYYYMMDDhhmmsszzz`.
#[must_use]
pub fn request_time(text: &str) -> Option<PrimitiveDateTime> {
    (text.len() == 17).then(|| read(text)).flatten()
}

fn read(text: &str) -> Option<PrimitiveDateTime> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let two = |from: usize| text.get(from..from + 2)?.parse::<u8>().ok();
    let date = Date::from_calendar_date(text.get(..4)?.parse().ok()?, Month::try_from(two(4)?).ok()?, two(6)?).ok()?;
    let milli = text.get(14..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse().ok())?;
    Some(PrimitiveDateTime::new(date, Time::from_hms_milli(two(8)?, two(10)?, two(12)?, milli).ok()?))
}

/// Whether device time and arrival differ by more than ten minutes: a device event, never a silent correction.
///
/// `offset` is the device's: UTC+8 unless set.
#[must_use]
pub fn is_skewed(device: PrimitiveDateTime, offset: UtcOffset, arrived: OffsetDateTime) -> bool {
    (arrived - device.assume_offset(offset)).abs() > Duration::minutes(10)
}
