//! What the platform may ask of a device. Commands and their parameters are a table (`rules/device_requests.csv`), so that another command, or a device
//! with other names, is a row and no code.

mod row;

use super::codes::{Table, label};
use row::{Piece, Row};
use time::PrimitiveDateTime;

/// All that may be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asks {
    rows: Vec<Row>,
}

/// What somebody gives for a request; what a command does not need is passed over.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Interval that is to be set.
    pub interval: Option<i64>,
    /// Timeout that is to be set, seconds.
    pub timeout_s: Option<i64>,
    /// Resends that are to be set.
    pub resends: Option<i64>,
    /// Stretch of the device's local time.
    pub stretch: Option<(PrimitiveDateTime, PrimitiveDateTime)>,
    /// Code of the factor; empty is none.
    pub factor: &'a str,
    /// The device's local time by our clock.
    pub now: PrimitiveDateTime,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    command: String,
    parameters: Vec<(String, String)>,
    notice: bool,
    history: bool,
}

/// Why something cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Not one of the commands.
    #[error("命令为“{found}”，应为 {known} 之一")]
    Command {
        /// What was asked.
        found: String,
        /// All that there are.
        known: String,
    },
    /// No number, or none that can be.
    #[error("{what}为{found}，应为 {least}～{most} 的整数", found = .found.map_or("空".to_owned(), |n| n.to_string()))]
    Number {
        /// Which.
        what: &'static str,
        /// What was given.
        found: Option<i64>,
        /// Least.
        least: i64,
        /// Most.
        most: i64,
    },
    /// No stretch of time.
    #[error("起止时刻应都填写，且起早于止")]
    Stretch,
    /// No factor.
    #[error("因子编码为空，应填写要操作的因子，如 a34001")]
    Factor,
}

impl Asks {
    /// Reads the table: lines of `command,parameters,ends,…` after a header; lines with `#` are remarks.
    ///
    /// # Errors
    /// What is wrong with a row, in words.
    pub fn parse(table: &str) -> Result<Self, String> {
        let lines = table.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).skip(1);
        let rows = lines.map(Row::read).collect::<Result<Vec<_>, _>>()?;
        for (place, row) in rows.iter().enumerate() {
            if rows[..place].iter().any(|other| other.command == row.command) {
                return Err(format!("命令 {} 列了两次", row.command));
            }
        }
        Ok(Self { rows })
    }

    /// All commands.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.command.as_str())
    }

    /// A request from its parts.
    ///
    /// # Errors
    /// An unknown command, or parameters that it needs and that are not there.
    pub fn read(&self, command: &str, given: &Given<'_>) -> Result<Ask, AskError> {
        let row = self
            .rows
            .iter()
            .find(|row| row.command == command)
            .ok_or_else(|| AskError::Command { found: command.to_owned(), known: self.commands().collect::<Vec<_>>().join("、") })?;
        let parameters = row.parameters.iter().map(|(key, piece)| Ok((key.clone(), piece.text(given)?)));
        Ok(Ask {
            command: row.command.clone(),
            parameters: parameters.collect::<Result<_, AskError>>()?,
            notice: row.notice,
            history: row.parameters.iter().any(|(_, piece)| *piece == Piece::Begin),
        })
    }
}

impl Ask {
    /// Its command.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Its command in words; empty for one that the protocol's table does not have.
    #[must_use]
    pub fn title(&self) -> &'static str {
        label(Table::Command, &self.command).unwrap_or_default()
    }

    /// Its command parameters.
    #[must_use]
    pub fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// A notice: the device confirms it with 9013, and there is no result.
    #[must_use]
    pub const fn is_notice(&self) -> bool {
        self.notice
    }

    /// It asks for what the device kept: that may be as old as it likes.
    #[must_use]
    pub const fn is_history(&self) -> bool {
        self.history
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

    const TABLE: &str = include_str!("../../../../../definitions/rules/device_requests.csv");

    fn at(text: &str) -> PrimitiveDateTime {
        data_time(text).unwrap()
    }

    fn given() -> Given<'static> {
        let stretch = Some((at("20260301000000"), at("20260302000000")));
        Given { interval: Some(30), timeout_s: Some(5), resends: Some(3), stretch, factor: "a34001", now: at("20260305120000") }
    }

    #[test]
    fn every_command_is_written_as_the_protocol_says() {
        let rows = [
            ("1000", "OverTime=5;ReCount=3"),
            ("1011", ""),
            ("1012", "SystemTime=20260305120000"),
            ("1061", ""),
            ("1062", "RtdInterval=30"),
            ("1063", ""),
            ("1064", "MinInterval=30"),
            ("2011", ""),
            ("2012", ""),
            ("2021", ""),
            ("2022", ""),
            ("2051", "BeginTime=20260301000000;EndTime=20260302000000"),
            ("2061", "BeginTime=20260301000000;EndTime=20260302000000"),
            ("2031", "BeginTime=20260301000000;EndTime=20260302000000"),
            ("3011", "PolId=a34001"),
            ("3012", "PolId=a34001"),
        ];
        let asks = Asks::parse(TABLE).unwrap();
        assert_eq!(asks.commands().collect::<Vec<_>>(), rows.map(|(command, _)| command));
        for (command, written) in rows {
            let ask = asks.read(command, &given()).unwrap();
            assert_eq!(ask.command(), command);
            assert_eq!(
                (ask.is_notice(), ask.is_history()),
                (matches!(command, "2012" | "2022"), written.starts_with("Begin")),
                "{command}"
            );
            let parameters: Vec<(&str, &str)> = ask.parameters().iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
            assert_eq!(write_segment(&[], &parameters).unwrap(), format!("CP=&&{written}&&"), "{command}");
        }
        assert_eq!(asks.read("1000", &given()).unwrap().title(), "设置超时时间与重发次数");
    }

    #[test]
    fn what_a_command_needs_and_has_not_is_told() {
        let asks = Asks::parse(TABLE).unwrap();
        let wrong = |command: &str, given: Given<'_>| asks.read(command, &given).unwrap_err().to_string();
        assert!(wrong("3099", given()).contains("应为 1000、1011"));
        for interval in [None, Some(0), Some(-1), Some(86_401)] {
            assert!(wrong("1062", Given { interval, ..given() }).contains("应为 1～86400"));
        }
        assert!(wrong("1000", Given { timeout_s: Some(0), ..given() }).starts_with("超时为0"));
        assert!(wrong("1000", Given { resends: None, ..given() }).starts_with("重发次数为空"));
        for stretch in [None, Some((given().now, given().now))] {
            assert_eq!(asks.read("2051", &Given { stretch, ..given() }).unwrap_err(), AskError::Stretch);
        }
        assert_eq!(asks.read("3011", &Given { factor: "", ..given() }).unwrap_err(), AskError::Factor);
    }

    #[test]
    fn a_row_of_a_deployment_is_a_command_and_a_wrong_one_is_told() {
        let asks = Asks::parse("command,parameters,ends,basis\n3013,PolId={factor};Mode=1,result,某厂家\n").unwrap();
        assert_eq!(
            asks.read("3013", &given()).unwrap().parameters(),
            [("PolId".to_owned(), "a34001".to_owned()), ("Mode".to_owned(), "1".to_owned())]
        );
        for row in
            ["31,,result,", "3013,,maybe,", "3013,PolId,result,", "3013,PolId={what},result,", "3013", "1011,,result,\n1011,,result,"]
        {
            assert!(Asks::parse(&format!("head\n{row}\n")).is_err(), "{row}");
        }
    }
}
