//! One frame: written, and taken apart when it stands alone.

use super::crc::{CrcMode, read_hex};
use super::warning::Warning;

/// The standard's ceiling of a data segment, bytes (2017 edition).
pub const STANDARD_DATA: usize = 1024;
/// The longest data segment that four digits can declare, bytes.
pub const MAX_DECLARED: usize = 9999;
/// `##` and the four digits.
pub(crate) const BEFORE_DATA: usize = 6;
/// The check sum behind the data.
pub(crate) const CRC_DIGITS: usize = 4;

/// Why there is no frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The data do not fit behind four digits.
    #[error("数据段有 {bytes} 字节，帧长字段最多表示 {MAX_DECLARED} 字节")]
    TooLong {
        /// Bytes of the data segment.
        bytes: usize,
    },
    /// No `##` at the start.
    #[error("帧应以“##”开头，开头是 {found:?}")]
    NoHead {
        /// The first characters.
        found: String,
    },
    /// Not even room for head, length and check sum.
    #[error("帧只有 {bytes} 字节，至少应有 10 字节（## + 4 位长度 + 数据段 + 4 位 CRC）")]
    TooShort {
        /// Bytes of the whole frame.
        bytes: usize,
    },
}

/// Writes a frame with the standard's check sum: `##`, four digits, data, four upper-case hexadecimal digits, CR LF.
///
/// # Errors
/// [`FrameError::TooLong`] above [`MAX_DECLARED`] bytes.
pub fn encode(data: &[u8]) -> Result<Vec<u8>, FrameError> {
    encode_with(CrcMode::Ansi, data)
}

/// As [`encode`], with the check sum that a device expects.
///
/// # Errors
/// [`FrameError::TooLong`] above [`MAX_DECLARED`] bytes.
pub fn encode_with(mode: CrcMode, data: &[u8]) -> Result<Vec<u8>, FrameError> {
    if data.len() > MAX_DECLARED {
        return Err(FrameError::TooLong { bytes: data.len() });
    }
    let mut frame = Vec::with_capacity(data.len() + 12);
    frame.extend_from_slice(format!("##{:04}", data.len()).as_bytes());
    frame.extend_from_slice(data);
    frame.extend_from_slice(format!("{:04X}\r\n", mode.of(data)).as_bytes());
    Ok(frame)
}

/// A frame that stands alone, taken apart as far as it can be: what does not agree is shown, not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dissected<'a> {
    /// What the four digits say; `None` when they are no digits.
    pub declared_len: Option<usize>,
    /// The data segment: everything between the four digits and the check sum.
    pub data: &'a [u8],
    /// The four bytes in the check sum's place.
    pub crc_sent: [u8; 4],
    /// The check sum of the data.
    pub crc_calc: u16,
    /// Length, line end.
    pub warnings: Vec<Warning>,
}

impl Dissected<'_> {
    /// The declared length is the actual one.
    #[must_use]
    pub fn len_ok(&self) -> bool {
        self.declared_len == Some(self.data.len())
    }

    /// The check sum sent is the data's.
    #[must_use]
    pub fn crc_ok(&self) -> bool {
        read_hex(self.crc_sent) == Some(self.crc_calc)
    }
}

/// Takes one frame apart. The line end may be missing; the data's end is where the frame ends, not where the length says, so that a wrong length shows.
///
/// # Errors
/// [`FrameError::NoHead`], [`FrameError::TooShort`].
pub fn dissect(mode: CrcMode, frame: &[u8]) -> Result<Dissected<'_>, FrameError> {
    if !frame.starts_with(b"##") {
        let found = String::from_utf8_lossy(frame.get(..frame.len().min(8)).unwrap_or_default()).into_owned();
        return Err(FrameError::NoHead { found });
    }
    let short = FrameError::TooShort { bytes: frame.len() };
    let (digits, rest) = frame[2..].split_first_chunk::<4>().ok_or(short.clone())?;
    let declared_len = read_length(*digits);
    let mut warnings = Vec::new();
    // A broken line end must not shift the check sum's place where the length tells it.
    let body = if let Some(body) = rest.strip_suffix(b"\r\n") {
        body
    } else {
        warnings.push(Warning::NoLineEnd);
        match declared_len.map(|length| length + CRC_DIGITS) {
            Some(length) if rest.len() == length || rest.len() == length + 1 || rest.len() == length + 2 => &rest[..length],
            _ => rest.strip_suffix(b"\r").or_else(|| rest.strip_suffix(b"\n")).unwrap_or(rest),
        }
    };
    let (data, crc_sent) = body.split_last_chunk::<4>().ok_or(short)?;
    if data.len() > STANDARD_DATA {
        warnings.push(Warning::LongerThanStandard);
    }
    if mode == CrcMode::Off {
        warnings.push(Warning::CrcNotChecked);
    }
    Ok(Dissected { declared_len, data, crc_sent: *crc_sent, crc_calc: mode.of(data), warnings })
}

/// Four decimal digits.
pub(crate) fn read_length(digits: [u8; 4]) -> Option<usize> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + usize::from(digit - b'0')))
}
