//! A report as Word file: headings that make the contents, tables, and charts that Word draws.

use super::{Piece, Report, Source, chart_xml};
use crate::docx::parts::{self, escape};
use crate::docx::{WIDTH, cell, fields, open_table, paragraph, run};
use crate::error::PaperError;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

/// Styles that reports have besides those of letters.
const STYLES: &str = r#"<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="Heading1"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:sz w:val="24"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Subtitle"><w:name w:val="Subtitle"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:before="400" w:after="1200"/><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="28"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="160" w:after="80"/></w:pPr><w:rPr><w:b/><w:sz w:val="20"/></w:rPr></w:style></w:styles>"#;
/// The contents, which Word fills when the file is opened.
const CONTENTS: &str = r#"<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>目　录</w:t></w:r></w:p><w:p><w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \o "1-2" \h </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>打开文件时按提示更新目录。</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>"#;
const BREAK: &str = r#"<w:p><w:r><w:br w:type="page"/></w:r></w:p>"#;
/// Width of a chart, English metric units.
const CHART: u32 = 5_700_000;

/// Makes the file; the same report gives the same bytes.
///
/// # Errors
/// The archive cannot be written.
pub fn make(report: &Report) -> Result<Vec<u8>, PaperError> {
    let (text, charts) = document(report);
    let mut types = parts::TYPES.trim_end_matches("</Types>").to_owned();
    let mut relations = parts::RELATIONS.trim_end_matches("</Relationships>").to_owned();
    for number in 1..=charts.len() {
        let _ = write!(
            types,
            r#"<Override PartName="/word/charts/chart{number}.xml" ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/>"#
        );
        let _ = write!(
            relations,
            r#"<Relationship Id="chart{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart" Target="charts/chart{number}.xml"/>"#
        );
    }
    types.push_str("</Types>");
    relations.push_str("</Relationships>");
    let styles = parts::STYLES.replace("</w:styles>", STYLES);
    let texts = [
        ("[Content_Types].xml".to_owned(), types),
        ("_rels/.rels".to_owned(), parts::PACKAGE.to_owned()),
        ("word/document.xml".to_owned(), text),
        ("word/styles.xml".to_owned(), styles),
        ("word/footer1.xml".to_owned(), footer(report)),
        ("word/_rels/document.xml.rels".to_owned(), relations),
        ("word/_rels/footer1.xml.rels".to_owned(), parts::NO_RELATIONS.to_owned()),
    ];
    let charts = charts.into_iter().enumerate().map(|(at, chart)| (format!("word/charts/chart{}.xml", at + 1), chart));
    let failed = |e: &dyn std::fmt::Display| PaperError::Layout { document: report.title.clone(), message: e.to_string() };
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // The default date of the format, so that the bytes do not depend on the time.
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, text) in texts.into_iter().chain(charts) {
        zip.start_file(name, options).map_err(|e| failed(&e))?;
        zip.write_all(text.as_bytes()).map_err(|e| failed(&e))?;
    }
    Ok(zip.finish().map_err(|e| failed(&e))?.into_inner())
}

/// The text, and the charts in its order.
fn document(report: &Report) -> (String, Vec<String>) {
    let mut out = parts::document_head();
    let mut charts = Vec::new();
    for _ in 0..6 {
        paragraph(&mut out, "Normal", "");
    }
    paragraph(&mut out, "Title", &report.title);
    paragraph(&mut out, "Subtitle", &report.subtitle);
    if !report.mark.is_empty() {
        paragraph(&mut out, "Number", &format!("（{}）", report.mark.replace(' ', "")));
    }
    fields(&mut out, &report.facts);
    out.push_str(BREAK);
    out.push_str(CONTENTS);
    out.push_str(BREAK);
    for piece in &report.pieces {
        match piece {
            Piece::Heading { level, text } => paragraph(&mut out, if *level == 1 { "Heading1" } else { "Heading2" }, text),
            Piece::Text { text } => text.lines().for_each(|line| paragraph(&mut out, "BodyText", line)),
            Piece::Fields { rows } => fields(&mut out, rows),
            Piece::Table { source, title, head, rows, widths, more } => {
                caption(&mut out, report, source, title);
                table(&mut out, head, rows, widths, more);
            }
            Piece::Chart { source, title, spoken, chart } => {
                caption(&mut out, report, source, title);
                charts.push(chart_xml::part(chart));
                drawing(&mut out, charts.len(), spoken, chart_xml::height(chart));
            }
            Piece::Page => out.push_str(BREAK),
        }
    }
    out.push_str(parts::DOCUMENT_TAIL);
    (out, charts)
}

/// Code and title, and the address at which the figures open.
fn caption(out: &mut String, report: &Report, source: &Source, title: &str) {
    let _ = write!(out, r#"<w:p><w:pPr><w:pStyle w:val="Caption"/></w:pPr>{}"#, run(format!("{}　{title}", source.code).trim()));
    if !source.path.is_empty() {
        let address = format!("{}{}", report.site, source.path);
        let shown = run(&format!("　{address}"));
        if report.site.is_empty() {
            out.push_str(&shown);
        } else {
            let _ = write!(out, r#"<w:fldSimple w:instr=" HYPERLINK &quot;{}&quot; ">{shown}</w:fldSimple>"#, escape(&address));
        }
    }
    out.push_str("</w:p>");
}

fn table(out: &mut String, head: &[String], rows: &[Vec<String>], weights: &[u32], more: &str) {
    if rows.is_empty() || head.is_empty() {
        paragraph(out, "BodyText", "无");
        return;
    }
    let total: u32 = weights.iter().sum::<u32>().max(1);
    let columns = u32::try_from(head.len()).unwrap_or(1).max(1);
    let width = |at: usize| weights.get(at).map_or(WIDTH / columns, |weight| WIDTH * weight / total);
    let widths: Vec<u32> = (0..head.len()).map(width).collect();
    open_table(out, &widths);
    out.push_str("<w:tr><w:trPr><w:tblHeader/></w:trPr>");
    for (text, width) in head.iter().zip(&widths) {
        cell(out, *width, "CellHead", text);
    }
    out.push_str("</w:tr>");
    for row in rows {
        out.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        for (text, width) in row.iter().zip(&widths) {
            cell(out, *width, "Cell", text);
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
    paragraph(out, "Basis", more);
}

fn drawing(out: &mut String, number: usize, spoken: &str, height: u32) {
    let _ = write!(
        out,
        r#"<w:p><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{CHART}" cy="{height}"/><wp:docPr id="{}" name="chart{number}" descr="{}"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="chart{number}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#,
        100 + number,
        escape(spoken)
    );
}

fn footer(report: &Report) -> String {
    let mut out = parts::footer_head();
    let page = r#"<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>"#;
    let _ = write!(
        out,
        r#"<w:p><w:pPr><w:pStyle w:val="Basis"/><w:jc w:val="center"/></w:pPr>{}{}{page}{}</w:p></w:ftr>"#,
        run(&report.foot),
        run("　第 "),
        run(" 页")
    );
    out
}
