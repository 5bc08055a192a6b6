//! What a file is, by its first bytes.

use super::Input;
use crate::FileError;

/// What the first bytes say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No content.
    Nothing,
    /// A zip archive; whether it is a workbook is seen inside.
    Zip,
    /// An OLE container; whether it is a workbook is seen inside.
    Ole,
    /// Text.
    Text,
}

const SAVE_AS_XLSX: &str = "请用 Excel 或 WPS 打开后另存为 .xlsx 再上传";
const SEND_TABLE: &str = "请上传 .xlsx、.xls 或 .csv 表格";

/// Beginnings of other formats: bytes, what it is, what to do.
const OTHERS: &[(&[u8], &str, &str)] = &[
    (b"%PDF", "PDF 文档", SEND_TABLE),
    (b"\x89PNG", "图片（PNG）", SEND_TABLE),
    (b"\xff\xd8\xff", "图片（JPEG）", SEND_TABLE),
    (b"GIF8", "图片（GIF）", SEND_TABLE),
    (b"BM", "图片（BMP）", SEND_TABLE),
    (b"II*\0", "图片（TIFF）", SEND_TABLE),
    (b"MM\0*", "图片（TIFF）", SEND_TABLE),
    (b"RIFF", "图片或音视频", SEND_TABLE),
    (b"{\\rtf", "RTF 文档", SEND_TABLE),
    (b"Rar!", "RAR 压缩包", "请解压后上传其中的表格"),
    (b"7z\xbc\xaf", "7z 压缩包", "请解压后上传其中的表格"),
    (b"\x1f\x8b", "gzip 压缩包", "请解压后上传其中的表格"),
    (b"BZh", "bzip2 压缩包", "请解压后上传其中的表格"),
    (b"\xfd7zXZ", "xz 压缩包", "请解压后上传其中的表格"),
    (b"SQLite format 3", "数据库文件", SEND_TABLE),
    (b"MZ", "Windows 程序", SEND_TABLE),
    (b"\x7fELF", "Linux 程序", SEND_TABLE),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", "没有容器的旧版 Excel 数据", SAVE_AS_XLSX),
];

/// Looks at the first bytes.
pub(super) fn sniff(input: &Input) -> Result<Found, FileError> {
    let len = input.len()?;
    if len == 0 {
        return Ok(Found::Nothing);
    }
    let head = input.bytes(0, 4096)?;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Found::Zip);
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Ok(Found::Ole);
    }
    for (start, seems, hint) in OTHERS {
        // Two-letter beginnings are ordinary text as well: only with a zero byte behind them are they what they say.
        if head.starts_with(start) && (start.len() > 2 || head.contains(&0) || !start.is_ascii()) {
            return Err(FileError::NotATable { seems: (*seems).into(), hint });
        }
    }
    let utf16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    if !utf16 && head.contains(&0) {
        return Err(FileError::NotATable { seems: "二进制数据".into(), hint: SEND_TABLE });
    }
    if let Some(seems) = markup(&head) {
        return Err(FileError::NotATable { seems: seems.into(), hint: SAVE_AS_XLSX });
    }
    Ok(Found::Text)
}

/// HTML and XML pretending to be workbooks: many systems "export" a web page under the ending .xls.
fn markup(head: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(head).to_lowercase();
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if !text.starts_with('<') {
        return (text.starts_with("mime-version:")).then_some("网页归档（MHTML）");
    }
    let has = |word: &str| text.contains(word);
    Some(match () {
        () if has("urn:schemas-microsoft-com:office:spreadsheet") => "XML 表格 2003",
        () if has("<html") || has("<!doctype html") || has("<table") || has("<meta") || has("<body") => "网页（HTML）",
        () if text.starts_with("<?xml") || has("xmlns") => "XML 文件",
        () => return None,
    })
}

/// Names an archive or container that is no workbook.
pub(super) fn not_a_workbook(seems: &str) -> FileError {
    let hint = if seems.contains("表格") || seems.contains("工作簿") { SAVE_AS_XLSX } else { SEND_TABLE };
    FileError::NotATable { seems: seems.into(), hint }
}
