//! A row of the table of requests.

use super::{AskError, Given, time_text};

/// Longest interval that may be set: a day, as in the register.
const INTERVAL: Bounds = Bounds { what: "间隔", least: 1, most: 86_400 };
/// Longest timeout that may be set, seconds (design).
const TIMEOUT: Bounds = Bounds { what: "超时", least: 1, most: 3_600 };
/// Most resends that may be set (design).
const RESENDS: Bounds = Bounds { what: "重发次数", least: 0, most: 99 };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    what: &'static str,
    least: i64,
    most: i64,
}

impl Bounds {
    fn text(self, given: Option<i64>) -> Result<String, AskError> {
        let wrong = AskError::Number { what: self.what, found: given, least: self.least, most: self.most };
        given.filter(|number| (self.least..=self.most).contains(number)).map(|number| number.to_string()).ok_or(wrong)
    }
}

/// Where the text of a parameter comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Fixed(String),
    Interval,
    Timeout,
    Resends,
    Begin,
    End,
    Now,
    Factor,
}

impl Piece {
    fn read(text: &str) -> Option<Self> {
        let Some(name) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return (!text.contains(['{', '}', ',', '&'])).then(|| Self::Fixed(text.to_owned()));
        };
        Some(match name {
            "interval" => Self::Interval,
            "timeout" => Self::Timeout,
            "resends" => Self::Resends,
            "begin" => Self::Begin,
            "end" => Self::End,
            "now" => Self::Now,
            "factor" => Self::Factor,
            _ => return None,
        })
    }

    pub fn text(&self, given: &Given<'_>) -> Result<String, AskError> {
        let stretch = || given.stretch.filter(|(begin, end)| begin < end).ok_or(AskError::Stretch);
        match self {
            Self::Fixed(text) => Ok(text.clone()),
            Self::Interval => INTERVAL.text(given.interval),
            Self::Timeout => TIMEOUT.text(given.timeout_s),
            Self::Resends => RESENDS.text(given.resends),
            Self::Begin => Ok(time_text(stretch()?.0)),
            Self::End => Ok(time_text(stretch()?.1)),
            Self::Now => Ok(time_text(given.now)),
            Self::Factor if given.factor.is_empty() => Err(AskError::Factor),
            Self::Factor => Ok(given.factor.to_owned()),
        }
    }
}

/// A command with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub command: String,
    pub parameters: Vec<(String, Piece)>,
    /// 9013 ends it.
    pub notice: bool,
}

impl Row {
    /// Reads a line of the table; what is wrong with it, in words.
    pub fn read(line: &str) -> Result<Self, String> {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let [command, parameters, ends, ..] = cells[..] else {
            return Err(format!("“{line}”应有命令、参数、结束方式三列"));
        };
        if command.len() != 4 || !command.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("命令“{command}”应为四位数字"));
        }
        let notice = match ends {
            "result" => false,
            "notice" => true,
            other => return Err(format!("命令 {command} 的结束方式“{other}”应为 result 或 notice")),
        };
        let parameter = |text: &str| {
            let (key, piece) = text.split_once('=').filter(|(key, _)| !key.is_empty())?;
            Some((key.to_owned(), Piece::read(piece)?))
        };
        let read = parameters.split(';').filter(|text| !text.is_empty()).map(|text| {
            parameter(text).ok_or_else(|| format!("命令 {command} 的参数“{text}”应为 名称=值 或 名称={{interval}} 等已知取值"))
        });
        Ok(Self { command: command.to_owned(), parameters: read.collect::<Result<_, _>>()?, notice })
    }
}
