//! What goes out comes back: exports and templates of every kind, read again.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use zhijian_exchange::columns::columns;
use zhijian_exchange::draft::draft;
use zhijian_exchange::header::{Hints, Recognised, Recogniser};
use zhijian_exchange::read::{RawRow, open};
use zhijian_exchange::rows::{RowKind, classify};
use zhijian_exchange::write::{
    EXAMPLE_MARK, ExportFormat, ExportOptions, Exporter, INSTRUCTIONS_SHEET, LISTS_SHEET, Mark, collect_keys, template,
};
use zhijian_kinds::intake::{Channel, Draft, Reader};
use zhijian_kinds::kind::FieldType;
use zhijian_kinds::{Catalogue, Kind, Level, Problem};

/// A document as it was read, with its problems.
type Read = (Map<String, Value>, Vec<Problem>);

const TODAY: &str = "2026-12-31";

/// A document as the door would keep it.
fn normal(catalogue: &Catalogue, kind: &Kind, document: &Map<String, Value>) -> Map<String, Value> {
    let reader = Reader { kind, catalogue, channel: Channel::Bulk, today: TODAY };
    reader.read(&Draft::from_json(kind, document)).0
}

fn export(catalogue: &Catalogue, kind: &Kind, documents: &[Map<String, Value>], format: ExportFormat) -> Vec<u8> {
    marked(catalogue, kind, documents, format, None)
}

fn marked(catalogue: &Catalogue, kind: &Kind, documents: &[Map<String, Value>], format: ExportFormat, mark: Option<Mark>) -> Vec<u8> {
    let options = ExportOptions { keys: collect_keys(kind, documents), mark, ..ExportOptions::default() };
    let mut exporter = Exporter::new(kind, catalogue, format, &options, Vec::new()).unwrap();
    for document in documents {
        exporter.push(document).unwrap();
    }
    let (summary, bytes) = exporter.finish().unwrap();
    assert_eq!((summary.rows, summary.cut), (documents.len() as u64, 0));
    bytes
}

/// Reads the first table of a file as records of the kind it is recognised as.
fn import(catalogue: &Catalogue, recogniser: &Recogniser, name: &str, bytes: Vec<u8>) -> (Recognised, Vec<Read>) {
    let source = open(name, bytes).unwrap();
    let rows: Vec<RawRow> = source.rows(0).unwrap().collect::<Result<_, _>>().unwrap();
    let hints = Hints { file: name, sheet: &source.tables()[0].name, ..Hints::default() };
    let found = recogniser.recognise(&rows, &source.merged(0).unwrap(), &hints).unwrap_or_else(|u| panic!("{name}: {u:?}"));
    let reader = Reader { kind: &found.kind, catalogue, channel: Channel::Bulk, today: TODAY };
    let data = rows.iter().filter(|r| r.number >= found.header_rows.end && classify(r, &found) == RowKind::Data);
    let documents = data.map(|row| reader.read(&draft(row, &found))).collect();
    (found, documents)
}

/// Two documents say the same: the order of items and their units, which the list knows, do not matter.
fn comparable(kind: &Kind, document: &Map<String, Value>) -> Map<String, Value> {
    let mut document = document.clone();
    for field in &kind.fields {
        let Some(pivot) = &field.pivot else { continue };
        let Some(Value::Array(items)) = document.get_mut(&field.path) else { continue };
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            if let Some(unit) = &pivot.unit {
                item.remove(unit);
            }
        }
        items.sort_by_key(|item| item.get(&pivot.key).map(ToString::to_string));
        if items.is_empty() {
            document.remove(&field.path);
        }
    }
    document
}

fn assert_same(kind: &Kind, before: &Map<String, Value>, after: &Map<String, Value>, what: &str) {
    let (before, after) = (comparable(kind, before), comparable(kind, after));
    for (name, value) in &before {
        assert_eq!(after.get(name), Some(value), "{what}: {name}");
    }
    // A non-detect without its limit takes it from the sibling that has it.
    let filled = |name: &String| kind.fields.iter().any(|f| f.measured.as_ref().is_some_and(|m| m.limit.as_ref() == Some(name)));
    let more: Vec<&String> = after.keys().filter(|k| !before.contains_key(*k) && !filled(k)).collect();
    assert!(more.is_empty(), "{what}: {more:?} appeared: {after:?}");
}

