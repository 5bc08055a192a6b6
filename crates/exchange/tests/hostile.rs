//! Files that mean harm or are broken: a clear error, and never much memory or time.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::{archive, container, old_workbook, record, workbook, workbook_with};
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};
use zhijian_exchange::FileError;
use zhijian_exchange::read::{Format, RawRow, open};
use zip::write::{SimpleFileOptions, ZipWriter};

/// Opens and reads every row of every table, but not for long.
fn read_all(name: &str, bytes: Vec<u8>) -> Result<Vec<RawRow>, FileError> {
    let begin = Instant::now();
    let result = (|| {
        let source = open(name, bytes)?;
        let mut rows = Vec::new();
        for table in 0..source.tables().len() {
            for row in source.rows(table)? {
                rows.push(row?);
            }
            source.merged(table)?;
        }
        Ok(rows)
    })();
    assert!(begin.elapsed() < Duration::from_secs(20), "{name} took {:?}", begin.elapsed());
    result
}

fn sheet(rows: &str) -> Vec<u8> {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").into_bytes()
}

/// A zip whose sheet is a very long run of one thing.
fn bomb(mega_bytes: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, content) in
        [("_rels/.rels", common::RELS), ("xl/workbook.xml", common::WORKBOOK), ("xl/_rels/workbook.xml.rels", common::WORKBOOK_RELS)]
    {
        zip.start_file(name, options).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let piece = vec![b' '; 1 << 20];
    for _ in 0..mega_bytes {
        zip.write_all(&piece).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_is_refused_by_its_directory() {
    let file = bomb(300);
    assert!(file.len() < 1 << 20);
    let error = read_all("炸弹.xlsx", file).unwrap_err();
    assert!(matches!(&error, FileError::Bomb(_)), "{error}");
    assert_eq!(error.class(), "F_BOMB");
}

#[test]
fn a_zip_bomb_that_lies_about_its_size_is_stopped_while_it_unpacks() {
    let mut file = bomb(300);
    // The sheet's declared size, in the directory and at the local header, becomes a harmless 1,000 bytes.
    let real = (300u32 << 20).to_le_bytes();
    let at: Vec<usize> = file.windows(4).enumerate().filter(|(_, w)| *w == real).map(|(at, _)| at).collect();
    assert!(!at.is_empty());
    for at in at {
        file[at..at + 4].copy_from_slice(&1000u32.to_le_bytes());
    }
    let error = read_all("炸弹.xlsx", file).unwrap_err();
    assert!(matches!(&error, FileError::Bomb(text) if text.contains("比声明的大")), "{error}");
}

#[test]
fn ten_thousand_entries_are_too_many() {
    let names: Vec<String> = (0..10_001).map(|n| format!("xl/{n}")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b""[..])).collect();
    assert!(matches!(read_all("多.xlsx", archive(&parts)), Err(FileError::Bomb(_))));
}

#[test]
fn a_directory_that_claims_millions_of_entries_reserves_nothing() {
    let mut file = workbook(&sheet(""));
    let end = file.len() - 22;
    file[end + 8..end + 12].copy_from_slice(&[0xFF; 4]);
    assert!(read_all("声称.xlsx", file).is_err());
}

#[test]
fn a_string_table_that_claims_trillions_reserves_nothing() {
    let strings = br#"<sst count="9999999999999" uniqueCount="9999999999999"><si><t>x</t></si></sst>"#;
    let rows = read_all("声称.xlsx", workbook_with(&sheet(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#), strings)).unwrap();
    assert_eq!(rows.len(), 1);
}

#[test]
fn claimed_dimensions_are_ignored() {
    let xml = br#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData><row r="1048576"><c r="A1048576"><v>7</v></c></row></sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>"#;
    let rows = read_all("维度.xlsx", workbook(xml)).unwrap();
    assert_eq!(rows[0].number, 1_048_576);
    let dimensions = record(0x0200, &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0]);
    let number =
        |row: u16, column: u16| record(0x0203, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0, 0], &1.5f64.to_le_bytes()].concat());
    let rows = read_all("维度.xls", old_workbook(&[dimensions, number(0, 0), number(65_535, 255)])).unwrap();
    assert_eq!((rows[0].number, rows[1].number, rows[1].cells.len()), (1, 65_536, 256));
}

#[test]
fn impossible_references_are_no_harm() {
    let rows = r#"<row r="99999999999999"><c r="AAAAAAAAAAAA999999999999" s="99999999999"><v>1</v></c></row><row r="-1"><c r="" t="zz"><v>1</v></c></row><row r="0"/>"#;
    assert!(read_all("引用.xlsx", workbook(&sheet(rows))).is_ok());
    assert!(matches!(
        read_all("引用.xlsx", workbook(&sheet(r#"<row r="4294967295"><c><v>1</v></c></row>"#))),
        Err(FileError::Broken { .. })
    ));
}

#[test]
fn one_part_under_many_names_is_refused() {
    let sheets: String = (0..900).map(|n| format!(r#"<sheet name="表{n}" r:id="rId1"/>"#)).collect();
    let numbers: String = (0..400_000).map(|n| format!("<row><c><v>{n}</v></c></row>")).collect();
    let file = archive(&[
        ("_rels/.rels", common::RELS.as_bytes()),
        ("xl/workbook.xml", format!("<workbook><sheets>{sheets}</sheets></workbook>").as_bytes()),
        ("xl/_rels/workbook.xml.rels", common::WORKBOOK_RELS.as_bytes()),
        ("xl/worksheets/sheet1.xml", &sheet(&numbers)),
    ]);
    assert!(matches!(open("多名.xlsx", file), Err(FileError::Bomb(_))));
}

#[test]
fn parts_are_found_whatever_the_writer_does_to_their_names() {
    let rels = common::RELS.replace("xl/workbook.xml", "/XL/Workbook.xml");
    let file = archive(&[
        ("_rels\\.rels", rels.as_bytes()),
        ("xl\\workbook.xml", common::WORKBOOK.as_bytes()),
        ("xl\\_rels\\Workbook.xml.rels", common::WORKBOOK_RELS.replace("worksheets/", "../xl/./WorkSheets/").as_bytes()),
        ("xl\\worksheets\\Sheet1.xml", &sheet(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#)),
    ]);
    assert_eq!(read_all("名称.xlsx", file).unwrap().len(), 1);
}

#[test]
fn archives_with_64_bit_sizes_are_read() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().large_file(true);
    let xml = sheet(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#);
    let parts = [
        ("_rels/.rels", common::RELS.as_bytes()),
        ("xl/workbook.xml", common::WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", common::WORKBOOK_RELS.as_bytes()),
        ("xl/worksheets/sheet1.xml", &xml),
    ];
    for (name, content) in parts {
        zip.start_file(name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    assert_eq!(read_all("大.xlsx", zip.finish().unwrap().into_inner()).unwrap().len(), 1);
}

#[test]
fn a_million_columns_are_refused() {
    let cells = "<c><v>1</v></c>".repeat(1_000_000);
    let error = read_all("宽.xlsx", workbook(&sheet(&format!("<row>{cells}</row>")))).unwrap_err();
    assert!(matches!(error, FileError::TooManyColumns { row: 1, .. }), "{error}");
    let error = read_all("宽.csv", "1,".repeat(1_000_000).into_bytes()).unwrap_err();
    assert!(matches!(error, FileError::TooManyColumns { row: 1, .. }), "{error}");
}

#[test]
fn entities_are_not_expanded() {
    let xml = br#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet><sheetData><row r="1"><c t="str"><v>&b;</v></c></row></sheetData></worksheet>"#;
    let rows = read_all("实体.xlsx", workbook(xml)).unwrap();
    assert_eq!(rows[0].cells[0].shown(), "&b;");
}

#[test]
fn the_content_decides_and_is_named() {
    let rows: Vec<(&str, Vec<u8>, &str)> = vec![
        ("页面.xls", b"<html><table><tr><td>1</td></tr></table></html>".to_vec(), "网页"),
        ("页面.xls", "\u{feff}\r\n<META charset=utf-8><table>".into(), "网页"),
        ("表.xls", br#"<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">"#.to_vec(), "XML 表格 2003"),
        ("报告.xlsx", b"%PDF-1.7".to_vec(), "PDF"),
        ("图.xlsx", b"\x89PNG\r\n\x1a\n\0\0".to_vec(), "图片"),
        ("包.xlsx", b"Rar!\x1a\x07\x00".to_vec(), "RAR"),
        ("文档.xlsx", archive(&[("[Content_Types].xml", b""), ("word/document.xml", b"<w/>")]), "Word"),
        ("文稿.xlsx", archive(&[("ppt/presentation.xml", b"<p/>")]), "PowerPoint"),
        ("二进制.xlsx", archive(&[("xl/workbook.bin", b"")]), "xlsb"),
        ("开放.xlsx", archive(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>")]), "ods"),
        ("压缩.xlsx", archive(&[("a.txt", b"x")]), "ZIP"),
        ("旧文档.xls", container(&[("WordDocument", vec![1])]), "Word"),
        ("数据.csv", b"abc\0\0\0def".to_vec(), "二进制"),
    ];
    for (name, bytes, expected) in rows {
        let error = read_all(name, bytes).unwrap_err();
        assert!(matches!(&error, FileError::NotATable { seems, .. } if seems.contains(expected)), "{name}: {error}");
    }
    let format = |bytes: &[u8]| open("错误的后缀.xls", bytes).unwrap().format;
    assert_eq!(format(&workbook(&sheet(""))), Format::Xlsx, "a workbook under another ending is read");
    assert_eq!(format("单位名称\tBM\n".as_bytes()), Format::Csv);
    assert_eq!(format(b"BM,MZ\n1,2\n"), Format::Csv, "two letters do not make a picture");
}

#[test]
fn protected_workbooks_are_named() {
    let file = container(&[("EncryptionInfo", vec![4]), ("EncryptedPackage", vec![1])]);
    assert!(matches!(read_all("密码.xlsx", file), Err(FileError::Encrypted)));
    let old = {
        let bof = record(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        container(&[("Workbook", [bof, record(0x002F, &[1, 0, 0, 0])].concat())])
    };
    assert!(matches!(read_all("密码.xls", old), Err(FileError::Encrypted)));
}

#[test]
fn an_empty_file_is_a_zero_report() {
    let source = open("补报.csv", Vec::new()).unwrap();
    assert_eq!((source.format, source.tables().len()), (Format::Empty, 0));
    assert_eq!(read_all("空.csv", b"\xEF\xBB\xBF\r\n\r\n".to_vec()).unwrap(), Vec::new());
}

#[test]
fn files_cut_anywhere_give_an_error_or_fewer_rows_and_never_a_panic() {
    let rows: String =
        (1..200).map(|r| format!(r#"<row r="{r}"><c r="A{r}" t="s"><v>{}</v></c><c r="B{r}"><v>{r}</v></c></row>"#, r % 3)).collect();
    let strings = b"<sst><si><t>a</t></si><si><t>b</t></si><si><t>c</t></si></sst>";
    let whole = workbook_with(&sheet(&rows), strings);
    for cut in (4..whole.len()).step_by(7) {
        let error = read_all("断.xlsx", whole[..cut].to_vec()).expect_err("a cut archive has no directory");
        assert!(matches!(error, FileError::Truncated(_)), "{cut}: {error}");
    }
    let old = include_bytes!("fixtures/old.xls");
    for cut in (512..old.len()).step_by(331) {
        let _ = read_all("断.xls", old[..cut].to_vec());
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let old = include_bytes!("fixtures/old.xls").to_vec();
    let new = workbook_with(&sheet(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#), b"<sst><si><t>a</t></si></sst>");
    let mut seed = 0x2545_F491_4F6C_DD1Du64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for original in [&old, &new] {
        for _ in 0..400 {
            let mut file = original.clone();
            for _ in 0..1 + random() % 8 {
                let at = (random() % file.len() as u64) as usize;
                file[at] = random() as u8;
            }
            let _ = read_all("坏", file);
        }
        // Headers are where the counts and offsets stand.
        for at in 0..original.len().min(700) {
            for value in [0x00, 0x7F, 0xFF] {
                let mut file = original.clone();
                file[at] = value;
                let _ = read_all("坏", file);
            }
        }
    }
}

#[test]
fn a_changed_byte_inside_is_noticed_by_the_checksum() {
    let rows: String = (1..2000).map(|r| format!(r#"<row r="{r}"><c r="A{r}"><v>{}</v></c></row>"#, r * 7919 % 1000)).collect();
    let mut file = {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let xml = sheet(&rows);
        for (name, content) in [
            ("_rels/.rels", common::RELS.as_bytes()),
            ("xl/workbook.xml", common::WORKBOOK.as_bytes()),
            ("xl/_rels/workbook.xml.rels", common::WORKBOOK_RELS.as_bytes()),
            ("xl/worksheets/sheet1.xml", &xml),
        ] {
            zip.start_file(name, options).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let at = file.windows(7).position(|w| w == b"<v>919<").unwrap();
    file[at + 3] = b'8';
    assert!(matches!(read_all("改.xlsx", file), Err(FileError::Broken { .. })));
}
