//! A byte stream becomes frames: pushed in any pieces, with garbage between, glued, cut.

use super::crc::{CrcMode, modbus, read_hex};
use super::frame::{BEFORE_DATA, CRC_DIGITS, STANDARD_DATA, read_length};
use super::warning::Warning;

/// What a decoder puts up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest data segment, bytes. A declared length above it is not waited for.
    pub max_data: usize,
    /// Which check sum the device sends.
    pub crc: CrcMode,
}

impl Default for Limits {
    /// 4096 bytes, the standard's check sum.
    fn default() -> Self {
        Self { max_data: 4096, crc: CrcMode::Ansi }
    }
}

/// A frame whose check sum is right (or is not looked at).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The data segment.
    pub data: &'a [u8],
    /// The check sum's digits as sent.
    pub crc_sent: [u8; 4],
    /// They are the data's by the device's mode; by the standard's when none is checked.
    pub crc_ok: bool,
    /// What is not as the standard says.
    pub warnings: Vec<Warning>,
}

/// Bytes that are no frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Bytes outside frames; line ends are not counted.
    #[error("跳过 {bytes} 个不属于任何帧的字节")]
    Garbage {
        /// How many.
        bytes: usize,
    },
    /// A length above the ceiling.
    #[error("帧长字段为 {declared}，超过上限 {max_data} 字节")]
    TooLong {
        /// What the four digits say.
        declared: usize,
        /// The ceiling.
        max_data: usize,
    },
    /// The check sum is not the data's: the length or the data were damaged, or the device sends another sum.
    #[error(
        "CRC 校验错误：收到“{}”，应为 {calculated:04X}（数据段 {declared} 字节）{}",
        String::from_utf8_lossy(.sent).escape_debug(),
        if *.modbus { "；与 Modbus CRC 一致，请核对该设备的 CRC 设置" } else { "" }
    )]
    Crc {
        /// What the four digits say.
        declared: usize,
        /// The bytes in the check sum's place.
        sent: [u8; 4],
        /// What they should be.
        calculated: u16,
        /// They are the Modbus sum although the standard's is expected.
        modbus: bool,
    },
    /// No line end where the check sum is not looked at, so nothing tells a frame.
    #[error("数据段 {declared} 字节之后没有回车换行；不校验 CRC 时必须以 CR LF 结尾")]
    NoLineEnd {
        /// What the four digits say.
        declared: usize,
    },
    /// The stream ended within a frame.
    #[error("帧不完整：帧长字段为 {declared:?}，只收到 {have} 字节")]
    Incomplete {
        /// What the four digits say, as far as they are there.
        declared: Option<usize>,
        /// Bytes that are there, head included.
        have: usize,
    },
}

/// What comes out of a stream, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// A frame.
    Frame(Frame<'a>),
    /// Something else.
    Fault(Fault),
}

/// Finds frames in a byte stream. No I/O, no clock; one for each connection.
///
/// Looks for `##` and four digits, waits for the rest, checks the sum. When the sum is wrong only the two `##` bytes are dropped and the search goes on
/// right behind them, so a broken length does not swallow the next good frame. How the bytes are cut into pieces never changes what comes out.
///
/// # Example
/// ```
/// use zhijian_telemetry::hj212::{Decoder, Event, Limits, encode};
/// let frame = encode(b"QN=20231008123340461;ST=22;CN=2011;PW=123456;MN=A1;Flag=4;CP=&&&&").unwrap();
/// let mut decoder = Decoder::new(Limits::default());
/// decoder.push(b"noise##00");
/// decoder.push(&frame);
/// let mut frames = 0;
/// while let Some(event) = decoder.next_event() {
///     frames += usize::from(matches!(event, Event::Frame(_)));
/// }
/// assert_eq!(frames, 1);
/// ```
#[derive(Debug, Default)]
pub struct Decoder {
    limits: Limits,
    buffer: Vec<u8>,
    /// Bytes of the buffer that are done with.
    start: usize,
    /// Garbage since the last event.
    skipped: usize,
    /// No more bytes come.
    ended: bool,
    /// The last event was a head that did not hold.
    failed_before: bool,
}

/// What the bytes at the start of the buffer are.
enum Step {
    Wait,
    /// Not a head: drop so many bytes as garbage.
    Skip(usize),
    /// A head that does not hold: drop the two `##`.
    Broken(Fault),
    Frame {
        data: usize,
        whole: usize,
        crc_ok: bool,
    },
}

