//! Boards and layers of the map on hand-made records.

use super::common::golden;
use super::lake;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use zhijian_kinds::boards::{Board, Source};
use zhijian_kinds::{Catalogue, StatTable};
use zhijian_lake::{BehindCell, Dimension, Evaluator, Narrow, Params, PointFrame, Which};

fn own(catalogue: &Catalogue, board: &Board, panel: &str) -> StatTable {
    match board.panel(panel).unwrap().source(board, &catalogue.tables).unwrap() {
        Source::Table(table) => *table,
        Source::Indicators => panic!("{panel} is of indicators"),
    }
}

/// Σ numerator and Σ denominator by what `key` gives.
async fn sums(
    evaluator: &Evaluator,
    table: &StatTable,
    params: &Params,
    key: impl Fn(&zhijian_lake::Counted) -> String,
) -> BTreeMap<String, (f64, f64)> {
    let mut all: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for c in evaluator.counted(table, params).await.unwrap_or_else(|e| panic!("{}: {}", table.table, golden::chain(&e))) {
        let sum = all.entry(key(&c)).or_default();
        *sum = (sum.0 + c.numerator, sum.1 + c.denominator);
    }
    all
}

/// Without any record every query of every board and layer runs, and finds nothing; with filters too.
#[tokio::test(flavor = "multi_thread")]
async fn rq_169_an_empty_lake_answers_every_board_and_layer() {
    let (_home, evaluator, catalogue) = lake(json!({})).await;
    assert!(catalogue.boards.len() >= 7 && catalogue.layers.len() >= 12);
    let plain = Params::new("130300", 2020);
    let narrowed = Params { narrow: Narrow { industries: vec!["06".into()], size: "3".into() }, ..plain.clone() };
    for board in catalogue.boards.values() {
        for panel in &board.panels {
            match panel.source(board, &catalogue.tables).unwrap() {
                Source::Indicators => {
                    for code in &panel.indicators {
                        evaluator.indicator(&catalogue.indicators[code], &plain).await.unwrap();
                    }
                }
                Source::Table(table) => {
                    let params = if panel.narrows { &narrowed } else { &plain };
                    let found = sums(&evaluator, &table, params, |_| String::new()).await;
                    assert!(found.values().all(|(n, _)| *n == 0.0), "{}/{}: {found:?}", board.board, panel.panel);
                    for line in &table.lines {
                        let page = evaluator.behind(&table, line, params, &BehindCell::default(), Which::Denominator, 0, 10).await;
                        assert_eq!(page.unwrap_or_else(|e| panic!("{}/{}: {}", board.board, panel.panel, golden::chain(&e))).total, 0);
                    }
                }
            }
        }
    }
    for layer in catalogue.layers.values() {
        if let Some(table) = layer.table() {
            sums(&evaluator, &table, &plain, |_| String::new()).await;
            evaluator.behind(&table, &table.lines[0], &plain, &BehindCell::default(), Which::Numerator, 0, 10).await.unwrap();
        }
        if let Some(code) = &layer.indicator {
            evaluator.breakdown(&catalogue.indicators[code], &plain, Dimension::Region).await.unwrap();
        }
        if let Some(points) = &layer.points {
            let frame = PointFrame { west: 100.0, south: 30.0, east: 130.0, north: 50.0, step: 0.5 };
            assert_eq!(evaluator.points(&layer.layer, points, &plain, frame).await.unwrap(), zhijian_lake::Points::default());
        }
    }
}

fn employer(id: &str, region: &str, industry: &str, size: &str, more: Value) -> Value {
    let mut made = json!({"id": id, "region": region, "name": id, "industry": industry, "size": size, "status": "10", "exposed_total": 10, "should_declare": true});
    made.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    made
}

fn sample(id: &str, employer: &str, region: &str, on: &str, post: &str, factor: &str, verdict: &str) -> Value {
    json!({"id": id, "region": region, "employer_id": employer, "employer_name": employer, "sampled_on": on, "post": post, "factor": factor,
           "exposure": {"verdict": verdict}})
}

