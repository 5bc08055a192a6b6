//! The sender's workbook comes back with its values in place, its errors marked, ready to be sent again.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use calamine::Reader as _;
use std::io::{Cursor, Read};
use zhijian_exchange::Finding;
use zhijian_exchange::header::{Hints, Recogniser};
use zhijian_exchange::read::{RawRow, Source, open};
use zhijian_exchange::write::{RESULT_SHEET, mark};
use zhijian_kinds::{Catalogue, Level};

fn rows(source: &Source, table: usize) -> Vec<RawRow> {
    source.rows(table).unwrap().collect::<Result<_, _>>().unwrap()
}

fn finding(sheet: &str, row: u32, column: Option<&str>, level: Level, class: &str) -> Finding {
    Finding {
        file: "监督检查.xlsx".into(),
        sheet: sheet.into(),
        row,
        column: column.map(str::to_owned),
        index: None,
        class: class.into(),
        level,
        found: "2020-13-01".into(),
        expected: "日期，如 2020-03-05".into(),
        message: "检查日期：“2020-13-01”不符合要求".into(),
    }
}

fn part(file: &[u8], name: &str) -> Option<String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    archive.by_name(name).ok()?.read_to_string(&mut text).unwrap();
    Some(text)
}

/// A register with a title, a header of two lines, dates, numbers and formulas.
fn sample() -> Vec<u8> {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
    let mut book = Workbook::new();
    let plain = Format::new();
    let day = Format::new().set_num_format("yyyy/m/d");
    book.add_worksheet().set_name("填报说明").unwrap().write(0, 0, "一、按格式填写").unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("监督检查").unwrap();
    sheet.merge_range(0, 0, 0, 5, "2020年监督检查台账", &plain).unwrap();
    for (column, header) in ["序号", "检查编号", "被检查单位"].into_iter().enumerate() {
        sheet.merge_range(1, column as u16, 2, column as u16, header, &plain).unwrap();
    }
    sheet.merge_range(1, 3, 1, 5, "检查情况", &plain).unwrap();
    for (column, header) in [(3, "检查日期"), (4, "检查结果"), (5, "检查人员")] {
        sheet.write(2, column, header).unwrap();
    }
    for row in 3..60u32 {
        sheet.write(row, 0, row - 2).unwrap();
        sheet.write(row, 1, format!("JC{row:05}")).unwrap();
        sheet.write(row, 2, "测试  建材有限公司 ").unwrap();
        sheet.write_with_format(row, 3, ExcelDateTime::from_ymd(2020, 3, 5).unwrap(), &day).unwrap();
        sheet.write(row, 4, Formula::new("=\"未\"&\"发现\"").set_result("未发现")).unwrap();
        sheet.write(row, 5, row % 2 == 0).unwrap();
    }
    sheet.write(10, 3, "2020-13-01").unwrap();
    book.add_worksheet().set_name("暗页").unwrap().set_hidden(true).write(4, 2, 1.5).unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn values_stay_in_place_and_wrong_cells_are_explained() {
    let source = open("监督检查.xlsx", sample()).unwrap();
    let findings = vec![
        finding("监督检查", 11, Some("检查日期"), Level::Error, "E_DATE"),
        finding("监督检查", 12, Some("检查结果"), Level::Warning, "W_CODELIST"),
        finding("监督检查", 13, None, Level::Error, "E_REF"),
        finding("监督检查", 14, Some("检查人员"), Level::Repair, "R_FORMAT"),
        Finding { index: Some(9), ..finding("监督检查", 15, Some("没有的列"), Level::Error, "E_X") },
    ];
    let marked = mark(&source, &findings).unwrap();
    let back = open("标注.xlsx", marked.clone()).unwrap();
    let names: Vec<(&str, bool)> = back.tables().iter().map(|t| (t.name.as_str(), t.hidden)).collect();
    assert_eq!(names, [("填报说明", false), ("监督检查", false), ("暗页", true), (RESULT_SHEET, false)]);
    for (table, (name, _)) in names.iter().enumerate().take(3) {
        assert_eq!(rows(&back, table), rows(&source, table), "{name}");
        assert_eq!(back.merged(table).unwrap(), source.merged(table).unwrap());
    }
    let list: String = rows(&back, 3).iter().flat_map(|r| &r.cells).map(|c| c.shown() + "|").collect();
    assert!(list.contains("错误 3 处") && list.contains("提示 1 处") && list.contains("错误 E_DATE：1 处"), "{list}");
    assert_eq!(list.matches("检查日期：“2020-13-01”不符合要求").count(), 5);

    let comments: String = (1..5).filter_map(|n| part(&marked, &format!("xl/comments{n}.xml"))).collect();
    for cell in ["D11", "E12", "A13", "J15"] {
        assert!(comments.contains(&format!("ref=\"{cell}\"")), "{cell}");
    }
    assert!(!comments.contains("ref=\"F14\""), "a repair needs no comment");
    assert!(comments.contains("应为：日期，如 2020-03-05"));
    let styles = part(&marked, "xl/styles.xml").unwrap();
    assert!(styles.contains("FFFFC7CE") && styles.contains("FFFFEB9C"));

    // Another program can read it, and so can we: as the same sheet, with the result left out.
    let mut oracle: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(marked.clone())).unwrap();
    assert_eq!(oracle.worksheet_range("监督检查").unwrap().get_value((10, 3)).unwrap().to_string(), "2020-13-01");
    let recogniser = Recogniser::new(&Catalogue::embedded());
    let look = |table: usize| {
        let first: Vec<RawRow> = back.rows(table).unwrap().take(40).collect::<Result<_, _>>().unwrap();
        recogniser.recognise(&first, &back.merged(table).unwrap(), &Hints { sheet: names[table].0, ..Hints::default() })
    };
    assert_eq!(look(1).unwrap().header_rows, 2..4);
    assert!(look(3).is_err());
    let again = open("二次.xlsx", mark(&back, &findings[..1]).unwrap()).unwrap();
    assert_eq!(again.tables().len(), 4, "results do not pile up");
}

