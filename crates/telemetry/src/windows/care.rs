//! What people do about an alarm: 产生 → 已推送 → 已确认 → 处置中 → 已消除 → 关闭 (domain B5).

use super::set_points::Level;

/// Where an alarm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CareState {
    /// 产生
    Raised,
    /// 已推送
    Pushed,
    /// 已确认 (by the employer)
    Acknowledged,
    /// 处置中
    Handling,
    /// 已消除
    Removed,
    /// 关闭
    Closed,
}

/// What happens to it. The signal's own ones come from the watch; the others from people and the messenger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// The message reached the employer's device.
    Push,
    /// The employer has seen it.
    Acknowledge,
    /// Somebody works on it.
    Handle,
    /// The cause is removed.
    Remove,
    /// Done with.
    Close,
    /// The value is back below.
    SignalCleared,
    /// The same episode lasts after all (late readings).
    SignalReturned,
    /// The level is another.
    LevelIs(Level),
}

/// Why a deed is not possible now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CareError {
    /// A step was left out.
    #[error("报警尚未{needs}，不能进行这一步")]
    NotYet {
        /// What must come first.
        needs: &'static str,
    },
    /// The value still calls for the alarm.
    #[error("监测值尚未恢复，不能消除或关闭报警")]
    SignalStands,
    /// It is closed: what comes now is a new alarm.
    #[error("报警已关闭，新的超限另行产生报警")]
    Closed,
}

/// How long an acknowledgement may take before the county is told, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// 预报: 4 h.
    pub notice_ms: i64,
    /// 警报: 30 min.
    pub alarm_ms: i64,
    /// 高报: no figure is given; as long as for a 警报.
    pub high_ms: i64,
}

impl Default for Deadlines {
    /// Domain B5 (design).
    fn default() -> Self {
        Self { notice_ms: 4 * 3_600_000, alarm_ms: 30 * 60_000, high_ms: 30 * 60_000 }
    }
}

/// An alarm in people's hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Care {
    state: CareState,
    level: Level,
    raised_ms: i64,
    signal_stands: bool,
    escalated: bool,
}

impl Care {
    /// Just raised.
    #[must_use]
    pub const fn new(level: Level, raised_ms: i64) -> Self {
        Self { state: CareState::Raised, level, raised_ms, signal_stands: true, escalated: false }
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> CareState {
        self.state
    }

    /// The value still calls for it.
    #[must_use]
    pub const fn signal_stands(&self) -> bool {
        self.signal_stands
    }

    /// The county was told.
    #[must_use]
    pub const fn escalated(&self) -> bool {
        self.escalated
    }

    /// Applies a deed; true when something changed. The same deed again changes nothing: messages come twice. A signal that clears by itself closes nothing:
    /// somebody must have seen the alarm.
    ///
    /// # Errors
    /// A step left out; a signal that stands; a closed alarm.
    pub fn apply(&mut self, deed: Deed) -> Result<bool, CareError> {
        let before = *self;
        match deed {
            Deed::SignalReturned | Deed::LevelIs(_) if self.state == CareState::Closed => return Err(CareError::Closed),
            Deed::SignalCleared => self.signal_stands = false,
            Deed::SignalReturned => {
                self.signal_stands = true;
                if self.state == CareState::Removed {
                    self.state = CareState::Handling;
                }
            }
            // The highest level counts for the deadline: a falling value does not give more time.
            Deed::LevelIs(level) => self.level = self.level.max(level),
            Deed::Push => self.reach(CareState::Pushed, CareState::Raised, "产生")?,
            // Who has seen it on the page need not wait for the message.
            Deed::Acknowledge => self.reach(CareState::Acknowledged, CareState::Raised, "产生")?,
            Deed::Handle => self.reach(CareState::Handling, CareState::Acknowledged, "确认")?,
            Deed::Remove => self.reach(CareState::Removed, CareState::Handling, "处置")?,
            Deed::Close => self.reach(CareState::Closed, CareState::Removed, "消除")?,
        }
        Ok(*self != before)
    }

    /// Moves on to `to` from `from` or later; being there or beyond already changes nothing.
    fn reach(&mut self, to: CareState, from: CareState, needs: &'static str) -> Result<(), CareError> {
        if self.state >= to {
            return Ok(());
        }
        if self.state < from {
            return Err(CareError::NotYet { needs });
        }
        if to >= CareState::Removed && self.signal_stands {
            return Err(CareError::SignalStands);
        }
        self.state = to;
        Ok(())
    }

    /// Whether the county must be told at `now_ms`: true once, when nobody acknowledged in time.
    pub fn escalates(&mut self, deadlines: &Deadlines, now_ms: i64) -> bool {
        let limit = match self.level {
            Level::Notice => deadlines.notice_ms,
            Level::Alarm => deadlines.alarm_ms,
            Level::High => deadlines.high_ms,
        };
        let due = self.state < CareState::Acknowledged && !self.escalated && now_ms.saturating_sub(self.raised_ms) >= limit;
        self.escalated |= due;
        due
    }
}