fn workplace() -> Value {
    json!({
        "employer": [
            employer("mine", "130302", "0610", "3", json!({"lon": 119.60, "lat": 39.93})),
            employer("mill", "130302", "3110", "1", json!({"lon": 119.61, "lat": 39.94})),
            employer("yard", "130322", "0610", "3", json!({"lon": 119.17, "lat": 39.70})),
            employer("closed", "130322", "0610", "3", json!({"lon": 119.18, "lat": 39.71, "status": "30"})),
        ],
        "measurement": [
            sample("a", "mine", "130302", "2020-03-01", "drill", "D001", "fail"),
            sample("b", "mine", "130302", "2020-09-01", "drill", "D001", "pass"),
            sample("c", "mine", "130302", "2020-09-01", "load", "P001", "pass"),
            sample("d", "mill", "130302", "2020-09-01", "roll", "P001", "fail"),
            sample("e", "yard", "130322", "2020-10-01", "load", "P001", "pass"),
            sample("none", "yard", "130322", "2020-10-01", "weld", "P001", "none"),
            sample("before", "yard", "130322", "2019-10-01", "load", "P001", "fail"),
        ],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_169_rq_175_the_monitoring_board_counts_posts_and_narrows() {
    let (_home, evaluator, catalogue) = lake(workplace()).await;
    let board = &catalogue.boards["monitoring"];
    let plain = Params::new("130300", 2020);
    let factor = own(&catalogue, board, "by_factor");
    let found = sums(&evaluator, &factor, &plain, |c| c.row.clone()).await;
    assert_eq!(found["D001"], (1.0, 1.0), "a post with one bad sample is bad, and one post");
    assert_eq!(found["P001"], (1.0, 3.0), "three posts, one bad; no verdict and another year do not count");
    let mines = Params { narrow: Narrow { industries: vec!["06".into()], size: String::new() }, ..plain.clone() };
    assert_eq!(sums(&evaluator, &factor, &mines, |c| c.row.clone()).await["P001"], (0.0, 2.0), "the mill is another industry");
    let large = Params { narrow: Narrow { industries: Vec::new(), size: "1".into() }, ..plain.clone() };
    assert_eq!(sums(&evaluator, &factor, &large, |c| c.row.clone()).await.get("D001"), None);
    let county = own(&catalogue, board, "by_county");
    let found = sums(&evaluator, &county, &plain, |c| format!("{} {}", c.region, c.column)).await;
    assert_eq!(found["130302 fail"].0, 2.0);
    assert_eq!(found["130322 pass"].0, 1.0);
    assert_eq!(found.get("130322 fail"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_169_a_number_opens_to_just_what_it_counts() {
    let (_home, evaluator, catalogue) = lake(workplace()).await;
    let table = own(&catalogue, &catalogue.boards["monitoring"], "by_factor");
    let plain = Params::new("130300", 2020);
    let noise = BehindCell { row: vec!["P001".into()], ..BehindCell::default() };
    let list = async |cell: &BehindCell, which: Which, params: &Params| {
        let page = evaluator.behind(&table, &table.lines[0], params, cell, which, 0, 50).await.unwrap();
        assert_eq!(page.total as usize, page.rows.len());
        page.rows.into_iter().map(|row| row.record).collect::<Vec<_>>()
    };
    assert_eq!(list(&noise, Which::Numerator, &plain).await, ["d"]);
    assert_eq!(list(&noise, Which::Missing, &plain).await, ["c", "e"]);
    assert_eq!(list(&noise, Which::Denominator, &plain).await.len(), 3);
    let near = BehindCell { place: "130322".into(), ..noise.clone() };
    assert_eq!(list(&near, Which::Denominator, &plain).await, ["e"]);
    // The scope of the asker is part of the query.
    let scope = zhijian_records::port::Scope { regions: vec!["130322".into()], ..zhijian_records::port::Scope::default() };
    assert_eq!(list(&noise, Which::Denominator, &Params { scope, ..plain.clone() }).await, ["e"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_002_layers_count_by_place_and_month() {
    let (_home, evaluator, catalogue) = lake(workplace()).await;
    let layer = |name: &str| catalogue.layers[name].table().unwrap();
    let plain = Params::new("130300", 2020);
    let found = sums(&evaluator, &layer("employers"), &plain, |c| c.region.clone()).await;
    assert_eq!((found["130302"].0, found["130322"].0), (2.0, 1.0), "a closed one is not on the register");
    let rate = layer("over_limit_rate");
    assert_eq!(sums(&evaluator, &rate, &plain, |c| c.region.clone()).await["130302"], (2.0, 3.0));
    let spring = Params { as_of: time::Date::from_calendar_date(2020, time::Month::May, 31).ok(), ..plain };
    assert_eq!(sums(&evaluator, &rate, &spring, |c| c.region.clone()).await, BTreeMap::from([("130302".to_owned(), (1.0, 1.0))]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_002_points_gather_into_squares_and_fall_apart_again() {
    let mut records = workplace();
    // Said to be in 海港区, drawn in the sea.
    records["employer"].as_array_mut().unwrap().push(employer("lost", "130302", "3110", "3", json!({"lon": 119.95, "lat": 39.55})));
    let (_home, evaluator, catalogue) = lake(records).await;
    let points = catalogue.layers["employers"].points.as_ref().unwrap();
    let plain = Params::new("130300", 2020);
    let frame = |step: f64| PointFrame { west: 119.0, south: 39.5, east: 120.0, north: 40.0, step };
    let wide = evaluator.points("employers", points, &plain, frame(0.5)).await.unwrap();
    assert_eq!(wide.misplaced, 1, "it is told of and not drawn");
    assert_eq!(wide.clusters.iter().map(|c| c.count).sum::<u64>(), 3, "the closed one is not shown: {wide:?}");
    let pair = wide.clusters.iter().find(|c| c.count == 2).unwrap();
    assert!((pair.lon - 119.605).abs() < 1e-9 && pair.record.is_empty() && pair.label.is_empty(), "a cluster names nobody: {pair:?}");
    let near = evaluator.points("employers", points, &plain, frame(0.005)).await.unwrap();
    let mut names: Vec<&str> = near.clusters.iter().map(|c| c.label.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["mill", "mine", "yard"]);
    let none = zhijian_records::port::Scope::default();
    let unseen = evaluator.points("employers", points, &Params { scope: none, ..plain }, frame(0.5)).await.unwrap();
    assert_eq!(unseen, zhijian_lake::Points::default(), "nor may others learn how many are misplaced");
}
