//! When notices are told: settings of the deployment, all of them conventions of the platform (design).

use super::failed;
use crate::caller::Caller;
use crate::clock::{day_of, start_of};
use crate::door::{Door, DoorError};
use crate::port::Instant;
use serde::{Deserialize, Serialize};
use zhijian_kinds::dates;
use zhijian_kinds::notice::Delivery;

/// The setting that holds them.
const SETTING: &str = "notices.timing";
const HOUR: Instant = 3_600_000_000;

/// Hours and days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timing {
    /// Hour at which the message of the day goes out.
    pub digest_hour: i64,
    /// Hour from which only the most pressing goes out.
    pub quiet_from: i64,
    /// Hour until which.
    pub quiet_to: i64,
    /// A step that was reached longer ago than so many days is no longer told: history that is loaded does not flood anybody.
    pub horizon_days: i64,
    /// Days after the last day of the steps of escalation, in place of those of the definition; empty: as defined.
    pub escalation: Vec<i64>,
    /// Days for which notices are kept after they were read.
    pub keep_days: i64,
}

impl Default for Timing {
    fn default() -> Self {
        Self { digest_hour: 8, quiet_from: 21, quiet_to: 8, horizon_days: 7, escalation: Vec::new(), keep_days: 365 }
    }
}

impl Timing {
    /// When an outlet tells it, and whether together with others.
    #[must_use]
    pub fn due(&self, now: Instant, delivery: Delivery) -> (Instant, bool) {
        match delivery {
            Delivery::AtOnce => (now, false),
            Delivery::Daytime if self.quiet(now) => (next(now, self.quiet_to), false),
            Delivery::Daytime => (now, false),
            Delivery::Daily => (next(now, self.digest_hour), true),
        }
    }

    fn quiet(&self, now: Instant) -> bool {
        let hour = start_of(&day_of(now)).map_or(0, |start| (now - start) / HOUR);
        if self.quiet_from <= self.quiet_to {
            (self.quiet_from..self.quiet_to).contains(&hour)
        } else {
            hour >= self.quiet_from || hour < self.quiet_to
        }
    }

    /// What is wrong with it, if anything.
    ///
    /// # Errors
    /// Which setting, what was found, what is expected.
    pub fn check(&self) -> Result<(), DoorError> {
        let hours = [("每日汇总时刻", self.digest_hour), ("免打扰起始时刻", self.quiet_from), ("免打扰结束时刻", self.quiet_to)];
        if let Some((name, hour)) = hours.into_iter().find(|(_, hour)| !(0..=23).contains(hour)) {
            return Err(DoorError::BadRequest(format!("{name}“{hour}”应为 0 至 23 的整点")));
        }
        for (name, days) in [("补发天数", self.horizon_days), ("保存天数", self.keep_days)] {
            if !(1..=3650).contains(&days) {
                return Err(DoorError::BadRequest(format!("{name}“{days}”应为 1 至 3650")));
            }
        }
        if self.escalation.iter().any(|d| !(0..=3650).contains(d)) || self.escalation.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(DoorError::BadRequest("督办天数应为逐步增大的天数，如 1,7,30".into()));
        }
        Ok(())
    }
}

/// The next time that it is this hour in China.
fn next(now: Instant, hour: i64) -> Instant {
    let today = day_of(now);
    let at = |day: &str| start_of(day).map(|start| start + hour * HOUR);
    let tomorrow = dates::add_days(&today, 1).unwrap_or_default();
    at(&today).filter(|at| *at > now).or_else(|| at(&tomorrow)).unwrap_or(now)
}

impl Door {
    /// The deployment's timing.
    ///
    /// # Errors
    /// The store failed.
    pub async fn timing(&self) -> Result<Timing, DoorError> {
        let kept = self.store.setting(SETTING).await.map_err(failed)?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Forgets notices that were read, and messages that were sent, long ago; the number of notices.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sweep_notices(&self) -> Result<u64, DoorError> {
        let before = self.now() - self.timing().await?.keep_days * 24 * HOUR;
        self.store.sweep_notices(before).await.map_err(failed)
    }

    /// Changes it; the change is on record.
    ///
    /// # Errors
    /// The caller is no administrator; a value makes no sense; the store failed.
    pub async fn set_timing(&self, by: &Caller, timing: &Timing) -> Result<(), DoorError> {
        if !by.system {
            self.administrator(by)?;
        }
        timing.check()?;
        let text = serde_json::to_string(timing).map_err(|_| DoorError::BadRequest("无法保存通知设置".into()))?;
        self.set(by, SETTING, &text, "console").await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        crate::clock::moment_of(text).unwrap_or_default() / 1_000_000 * 1_000_000
    }

    #[test]
    fn the_hour_decides_when_an_outlet_tells_it() {
        let timing = Timing::default();
        let rows = [
            ("at once, at night too", Delivery::AtOnce, "2026-03-01T23:00:00+08:00", "2026-03-01T23:00:00+08:00", false),
            ("by day at once", Delivery::Daytime, "2026-03-01T09:30:00+08:00", "2026-03-01T09:30:00+08:00", false),
            ("in the evening in the morning", Delivery::Daytime, "2026-03-01T21:00:00+08:00", "2026-03-02T08:00:00+08:00", false),
            ("before dawn on the same day", Delivery::Daytime, "2026-03-01T03:00:00+08:00", "2026-03-01T08:00:00+08:00", false),
            ("the message of the day", Delivery::Daily, "2026-03-01T07:59:00+08:00", "2026-03-01T08:00:00+08:00", true),
            ("at its very hour it has gone", Delivery::Daily, "2026-03-01T08:00:00+08:00", "2026-03-02T08:00:00+08:00", true),
        ];
        for (why, delivery, now, due, digest) in rows {
            assert_eq!(timing.due(at(now), delivery), (at(due), digest), "{why}");
        }
    }

    #[test]
    fn hours_and_steps_that_make_no_sense_are_refused() {
        assert!(Timing::default().check().is_ok());
        assert!(Timing { digest_hour: 24, ..Timing::default() }.check().is_err());
        assert!(Timing { escalation: vec![7, 7], ..Timing::default() }.check().is_err());
        assert!(Timing { horizon_days: 0, ..Timing::default() }.check().is_err());
    }
}