#[test]
fn every_kind_goes_out_and_comes_back() {
    let catalogue = Catalogue::embedded();
    let recogniser = Recogniser::new(&catalogue);
    for kind in catalogue.kinds.values() {
        let examples: Vec<Map<String, Value>> =
            kind.def.examples.iter().filter_map(Value::as_object).map(|e| normal(&catalogue, kind, e)).collect();
        assert!(!examples.is_empty(), "{} has no example", kind.kind);
        for (format, name) in [(ExportFormat::Xlsx, "导出.xlsx"), (ExportFormat::Csv, "导出.csv")] {
            let what = format!("{} {name}", kind.kind);
            let (found, read) = import(&catalogue, &recogniser, name, export(&catalogue, kind, &examples, format));
            assert_eq!(found.kind.kind, kind.kind, "{what}");
            assert_eq!((&found.unknown, &found.ignored), (&Vec::new(), &Vec::new()), "{what}");
            assert_eq!(read.len(), examples.len(), "{what}");
            for (before, (after, problems)) in examples.iter().zip(&read) {
                assert!(problems.iter().all(|p| p.level != Level::Error), "{what}: {problems:?}");
                assert_same(kind, before, after, &what);
            }
        }
    }
}

#[test]
fn headers_are_unique_and_each_finds_its_place() {
    let catalogue = Catalogue::embedded();
    let recogniser = Recogniser::new(&catalogue);
    for kind in catalogue.kinds.values() {
        let columns = columns(kind, &catalogue, &Vec::new());
        let header = RawRow { number: 1, cells: columns.iter().map(|c| zhijian_kinds::intake::Cell::Text(c.header.clone())).collect() };
        let found = recogniser.recognise(&[header], &[], &Hints { kind: Some(&kind.kind), ..Hints::default() }).unwrap();
        for (column, read) in columns.iter().zip(&found.columns) {
            assert_eq!(read.place.as_ref(), Some(&column.place), "{} {}", kind.kind, column.header);
            assert_eq!(read.title, column.header);
        }
    }
}

#[test]
fn templates_are_recognised_and_their_example_is_no_data() {
    let catalogue = Catalogue::embedded();
    let recogniser = Recogniser::new(&catalogue);
    // What only the platform files holds fields that no sheet has.
    for kind in catalogue.kinds.values().filter(|kind| !kind.fields.iter().any(|f| f.required && f.hidden)) {
        let bytes = template(kind, &catalogue).unwrap();
        let source = open("模板.xlsx", bytes.clone()).unwrap();
        let names: Vec<(&str, bool)> = source.tables().iter().map(|t| (t.name.as_str(), t.hidden)).collect();
        assert_eq!(names[1], (INSTRUCTIONS_SHEET, false), "{}", kind.kind);
        assert!(names.get(2).is_none_or(|n| *n == (LISTS_SHEET, true)), "{names:?}");
        let (found, read) = import(&catalogue, &recogniser, "模板.xlsx", bytes);
        assert_eq!((found.kind.kind.as_str(), found.header_rows.clone()), (kind.kind.as_str(), 2..3));
        assert_eq!((&found.unknown, &found.missing), (&Vec::new(), &Vec::new()), "{}", kind.kind);
        assert!(read.is_empty(), "{}", kind.kind);
        for (table, (sheet, _)) in names.iter().enumerate().skip(1) {
            let rows: Vec<RawRow> = source.rows(table).unwrap().collect::<Result<_, _>>().unwrap();
            let hints = Hints { sheet, file: "模板.xlsx", ..Hints::default() };
            assert!(recogniser.recognise(&rows, &source.merged(table).unwrap(), &hints).is_err(), "{} {sheet}", kind.kind);
        }
        // The example, once its mark is taken away, is a right record.
        let mut rows: Vec<RawRow> = source.rows(0).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows[2].cells[0].shown(), EXAMPLE_MARK);
        rows[2].cells[0] = zhijian_kinds::intake::Cell::Number(1.0);
        assert_eq!(classify(&rows[2], &found), RowKind::Data);
        let reader = Reader { kind, catalogue: &catalogue, channel: Channel::Bulk, today: TODAY };
        let (document, problems) = reader.read(&draft(&rows[2], &found));
        assert!(problems.iter().all(|p| p.level != Level::Error), "{}: {problems:?}", kind.kind);
        let mut expected = normal(&catalogue, kind, kind.def.examples[0].as_object().unwrap());
        for field in kind.fields.iter().filter(|f| {
            f.hidden
                || kind.def.states.as_ref().is_some_and(|s| s.field == f.path)
                || (f.pivot.is_none() && matches!(f.ty, FieldType::Group(_) | FieldType::Object))
        }) {
            expected.remove(&field.path);
        }
        let expected = comparable(kind, &expected);
        let document = comparable(kind, &document);
        for (name, value) in expected.iter().filter(|(_, v)| !v.is_object()) {
            let is_items = kind.field(name).is_some_and(|f| f.pivot.is_some());
            assert!(document.get(name) == Some(value) || is_items, "{} {name}: {value} {:?}", kind.kind, document.get(name));
        }
    }
}

