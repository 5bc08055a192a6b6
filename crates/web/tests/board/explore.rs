//! Exploration and what-if as people use them.

use super::world::reading::main_text;
use super::{shown, small_city};
use axum::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn rq_171_a_fact_is_explored_by_rows_columns_and_conditions() {
    let (world, officer) = small_city().await;
    let page = shown(&world, &officer, "/explore/employer?rows=region&measure=rows").await;
    assert!(page.contains("海港区") && page.contains("昌黎县") && page.contains('3') && page.contains("合计"), "{page}");
    let answer = world.get(&officer, "/api/v1/explore/declaration?rows=region&columns=month&measure=owners").await.json();
    let county = answer["rows"].as_array().unwrap().iter().position(|r| r["key"] == "130302").unwrap();
    assert_eq!(answer["row_totals"][county]["value"], json!(2.0), "{answer}");
    let narrow = world.get(&officer, "/api/v1/explore/declaration?rows=year&only=region:130322").await.json();
    assert_eq!(narrow["total"]["value"], json!(1.0), "{narrow}");
    // Every number opens its records.
    let behind = shown(&world, &officer, "/explore/employer/records?rows=region&row=130322").await;
    assert!(behind.contains("秦皇岛样丁厂") && behind.contains("秦皇岛样戊厂") && !behind.contains("秦皇岛样甲厂"), "{behind}");
    let csv = world.get(&officer, "/explore/employer?rows=region&format=csv").await.text;
    assert!(csv.contains("海港区,3") && csv.contains("昌黎县,2"), "{csv}");
    for (path, status) in [
        ("/explore/accounts", StatusCode::NOT_FOUND),
        ("/explore/employer?rows=nothing", StatusCode::BAD_REQUEST),
        ("/explore/employer?measure=sum.nothing", StatusCode::BAD_REQUEST),
        ("/explore/employer?from=2020-13-01", StatusCode::BAD_REQUEST),
        ("/explore/employer?region=120112", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(world.get(&officer, path).await.status, status, "{path}");
    }
    let nobody = shown(&world, &officer, "/explore/exam").await;
    assert!(nobody.contains("还没有这类数据"), "{nobody}");
}

#[tokio::test]
async fn an_exploration_is_saved_and_opened_again() {
    let (world, officer) = small_city().await;
    let form = [("title", "按区县的用人单位"), ("note", "例会"), ("address", "/explore/employer?rows=region")];
    let saved = world.form(&officer, "/explore/save", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", main_text(&saved.text));
    let index = world.get(&officer, "/explore").await.text;
    assert!(index.contains("按区县的用人单位") && index.contains("/explore/employer?rows=region"), "{index}");
    let elsewhere = world.form(&officer, "/explore/save", &[("title", "x"), ("address", "https://evil.example/")]).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn leadership_explores_aggregates_only_and_writes_no_sql() {
    let (world, _) = small_city().await;
    let leader = world.sign_in("leader", &["R19"], "130300", "").await;
    let page = shown(&world, &leader, "/explore/employer?rows=region").await;
    assert!(page.contains("只看汇总"), "{page}");
    for path in ["/explore/employer?rows=region&is.region=130302", "/explore/employer/records?rows=region&row=130302", "/explore/sql"] {
        assert_eq!(world.get(&leader, path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn an_analyst_reads_with_sql_what_he_may_read() {
    let (world, _) = small_city().await;
    let analyst = world.sign_in("analyst", &["R06"], "130302", "").await;
    let ask = |sql: &'static str| {
        let (world, analyst) = (&world, &analyst);
        async move { main_text(&world.form(analyst, "/explore/sql", &[("sql", sql)]).await.text) }
    };
    let found = ask("SELECT count(*) AS firms FROM employer").await;
    assert!(found.contains("firms") && found.contains('3') && !found.contains('5'), "own county only: {found}");
    for sql in ["DROP TABLE employer", "SELECT * FROM accounts"] {
        assert!(ask(sql).await.contains("查询未执行"), "{sql}");
    }
}

#[tokio::test]
async fn rq_169_the_fewest_employers_that_reach_a_target_are_named() {
    let (world, officer) = small_city().await;
    // Three of five have declared: 60 %. One more is 80 %, two are 100 %.
    let page = shown(&world, &officer, "/plans/qinhuangdao/I-02/closing?year=2020&target=75").await;
    assert!(page.contains("最少办 1 家") && page.contains("秦皇岛样丙厂") && page.contains("80"), "{page}");
    let met = shown(&world, &officer, "/plans/qinhuangdao/I-02/closing?year=2020&target=50").await;
    assert!(met.contains("已达到目标"), "{met}");
    for (path, status) in [
        ("/plans/qinhuangdao/I-02/closing?target=101", StatusCode::BAD_REQUEST),
        ("/plans/qinhuangdao/I-02/closing?count=0", StatusCode::BAD_REQUEST),
        ("/plans/qinhuangdao/I-19/closing", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(world.get(&officer, path).await.status, status, "{path}");
    }
    let leader = world.sign_in("leader", &["R19"], "130300", "").await;
    assert_eq!(world.get(&leader, "/plans/qinhuangdao/I-02/closing").await.status, StatusCode::FORBIDDEN);
}
