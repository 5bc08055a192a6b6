//! `.xlsx` workbooks (Office Open XML, ECMA-376).

mod sheet;
pub(super) mod strings;
mod styles;
mod xml;

use super::number_format::NumberFormat;
use super::zip::{Archive, Entry};
use super::{Area, Budget, Input, sniff};
use crate::{FileError, limits};
use std::collections::HashMap;
use std::sync::Arc;
use strings::Strings;
use xml::{Step, Xml, attribute};

/// An opened workbook.
#[derive(Debug)]
pub(super) struct Book {
    archive: Archive,
    /// Sheets in order.
    pub sheets: Vec<Sheet>,
    strings: Arc<Strings>,
    styles: Arc<Vec<NumberFormat>>,
    epoch_1904: bool,
}

/// One worksheet.
#[derive(Debug)]
pub(super) struct Sheet {
    pub name: String,
    pub hidden: bool,
    part: String,
}

impl Book {
    /// Reads everything but the sheets.
    pub fn open(input: &Input) -> Result<Self, FileError> {
        let archive = Archive::open(input)?;
        let workbook = workbook_part(&archive)?;
        let folder = workbook.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let targets = relations(&archive, &workbook)?;
        let (listed, epoch_1904) = sheet_list(&archive, &workbook)?;
        let mut sheets = Vec::new();
        for (name, hidden, relation) in listed {
            // Chart sheets and macro sheets have no cells.
            let Some((target, kind)) = targets.get(&relation) else { continue };
            if kind.ends_with("/worksheet") {
                sheets.push(Sheet { name, hidden, part: resolve(&folder, target) });
            }
        }
        // Many names for one part would have it read many times.
        let size: u64 = sheets.iter().filter_map(|s| archive.find(&s.part)).map(|entry| entry.size).sum();
        if size > limits::ZIP_TOTAL {
            return Err(FileError::Bomb(format!("各工作表共 {} MB，上限 {} MB", size >> 20, limits::ZIP_TOTAL >> 20)));
        }
        let beside = |kind: &str, usual: &str| {
            targets
                .values()
                .find(|(_, k)| k.ends_with(kind))
                .map_or_else(|| format!("{folder}/{usual}"), |(target, _)| resolve(&folder, target))
        };
        let strings = match archive.find(&beside("/sharedStrings", "sharedStrings.xml")) {
            Some(entry) if entry.size > limits::SHARED_STRINGS => {
                return Err(FileError::TooLarge(format!("共享字符串超过 {} MB，请改用 CSV 或拆分文件", limits::SHARED_STRINGS >> 20)));
            }
            Some(entry) => Strings::read(archive.stream(entry)?)?,
            None => Strings::default(),
        };
        let styles = match archive.small(&beside("/styles", "styles.xml"))? {
            Some(bytes) => styles::read(bytes.as_slice())?,
            None => Vec::new(),
        };
        Ok(Self { archive, sheets, strings: Arc::new(strings), styles: Arc::new(styles), epoch_1904 })
    }

    fn entry(&self, index: usize) -> Result<&Entry, FileError> {
        let sheet = self.sheets.get(index).ok_or(FileError::NoSuchTable(index + 1))?;
        self.archive.find(&sheet.part).ok_or_else(|| FileError::broken(format!("工作表“{}”", sheet.name), "压缩包中没有它的内容"))
    }

    /// Streams a sheet.
    pub fn rows(&self, index: usize) -> Result<sheet::SheetRows<super::zip::Part>, FileError> {
        let entry = self.entry(index)?;
        Ok(sheet::SheetRows::new(
            self.archive.stream(entry)?,
            Arc::clone(&self.strings),
            Arc::clone(&self.styles),
            self.epoch_1904,
            Budget::of(entry.size),
        ))
    }

    /// Merged areas of a sheet.
    pub fn merged(&self, index: usize) -> Result<Vec<Area>, FileError> {
        sheet::merged(self.archive.stream(self.entry(index)?)?)
    }
}

