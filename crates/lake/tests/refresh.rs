//! Refreshing equals rebuilding, whatever happened to the records.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::{fs::File, path::Path};

use common::{MemoryStore, stored};
use datafusion::{
    arrow::util::display::{ArrayFormatter, FormatOptions},
    parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
};
use proptest::prelude::*;
use zhijian_kinds::Kind;
use zhijian_lake::{Lake, facts::facts_of, reference::TextTable};

const KIND: &str = "
kind: thing
version: 1
title: 物
area: test
valid_from: 2020-01-01
basis: 测试
natural_key: [no]
event_date: seen_on
region: {county: county, class: E_REGION}
type: object
required: [no]
properties:
  no: {type: string, title: 编号}
  county: {type: string, title: 县区}
  seen_on: {type: string, format: date, title: 日期}
  size: {type: number, title: 大小}
  person_name: {type: string, title: 姓名, x-private: identity}
  id_no: {type: string, title: 身份证号, x-format: id_no, x-private: identity, x-blind: true}
  tags: {type: array, title: 标签, maxItems: 9, items: {type: string}}
person: {id_no: id_no}
facts:
  thing_tag: {each: tags, as: tag}
";

fn lake(home: &Path) -> Lake {
    let facts = facts_of(&Kind::parse(KIND).unwrap());
    let table = TextTable::new("code_x", &["code", "label"], vec![vec!["1".into(), "一".into()]]);
    Lake::with(home, facts, vec![table]).unwrap()
}

/// Something that happens to one of a few records.
#[derive(Debug, Clone)]
enum Op {
    Write {
        record: u8,
        region: u8,
        year: i32,
        size: u8,
        tags: u8,
    },
    Retract {
        record: u8,
    },
    /// A refresh that does not see the newest events yet.
    Refresh {
        delayed: usize,
    },
    Reopen,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..5u8, 0..3u8, 2019..2021i32, any::<u8>(), 0..4u8)
            .prop_map(|(record, region, year, size, tags)| Op::Write { record, region, year, size, tags }),
        1 => (0..5u8).prop_map(|record| Op::Retract { record }),
        3 => (0..3usize).prop_map(|delayed| Op::Refresh { delayed }),
        1 => Just(Op::Reopen),
    ]
}

fn apply(store: &MemoryStore, at: i64, op: &Op) {
    match op {
        Op::Write { record, region, year, size, tags } => {
            let tags: Vec<String> = (0..*tags).map(|t| format!("t{t}")).collect();
            let data = serde_json::json!({"no": record.to_string(), "size": f64::from(*size) / 2.0, "id_no": format!("token{record}"), "tags": tags});
            let region = format!("13030{region}");
            store.commit(at, vec![stored("thing", &format!("r{record}"), &region, &format!("{year}-05-01"), data.to_string())]);
        }
        Op::Retract { record } => {
            if let Some(mut newest) = store.newest(&format!("r{record}")) {
                newest.retracted = true;
                store.commit(at, vec![newest]);
            }
        }
        Op::Refresh { .. } | Op::Reopen => {}
    }
}

