//! Small partitions are answered from memory and large ones from their files: with the same figures.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use common::{MemoryStore, stored};
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::util::pretty::pretty_format_batches;
use serde_json::json;
use zhijian_kinds::Catalogue;
use zhijian_lake::Lake;

const LARGE: i64 = 4_100;
const SMALL: i64 = 7;

fn numbers(batches: &[RecordBatch]) -> Vec<Option<i64>> {
    let batch = batches.iter().find(|b| b.num_rows() > 0).unwrap();
    batch.columns().iter().map(|c| c.as_primitive::<Int64Type>().iter().next().unwrap()).collect()
}

async fn sums(lake: &Lake, condition: &str) -> Vec<Option<i64>> {
    let sql = format!("SELECT COUNT(*), SUM(insured), COUNT(counted_on), COUNT(county) FROM insured_count WHERE {condition}");
    numbers(&lake.query(&sql, None).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_and_files_give_the_same() {
    let store = MemoryStore::default();
    for (region, rows) in [("130302", LARGE), ("130303", SMALL), ("130304", SMALL)] {
        let row = |i: i64| {
            let county = if i % 2 == 0 { json!(format!("一个不短的县区名称{i}")) } else { json!(null) };
            let data = json!({"stat_year": 2020, "insured": i, "county": county, "counted_on": if i == 0 { json!(null) } else { json!("2020-12-31") }});
            stored("insured_count", &format!("{region}-{i}"), region, "2020-12-31", data.to_string())
        };
        store.commit(1, (0..rows).map(row).collect());
    }
    let home = tempfile::tempdir().unwrap();
    let lake = Lake::open(home.path(), &Catalogue::embedded()).unwrap();
    lake.refresh(&store).await.unwrap();
    let expected = |rows: i64, files: i64| -> Vec<Option<i64>> {
        [rows * files, rows * (rows - 1) / 2 * files, (rows - 1) * files, (rows + 1) / 2 * files].map(Some).to_vec()
    };
    let small = expected(SMALL, 2);
    let all = expected(LARGE, 1).iter().zip(&small).map(|(a, b)| Some(a.unwrap() + b.unwrap())).collect::<Vec<_>>();
    for round in ["first", "again, from memory where it is kept"] {
        assert_eq!(sums(&lake, "region > '130302'").await, small, "small files, {round}");
        assert_eq!(sums(&lake, "region = '130302'").await, expected(LARGE, 1), "a large file, {round}");
        assert_eq!(sums(&lake, "TRUE").await, all, "both, {round}");
    }
    assert_eq!(numbers(&lake.query("SELECT COUNT(*) FROM insured_count WHERE region > '130302'", None).await.unwrap()), [Some(2 * SMALL)]);

    // A refresh replaces files; what was kept of the old ones is not seen again.
    store.commit(
        2,
        vec![stored("insured_count", "130303-0", "130303", "2020-12-31", json!({"stat_year": 2020, "insured": 100}).to_string())],
    );
    lake.refresh(&store).await.unwrap();
    assert_eq!(sums(&lake, "region = '130303'").await[1], Some(SMALL * (SMALL - 1) / 2 + 100));
}

/// A promise that ids are unique lets joins for mere words be left out; it must not hold where ids repeat.
#[tokio::test(flavor = "multi_thread")]
async fn joins_that_multiply_rows_stay() {
    let store = MemoryStore::default();
    let worker = json!({"hazards": ["D001", "P001"]}).to_string();
    store.commit(1, vec![stored("exposed_worker", "w", "130302", "2020-01-01", worker)]);
    store.commit(
        5,
        vec![stored("exposed_worker", "w", "130302", "2020-01-01", json!({"hazards": ["D001", "P001"], "post": "焊工"}).to_string())],
    );
    let home = tempfile::tempdir().unwrap();
    let lake = Lake::open(home.path(), &Catalogue::embedded()).unwrap();
    lake.refresh(&store).await.unwrap();
    let count = |joined: &str| format!("SELECT COUNT(*) FROM exposed_worker_hazard h LEFT JOIN {joined} o ON o.id = h.id");
    assert_eq!(numbers(&lake.query(&count("exposed_worker"), None).await.unwrap()), [Some(2)], "one standing revision a record");
    assert_eq!(numbers(&lake.query(&count("exposed_worker_hazard"), None).await.unwrap()), [Some(4)], "two elements of one record");
    assert_eq!(numbers(&lake.query(&count("exposed_worker"), Some(3)).await.unwrap()), [Some(2)], "as it was");
}

/// The planner builds the side that it takes for the smaller one; a query that knows better says so.
#[tokio::test(flavor = "multi_thread")]
async fn joins_stay_as_written_where_a_query_says_so() {
    let store = MemoryStore::default();
    let row =
        |i: i64| stored("insured_count", &format!("{i}"), "130302", "2020-12-31", json!({"stat_year": 2020, "county": "甲"}).to_string());
    store.commit(1, (0..LARGE).map(row).collect());
    store.commit(2, vec![stored("employer", "e", "130302", "2020-01-01", json!({"name": "甲"}).to_string())]);
    let home = tempfile::tempdir().unwrap();
    let lake = Lake::open(home.path(), &Catalogue::embedded()).unwrap();
    lake.refresh(&store).await.unwrap();
    for (hint, kept) in [("", false), ("/*+ ORDERED */", true)] {
        let sql = format!("SELECT i.stat_year, e.name FROM insured_count i RIGHT JOIN employer e ON i.county = e.name {hint}");
        let plan = pretty_format_batches(&lake.query(&format!("EXPLAIN {sql}"), None).await.unwrap()).unwrap().to_string();
        let join = plan.lines().find(|line| line.contains("HashJoinExec")).unwrap();
        assert_eq!(join.contains("join_type=Right"), kept, "{hint}: {join}");
        let rows: usize = lake.query(&sql, None).await.unwrap().iter().map(RecordBatch::num_rows).sum();
        assert_eq!(rows, usize::try_from(LARGE).unwrap(), "{hint}");
    }
}
