//! In which encoding a text file is written, and its text as UTF-8.

use crate::FileError;
use crate::read::Input;
use crate::read::bytes::Reader;
use encoding_rs::{CoderResult, Decoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, Read};

/// UTF-8 with or without mark, UTF-16 with mark (Excel's “Unicode text”), else GB18030, which contains GBK and GB 2312.
///
/// The whole file is looked at, because one long file may have its first Chinese character late. A UTF-8 file with a few broken
/// bytes (cut in the middle of a character by some exporter) stays UTF-8.
pub(super) fn detect(input: &Input) -> Result<&'static Encoding, FileError> {
    let head = input.bytes(0, 4)?;
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        return Ok(encoding);
    }
    let mut reader = input.reader()?;
    let mut buffer = vec![0; 256 << 10];
    let mut kept = 0;
    let (mut good, mut broken) = (0u64, 0u64);
    loop {
        let read = reader.read(&mut buffer[kept..])?;
        let filled = kept + read;
        let mut rest = &buffer[..filled];
        kept = 0;
        while !rest.is_empty() {
            let (valid, error_len) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), None),
                Err(error) => (error.valid_up_to(), Some(error.error_len())),
            };
            good += rest[..valid].iter().filter(|b| **b >= 0xC0).count() as u64;
            rest = &rest[valid..];
            match error_len {
                None => break,
                Some(Some(len)) => {
                    broken += 1;
                    rest = &rest[len..];
                }
                Some(None) => {
                    // The buffer ends inside a character: the rest comes with the next read, or never.
                    kept = rest.len();
                    break;
                }
            }
        }
        let tail = filled - kept;
        buffer.copy_within(tail..filled, 0);
        if read == 0 {
            broken += u64::from(kept > 0);
            break;
        }
    }
    Ok(if broken == 0 || good > broken * 20 { UTF_8 } else { GB18030 })
}

/// The beginning of the file as text.
pub(super) fn sample(input: &Input, encoding: &'static Encoding, bytes: u64) -> Result<String, FileError> {
    let mut reader = Utf8::new(input.reader()?, encoding);
    let (mut text, mut buffer) = (Vec::new(), vec![0; 16 << 10]);
    // Not `read_to_end`: it may offer the last few bytes of its buffer, and the decoder cannot use those.
    while (text.len() as u64) < bytes {
        match reader.read(&mut buffer)? {
            0 => break,
            read => text.extend_from_slice(&buffer[..read]),
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A file's text as UTF-8 bytes; what cannot be decoded becomes U+FFFD.
pub(super) struct Utf8 {
    reader: Reader,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_range: std::ops::Range<usize>,
    at_end: bool,
    finished: bool,
}

impl Utf8 {
    /// Decodes from the start, a byte order mark left out.
    pub fn new(reader: Reader, encoding: &'static Encoding) -> Self {
        debug_assert!([UTF_8, GB18030, UTF_16LE, UTF_16BE].contains(&encoding));
        Self {
            reader,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; 64 << 10],
            raw_range: 0..0,
            at_end: false,
            finished: false,
        }
    }
}

impl Read for Utf8 {
    /// Needs a buffer of at least 16 bytes to make progress.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.len() < 16 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "buffer too small to decode into"));
        }
        while !self.finished {
            if self.raw_range.is_empty() && !self.at_end {
                let read = self.reader.read(&mut self.raw)?;
                self.raw_range = 0..read;
                self.at_end = read == 0;
            }
            let (result, consumed, written, _) = self.decoder.decode_to_utf8(&self.raw[self.raw_range.clone()], buffer, self.at_end);
            self.raw_range.start += consumed;
            self.finished = self.at_end && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: Vec<u8>) -> (String, String) {
        let input = Input::from(bytes);
        let encoding = detect(&input).unwrap_or(UTF_16BE);
        (encoding.name().into(), sample(&input, encoding, 1 << 20).unwrap_or_default())
    }

    #[test]
    fn every_encoding_is_recognised() {
        let text = "单位名称,备注\n甲,—";
        let gbk = GB18030.encode(text).0.into_owned();
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let marked = [b"\xEF\xBB\xBF".to_vec(), text.as_bytes().to_vec()].concat();
        let rows = [
            ("UTF-8", text.as_bytes().to_vec()),
            ("UTF-8", marked),
            ("gb18030", gbk),
            ("UTF-16LE", utf16),
            ("UTF-8", b"a,b\n1,2".to_vec()),
        ];
        for (name, bytes) in rows {
            let ascii = bytes == b"a,b\n1,2";
            let (encoding, decoded) = found(bytes);
            assert_eq!(encoding, name);
            assert_eq!(decoded, if ascii { "a,b\n1,2" } else { text }, "{name}");
        }
    }

    #[test]
    fn a_sample_is_never_cut_short() {
        for length in 0..120 {
            let text = format!("{}\n序号\t名称\n1\t甲\n", "职".repeat(length));
            assert_eq!(found(text.clone().into_bytes()).1, text, "{length}");
            assert_eq!(found(GB18030.encode(&text).0.into_owned()).1, text, "{length}");
        }
    }

    #[test]
    fn a_late_chinese_character_decides_and_characters_may_cross_buffers() {
        for shift in 0..3 {
            let text = format!("{}{}", "a".repeat((256 << 10) - 1 - shift), "职业健康".repeat(200_000));
            assert_eq!(found(text.clone().into_bytes()).0, "UTF-8", "{shift}");
            assert_eq!(found(GB18030.encode(&text).0.into_owned()).0, "gb18030", "{shift}");
        }
    }

    #[test]
    fn one_broken_byte_does_not_turn_utf8_into_gbk() {
        let mut bytes = "职业健康检查".repeat(10).into_bytes();
        bytes.push(0xE8);
        assert_eq!(found(bytes).0, "UTF-8");
    }
}