impl Decoder {
    /// An empty one.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes bytes in. Call [`Self::next_event`] until it gives `None` before the next push: then no more than one frame of the longest kind is kept.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.ended = false;
        self.buffer.extend_from_slice(bytes);
    }

    /// No more bytes come (or none have come for longer than a sender pauses): what is kept is judged as it is, so a frame without its line end, and frames behind a broken length, come out.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// Bytes kept because they may be the beginning of a frame.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// The next frame or fault; `None` when more bytes are needed.
    pub fn next_event(&mut self) -> Option<Event<'_>> {
        loop {
            let step = self.step();
            // Garbage is told as one, just before what follows it, however it was cut into pieces.
            let garbage_first = self.skipped > 0
                && match &step {
                    Step::Wait => self.ended,
                    Step::Skip(_) => false,
                    Step::Broken(_) | Step::Frame { .. } => true,
                };
            if garbage_first {
                let bytes = std::mem::take(&mut self.skipped);
                self.failed_before = false;
                return Some(Event::Fault(Fault::Garbage { bytes }));
            }
            match step {
                Step::Wait => return None,
                Step::Skip(bytes) => self.skip(bytes),
                Step::Broken(fault) => {
                    self.start += 2;
                    self.failed_before = true;
                    return Some(Event::Fault(fault));
                }
                Step::Frame { data, whole, crc_ok } => {
                    let from = self.start;
                    self.start += whole;
                    self.failed_before = false;
                    return Some(Event::Frame(self.frame(from, data, whole, crc_ok)));
                }
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        let end = self.start + bytes;
        self.skipped += self.buffer[self.start..end].iter().filter(|b| !matches!(b, b'\r' | b'\n')).count();
        self.start = end;
    }

    fn frame(&self, from: usize, data: usize, whole: usize, crc_ok: bool) -> Frame<'_> {
        let bytes = &self.buffer[from..from + whole];
        let (data, behind) = bytes[BEFORE_DATA..].split_at(data);
        let mut warnings = Vec::new();
        if behind.len() == CRC_DIGITS {
            warnings.push(Warning::NoLineEnd);
        }
        if data.len() > STANDARD_DATA {
            warnings.push(Warning::LongerThanStandard);
        }
        if self.limits.crc == CrcMode::Off {
            warnings.push(Warning::CrcNotChecked);
        }
        Frame { data, crc_sent: behind.first_chunk().copied().unwrap_or_default(), crc_ok, warnings }
    }

    fn step(&self) -> Step {
        let bytes = &self.buffer[self.start..];
        match head(bytes) {
            0 if bytes.len() >= 2 => self.headed(bytes),
            // A lone `#` at the end may be half a head.
            0 if !self.ended => Step::Wait,
            0 if bytes.is_empty() => Step::Wait,
            0 => Step::Skip(bytes.len()),
            before => Step::Skip(before),
        }
    }

    /// `bytes` begins with `##`.
    fn headed(&self, bytes: &[u8]) -> Step {
        let digits = &bytes[2..bytes.len().min(BEFORE_DATA)];
        if digits.iter().any(|b| !b.is_ascii_digit()) {
            return Step::Skip(1);
        }
        let Some(declared) = digits.first_chunk().and_then(|four| read_length(*four)) else {
            return self.wait_or(Fault::Incomplete { declared: None, have: bytes.len() });
        };
        if declared > self.limits.max_data {
            return Step::Broken(Fault::TooLong { declared, max_data: self.limits.max_data });
        }
        let Some((data, behind)) = bytes[BEFORE_DATA..].split_at_checked(declared) else {
            return self.wait_or(Fault::Incomplete { declared: Some(declared), have: bytes.len() });
        };
        let Some((sent, tail)) = behind.split_first_chunk::<4>() else {
            return self.wait_or(Fault::Incomplete { declared: Some(declared), have: bytes.len() });
        };
        let calculated = self.limits.crc.of(data);
        let crc_ok = read_hex(*sent) == Some(calculated);
        if !crc_ok && self.limits.crc != CrcMode::Off {
            // A hint for people. Not for one head right behind another: who sends heads upon heads gets no second sum for each.
            let hint = self.limits.crc == CrcMode::Ansi && !self.failed_before;
            let is_modbus = hint && read_hex(*sent) == Some(modbus(data));
            return Step::Broken(Fault::Crc { declared, sent: *sent, calculated, modbus: is_modbus });
        }
        let until_crc = BEFORE_DATA + declared + CRC_DIGITS;
        match tail {
            [b'\r', b'\n', ..] => Step::Frame { data: declared, whole: until_crc + 2, crc_ok },
            [] | [b'\r'] if !self.ended => Step::Wait,
            _ if self.limits.crc == CrcMode::Off => Step::Broken(Fault::NoLineEnd { declared }),
            _ => Step::Frame { data: declared, whole: until_crc, crc_ok },
        }
    }

    fn wait_or(&self, fault: Fault) -> Step {
        if self.ended { Step::Broken(fault) } else { Step::Wait }
    }
}

/// How many bytes lie before the first `##`, or before a `#` that ends the bytes.
fn head(bytes: &[u8]) -> usize {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|b| *b == b'#') {
        match bytes.get(from + at + 1) {
            None | Some(b'#') => return from + at,
            Some(_) => from += at + 2,
        }
    }
    bytes.len()
}