/// The part that lists the sheets, or an error that names what the archive is instead.
fn workbook_part(archive: &Archive) -> Result<String, FileError> {
    let mut part = None;
    if let Some(bytes) = archive.small("_rels/.rels")? {
        each_relation(&bytes, |_, target, kind| {
            if kind.ends_with("/officeDocument") {
                part = Some(resolve("", &target));
            }
        })?;
    }
    let part = part.filter(|p| archive.find(p).is_some()).unwrap_or_else(|| "xl/workbook.xml".into());
    let is_workbook = archive.find(&part).is_some() && !part.starts_with("word/") && !part.starts_with("ppt/") && part.ends_with(".xml");
    if is_workbook {
        return Ok(part);
    }
    let has = |start: &str| archive.names().any(|n| n.starts_with(start));
    let mime = archive.small("mimetype").ok().flatten().unwrap_or_default();
    Err(sniff::not_a_workbook(match () {
        () if has("word/") => "Word 文档（docx）",
        () if has("ppt/") => "PowerPoint 文稿（pptx）",
        () if has("xl/workbook.bin") => "二进制工作簿（xlsb）",
        () if mime.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") => "OpenDocument 表格（ods）",
        () if mime.starts_with(b"application/vnd.oasis.opendocument") => "OpenDocument 文档",
        () if mime.starts_with(b"application/epub") => "电子书（epub）",
        () if has("document.xml") && has("ofd.xml") => "OFD 版式文档",
        () if has("ofd.xml") => "OFD 版式文档",
        () if has("xl/") => return Err(FileError::broken("工作簿", "缺少工作表清单")),
        () => "ZIP 压缩包（请解压后上传其中的表格）",
    }))
}

fn each_relation(bytes: &[u8], mut each: impl FnMut(String, String, String)) -> Result<(), FileError> {
    let mut xml = Xml::new(bytes, "关系表");
    loop {
        match xml.step()? {
            Step::Start(start) if start.local_name().as_ref() == "Relationship" => {
                let get = |name| attribute(&start, name).unwrap_or_default();
                each(get("Id"), get("Target"), get("Type"));
            }
            Step::Finished => return Ok(()),
            _ => (),
        }
    }
}

/// Relations of the workbook part: id → (target, type).
fn relations(archive: &Archive, workbook: &str) -> Result<HashMap<String, (String, String)>, FileError> {
    let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", workbook));
    let bytes = archive.small(&format!("{folder}/_rels/{file}.rels"))?.ok_or_else(|| FileError::broken("工作簿", "缺少关系表"))?;
    let mut targets = HashMap::new();
    each_relation(&bytes, |id, target, kind| {
        targets.insert(id, (target, kind));
    })?;
    Ok(targets)
}

/// A target relative to a folder; absolute ones begin with a slash.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "" | "." => (),
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// The sheets as `(name, hidden, relation)`, and whether days count from 1904.
type SheetList = (Vec<(String, bool, String)>, bool);

fn sheet_list(archive: &Archive, workbook: &str) -> Result<SheetList, FileError> {
    let bytes = archive.small(workbook)?.ok_or_else(|| FileError::broken("工作簿", "缺少工作表清单"))?;
    let mut xml = Xml::new(bytes.as_slice(), "工作表清单");
    let mut sheets = Vec::new();
    let mut epoch_1904 = false;
    loop {
        match xml.step()? {
            Step::Start(start) => match start.local_name().as_ref() {
                "sheet" => {
                    if sheets.len() >= limits::SHEETS {
                        return Err(FileError::TooLarge(format!("工作表超过 {} 张", limits::SHEETS)));
                    }
                    let get = |name| attribute(&start, name).unwrap_or_default();
                    sheets.push((get("name"), get("state").to_lowercase().contains("hidden"), get("id")));
                }
                "workbookPr" => {
                    if let Some(flag) = attribute(&start, "date1904") {
                        epoch_1904 = flag == "1" || flag == "true";
                    }
                }
                _ => (),
            },
            Step::Finished => return Ok((sheets, epoch_1904)),
            _ => (),
        }
    }
}