#[test]
fn text_files_and_old_workbooks_come_back_as_workbooks() {
    let (text, _, _) = encoding_rs::GB18030.encode("检查编号,单位名称,检查日期\nJC1,甲厂,2020-13-01\nJC2,=1+1,\n");
    let source = open("检查.csv", text.into_owned()).unwrap();
    let back = open("标注.xlsx", mark(&source, &[finding("", 2, Some("检查日期"), Level::Error, "E_DATE")]).unwrap()).unwrap();
    assert_eq!(rows(&back, 0), rows(&source, 0));
    let source = open("old.xls", include_bytes!("fixtures/old.xls").as_slice()).unwrap();
    let back = open("标注.xlsx", mark(&source, &[]).unwrap()).unwrap();
    for table in 0..source.tables().len() {
        let mut expected = rows(&source, table);
        for cell in expected.iter_mut().flat_map(|r| &mut r.cells) {
            // Months were texts by the time they were read.
            if let zhijian_kinds::intake::Cell::Number(number) = cell {
                *number = number.to_string().parse().unwrap();
            }
        }
        assert_eq!(rows(&back, table), expected);
    }
}

#[test]
fn thousands_of_findings_are_listed_and_only_some_get_comments() {
    let lines: String = (1..=20_000).map(|n| format!("JC{n},甲厂,x\n")).collect();
    let source = open("检查.csv", format!("检查编号,单位名称,检查日期\n{lines}").into_bytes()).unwrap();
    let findings: Vec<Finding> = (2..=20_001).map(|row| finding("", row, Some("检查日期"), Level::Error, "E_DATE")).collect();
    let marked = mark(&source, &findings).unwrap();
    assert_eq!(part(&marked, "xl/comments1.xml").unwrap().matches("<comment ").count(), 5_000);
    let back = open("标注.xlsx", marked).unwrap();
    assert!(rows(&back, 1).len() > 20_000);
}

#[test]
fn damaged_merges_and_odd_names_do_no_harm() {
    let xml = br#"<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="3"><c r="B3"><v>2</v></c></row><row r="2"><c r="A2"><v>9</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="B2:C3"/><mergeCell ref="A1:XFD1048576"/><mergeCell ref="D4:D4"/></mergeCells></worksheet>"#;
    let source = open("坏.xlsx", common::workbook(xml)).unwrap();
    let back = open("标注.xlsx", mark(&source, &[]).unwrap()).unwrap();
    assert_eq!(back.merged(0).unwrap().len(), 1);
    assert_eq!(rows(&back, 0).len(), 2, "rows out of order cannot be kept");
}
