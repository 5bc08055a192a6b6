//! Content becomes a Word file (Office Open XML, ISO/IEC 29500-1), for letters that offices edit before they send them. What is edited is no longer what
//! was issued: the foot names number and code, and the platform tells what stood in it.

pub(crate) mod parts;
mod png;

use crate::content::{Content, Filled, Row};
use crate::error::PaperError;
use parts::{DOCUMENT_TAIL, STYLES, TYPES, document_head, escape};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

/// Media type of the file.
pub const MEDIA: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// Makes the file; the same content gives the same bytes.
///
/// # Errors
/// The archive cannot be written.
pub fn make(content: &Content) -> Result<Vec<u8>, PaperError> {
    let qr = if content.code.is_empty() { None } else { png::of(&content.check_at) };
    let failed = |e: &dyn std::fmt::Display| PaperError::Layout { document: content.document.clone(), message: e.to_string() };
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // The default date of the format, so that the bytes do not depend on the time.
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let texts = [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", parts::PACKAGE.to_owned()),
        ("word/document.xml", document(content)),
        ("word/styles.xml", STYLES.to_owned()),
        ("word/footer1.xml", footer(content, qr.is_some())),
        ("word/_rels/document.xml.rels", parts::RELATIONS.to_owned()),
        ("word/_rels/footer1.xml.rels", if qr.is_some() { parts::FOOTER_RELATIONS } else { parts::NO_RELATIONS }.to_owned()),
    ];
    let bytes = texts.into_iter().map(|(name, text)| (name, text.into_bytes())).chain(qr.map(|qr| ("word/media/qr.png", qr)));
    for (name, bytes) in bytes {
        zip.start_file(name, options).map_err(|e| failed(&e))?;
        zip.write_all(&bytes).map_err(|e| failed(&e))?;
    }
    Ok(zip.finish().map_err(|e| failed(&e))?.into_inner())
}

fn document(content: &Content) -> String {
    let mut out = document_head();
    paragraph(&mut out, "Title", &content.title);
    if !content.number.is_empty() {
        paragraph(&mut out, "Number", &format!("编号：{}", content.number));
    }
    if !content.mark.is_empty() {
        paragraph(&mut out, "Number", &format!("（{}）", content.mark));
    }
    if !content.to.is_empty() {
        paragraph(&mut out, "To", &format!("{}：", content.to));
    }
    for block in &content.blocks {
        match block {
            Filled::Heading { text } => paragraph(&mut out, "Heading1", text),
            Filled::Text { text } => paragraph(&mut out, "BodyText", text),
            Filled::Fields { rows } => fields(&mut out, rows),
            Filled::Table { title, head, rows, more } => table(&mut out, title, head, rows, more),
            Filled::Sign { lines } => {
                for line in lines {
                    paragraph(&mut out, "Sign", line);
                }
                paragraph(&mut out, "Sign", &format!("日期：{}", content.day));
            }
        }
    }
    if !content.basis.is_empty() {
        paragraph(&mut out, "Basis", &format!("依据：{}", content.basis));
    }
    out.push_str(DOCUMENT_TAIL);
    out
}

pub(crate) fn paragraph(out: &mut String, style: &str, text: &str) {
    let _ = write!(out, r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{}</w:p>"#, run(text));
}

/// A run; line breaks of the text become breaks.
pub(crate) fn run(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| format!(r#"<w:t xml:space="preserve">{}</w:t>"#, escape(line))).collect();
    format!("<w:r>{}</w:r>", lines.join("<w:br/>"))
}

pub(crate) fn cell(out: &mut String, width: u32, style: &str, text: &str) {
    let _ = write!(out, r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>"#);
    paragraph(out, style, text);
    out.push_str("</w:tc>");
}

/// Width of the text, twentieths of a point: A4 less its margins.
pub(crate) const WIDTH: u32 = 9_300;

pub(crate) fn open_table(out: &mut String, widths: &[u32]) {
    let _ = write!(out, r#"<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="{WIDTH}" w:type="dxa"/></w:tblPr><w:tblGrid>"#);
    for width in widths {
        let _ = write!(out, r#"<w:gridCol w:w="{width}"/>"#);
    }
    out.push_str("</w:tblGrid>");
}

pub(crate) fn fields(out: &mut String, rows: &[Row]) {
    const WIDTHS: [u32; 2] = [2_400, WIDTH - 2_400];
    open_table(out, &WIDTHS);
    for row in rows {
        out.push_str("<w:tr>");
        cell(out, WIDTHS[0], "CellHead", &row.label);
        cell(out, WIDTHS[1], "Cell", &row.value);
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
    paragraph(out, "Cell", "");
}

fn table(out: &mut String, title: &str, head: &[String], rows: &[Vec<String>], more: &str) {
    if !title.is_empty() {
        paragraph(out, "Heading1", title);
    }
    if rows.is_empty() || head.is_empty() {
        paragraph(out, "BodyText", "无");
        return;
    }
    let columns = u32::try_from(head.len()).unwrap_or(1).max(1);
    let widths = vec![WIDTH / columns; head.len()];
    open_table(out, &widths);
    out.push_str("<w:tr><w:trPr><w:tblHeader/></w:trPr>");
    for text in head {
        cell(out, WIDTH / columns, "CellHead", text);
    }
    out.push_str("</w:tr>");
    for row in rows {
        out.push_str("<w:tr>");
        for text in row {
            cell(out, WIDTH / columns, "Cell", text);
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
    paragraph(out, "Cell", more);
}

fn footer(content: &Content, with_qr: bool) -> String {
    let mut out = parts::footer_head();
    let check = if content.code.is_empty() {
        "预览件，未编号，不具效力。".to_owned()
    } else {
        format!(
            "编号：{}　校验码：{}　{}",
            content.number,
            content.code,
            if content.check_at == content.code { "" } else { &content.check_at }
        )
    };
    let picture = if with_qr { parts::PICTURE } else { "" };
    let _ = write!(out, r#"<w:p><w:pPr><w:pStyle w:val="Basis"/></w:pPr>{picture}{}</w:p></w:ftr>"#, run(&check));
    out
}

#[cfg(test)]
mod tests;
