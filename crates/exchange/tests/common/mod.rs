//! Builders shared by the tests.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::{Cursor, Write};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A zip archive of these parts.
pub fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub const RELS: &str = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
pub const WORKBOOK: &str = r#"<workbook xmlns:r="r"><sheets><sheet name="表一" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
pub const WORKBOOK_RELS: &str = r#"<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

/// A workbook of one sheet with this XML.
pub fn workbook(sheet: &[u8]) -> Vec<u8> {
    workbook_with(sheet, b"<sst/>")
}

/// A workbook of one sheet and these shared strings.
pub fn workbook_with(sheet: &[u8], strings: &[u8]) -> Vec<u8> {
    archive(&[
        ("_rels/.rels", RELS.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", WORKBOOK_RELS.as_bytes()),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

/// An OLE container (512-byte sectors, no mini stream) with these streams, each padded to 4,096 bytes at least.
pub fn container(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut sectors: Vec<u8> = Vec::new();
    let mut fat: Vec<u32> = Vec::new();
    let mut entries: Vec<u8> = Vec::new();
    entries.extend(entry("Root Entry", 5, 0xFFFF_FFFE, 0));
    for (name, content) in streams {
        let mut content = content.clone();
        content.resize(content.len().max(4096), 0);
        let start = fat.len() as u32;
        let count = content.len().div_ceil(512);
        content.resize(count * 512, 0);
        sectors.extend_from_slice(&content);
        fat.extend((1..=count as u32).map(|n| if n == count as u32 { 0xFFFF_FFFE } else { start + n }));
        entries.extend(entry(name, 2, start, content.len() as u32));
    }
    let directory = fat.len() as u32;
    entries.resize(entries.len().div_ceil(512) * 512, 0);
    let count = entries.len() as u32 / 512;
    fat.extend((1..=count).map(|n| if n == count { 0xFFFF_FFFE } else { directory + n }));
    sectors.extend(entries);
    let fat_sectors = (fat.len() + 1).div_ceil(127) as u32;
    let fat_start = fat.len() as u32;
    fat.extend(std::iter::repeat_n(0xFFFF_FFFD, fat_sectors as usize));
    fat.resize(fat_sectors as usize * 128, 0xFFFF_FFFF);
    sectors.extend(fat.iter().flat_map(|id| id.to_le_bytes()));
    let mut file = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    file.resize(512, 0);
    file[26] = 3;
    file[28..30].copy_from_slice(&[0xFE, 0xFF]);
    file[30] = 9;
    file[32] = 6;
    file[44..48].copy_from_slice(&fat_sectors.to_le_bytes());
    file[48..52].copy_from_slice(&directory.to_le_bytes());
    file[56..60].copy_from_slice(&4096u32.to_le_bytes());
    file[60..64].copy_from_slice(&0xFFFF_FFFEu32.to_le_bytes());
    file[68..72].copy_from_slice(&0xFFFF_FFFEu32.to_le_bytes());
    for n in 0..109u32 {
        let id = if n < fat_sectors { fat_start + n } else { 0xFFFF_FFFF };
        file[76 + 4 * n as usize..80 + 4 * n as usize].copy_from_slice(&id.to_le_bytes());
    }
    file.extend(sectors);
    file
}

fn entry(name: &str, kind: u8, start: u32, size: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let len = bytes.len() as u16 + 2;
    bytes.resize(128, 0);
    bytes[64..66].copy_from_slice(&len.to_le_bytes());
    bytes[66] = kind;
    for at in [68, 72, 76] {
        bytes[at..at + 4].copy_from_slice(&0xFFFF_FFFFu32.to_le_bytes());
    }
    bytes[116..120].copy_from_slice(&start.to_le_bytes());
    bytes[120..124].copy_from_slice(&size.to_le_bytes());
    bytes
}

/// One BIFF record.
pub fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// An old workbook of one sheet with these records.
pub fn old_workbook(sheet: &[Vec<u8>]) -> Vec<u8> {
    let bof = |kind: u8| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let name = [6u8, 0, b'S', b'h', b'e', b'e', b't', b'1'];
    let mut stream = bof(5);
    let at = stream.len() + 4 + 6 + name.len() + 4;
    stream.extend(record(0x0085, &[&(at as u32).to_le_bytes()[..], &[0, 0], &name].concat()));
    stream.extend(record(0x000A, &[]));
    stream.extend(bof(0x10));
    sheet.iter().for_each(|r| stream.extend(r));
    stream.extend(record(0x000A, &[]));
    container(&[("Workbook", stream)])
}
