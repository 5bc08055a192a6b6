//! What the platform may ask of a device: commands with their parameters, as far as the protocol summary names them.
//!
//! Left out: 1000 and 3011…, whose parameters it does not name.

use super::codes::{Table, label};
use time::PrimitiveDateTime;

/// Longest interval that may be set: a day, as in the register.
const LONGEST: u32 = 86_400;

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// 1011
    Time,
    /// 1012: to the device's local time.
    SetTime(PrimitiveDateTime),
    /// 1061
    LiveInterval,
    /// 1062: seconds.
    SetLiveInterval(u32),
    /// 1063
    MinuteInterval,
    /// 1064
    SetMinuteInterval(u32),
    /// 2051, 2061, 2031: what the device kept of a stretch of its local time.
    History {
        /// Which data.
        of: History,
        /// From when on.
        begin: PrimitiveDateTime,
        /// Until when.
        end: PrimitiveDateTime,
    },
}

/// Data that a device keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// 2051
    Minutes,
    /// 2061
    Hours,
    /// 2031
    Days,
}

/// Why something cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Not one of the commands.
    #[error("命令为“{0}”，应为 1011、1012、1061、1062、1063、1064、2031、2051、2061 之一")]
    Command(String),
    /// No interval, or none that can be.
    #[error("间隔为{found}，应为 1～{LONGEST} 的整数", found = .0.map_or("空".to_owned(), |n| n.to_string()))]
    Interval(Option<i64>),
    /// No stretch of time.
    #[error("起止时刻应都填写，且起早于止")]
    Stretch,
}

impl Ask {
    /// All commands.
    pub const COMMANDS: [&'static str; 9] = ["1011", "1012", "1061", "1062", "1063", "1064", "2051", "2061", "2031"];

    /// A request from its parts; `now` is the device's local time by our clock.
    ///
    /// # Errors
    /// An unknown command, or parameters that it needs and that are not there.
    pub fn read(
        command: &str,
        interval: Option<i64>,
        stretch: Option<(PrimitiveDateTime, PrimitiveDateTime)>,
        now: PrimitiveDateTime,
    ) -> Result<Self, AskError> {
        let wanted = || {
            let number = interval.and_then(|number| u32::try_from(number).ok());
            number.filter(|number| (1..=LONGEST).contains(number)).ok_or(AskError::Interval(interval))
        };
        let history = |of: History| {
            let (begin, end) = stretch.filter(|(begin, end)| begin < end).ok_or(AskError::Stretch)?;
            Ok(Self::History { of, begin, end })
        };
        match command {
            "1011" => Ok(Self::Time),
            "1012" => Ok(Self::SetTime(now)),
            "1061" => Ok(Self::LiveInterval),
            "1062" => Ok(Self::SetLiveInterval(wanted()?)),
            "1063" => Ok(Self::MinuteInterval),
            "1064" => Ok(Self::SetMinuteInterval(wanted()?)),
            "2051" => history(History::Minutes),
            "2061" => history(History::Hours),
            "2031" => history(History::Days),
            other => Err(AskError::Command(other.to_owned())),
        }
    }

    /// Its command.
    #[must_use]
    pub const fn command(&self) -> &'static str {
        match self {
            Self::Time => "1011",
            Self::SetTime(_) => "1012",
            Self::LiveInterval => "1061",
            Self::SetLiveInterval(_) => "1062",
            Self::MinuteInterval => "1063",
            Self::SetMinuteInterval(_) => "1064",
            Self::History { of: History::Minutes, .. } => "2051",
            Self::History { of: History::Hours, .. } => "2061",
            Self::History { of: History::Days, .. } => "2031",
        }
    }

    /// Its command in words.
    #[must_use]
    pub fn title(&self) -> &'static str {
        label(Table::Command, self.command()).unwrap_or_default()
    }

    /// Its command parameters.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Time | Self::LiveInterval | Self::MinuteInterval => Vec::new(),
            Self::SetTime(at) => vec![("SystemTime", time_text(*at))],
            Self::SetLiveInterval(seconds) => vec![("RtdInterval", seconds.to_string())],
            Self::SetMinuteInterval(interval) => vec![("MinInterval", interval.to_string())],
            Self::History { begin, end, .. } => vec![("BeginTime", time_text(*begin)), ("EndTime", time_text(*end))],
        }
    }
}

/// `YYYYMMDDhhmmss`, as [`super::data_time`] reads it.
#[must_use]
pub fn time_text(at: PrimitiveDateTime) -> String {
    let (date, time) = (at.date(), at.time());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{:04}{:02}{:02}{hour:02}{minute:02}{second:02}", date.year(), u8::from(date.month()), date.day())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::hj212::{data_time, write_segment};

    fn at(text: &str) -> PrimitiveDateTime {
        data_time(text).unwrap()
    }

    #[test]
    fn every_command_is_written_as_the_protocol_says() {
        let (now, stretch) = (at("20260305120000"), Some((at("20260301000000"), at("20260302000000"))));
        let rows = [
            ("1011", ""),
            ("1012", "SystemTime=20260305120000"),
            ("1061", ""),
            ("1062", "RtdInterval=30"),
            ("1063", ""),
            ("1064", "MinInterval=30"),
            ("2051", "BeginTime=20260301000000;EndTime=20260302000000"),
            ("2061", "BeginTime=20260301000000;EndTime=20260302000000"),
            ("2031", "BeginTime=20260301000000;EndTime=20260302000000"),
        ];
        assert_eq!(rows.map(|(command, _)| command), Ask::COMMANDS);
        for (command, written) in rows {
            let ask = Ask::read(command, Some(30), stretch, now).unwrap();
            assert_eq!(ask.command(), command);
            assert!(!ask.title().is_empty(), "{command}");
            let parameters = ask.parameters();
            let parameters: Vec<(&str, &str)> = parameters.iter().map(|(key, text)| (*key, text.as_str())).collect();
            assert_eq!(write_segment(&[], &parameters).unwrap(), format!("CP=&&{written}&&"), "{command}");
        }
    }

    #[test]
    fn what_a_command_needs_and_has_not_is_told() {
        let now = at("20260305120000");
        let read = |command: &str, interval, stretch| Ask::read(command, interval, stretch, now).unwrap_err();
        assert_eq!(read("3011", None, None), AskError::Command("3011".into()));
        for interval in [None, Some(0), Some(-1), Some(86_401)] {
            assert_eq!(read("1062", interval, None), AskError::Interval(interval));
        }
        for stretch in [None, Some((now, now))] {
            assert_eq!(read("2051", None, stretch), AskError::Stretch);
        }
    }
}
