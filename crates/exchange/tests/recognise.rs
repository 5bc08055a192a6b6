//! Which kind a sheet is, whatever the office has done to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;
use zhijian_exchange::columns::columns;
use zhijian_exchange::header::{Hints, Recogniser, Unrecognised};
use zhijian_exchange::read::{Area, RawRow, open};
use zhijian_exchange::rows::{RowKind, classify};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::{Cell, Place};

static RECOGNISER: OnceLock<Recogniser> = OnceLock::new();

/// Set `ZHIJIAN_SAMPLES` to a folder of sample files; prints what is recognised with `--nocapture`.
#[test]
fn samples_are_recognised_and_their_rows_counted() {
    let Some(folder) = std::env::var_os("ZHIJIAN_SAMPLES") else { return };
    let catalogue = Catalogue::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let mut seen = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e == "json") {
            continue;
        }
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let source = open(&file, path).unwrap();
        for (index, table) in source.tables().iter().enumerate() {
            let first: Vec<RawRow> = source.rows(index).unwrap().take(40).collect::<Result<_, _>>().unwrap();
            let hints = Hints { file: &file, sheet: &table.name, ..Hints::default() };
            let found = recogniser.recognise(&first, &source.merged(index).unwrap(), &hints);
            let line = match found {
                Ok(found) => {
                    assert!(found.notes.is_empty(), "{:?}", found.notes);
                    let data = source
                        .rows(index)
                        .unwrap()
                        .filter(|r| r.as_ref().is_ok_and(|r| r.number >= found.header_rows.end && classify(r, &found) == RowKind::Data))
                        .count();
                    let columns: Vec<String> =
                        found.columns.iter().filter_map(|c| c.place.as_ref().map(|p| format!("{}→{p:?}", c.header))).collect();
                    format!(
                        "{} rows {:?} data {data} unknown {:?} ignored {:?} missing {:?}\n   {}",
                        found.kind.kind,
                        found.header_rows,
                        found.unknown,
                        found.ignored,
                        found.missing,
                        columns.join("  ").replace("Field(", "(").replace('"', "")
                    )
                }
                Err(Unrecognised { headers, closest, missing }) => format!("- {headers:?} {closest:?} {missing:?}"),
            };
            seen.insert(format!("{file}#{}", table.name), line);
        }
    }
    for (name, line) in seen {
        println!("{name}: {line}");
    }
}

/// What an office may do to a sheet.
#[derive(Debug, Clone)]
struct Treatment {
    /// Title and remark lines above the header.
    above: Vec<String>,
    /// Order of the columns.
    seed: u64,
    /// A title or one of the synonyms.
    synonyms: Vec<prop::sample::Index>,
    /// Stars, blanks, full-width brackets.
    decoration: u8,
    /// Groups above neighbouring columns.
    grouped: bool,
    /// The groups are merged cells (in a workbook) or only stand over their first column (in a text file).
    merged: bool,
    /// 序号 and a column nobody knows.
    extra: bool,
}

fn treatment() -> impl Strategy<Value = Treatment> {
    (
        proptest::collection::vec("(20[0-2][0-9]年)?(某某县|填报单位：)?[汇总报送日期表]{2,10}", 0..5),
        any::<u64>(),
        proptest::collection::vec(any::<prop::sample::Index>(), 8),
        0u8..5,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(above, seed, synonyms, decoration, grouped, merged, extra)| Treatment {
            above,
            seed,
            synonyms,
            decoration,
            grouped,
            merged,
            extra,
        })
}

fn decorate(text: &str, decoration: u8) -> String {
    match decoration {
        1 => format!(" {text}* "),
        2 => text.replace('(', "（").replace(')', "）"),
        3 => text.chars().flat_map(|c| [c, '\u{3000}']).collect(),
        4 => format!("{text}："),
        _ => text.to_owned(),
    }
}

