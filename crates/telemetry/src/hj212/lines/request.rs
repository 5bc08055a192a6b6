//! Reading a request's keys, strictly: a key that an operation does not know is refused.

use serde_json::{Map, Value};

use crate::hj212::crc::CrcMode;

/// What kind of error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// Not JSON, a key is missing or of another type, no frame.
    InvalidInput,
    /// A number or length outside the possible.
    OutOfRange,
    /// No such operation.
    UnknownOp,
    /// A key this operation does not know.
    UnknownKey,
    /// A line above [`super::MAX_LINE`].
    LineTooLong,
}

impl Code {
    /// The code as it is written in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::OutOfRange => "out_of_range",
            Self::UnknownOp => "unknown_op",
            Self::UnknownKey => "unknown_key",
            Self::LineTooLong => "line_too_long",
        }
    }
}

/// Why a line has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LineError {
    /// What kind.
    pub code: Code,
    /// The key at fault, where one can be named: `frame`, `chunks.2`.
    pub field: Option<String>,
    /// What was found and what is expected.
    pub message: String,
}

impl LineError {
    pub(crate) fn new(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, field: Some(field.into()), message: message.into() }
    }

    pub(crate) fn invalid(field: Option<&str>, message: impl Into<String>) -> Self {
        Self { code: Code::InvalidInput, field: field.map(str::to_owned), message: message.into() }
    }

    pub(crate) fn line_too_long() -> Self {
        Self { code: Code::LineTooLong, field: None, message: format!("一行超过 {} 字节，已略过", super::MAX_LINE) }
    }
}

/// How bytes are written in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Text,
    Hex,
}

/// The keys of a request; what is left at the end is unknown.
pub(crate) struct Keys(pub(crate) Map<String, Value>);

impl Keys {
    /// Takes a key out; `null` is absent.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.0.shift_remove(key).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, key: &str) -> Result<String, LineError> {
        match self.take(key) {
            Some(Value::String(text)) => Ok(text),
            Some(other) => Err(LineError::invalid(Some(key), format!("{key} 应是文本，实际是{}", kind(&other)))),
            None => Err(LineError::invalid(Some(key), format!("缺少 {key}"))),
        }
    }

    pub(crate) fn crc_mode(&mut self) -> Result<CrcMode, LineError> {
        self.word("crc_mode", "ansi、modbus 或 off", CrcMode::from_word)
    }

    pub(crate) fn encoding(&mut self) -> Result<Encoding, LineError> {
        let read = |word: &str| match word {
            "text" => Some(Encoding::Text),
            "hex" => Some(Encoding::Hex),
            _ => None,
        };
        Ok(self.word("encoding", "text 或 hex", |word| read(word).map(Some))?.unwrap_or(Encoding::Text))
    }

    pub(crate) fn switch(&mut self, key: &str) -> Result<bool, LineError> {
        match self.take(key) {
            None => Ok(false),
            Some(Value::Bool(on)) => Ok(on),
            Some(other) => Err(LineError::invalid(Some(key), format!("{key} 应是 true 或 false，实际是{}", kind(&other)))),
        }
    }

    /// Nothing may be left.
    pub(crate) fn done(self) -> Result<(), LineError> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((key, _)) => {
                let message = format!("此操作没有名为“{key}”的键");
                Err(LineError::new(Code::UnknownKey, key, message))
            }
        }
    }

    fn word<T: Default>(&mut self, key: &str, words: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, LineError> {
        let wrong = |found: String| LineError::invalid(Some(key), format!("{key} 应为 {words}，实际是{found}"));
        match self.take(key) {
            None => Ok(T::default()),
            Some(Value::String(text)) => read(&text).ok_or_else(|| wrong(format!("“{text}”"))),
            Some(other) => Err(wrong(kind(&other).to_owned())),
        }
    }
}

impl Encoding {
    pub(crate) fn bytes(self, field: &str, text: String) -> Result<Vec<u8>, LineError> {
        match self {
            Self::Text => Ok(text.into_bytes()),
            Self::Hex => from_hex(text.as_bytes())
                .ok_or_else(|| LineError::invalid(Some(field), format!("{field} 应是十六进制文本（每字节两位，不含空格）"))),
        }
    }

    pub(crate) fn written(self, bytes: Vec<u8>) -> String {
        match self {
            Self::Text => String::from_utf8_lossy(&bytes).into_owned(),
            Self::Hex => bytes.iter().map(|byte| format!("{byte:02X}")).collect(),
        }
    }
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_chunks::<2>();
    let nibble = |digit: u8| (digit as char).to_digit(16);
    let bytes = pairs.iter().map(|[high, low]| u8::try_from(nibble(*high)? << 4 | nibble(*low)?).ok());
    rest.is_empty().then(|| bytes.collect()).flatten()
}

/// What a value is, for people.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "空值",
        Value::Bool(_) => "真假值",
        Value::Number(_) => "数字",
        Value::String(_) => "文本",
        Value::Array(_) => "列表",
        Value::Object(_) => "对象",
    }
}
