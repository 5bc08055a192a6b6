//! The zip directory of a workbook, checked before anything is unpacked, and its parts as bounded streams.
//!
//! A general zip crate reserves memory for as many entries as the archive claims; this reader takes nothing on trust and hands out
//! streams that own their position.

use super::Input;
use super::bytes::Reader;
use crate::{FileError, limits};
use flate2::read::DeflateDecoder;
use std::collections::HashMap;
use std::io::{self, Read, Take};

/// One part of the archive.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    header: u64,
    packed: u64,
    /// Declared decompressed size.
    pub size: u64,
    crc: u32,
    method: u16,
    encrypted: bool,
}

/// The directory: part names (lower case, `/` between folders) and where they are.
#[derive(Debug)]
pub(super) struct Archive {
    input: Input,
    entries: HashMap<String, Entry>,
}

const END: &[u8; 4] = b"PK\x05\x06";
const END64_LOCATOR: &[u8; 4] = b"PK\x06\x07";
const END64: &[u8; 4] = b"PK\x06\x06";

struct Directory {
    entries: u64,
    size: u64,
    start: u64,
}

impl Archive {
    /// Reads and checks the directory.
    pub fn open(input: &Input) -> Result<Self, FileError> {
        let len = input.len()?;
        if len > limits::XLSX_FILE {
            return Err(FileError::TooLarge(format!("工作簿超过 {} MB", limits::XLSX_FILE >> 20)));
        }
        let directory = find_directory(input, len)?;
        if directory.entries > limits::ZIP_ENTRIES as u64 || directory.size > limits::ZIP_DIRECTORY {
            return Err(FileError::Bomb(format!("压缩包内有 {} 个文件，上限 {}", directory.entries, limits::ZIP_ENTRIES)));
        }
        let bytes = input.bytes(directory.start, directory.size)?;
        let mut entries = HashMap::new();
        let mut rest = bytes.as_slice();
        let mut total = 0u64;
        for _ in 0..directory.entries {
            let (name, entry, after) = read_entry(rest)?;
            rest = after;
            check_size(&name, &entry)?;
            total = total.saturating_add(entry.size);
            entries.entry(name).or_insert(entry);
        }
        if total > limits::ZIP_TOTAL {
            return Err(FileError::Bomb(format!("解压后共 {} MB，上限 {} MB", total >> 20, limits::ZIP_TOTAL >> 20)));
        }
        // Overlapping entries share compressed bytes: each alone looks harmless.
        if total > limits::ZIP_RATIO_FROM && total / limits::ZIP_RATIO > len {
            return Err(FileError::Bomb(format!("解压后为原文件的 {} 倍，上限 {} 倍", total / len.max(1), limits::ZIP_RATIO)));
        }
        Ok(Self { input: input.clone(), entries })
    }

    /// Names of all parts, lower case.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Finds a part; case, backslashes and a leading slash do not matter.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.get(&canonical(name.as_bytes()))
    }

    /// Streams a part, at most as many bytes as it declares.
    pub fn stream(&self, entry: &Entry) -> Result<Part, FileError> {
        if entry.encrypted {
            return Err(FileError::Encrypted);
        }
        let local = self.input.bytes(entry.header, 30)?;
        if local.len() < 30 || !local.starts_with(b"PK\x03\x04") {
            return Err(FileError::broken("压缩包", "找不到文件内容"));
        }
        let start = entry.header + 30 + u64::from(u16_at(&local, 26)) + u64::from(u16_at(&local, 28));
        let packed = self.input.slice(start, entry.packed)?;
        let body = match entry.method {
            0 => Body::Stored(packed),
            8 => Body::Deflated(Box::new(DeflateDecoder::new(packed))),
            other => return Err(FileError::broken("压缩包", format!("不支持的压缩方法 {other}"))),
        };
        Ok(Part { body, left: entry.size, crc: flate2::Crc::new(), expected: entry.crc })
    }

    /// Reads a small part whole; `None` when it does not exist.
    pub fn small(&self, name: &str) -> Result<Option<Vec<u8>>, FileError> {
        let Some(entry) = self.find(name) else { return Ok(None) };
        if entry.size > limits::SMALL_PART {
            return Err(FileError::Bomb(format!("{name} 解压后有 {} MB", entry.size >> 20)));
        }
        let mut bytes = Vec::new();
        self.stream(entry)?.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }
}

fn check_size(name: &str, entry: &Entry) -> Result<(), FileError> {
    if entry.size > limits::ZIP_TOTAL {
        return Err(FileError::Bomb(format!("{name} 解压后有 {} MB，上限 {} MB", entry.size >> 20, limits::ZIP_TOTAL >> 20)));
    }
    let ratio = entry.size / entry.packed.max(1);
    if entry.size > limits::ZIP_RATIO_FROM && ratio > limits::ZIP_RATIO {
        return Err(FileError::Bomb(format!("{name} 的压缩比为 {ratio}:1，上限 {}:1", limits::ZIP_RATIO)));
    }
    Ok(())
}