#[test]
fn what_could_not_be_read_and_what_was_not_detected_come_back_as_they_were() {
    let catalogue = Catalogue::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let kind = &catalogue.kinds["dose"];
    let base = kind.def.examples[0].as_object().unwrap().clone();
    let with = |changes: Value| {
        let mut document = base.clone();
        for (name, value) in changes.as_object().unwrap() {
            document.insert(name.clone(), value.clone());
        }
        normal(&catalogue, kind, &document)
    };
    let documents = vec![
        with(json!({"hp10": "<0.03"})),
        with(json!({"hp10": "丢失"})),
        with(json!({"hp10": 0.125})),
        with(json!({"worn_from": "2020年1月"})),
        with(json!({"reported_on": "去年春天"})),
        with(json!({"lab_name": "=SUM(A1)", "report_no": "-3+5", "device_no": "007"})),
        with(json!({"report_no": "引号\"与,逗号；和\n换行"})),
    ];
    assert_eq!(documents[0]["below_mdl"], json!(true));
    assert!(documents[3].contains_key("_month") && documents[4].contains_key("_unread"));
    for (format, name) in [(ExportFormat::Xlsx, "剂量.xlsx"), (ExportFormat::Csv, "剂量.csv")] {
        let (_, read) = import(&catalogue, &recogniser, name, export(&catalogue, kind, &documents, format));
        for (index, (before, (after, _))) in documents.iter().zip(&read).enumerate() {
            assert_same(kind, before, after, &format!("{name} {index}"));
        }
    }
}

#[test]
fn json_exports_are_the_documents() {
    let catalogue = Catalogue::embedded();
    let kind = &catalogue.kinds["inspection"];
    let document = normal(&catalogue, kind, kind.def.examples[0].as_object().unwrap());
    let documents = vec![document.clone(), document];
    let lines = export(&catalogue, kind, &documents, ExportFormat::JsonLines);
    let read: Vec<Value> = lines.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect();
    assert_eq!(read, documents.iter().cloned().map(Value::Object).collect::<Vec<_>>());
    let array: Vec<Map<String, Value>> = serde_json::from_slice(&export(&catalogue, kind, &documents, ExportFormat::JsonArray)).unwrap();
    assert_eq!(array, documents);
    assert_eq!(serde_json::from_slice::<Value>(&export(&catalogue, kind, &[], ExportFormat::JsonArray)).unwrap(), json!([]));
}