/// All rows of a lake as sorted texts.
fn rows(lake: &Lake) -> Vec<String> {
    let snapshot = lake.snapshot();
    let mut rows = Vec::new();
    for fact in lake.facts() {
        for file in snapshot.history_files_of(&fact.name) {
            let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap()).unwrap().build().unwrap();
            for batch in reader.map(Result::unwrap) {
                let options = FormatOptions::default();
                let columns: Vec<_> = batch.columns().iter().map(|c| ArrayFormatter::try_new(c, &options).unwrap()).collect();
                rows.extend((0..batch.num_rows()).map(|i| {
                    let cells: Vec<String> = columns.iter().map(|c| c.value(i).to_string()).collect();
                    format!("{}|{}", fact.name, cells.join("|"))
                }));
            }
        }
    }
    rows.sort();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn refreshed_equals_rebuilt(ops in proptest::collection::vec(op(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let (store, home, other) = (MemoryStore::default(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let mut refreshed = lake(home.path());
            for (at, op) in ops.iter().enumerate() {
                apply(&store, at as i64 + 1, op);
                match op {
                    Op::Refresh { delayed } => {
                        *store.delayed.lock().unwrap() = *delayed;
                        refreshed.refresh(&store).await.unwrap();
                        *store.delayed.lock().unwrap() = 0;
                    }
                    Op::Reopen => refreshed = lake(home.path()),
                    _ => {}
                }
            }
            refreshed.refresh(&store).await.unwrap();
            let rebuilt = lake(other.path());
            rebuilt.rebuild(&store).await.unwrap();
            assert_eq!(rows(&refreshed), rows(&rebuilt));
            assert_eq!(refreshed.stand(), rebuilt.stand());
            // Nothing is left of replaced files: as many files as the manifest names.
            let named = refreshed.facts().iter().map(|f| refreshed.snapshot().history_files_of(&f.name).len()).sum::<usize>();
            assert_eq!(parquet_files(home.path()), named + usize::from(named > 0 || refreshed.snapshot().generation() > 0));
        });
    }
}

fn parquet_files(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .map(|p| if p.is_dir() { parquet_files(&p) } else { usize::from(p.extension().is_some_and(|e| e == "parquet")) })
        .sum()
}

fn write(record: u8, region: u8, year: i32, size: u8, tags: u8) -> Op {
    Op::Write { record, region, year, size, tags }
}

#[tokio::test(flavor = "multi_thread")]
async fn private_fields_stay_out_and_blind_ones_are_tokens() {
    let (store, home) = (MemoryStore::default(), tempfile::tempdir().unwrap());
    apply(&store, 1, &write(1, 2, 2020, 6, 2));
    let lake = lake(home.path());
    lake.refresh(&store).await.unwrap();
    let names: Vec<&str> = lake.facts()[0].columns.iter().map(|c| c.name.as_str()).collect();
    assert!(!names.contains(&"person_name"), "{names:?}");
    assert!(names.contains(&"id_no"), "{names:?}");
    let found = lake.query("SELECT person, tag, region, year, ordinal FROM thing_tag ORDER BY ordinal", None).await.unwrap();
    let shown = datafusion::arrow::util::pretty::pretty_format_batches(&found).unwrap().to_string();
    assert!(shown.contains("token1 | t1  | 130302 | 2020 | 2"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_can_be_asked_as_it_was_known() {
    let (store, home) = (MemoryStore::default(), tempfile::tempdir().unwrap());
    apply(&store, 10, &write(1, 2, 2020, 2, 0)); // size 1
    apply(&store, 20, &write(1, 0, 2019, 4, 0)); // moved and corrected to 2
    apply(&store, 30, &Op::Retract { record: 1 });
    let lake = lake(home.path());
    lake.refresh(&store).await.unwrap();
    for (why, known_at, expected) in
        [("before it was filed", 9, ""), ("as filed", 10, "1.0 130302"), ("as corrected", 25, "2.0 130300"), ("as retracted", 30, "")]
    {
        let found = lake.query("SELECT size, region FROM thing", Some(known_at)).await.unwrap();
        let shown = datafusion::arrow::util::pretty::pretty_format_batches(&found).unwrap().to_string();
        let row = shown
            .lines()
            .find(|l| l.contains("1303"))
            .map(|l| l.replace(['|'], "").split_whitespace().collect::<Vec<_>>().join(" "))
            .unwrap_or_default();
        assert_eq!(row, expected, "{why}");
    }
    let now = lake.query("SELECT size FROM thing", None).await.unwrap();
    assert_eq!(now.iter().map(|b| b.num_rows()).sum::<usize>(), 0, "a retracted record does not count");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_database_or_a_restored_copy_is_read_from_the_beginning() {
    let home = tempfile::tempdir().unwrap();
    let (first, second) = (MemoryStore::default(), MemoryStore::default());
    apply(&first, 10, &write(1, 2, 2020, 2, 0));
    apply(&first, 20, &write(2, 2, 2020, 2, 0));
    lake(home.path()).refresh(&first).await.unwrap();
    apply(&second, 10, &write(3, 1, 2020, 2, 0));
    apply(&second, 15, &write(4, 1, 2020, 2, 0)); // same sequence number as the first store's last event, another time
    let lake = lake(home.path());
    lake.refresh(&second).await.unwrap();
    let shown = rows(&lake).join("\n");
    assert!(shown.contains("thing|r3") && !shown.contains("thing|r1"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_definition_rebuilds_its_fact() {
    let (store, home) = (MemoryStore::default(), tempfile::tempdir().unwrap());
    apply(&store, 10, &write(1, 2, 2020, 2, 0));
    lake(home.path()).refresh(&store).await.unwrap();
    let wider =
        KIND.replace("  size: {type: number, title: 大小}", "  size: {type: number, title: 大小}\n  colour: {type: string, title: 颜色}");
    let lake = Lake::with(home.path(), facts_of(&Kind::parse(&wider).unwrap()), Vec::new()).unwrap();
    assert!(
        rows(&lake).is_empty() || lake.query("SELECT colour FROM thing", None).await.is_ok(),
        "old files are never read with new columns"
    );
    lake.refresh(&store).await.unwrap();
    let found = lake.query("SELECT colour FROM thing", None).await.unwrap();
    assert_eq!(found.iter().map(|b| b.num_rows()).sum::<usize>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_written_anew() {
    let (store, home) = (MemoryStore::default(), tempfile::tempdir().unwrap());
    apply(&store, 10, &write(1, 2, 2020, 2, 0));
    let file = {
        let lake = lake(home.path());
        lake.refresh(&store).await.unwrap();
        lake.snapshot().history_files_of("thing").remove(0)
    };
    std::fs::write(&file, b"half a file").unwrap();
    let lake = lake(home.path());
    lake.refresh(&store).await.unwrap();
    assert_eq!(rows(&lake).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_keeps_the_files_it_reads() {
    let (store, home) = (MemoryStore::default(), tempfile::tempdir().unwrap());
    apply(&store, 10, &write(1, 2, 2020, 2, 0));
    let lake = lake(home.path());
    lake.refresh(&store).await.unwrap();
    let reader = lake.snapshot();
    let files = reader.files_of("thing");
    apply(&store, 20, &write(1, 2, 2020, 8, 0));
    lake.refresh(&store).await.unwrap();
    assert!(files.iter().all(|f| f.exists()), "a snapshot in use keeps its files");
    let before = lake.query_at(&reader, "SELECT size FROM thing WHERE size = 1", None).await.unwrap();
    assert_eq!(before.iter().map(|b| b.num_rows()).sum::<usize>(), 1, "it goes on seeing what it saw");
    drop(reader);
    assert!(files.iter().all(|f| !f.exists()), "nobody reads them any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_without_records_can_be_asked() {
    let home = tempfile::tempdir().unwrap();
    let found =
        lake(home.path()).query("SELECT COUNT(*) AS n FROM thing LEFT JOIN code_x ON code = no WHERE size > 1", None).await.unwrap();
    assert_eq!(found[0].num_rows(), 1);
}
