//! The OLE container around old workbooks ([MS-CFB]): a little file system of sectors.

use crate::FileError;
use crate::read::sniff;

const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const LARGEST_SECTOR: u32 = 0xFFFF_FFFA;

/// An opened container over a file in memory.
pub(super) struct Container<'a> {
    file: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    streams: Vec<Stream>,
}

struct Stream {
    name: String,
    start: u32,
    size: u64,
}

impl<'a> Container<'a> {
    /// Reads the tables of the container. Every chain is bounded by the number of sectors that the file really has.
    pub fn open(file: &'a [u8]) -> Result<Self, FileError> {
        let head = file.get(..512).ok_or_else(|| FileError::Truncated("只有文件头".into()))?;
        let sector = match u16_at(head, 30) {
            9 => 512,
            12 => 4096,
            other => return Err(FileError::broken("OLE 容器", format!("扇区大小 2^{other} 无效"))),
        };
        let mut container = Self { file, sector, fat: Vec::new(), mini_fat: Vec::new(), mini_stream: Vec::new(), streams: Vec::new() };
        container.read_fat(head)?;
        let directory = container.chain(u32_at(head, 48), u64::MAX)?;
        let mut root = None;
        for entry in directory.chunks_exact(128) {
            let stream = Stream { name: entry_name(entry), start: u32_at(entry, 116), size: entry_size(entry, sector) };
            match entry[66] {
                5 => root = Some((stream.start, stream.size)),
                1 | 2 => container.streams.push(stream),
                _ => (),
            }
        }
        if let Some((start, size)) = root.filter(|(start, _)| *start < LARGEST_SECTOR) {
            container.mini_stream = container.chain(start, size)?;
            let mini_fat = container.chain(u32_at(head, 60), u64::MAX)?;
            container.mini_fat = mini_fat.chunks_exact(4).map(|b| u32_at(b, 0)).collect();
        }
        Ok(container)
    }

    /// The stream with this name, read whole.
    pub fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, FileError> {
        let Some(stream) = self.streams.iter().find(|s| s.name.eq_ignore_ascii_case(name)) else { return Ok(None) };
        if stream.size >= 4096 {
            return self.chain(stream.start, stream.size).map(Some);
        }
        let mut bytes = Vec::new();
        let mut at = stream.start;
        while at < LARGEST_SECTOR && (bytes.len() as u64) < stream.size {
            let start = at as usize * 64;
            let piece = self.mini_stream.get(start..self.mini_stream.len().min(start + 64)).unwrap_or_default();
            if piece.is_empty() || bytes.len() > self.mini_stream.len() {
                return Err(FileError::Truncated("OLE 容器内容缺失".into()));
            }
            bytes.extend_from_slice(piece);
            at = self.mini_fat.get(at as usize).copied().unwrap_or(END_OF_CHAIN);
        }
        bytes.truncate(usize::try_from(stream.size).unwrap_or(usize::MAX));
        Ok(Some(bytes))
    }

    /// What a container without a workbook holds.
    pub fn not_a_workbook(&self) -> FileError {
        let has = |name: &str| self.streams.iter().any(|s| s.name.eq_ignore_ascii_case(name));
        if has("EncryptedPackage") || has("EncryptionInfo") {
            return FileError::Encrypted;
        }
        sniff::not_a_workbook(match () {
            () if has("WordDocument") => "Word 文档（doc）",
            () if has("PowerPoint Document") => "PowerPoint 文稿（ppt）",
            () if self.streams.iter().any(|s| s.name.starts_with("__substg1.0")) => "邮件（msg）",
            () => "OLE 复合文档",
        })
    }

    fn read_fat(&mut self, head: &[u8]) -> Result<(), FileError> {
        let sectors = self.file.len() / self.sector + 1;
        let mut fat_sectors: Vec<u32> = head[76..512].chunks_exact(4).map(|b| u32_at(b, 0)).collect();
        let mut next = u32_at(head, 68);
        let mut steps = 0;
        while next < LARGEST_SECTOR {
            steps += 1;
            if steps > sectors {
                return Err(FileError::broken("OLE 容器", "扇区链成环"));
            }
            let ids: Vec<u32> = self.sector_at(next)?.chunks_exact(4).map(|b| u32_at(b, 0)).collect();
            let Some((last, ids)) = ids.split_last() else { break };
            fat_sectors.extend_from_slice(ids);
            next = *last;
        }
        for id in fat_sectors.into_iter().filter(|id| *id < LARGEST_SECTOR).take(sectors) {
            // A truncated file ends before some of its table sectors; what is needed of them is noticed when a chain breaks.
            let Ok(sector) = self.sector_at(id) else { continue };
            let ids: Vec<u32> = sector.chunks_exact(4).map(|b| u32_at(b, 0)).collect();
            self.fat.extend(ids);
        }
        Ok(())
    }

    fn sector_at(&self, id: u32) -> Result<&'a [u8], FileError> {
        let start = (id as usize).saturating_add(1).saturating_mul(self.sector);
        let end = self.file.len().min(start.saturating_add(self.sector));
        self.file.get(start..end).filter(|s| !s.is_empty()).ok_or_else(|| FileError::Truncated("OLE 容器内容缺失".into()))
    }

    fn chain(&self, start: u32, size: u64) -> Result<Vec<u8>, FileError> {
        let mut bytes = Vec::new();
        let mut at = start;
        while at < LARGEST_SECTOR && (bytes.len() as u64) < size {
            if bytes.len() > self.file.len() {
                return Err(FileError::broken("OLE 容器", "扇区链成环"));
            }
            bytes.extend_from_slice(self.sector_at(at)?);
            at = self.fat.get(at as usize).copied().unwrap_or(END_OF_CHAIN);
        }
        if size != u64::MAX {
            if (bytes.len() as u64) < size {
                return Err(FileError::Truncated("OLE 容器内容缺失".into()));
            }
            bytes.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        }
        Ok(bytes)
    }
}

fn entry_name(entry: &[u8]) -> String {
    let len = usize::from(u16_at(entry, 64)).clamp(2, 64) - 2;
    let units: Vec<u16> = entry[..len].chunks_exact(2).map(|b| u16_at(b, 0)).collect();
    String::from_utf16_lossy(&units)
}

/// Version 3 files may have rubbish in the upper half of the size.
fn entry_size(entry: &[u8], sector: usize) -> u64 {
    let low = u64::from(u32_at(entry, 120));
    if sector == 512 { low } else { low | u64::from(u32_at(entry, 124)) << 32 }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}