/// Changes to a document: a field (by number) and a text or number to put there.
fn changes() -> impl Strategy<Value = Vec<(usize, Value)>> {
    let text = "[ \u{3000}a-z0-9职业病甲乙\"',;；、:：\n=+@<>/()（）-]{0,12}".prop_map(Value::String);
    let number =
        prop_oneof![(-1000i64..100_000).prop_map(|n| json!(n)), (0.0f64..1000.0).prop_map(|n| json!((n * 1000.0).round() / 1000.0))];
    let day = (1990i32..2026, 1u32..13, 1u32..29).prop_map(|(y, m, d)| json!(format!("{y:04}-{m:02}-{d:02}")));
    proptest::collection::vec((0usize..1000, prop_oneof![text, number, day]), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_document_that_can_be_kept_comes_back(pick in 0usize..1000, changes in changes()) {
        let catalogue = Catalogue::embedded();
        let kind = catalogue.kinds.get_index(pick % catalogue.kinds.len()).unwrap().1;
        let recogniser = Recogniser::for_kinds(&[kind], &catalogue);
        let mut document = kind.def.examples[0].as_object().unwrap().clone();
        for (field, value) in changes {
            let field = &kind.fields[field % kind.fields.len()];
            let simple = matches!(field.ty, FieldType::Text | FieldType::Integer | FieldType::Number | FieldType::Date);
            let special = field.measured.is_some() || field.unit_from.is_some() || field.year_from.is_some() || kind.fields.iter().any(|f| f.measured.as_ref().is_some_and(|m| {
                m.below == field.path || [&m.limit, &m.none, &m.lod_from].into_iter().flatten().any(|n| *n == field.path)
            }));
            // A number where a text or day belongs is no business of files.
            let fits = value.is_string() || matches!(field.ty, FieldType::Integer | FieldType::Number);
            if simple && fits && !special && !field.path.contains('.') {
                document.insert(field.path.clone(), value);
            }
        }
        let before = normal(&catalogue, kind, &document);
        for (format, name) in [(ExportFormat::Xlsx, "导出.xlsx"), (ExportFormat::Csv, "导出.csv")] {
            let (_, read) = import(&catalogue, &recogniser, name, export(&catalogue, kind, std::slice::from_ref(&before), format));
            prop_assert_eq!(read.len(), 1);
            assert_same(kind, &before, &read[0].0, &format!("{} {name}", kind.kind));
        }
    }
}

#[test]
fn a_marked_export_is_read_as_if_it_were_not_marked() {
    let catalogue = Catalogue::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let kind = catalogue.kind("employer").unwrap();
    let documents: Vec<_> = kind.examples.iter().map(|e| normal(&catalogue, kind, e.as_object().unwrap())).collect();
    let mark =
        Mark {
            who: "张三（city）".into(), when: "2026-06-30 09:00".into(), purpose: "核查&研判".into(), id: "x1".into(), whole: true
        };
    for (name, format) in [("a.csv", ExportFormat::Csv), ("a.xlsx", ExportFormat::Xlsx)] {
        let plain = import(&catalogue, &recogniser, name, export(&catalogue, kind, &documents, format)).1;
        let bytes = marked(&catalogue, kind, &documents, format, Some(mark.clone()));
        let (found, got) = import(&catalogue, &recogniser, name, bytes.clone());
        let values = |read: &[Read]| read.iter().map(|r| r.0.clone()).collect::<Vec<_>>();
        assert_eq!(values(&got), values(&plain), "{name}");
        assert!(found.unknown.is_empty(), "{name}: {:?}", found.unknown);
        if format == ExportFormat::Csv {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.lines().skip(1).all(|line| line.contains("张三（city） 2026-06-30 09:00 x1")), "{text}");
        } else {
            let source = open(name, bytes).unwrap();
            let last = source.tables().len() - 1;
            assert_eq!(source.tables()[last].name, "导出说明");
            let rows: Vec<RawRow> = source.rows(last).unwrap().collect::<Result<_, _>>().unwrap();
            assert!(rows.iter().any(|r| r.cells.iter().any(|c| c.shown() == "张三（city）")), "{rows:?}");
        }
    }
}