fn find_directory(input: &Input, len: u64) -> Result<Directory, FileError> {
    // The end record is 22 bytes plus a comment of at most 65,535.
    let tail_start = len.saturating_sub(22 + 65_535 + 20);
    let tail = input.bytes(tail_start, len - tail_start)?;
    let at = tail
        .windows(4)
        .rposition(|w| w == END)
        .filter(|at| at + 22 <= tail.len())
        .ok_or_else(|| FileError::Truncated("压缩包缺少目录".into()))?;
    let end = &tail[at..];
    let mut directory =
        Directory { entries: u64::from(u16_at(end, 10)), size: u64::from(u32_at(end, 12)), start: u64::from(u32_at(end, 16)) };
    let mut before = tail_start + at as u64;
    if at >= 20 && tail[at - 20..].starts_with(END64_LOCATOR) {
        let offset = u64_at(&tail[at - 20..], 8);
        let end64 = input.bytes(offset, 56)?;
        if end64.len() == 56 && end64.starts_with(END64) {
            directory = Directory { entries: u64_at(&end64, 32), size: u64_at(&end64, 40), start: u64_at(&end64, 48) };
            before = offset;
        }
    }
    if directory.start.saturating_add(directory.size) > before {
        return Err(FileError::Truncated("压缩包目录不完整".into()));
    }
    Ok(directory)
}

/// Reads one directory entry; returns its name, where it is, and the bytes behind it.
fn read_entry(bytes: &[u8]) -> Result<(String, Entry, &[u8]), FileError> {
    let damaged = || FileError::broken("压缩包目录", "条目不完整");
    if bytes.len() < 46 || !bytes.starts_with(b"PK\x01\x02") {
        return Err(damaged());
    }
    let name_len = usize::from(u16_at(bytes, 28));
    let extra_len = usize::from(u16_at(bytes, 30));
    let comment_len = usize::from(u16_at(bytes, 32));
    let name = bytes.get(46..46 + name_len).ok_or_else(damaged)?;
    let extra = bytes.get(46 + name_len..46 + name_len + extra_len).ok_or_else(damaged)?;
    let rest = bytes.get(46 + name_len + extra_len + comment_len..).ok_or_else(damaged)?;
    let mut entry = Entry {
        method: u16_at(bytes, 10),
        crc: u32_at(bytes, 16),
        packed: u64::from(u32_at(bytes, 20)),
        size: u64::from(u32_at(bytes, 24)),
        header: u64::from(u32_at(bytes, 42)),
        encrypted: u16_at(bytes, 8) & 1 == 1,
    };
    read_zip64(extra, &mut entry);
    Ok((canonical(name), entry, rest))
}

/// Sizes beyond 4 GiB stand in an extra field, each only when its short form is all ones.
fn read_zip64(mut extra: &[u8], entry: &mut Entry) {
    while extra.len() >= 4 {
        let (id, len) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let Some(mut data) = extra.get(4..4 + len) else { return };
        extra = &extra[4 + len..];
        if id != 1 {
            continue;
        }
        for value in [&mut entry.size, &mut entry.packed, &mut entry.header] {
            if *value == u64::from(u32::MAX) && data.len() >= 8 {
                *value = u64_at(data, 0);
                data = &data[8..];
            }
        }
    }
}

/// Part names as one form: some writers use backslashes, capitals or a leading slash.
fn canonical(name: &[u8]) -> String {
    String::from_utf8_lossy(name).replace('\\', "/").trim_start_matches('/').to_lowercase()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// A part being decompressed. Yields no byte more than declared and checks the checksum at the end.
#[derive(Debug)]
pub(super) struct Part {
    body: Body,
    left: u64,
    crc: flate2::Crc,
    expected: u32,
}

#[derive(Debug)]
enum Body {
    Stored(Take<Reader>),
    Deflated(Box<DeflateDecoder<Take<Reader>>>),
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.body {
            Body::Stored(body) => body.read(buffer)?,
            Body::Deflated(body) => body.read(buffer).map_err(damaged)?,
        };
        if read == 0 && !buffer.is_empty() {
            if self.left > 0 {
                return Err(FileError::Truncated("压缩内容提前结束".into()).into());
            }
            if self.crc.sum() != self.expected {
                return Err(FileError::broken("压缩包", "校验和不符，内容可能在传输中改变").into());
            }
        }
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::from(FileError::Bomb("实际内容比声明的大".into())))?;
        self.crc.update(&buffer[..read]);
        Ok(read)
    }
}

fn damaged(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => FileError::Truncated("压缩内容提前结束".into()).into(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => FileError::broken("压缩包", "压缩内容损坏").into(),
        _ => error,
    }
}