fn row(number: u32, texts: Vec<String>) -> RawRow {
    RawRow { number, cells: texts.into_iter().map(|t| if t.is_empty() { Cell::Empty } else { Cell::Text(t) }).collect() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_sheet_is_recognised_whatever_the_office_does(pick in any::<prop::sample::Index>(), treatment in treatment()) {
        let catalogue = Catalogue::embedded();
        let kind = catalogue.kinds.values().nth(pick.index(catalogue.kinds.len())).unwrap();
        let recogniser = RECOGNISER.get_or_init(|| Recogniser::new(&Catalogue::embedded()));
        // The columns that make the kind, and a few more.
        let needed: HashSet<Place> = {
            let words: Vec<Cell> = kind.workbook.match_.iter().map(|w| Cell::Text(w.clone())).collect();
            let found = Recogniser::for_kinds(&[kind], &catalogue).recognise(&[RawRow { number: 1, cells: words }], &[], &Hints { kind: Some(&kind.kind), ..Hints::default() });
            found.map(|f| f.columns.into_iter().filter_map(|c| c.place).collect()).unwrap_or_default()
        };
        let all = columns(kind, &catalogue, &Vec::new());
        let mut chosen: Vec<(String, Place)> = all
            .iter()
            .enumerate()
            .filter(|(i, c)| needed.contains(&c.place) || c.field.required || *i < 12)
            .filter(|(_, c)| !c.field.read_only)
            .map(|(i, c)| {
                // Only synonyms that mean one column among the chosen ones.
                let words: Vec<&String> = c.field.aka.iter().filter(|w| {
                    let same = |o: &&zhijian_exchange::columns::Column<'_>| o.place != c.place && (o.header == **w || o.field.aka.contains(w) || o.field.title == **w);
                    c.field.pivot.is_none() && !all.iter().any(|o| same(&o))
                }).collect();
                let header = if words.is_empty() { c.header.clone() } else {
                    let n = treatment.synonyms[i % 8].index(words.len() + 1);
                    if n == 0 { c.header.clone() } else { words[n - 1].clone() }
                };
                (header, c.place.clone())
            })
            .collect();
        let mut seed = treatment.seed | 1;
        for i in (1..chosen.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            chosen.swap(i, (seed >> 33) as usize % (i + 1));
        }
        let mut headers: Vec<String> = chosen.iter().map(|(h, _)| decorate(h, treatment.decoration)).collect();
        let mut expected: Vec<Option<Place>> = chosen.iter().map(|(_, p)| Some(p.clone())).collect();
        if treatment.extra {
            headers.insert(0, "序号".into());
            expected.insert(0, None);
            headers.push("某某自编栏目".into());
            expected.push(None);
        }
        let mut rows: Vec<RawRow> = Vec::new();
        let mut merged = Vec::new();
        for line in &treatment.above {
            let number = rows.len() as u32 + 1;
            merged.push(Area { top: number - 1, left: 0, bottom: number - 1, right: headers.len() as u32 - 1 });
            rows.push(row(number, vec![line.clone()]));
        }
        let top = rows.len() as u32 + 1;
        if treatment.grouped && headers.len() > 6 {
            // Columns 2 to 4 stand below one group; the others reach over both lines.
            let mut upper = headers.clone();
            upper[2] = "本栏由单位填写".into();
            upper[3] = String::new();
            upper[4] = String::new();
            let lower = headers.iter().enumerate().map(|(i, h)| if (2..5).contains(&i) { h.clone() } else { String::new() }).collect();
            rows.push(row(top, upper));
            rows.push(row(top + 1, lower));
            merged.push(Area { top: top - 1, left: 2, bottom: top - 1, right: 4 });
        } else {
            rows.push(row(top, headers.clone()));
        }
        let end = rows.len() as u32 + 1;
        rows.push(row(end, headers.iter().enumerate().map(|(i, _)| format!("内容{i}")).collect()));
        let areas: &[Area] = if treatment.merged { &merged } else { &[] };
        let found = recogniser.recognise(&rows, areas, &Hints::default()).map_err(|u| TestCaseError::fail(format!("{}: {u:?}", kind.kind)))?;
        prop_assert_eq!(&found.kind.kind, &kind.kind, "{:?}", headers);
        prop_assert_eq!(found.header_rows, top..end);
        let places: Vec<Option<Place>> = found.columns.iter().map(|c| c.place.clone()).collect();
        prop_assert_eq!(places, expected, "{} {:?}", kind.kind, headers);
        if treatment.extra {
            prop_assert_eq!(&found.unknown, &vec![headers[headers.len() - 1].trim_matches(['\u{3000}', ' ']).to_owned()]);
            prop_assert_eq!(found.ignored, vec!["序号"]);
        }
    }
}

#[test]
fn a_foreign_table_is_refused_with_its_headers() {
    let recogniser = Recogniser::new(&Catalogue::embedded());
    let rows = [row(1, vec!["资产编号".into(), "资产名称".into(), "单位名称".into(), "联系电话".into(), "购置日期".into(), "折旧".into()])];
    let refused = recogniser.recognise(&rows, &[], &Hints::default()).unwrap_err();
    assert_eq!(refused.headers.len(), 6);
    let notes = [row(1, vec!["填报说明".into()]), row(2, vec!["一、请按统一格式填写，不得增删列。".into()])];
    assert_eq!(recogniser.recognise(&notes, &[], &Hints::default()).unwrap_err(), Unrecognised::default());
    assert!(recogniser.recognise(&[], &[], &Hints::default()).is_err());
}

#[test]
fn a_missing_column_is_named() {
    let recogniser = Recogniser::new(&Catalogue::embedded());
    let rows = [row(1, ["单位名称", "统一社会信用代码", "检查日期", "检查类型", "检查结果", "发现问题"].map(str::to_owned).to_vec())];
    let refused = recogniser.recognise(&rows, &[], &Hints { sheet: "监督检查", ..Hints::default() }).unwrap_err();
    assert_eq!((refused.closest.as_deref(), refused.missing), (Some("监督检查"), vec!["检查编号".to_owned()]));
}

#[test]
fn the_operator_maps_what_the_dictionary_does_not_know() {
    let recogniser = Recogniser::new(&Catalogue::embedded());
    let rows = [row(1, ["检查流水", "单位名称", "检查日期", "检查结果"].map(str::to_owned).to_vec())];
    let mapping = [("检查流水".to_owned(), Place::Field("inspection_no".into()))];
    let hints = Hints { kind: Some("inspection"), mapping: &mapping, ..Hints::default() };
    let found = recogniser.recognise(&rows, &[], &hints).unwrap();
    assert_eq!(found.columns[0].place, Some(mapping[0].1.clone()));
}

#[test]
fn the_unit_in_a_header_counts() {
    let recogniser = Recogniser::new(&Catalogue::embedded());
    let headers = ["项目名称", "建设单位", "项目性质", "职业病危害风险分类", "总投资（元）", "职业卫生投资（万元）", "开工日期", "阶段"];
    let rows = [
        row(1, headers.map(str::to_owned).to_vec()),
        row(2, ["甲项目", "甲厂", "新建", "严重", "3,000,000", "25", "2020-01-01", "已验收"].map(str::to_owned).to_vec()),
    ];
    let found = recogniser.recognise(&rows, &[], &Hints::default()).unwrap();
    assert_eq!(found.kind.kind, "construction_project");
    assert_eq!(found.notes, ["“总投资（元）”的数值已由表头所写单位换算为 万元"]);
    let draft = zhijian_exchange::draft::draft(&rows[1], &found);
    let cell = |path: &str| draft.cells.iter().find(|(p, _)| *p == Place::Field(path.into())).map(|(_, c)| c.clone());
    assert_eq!((cell("invest"), cell("oh_invest")), (Some(Cell::Number(300.0)), Some(Cell::Text("25".into()))));
}

#[test]
fn the_item_counts_not_the_group() {
    let recogniser = Recogniser::new(&Catalogue::embedded());
    let groups = ["单位", "", "检测", "", "", "", "检测", ""];
    let items = ["企业名称", "信用代码", "监测因素", "检测值", "单位", "检测日期", "检测单位", "样品号"];
    let rows = [row(1, groups.map(str::to_owned).to_vec()), row(2, items.map(str::to_owned).to_vec())];
    let merged = [
        Area { top: 0, left: 0, bottom: 0, right: 1 },
        Area { top: 0, left: 2, bottom: 0, right: 5 },
        Area { top: 0, left: 6, bottom: 0, right: 7 },
    ];
    let found = recogniser.recognise(&rows, &merged, &Hints::default()).unwrap();
    assert_eq!(found.kind.kind, "measurement");
    let place = |index: usize| found.columns.iter().find(|c| c.index == index).and_then(|c| c.place.clone());
    assert_eq!((place(4), place(6)), (Some(Place::Field("unit".into())), Some(Place::Field("agency".into()))));
}

#[test]
fn data_without_a_header_is_named() {
    let recogniser = Recogniser::new(&Catalogue::embedded());
    let mut rows = vec![row(1, ["检查编号", "单位名称", "检查日期", "检查结果"].map(str::to_owned).to_vec())];
    for number in 2..6 {
        rows.push(row(number, ["JC1", "甲厂", "2020-01-01", "未发现", "", "私货"].map(str::to_owned).to_vec()));
    }
    let found = recogniser.recognise(&rows, &[], &Hints::default()).unwrap();
    assert_eq!(found.unknown, ["F列（没有表头）"]);
}

#[test]
fn only_data_rows_are_data() {
    let recogniser = Recogniser::new(&Catalogue::embedded());
    let header = row(2, ["序号", "检查编号", "被检查单位", "检查日期", "检查结果"].map(str::to_owned).to_vec());
    let found = recogniser.recognise(std::slice::from_ref(&header), &[], &Hints::default()).unwrap();
    let texts = |t: &[&str]| row(9, t.iter().map(|t| (*t).to_owned()).collect());
    let rows: Vec<(&str, RawRow, RowKind)> = vec![
        ("an ordinary row", texts(&["1", "JC1", "甲厂", "2020-01-01", "未发现"]), RowKind::Data),
        ("a row with little in it", texts(&["", "JC1", "甲厂"]), RowKind::Data),
        ("formatted blanks", row(9, vec![String::new(); 5]), RowKind::Blank),
        ("words that mean nothing", texts(&["/", "无", "—", "", "-"]), RowKind::Blank),
        ("a note", texts(&["注：本表由县区汇总上报"]), RowKind::Note),
        ("a prepared row that holds only its number", texts(&["7", "/", "", "—"]), RowKind::Note),
        ("sums", texts(&["合计", "", "", "", "12"]), RowKind::Sum),
        ("sums with blanks between", texts(&["", "合　计", "", "3"]), RowKind::Sum),
        ("sums of a part", texts(&["小计：", "3", "4"]), RowKind::Sum),
        (
            "the header again",
            row(30, ["序号", "检查编号", "被检查 单位", "检查日期", "检查结果"].map(str::to_owned).to_vec()),
            RowKind::Header,
        ),
        ("the template's example", texts(&["示例", "JC1", "甲厂"]), RowKind::Example),
        ("numbers of the columns", row(3, ["1", "2", "3", "4", "5"].map(str::to_owned).to_vec()), RowKind::Header),
        ("the same numbers further down", row(4, ["1", "2", "3", "4", "5"].map(str::to_owned).to_vec()), RowKind::Data),
    ];
    for (why, row, expected) in rows {
        assert_eq!(classify(&row, &found), expected, "{why}");
    }
}
