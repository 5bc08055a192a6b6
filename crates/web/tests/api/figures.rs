//! Plans and indicators: the figures, and what stands behind them.

use crate::world::World;
use axum::http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_plan_is_evaluated_in_its_own_order() {
    let (world, officer) = World::with_examples().await;
    let answer = world.get(&officer, "/api/v1/plans/qinhuangdao/evaluation?year=2020").await.json();
    let rows = answer["rows"].as_array().unwrap();
    let plan = &world.app.door.catalogue.plans["qinhuangdao"];
    let order: Vec<Value> = plan.targets.iter().map(|t| json!(t.indicator)).collect();
    assert_eq!(rows.iter().map(|r| r["indicator"].clone()).collect::<Vec<_>>(), order);
    let declared = rows.iter().find(|r| r["indicator"] == "I-02").unwrap();
    assert_eq!((&declared["baseline"], &declared["target_2025"]), (&json!(87.01), &json!(90)));
    assert!(answer["stand"].as_str().unwrap().ends_with("+08:00") && declared["stand"].as_str().unwrap().ends_with("+08:00"));
}

#[tokio::test]
async fn parents_are_the_sum_of_their_leaves_and_lists_have_as_many_rows() {
    let (world, officer) = World::with_examples().await;
    let figure = world.get(&officer, "/api/v1/indicators/I-02?year=2020&plan=qinhuangdao").await.json()["answer"].clone();
    let by = world.get(&officer, "/api/v1/indicators/I-02/breakdown?by=region&year=2020&plan=qinhuangdao").await.json();
    let leaves: f64 =
        by["items"].as_array().unwrap().iter().filter(|s| s["sum"] == false).map(|s| s["denominator"].as_f64().unwrap()).sum();
    assert_eq!(json!(leaves), figure["denominator"]);
    for (which, expected) in [("numerator", figure["numerator"].as_f64()), ("denominator", figure["denominator"].as_f64())] {
        let list = world.get(&officer, &format!("/api/v1/indicators/I-02/units?which={which}&year=2020&plan=qinhuangdao")).await.json();
        assert_eq!(list["total"].as_f64(), expected, "{which}");
    }
}

#[tokio::test]
async fn other_regions_are_not_there() {
    let (world, officer) = World::with_examples().await;
    for path in [
        "/api/v1/plans/xinyang/evaluation?year=2020",
        "/api/v1/plans/qinhuangdao/evaluation?year=2020&region=130200",
        "/api/v1/plans/qinhuangdao/evaluation?year=2020&region=999999",
        "/api/v1/indicators/I-02?year=2020&region=410000",
        "/api/v1/indicators/I-02/breakdown?by=region&year=2020&region=120112",
        "/api/v1/indicators/I-02/units?which=missing&year=2020&plan=xinyang",
    ] {
        let reply = world.get(&officer, path).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::NOT_FOUND, "not-found"), "{path}");
    }
}

#[tokio::test]
async fn a_county_sees_its_part_of_the_citys_plan() {
    let (world, _) = World::with_examples().await;
    let county = world.sign_in("county", &["R03"], "130302", "").await;
    let answer = world.get(&county, "/api/v1/plans/qinhuangdao/evaluation?year=2020").await.json();
    assert_eq!(answer["region"], "130302");
    let reply = world.get(&county, "/api/v1/plans/qinhuangdao/evaluation?year=2020&region=130300").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND, "no figures of the city above");
    let plans = world.get(&county, "/api/v1/plans").await.json();
    assert_eq!((&plans["items"][0]["plan"], &plans["items"][0]["evaluated_at"]), (&json!("qinhuangdao"), &json!("130302")));
    assert_eq!(plans["items"].as_array().unwrap().iter().filter(|p| p["evaluated_at"].is_null()).count(), 4);
}

#[tokio::test]
async fn whoever_sees_aggregates_only_gets_no_lists() {
    let (world, _) = World::with_examples().await;
    let leader = world.sign_in("leader", &["R19"], "130300", "").await;
    assert_eq!(world.get(&leader, "/api/v1/plans/qinhuangdao/evaluation?year=2020").await.status, StatusCode::OK);
    for def in world.app.door.catalogue.indicators.keys() {
        let reply = world.get(&leader, &format!("/api/v1/indicators/{def}/units?which=denominator&year=2020")).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::FORBIDDEN, "not-allowed"), "{def}");
    }
}

#[tokio::test]
async fn exports_are_files_and_go_on_record() {
    let (world, officer) = World::with_examples().await;
    let csv = world.get(&officer, "/api/v1/plans/qinhuangdao/evaluation?year=2020&format=csv").await;
    assert!(csv.header("content-type").starts_with("text/csv") && csv.header("content-disposition").contains("attachment"));
    assert!(csv.text.starts_with("\u{feff}序号,指标代码,指标名称"), "{}", csv.text);
    let book = world.get(&officer, "/api/v1/indicators/I-02/units?which=denominator&year=2020&format=xlsx").await;
    assert!(book.status == StatusCode::OK && book.text.starts_with("PK"));
    let admin = world.sign_in("admin", &["R01"], "", "").await;
    let lines = world.get(&admin, "/api/v1/audit?limit=1000").await.json();
    assert_eq!(lines["items"].as_array().unwrap().iter().filter(|l| l["action"] == "export").count(), 2);
}
