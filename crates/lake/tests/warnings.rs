//! Warning rules over facts: every query runs, and some of them on hand-made records.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::sync::Arc;

use common::{MemoryStore, stored};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::warning::{Judged, Level};
use zhijian_lake::warnings::Rules;
use zhijian_lake::{Evaluator, Lake};
use zhijian_records::warnings::Facts as _;

async fn rules(home: &tempfile::TempDir, store: &MemoryStore) -> (Arc<Catalogue>, Rules) {
    let catalogue = Catalogue::embedded();
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    lake.refresh(store).await.unwrap();
    let evaluator = Arc::new(Evaluator::new(lake, Arc::clone(&catalogue)));
    (catalogue, Rules::new(evaluator))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_lake_answers_every_rule_that_has_its_data() {
    let home = tempfile::tempdir().unwrap();
    let (catalogue, rules) = rules(&home, &MemoryStore::default()).await;
    let mut asked = 0;
    for rule in catalogue.warnings.values().filter(|r| r.ready() && r.query().is_some()) {
        let rows = rules.rows(rule, "2020-12-31").await.unwrap_or_else(|e| panic!("{}: {e}", rule.warning));
        assert!(rows.is_empty(), "{}: {rows:?}", rule.warning);
        asked += 1;
    }
    assert!(asked >= 18, "{asked} rules were asked");
}

/// Suspected cases of one employer: person, day, post.
fn suspected(store: &MemoryStore, at: i64, person: &str, day: &str, post: &str) {
    let id = format!("x{at}");
    let data = json!({"employer_id": "e1", "id_no": person, "examined_on": day, "conclusion": "3", "suspected_disease": "矽肺", "post": post, "conclusion_hazards": ["D001"]});
    store.commit(at, vec![stored("exam", &id, "130302", day, data.to_string())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_168_a_cluster_counts_persons_of_twelve_months_and_posts_of_thirty_days() {
    let (home, store) = (tempfile::tempdir().unwrap(), MemoryStore::default());
    store.commit(1, vec![stored("employer", "e1", "130302", "2020-01-01", json!({"name": "样厂", "status": "10"}).to_string())]);
    // The same person twice, one person more than twelve months ago, two in one post with more than thirty days between.
    for (at, (person, day, post)) in
        [("p1", "2020-03-01", "破碎工"), ("p1", "2020-04-01", "破碎工"), ("p2", "2020-05-10", "破碎工"), ("p3", "2019-06-01", "")]
            .into_iter()
            .enumerate()
    {
        suspected(&store, 10 + at as i64, person, day, post);
    }
    let (catalogue, rules) = rules(&home, &store).await;
    let rule = &catalogue.warnings["EW-11"];
    let judged = async |day: &str| {
        let rows = rules.rows(rule, day).await.unwrap();
        rows.iter()
            .map(|row| (row["cases"].as_f64().unwrap(), row["in_post"].as_f64().unwrap(), rule.judge(row, &rule.defaults(), day)))
            .collect::<Vec<_>>()
    };
    assert_eq!(judged("2020-12-31").await, [(2.0, 0.0, Judged::Level(Level::Yellow))]);
    assert_eq!(judged("2020-05-20").await, [(3.0, 1.0, Judged::Level(Level::Orange))], "the case of June 2019 still counts");
    assert_eq!(judged("2020-03-15").await, [(2.0, 1.0, Judged::Level(Level::Yellow))], "later records are not known on an earlier day");
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_172_a_rising_exposure_is_forecast_with_its_inputs() {
    let (home, store) = (tempfile::tempdir().unwrap(), MemoryStore::default());
    for (at, (day, ratio)) in [("2017-06-01", 0.3), ("2018-06-01", 0.45), ("2019-06-01", 0.6), ("2020-06-01", 0.75)].into_iter().enumerate()
    {
        let data = json!({"employer_id": "e1", "employer_name": "样厂", "workshop": "甲", "post": "喷漆", "factor": "C028", "sampled_on": day, "exposure": {"ratio": ratio}});
        store.commit(at as i64 + 1, vec![stored("measurement", &format!("m{at}"), "130302", day, data.to_string())]);
    }
    let (catalogue, rules) = rules(&home, &store).await;
    let rule = &catalogue.warnings["EW-04"];
    let rows = rules.rows(rule, "2020-12-31").await.unwrap();
    let row = &rows[0];
    // 0.15 a year: 0.75 on 1 June, 0.8375 at the year's end, 0.9875 a year later.
    let near = |name: &str, expected: f64| assert!((row[name].as_f64().unwrap() - expected).abs() < 0.003, "{name}: {row:?}");
    near("slope", 0.15);
    near("forecast", 0.9875);
    assert_eq!(rule.judge(row, &rule.defaults(), "2020-12-31"), Judged::Fine);
    let mut lower = rule.defaults();
    lower["over"] = 0.9;
    assert_eq!(rule.judge(row, &lower, "2020-12-31"), Judged::Level(Level::Yellow));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_cases_than_expected_are_told_with_their_probability() {
    let (home, store) = (tempfile::tempdir().unwrap(), MemoryStore::default());
    let mut at = 0;
    let mut case = |day: &str| {
        at += 1;
        let data = json!({"id_no": format!("p{at}"), "examined_on": day, "conclusion": "3", "conclusion_hazards": ["D001"]});
        store.commit(at, vec![stored("exam", &format!("x{at}"), "130302", day, data.to_string())]);
    };
    // One a year for three years and one long ago, then six.
    for day in [
        "2016-01-10",
        "2017-05-01",
        "2018-05-01",
        "2019-05-01",
        "2020-02-01",
        "2020-03-01",
        "2020-04-01",
        "2020-05-01",
        "2020-06-01",
        "2020-07-01",
    ] {
        case(day);
    }
    let (catalogue, rules) = rules(&home, &store).await;
    let rule = &catalogue.warnings["EW-14"];
    let rows = rules.rows(rule, "2020-12-31").await.unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    let number = |name: &str| rows[0].get(name).and_then(Value::as_f64).unwrap();
    assert_eq!((number("observed"), number("expected")), (6.0, 1.0));
    // P(X ≥ 6), X ~ Poisson(1).
    assert!((number("p") - 0.000_594).abs() < 1e-6, "{}", number("p"));
    assert_eq!(rule.judge(&rows[0], &rule.defaults(), "2020-12-31"), Judged::Level(Level::Orange));
    assert!(rows[0].contains_key("scan_p") && rows[0].contains_key("ears_alarm"), "the other methods speak too: {:?}", rows[0]);
}

/// Employers of a county that should declare; `declared` months of 2020 in which one more did.
fn declaring(store: &MemoryStore, county: &str, many: usize, declared: &[u32]) {
    for at in 0..many {
        let id = format!("{county}e{at}");
        let data = json!({"name": id, "status": "10", "industry": "3011", "exposed_total": 5, "updated_on": "2019-06-01"});
        store.commit(1_000 + at as i64, vec![stored("employer", &id, county, "2019-01-01", data.to_string())]);
    }
    for (at, month) in declared.iter().enumerate() {
        let day = format!("2020-{month:02}-10");
        let data = json!({"employer_id": format!("{county}e{at}"), "decl_type": "1", "declared_on": day, "status": "valid"});
        store.commit(2_000 + at as i64, vec![stored("declaration", &format!("{county}d{at}"), county, &day, data.to_string())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_161_rq_168_a_row_forecast_to_miss_its_target_raises_and_one_on_track_does_not() {
    let (home, store) = (tempfile::tempdir().unwrap(), MemoryStore::default());
    // Half of them in January and nobody since; everybody in January.
    declaring(&store, "130302", 4, &[1, 1]);
    declaring(&store, "130322", 6, &[1; 6]);
    let (catalogue, rules) = rules(&home, &store).await;
    let rule = &catalogue.warnings["EW-28"];
    let asked = async |day: &str| {
        let rows = rules.rows(rule, day).await.unwrap();
        rows.into_iter().filter(|row| row["key"].as_str().unwrap().starts_with("qinhuangdao/I-02/")).collect::<Vec<_>>()
    };
    let rows = asked("2020-10-31").await;
    let judged = |rows: &[zhijian_records::warnings::Row], thresholds: &zhijian_kinds::warning::Thresholds| {
        rows.iter().map(|row| (row["region"].as_str().unwrap().to_owned(), rule.judge(row, thresholds, "2020-10-31"))).collect::<Vec<_>>()
    };
    let (yellow, fine) = (Judged::Level(Level::Yellow), Judged::Fine);
    // The plan's level is the city's: without a share no county is held against it.
    assert_eq!(judged(&rows, &rule.defaults()), [("130300".to_owned(), yellow)], "{rows:?}");
    let whole = &rows[0];
    assert_eq!((whole["projected"].as_f64(), whole["goal"].as_f64(), whole["months"].as_f64()), (Some(80.0), Some(89.0), Some(10.0)));
    assert_eq!(whole["evidence"], "plan:qinhuangdao/I-02?year=2020&as_of=2020-10-31&region=130300");
    assert!(whole["evidence"].as_str().unwrap().len() <= "plan:".len() + 64, "it fits the record's field");
    // The same forecast as the plan board's.
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    let evaluator = Evaluator::new(lake, Arc::clone(&catalogue));
    let params = zhijian_lake::Params {
        options: catalogue.plans["qinhuangdao"].options["I-02"].clone(),
        ..zhijian_lake::Params::new("130300", 2020)
    };
    let last = zhijian_kinds::dates::parse_iso("2020-10-31").unwrap();
    let (outlook, _) = evaluator.outlook(&catalogue.indicators["I-02"], &params, last).await.unwrap().unwrap();
    assert_eq!(rows[0]["projected"].as_f64(), outlook.forecast.map(|f| f.value));
    // A level that was shared out to the county for the year stands instead of the plan's.
    let share = json!({"plan": "qinhuangdao", "indicator": "I-02", "year": 2020, "county": "130302", "value": 45, "set_on": "2020-02-01"});
    store.commit(9_000, vec![stored("target_share", "s1", "130302", "2020-02-01", share.to_string())]);
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    lake.refresh(&store).await.unwrap();
    let shared = Rules::new(Arc::new(Evaluator::new(lake, Arc::clone(&catalogue)))).rows(rule, "2020-10-31").await.unwrap();
    let county = shared.iter().find(|row| row["key"] == "qinhuangdao/I-02/130302/2020").unwrap();
    assert_eq!(county["projected"].as_f64(), Some(50.0));
    assert!(!shared.iter().any(|row| row["region"] == "130322"), "nothing was shared out to it");
    assert_eq!((county["goal"].as_f64(), rule.judge(county, &rule.defaults(), "2020-10-31")), (Some(45.0), fine), "{county:?}");
    // A region may ask for more than a small miss.
    let mut lenient = rule.defaults();
    lenient.insert("margin".into(), 40.0);
    assert_eq!(judged(&rows, &lenient).into_iter().filter(|(_, j)| *j == yellow).count(), 0);
    // Too few months, a year that is over, other cities without records: no forecast.
    assert!(asked("2020-02-20").await.is_empty() && asked("2020-12-31").await.is_empty());
    let others = rules.rows(rule, "2020-10-31").await.unwrap();
    assert!(others.iter().all(|row| row["key"].as_str().unwrap().starts_with("qinhuangdao/")), "{others:?}");
}
