//! Statistics tables as people read them.

use super::world::reading::main_text;
use super::{shown, small_city};
use axum::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn rq_023_a_matrix_names_its_gaps_and_leads_to_counties_and_files() {
    let (world, officer) = small_city().await;
    let page = shown(&world, &officer, "/tables/key_disease_coverage?year=2020").await;
    assert!(page.contains("缺口") && page.contains("矽肺") && page.contains("职业健康检查"), "{page}");
    let table = world.get(&officer, "/api/v1/tables/key_disease_coverage?year=2020").await.json();
    let row = |label: &str| table["rows"].as_array().unwrap().iter().find(|r| r["group"] == "矽肺" && r["label"] == label).unwrap().clone();
    let column = table["columns"].as_array().unwrap().iter().position(|c| c["key"] == "130302").unwrap();
    assert_eq!(row("申报单位")["cells"][column]["numerator"], json!(2.0), "two employers of the county have declared: {table}");
    assert_eq!(row("职业健康检查")["cells"][column]["gap"], json!(true));
    assert_eq!(row("诊断病例")["cells"][column]["gap"], json!(false), "no case is no gap");
    // One county down: its townships.
    let county = world.get(&officer, "/api/v1/tables/key_disease_coverage?year=2020&region=130302").await.json();
    assert!(county["columns"].as_array().unwrap().iter().any(|c| c["key"].as_str().unwrap().len() == 9), "{county}");
    let outside = world.get(&officer, "/tables/key_disease_coverage?year=2020&region=120112").await;
    assert_eq!(outside.status, StatusCode::NOT_FOUND);
    let csv = world.get(&officer, "/tables/key_disease_coverage?year=2020&format=csv").await.text;
    assert!(csv.contains("矽肺,职业健康检查,海港区,0,,缺口"), "{csv}");
}

#[tokio::test]
async fn rq_024_indicators_without_data_say_why() {
    let (world, officer) = small_city().await;
    let page = shown(&world, &officer, "/tables/core_indicators?year=2020").await;
    for words in ["M-01 新发职业病例数", "M-30 经费执行率", "无数据", "平台没有经费数据", "M-11 接害率"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let progress = world.get(&officer, "/tables/surveillance_progress?year=2020").await.text;
    assert!(progress.contains("/indicators/I-04"), "the pass rate stands beside the progress");
    let list = main_text(&world.get(&officer, "/tables").await.text);
    for table in world.app.door.catalogue.tables.values() {
        assert!(list.contains(&table.title), "{}: {list}", table.title);
        let reply = world.get(&officer, &format!("/tables/{}?year=2020", table.table)).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", table.table);
    }
}
