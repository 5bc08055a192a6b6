//! Exploration on hand-made records: cells, totals, joins, conditions, scopes; and queries of analysts, which can only read.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::{sync::Arc, time::Duration};

use common::golden::{self, Golden};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_lake::explore::{Cube, CubeCell, Only, Side, SqlLimits, Sum, Visible};
use zhijian_lake::{Evaluator, Lake, LakeError, Params};
use zhijian_records::port::Scope;

async fn lake() -> (tempfile::TempDir, Evaluator) {
    let employer = |id: &str, region: &str, industry: &str| json!({"id": id, "region": region, "name": id, "industry": industry});
    let declaration = |id: &str, region: &str, on: &str, employer: &str, exposed: u32| json!({"id": id, "region": region, "employer_id": employer, "declared_on": on, "exposed_total": exposed});
    let facts: Value = json!({
        "employer": [employer("e1", "130302", "C3011"), employer("e2", "130302", "B0610"), employer("e3", "130322", "C3011")],
        "declaration": [
            declaration("d1", "130302", "2020-03-02", "e1", 10),
            declaration("d2", "130302", "2021-04-02", "e1", 30),
            declaration("d3", "130302", "2021-05-02", "e2", 20),
            declaration("d4", "130322", "2021-06-02", "e3", 40),
        ],
    });
    let catalogue = Catalogue::embedded();
    let golden: Golden = serde_json::from_value(json!({"facts": facts, "questions": []})).unwrap();
    let home = tempfile::tempdir().unwrap();
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    lake.refresh(&golden::store(&catalogue, &golden)).await.unwrap();
    (home, Evaluator::new(lake, catalogue))
}

fn cube(rows: Side, columns: Option<Side>, sum: Sum) -> Cube {
    Cube { fact: "declaration".into(), rows, columns, sum, only: Vec::new() }
}

fn column(name: &str) -> Side {
    Side::Column(name.into())
}

fn value(cells: &[CubeCell], row: Option<&str>, column: Option<&str>) -> Option<f64> {
    cells.iter().find(|c| c.row.as_deref() == row && c.column.as_deref() == column).and_then(|c| c.value)
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_and_totals_of_two_sides() {
    let (_home, evaluator) = lake().await;
    let params = Params::new("130300", 0);
    let cells = evaluator.cube(&cube(Side::Year, Some(column("region")), Sum::Rows), &params).await.unwrap();
    assert_eq!(value(&cells, Some("2021"), Some("130302")), Some(2.0));
    assert_eq!(value(&cells, Some("2021"), None), Some(3.0), "total of a row");
    assert_eq!(value(&cells, None, Some("130322")), Some(1.0), "total of a column");
    assert_eq!(value(&cells, None, None), Some(4.0));
    let employers = evaluator.cube(&cube(column("region"), None, Sum::Distinct("employer_id".into())), &params).await.unwrap();
    assert_eq!(value(&employers, Some("130302"), None), Some(2.0));
    assert_eq!(value(&employers, None, None), Some(3.0), "reckoned anew, not added");
    let mean = evaluator.cube(&cube(Side::Quarter, None, Sum::Mean("exposed_total".into())), &params).await.unwrap();
    assert_eq!(value(&mean, Some("2021-Q2"), None), Some(30.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_referred_to_gives_sides_too() {
    let (_home, evaluator) = lake().await;
    let industry = Side::Through { reference: "employer_id".into(), fact: "employer".into(), column: "industry".into() };
    let cells = evaluator.cube(&cube(industry, None, Sum::Total("exposed_total".into())), &Params::new("130300", 0)).await.unwrap();
    assert_eq!((value(&cells, Some("C3011"), None), value(&cells, Some("B0610"), None)), (Some(80.0), Some(20.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_and_scope_narrow_every_number_and_the_records_behind() {
    let (_home, evaluator) = lake().await;
    let mut narrow = cube(Side::Year, None, Sum::Rows);
    narrow.only = vec![
        Only::In(column("region"), vec!["130302".into(), "x' OR '1'='1".into()]),
        Only::Between("exposed_total".into(), Some(15.0), None),
    ];
    let cells = evaluator.cube(&narrow, &Params::new("130300", 0)).await.unwrap();
    assert_eq!(value(&cells, None, None), Some(2.0));
    let rows = evaluator.cube_rows(&narrow, &Params::new("130300", 0), (Some("2021"), None), 0, 10).await.unwrap();
    assert_eq!((rows.ids, rows.total), (vec!["d3".to_owned(), "d2".to_owned()], 2));
    let county = Params { scope: Scope { regions: vec!["130322".into()], ..Scope::default() }, ..Params::new("130300", 0) };
    let cells = evaluator.cube(&cube(Side::Year, None, Sum::Rows), &county).await.unwrap();
    assert_eq!(value(&cells, None, None), Some(1.0), "only what the asker sees");
    for wrong in [column("name; DROP"), Side::Through { reference: "employer_id".into(), fact: "accounts".into(), column: "secret".into() }]
    {
        let refused = evaluator.cube(&cube(wrong, None, Sum::Rows), &county).await;
        assert!(matches!(refused, Err(LakeError::MissingColumn(_))), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_of_an_analyst_reads_what_he_sees_and_nothing_else() {
    let (_home, evaluator) = lake().await;
    let county = Scope { regions: vec!["130302".into()], ..Scope::default() };
    let visible = [Visible { fact: "declaration".into(), scope: county }];
    let ask = |sql: &'static str, limits: SqlLimits| {
        let (lake, visible) = (Arc::clone(evaluator.lake()), visible.clone());
        async move { lake.ask(sql, &visible, limits).await }
    };
    let all = SqlLimits::default();
    let answer = ask("SELECT count(*) AS n, sum(exposed_total) AS s FROM declaration", all).await.unwrap();
    assert_eq!((answer.columns, answer.rows), (vec!["n".to_owned(), "s".to_owned()], vec![vec!["3".to_owned(), "60".to_owned()]]));
    let two = ask("SELECT id FROM declaration ORDER BY id", SqlLimits { rows: 2, ..all }).await.unwrap();
    assert!(two.rows.len() == 2 && two.more);
    let refused = [
        "SELECT * FROM employer",
        "SELECT * FROM nothing",
        "DELETE FROM declaration",
        "CREATE TABLE x AS SELECT 1",
        "COPY declaration TO '/tmp/x.csv'",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "SELECT * FROM '/etc/passwd'",
        "SET datafusion.execution.batch_size = 1",
        "SELEC 1",
    ];
    for sql in refused {
        let answer = ask(sql, all).await;
        assert!(matches!(answer, Err(LakeError::Refused(_))), "{sql}: {answer:?}");
    }
    let short = SqlLimits { time: Duration::from_millis(200), ..all };
    let endless = ask("SELECT count(*) FROM generate_series(1, 9000000000) AS a WHERE a.value % 7 = 3", short).await;
    assert!(matches!(&endless, Err(LakeError::Refused(why)) if why.contains("超过")), "{endless:?}");
}
