//! Boards and the map as people read them.

use super::world::reading::main_text;
use super::{shown, small_city};
use axum::http::StatusCode;
use serde_json::Value;

#[tokio::test]
async fn rq_169_every_board_and_layer_answers_and_says_what_it_is_of() {
    let (world, officer) = small_city().await;
    let list = shown(&world, &officer, "/boards").await;
    let catalogue = world.app.catalogue();
    for board in catalogue.boards.values() {
        assert!(list.contains(&board.title), "{}", board.title);
        let page = shown(&world, &officer, &format!("/boards/{}?year=2020", board.board)).await;
        assert!(page.contains("河北省秦皇岛市 · 2020年") && page.contains("数据截至"), "{page}");
        assert!(!page.contains("计算失败"), "{}: {page}", board.board);
        for panel in &board.panels {
            assert!(page.contains(&panel.title), "{}/{}", board.board, panel.panel);
            let alone = world.get(&officer, &format!("/boards/{}/{}?year=2020", board.board, panel.panel)).await.text;
            assert!(alone.contains("规则版本"), "{}/{}: {alone}", board.board, panel.panel);
            let csv = world.get(&officer, &format!("/boards/{}/{}?year=2020&format=csv", board.board, panel.panel)).await;
            assert!(csv.status == StatusCode::OK && csv.text.contains("分子（数）"), "{}/{}", board.board, panel.panel);
        }
    }
    for layer in catalogue.layers.values() {
        let page = shown(&world, &officer, &format!("/map?layer={}&year=2020", layer.layer)).await;
        assert!(page.contains(&layer.title) && page.contains("海港区") && !page.contains("计算失败"), "{}: {page}", layer.layer);
    }
}

#[tokio::test]
async fn rq_169_rq_171_a_number_leads_to_the_records_it_counts() {
    let (world, officer) = small_city().await;
    let page = world.get(&officer, "/boards/quality?year=2020").await.text;
    assert!(page.contains("/boards/quality/register/units?"), "the register's figures open");
    let list = shown(&world, &officer, "/boards/quality/register/units?year=2020&row=industry&which=denominator").await;
    assert!(list.contains("共 5 条") && list.contains("秦皇岛样甲厂") && list.contains("秦皇岛样戊厂"), "{list}");
    let county = shown(&world, &officer, "/boards/quality/by_county/units?year=2020&row=130322&which=denominator").await;
    assert!(county.contains("共 2 条") && !county.contains("秦皇岛样甲厂"), "{county}");
    let outside = world.get(&officer, "/boards/quality/by_county/units?year=2020&row=120112&which=denominator").await;
    assert_eq!(outside.status, StatusCode::NOT_FOUND);
    let csv = world.get(&officer, "/boards/quality/by_county/units?year=2020&row=130322&which=denominator&format=csv").await;
    assert!(csv.text.contains("秦皇岛样丁厂"), "{}", csv.text);
}

#[tokio::test]
async fn rq_002_the_map_drills_down_sorts_and_leaves() {
    let (world, officer) = small_city().await;
    let page = world.get(&officer, "/map?layer=employers&year=2020").await.text;
    assert!(page.contains("/maps/below/130300") && page.contains("region=130302"), "counties open further down");
    let sorted = shown(&world, &officer, "/map?layer=employers&year=2020&sort=-value").await;
    assert!(sorted.find("海港区").unwrap() < sorted.find("山海关区").unwrap(), "{sorted}");
    let town = shown(&world, &officer, "/map?layer=employers&year=2020&region=130302").await;
    assert!(town.contains("下级没有边界图") && town.contains("街道"), "townships as a list: {town}");
    let units = shown(&world, &officer, "/map/units?layer=employers&year=2020&region=130322").await;
    assert!(units.contains("共 2 条") && units.contains("秦皇岛样丁厂"), "{units}");
    let csv = world.get(&officer, "/map?layer=employers&year=2020&format=csv").await.text;
    assert!(csv.contains("130302,海港区,3,,3"), "{csv}");
    assert_eq!(world.get(&officer, "/map?region=120112").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(&officer, "/map?layer=nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(&officer, "/map?month=13").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn rq_002_boundaries_come_from_the_binary_or_the_offices_folder() {
    let (world, officer) = small_city().await;
    let shapes = world.get(&officer, "/maps/below/130300").await.json();
    let codes = |shapes: &Value| {
        shapes["features"].as_array().unwrap().iter().map(|f| f["properties"]["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(codes(&shapes).contains(&"130302".to_owned()) && codes(&shapes).len() >= 7, "{:?}", codes(&shapes));
    // A county is its own outline: no township has a boundary.
    assert_eq!(codes(&world.get(&officer, "/maps/below/130302").await.json()), ["130302"]);
    // A city without a boundary is drawn as its counties.
    assert!(codes(&world.get(&officer, "/maps/below/130000").await.json()).iter().all(|code| code == "130300"));
    assert!(world.get(&officer, "/maps/notice").await.text.contains("Apache ECharts"));
    assert_eq!(world.get(&officer, "/maps/..%2Fkinds").await.status, StatusCode::NOT_FOUND);
    std::fs::create_dir_all(&world.app.maps).unwrap();
    let square = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"130302"},"geometry":{"type":"Polygon","coordinates":[[[119,39],[120,39],[120,40],[119,39]]]}}]}"#;
    std::fs::write(world.app.maps.join("regions_counties.geojson"), square).unwrap();
    assert_eq!(codes(&world.get(&officer, "/maps/below/130300").await.json()), ["130302"]);
    let page = shown(&world, &officer, "/map?layer=employers&year=2020").await;
    assert!(page.contains("没有边界图、只在列表中的") && page.contains("昌黎县"), "{page}");
    std::fs::write(world.app.maps.join("regions_counties.geojson"), "no map").unwrap();
    assert!(codes(&world.get(&officer, "/maps/below/130300").await.json()).len() >= 7, "a broken file leaves the embedded one in use");
}

#[tokio::test]
async fn rq_169_what_is_not_there_is_said() {
    let (world, officer) = small_city().await;
    let future = shown(&world, &officer, "/boards/monitoring?year=2090").await;
    assert!(future.contains("2090年尚未开始"), "{future}");
    let map = shown(&world, &officer, "/map?layer=cases&year=2090").await;
    assert!(map.contains("2090年尚未开始") && map.contains("海港区"), "{map}");
    let nothing = shown(&world, &officer, "/boards/supervision?year=2020&industry=A&size=4").await;
    assert!(nothing.contains("清除筛选") && nothing.contains("没有数据"), "{nothing}");
    assert_eq!(world.get(&officer, "/boards/monitoring?industry=ZZ").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get(&officer, "/boards/nothing").await.status, StatusCode::NOT_FOUND);
    let screen = world.get(&officer, "/boards/supervision?year=2020&screen=1").await.text;
    assert!(screen.contains("class=\"screen\"") && screen.contains("停止自动刷新") && !screen.contains("class=\"sidebar\""));
    assert!(!world.get(&officer, "/boards/supervision?year=2020&screen=1&refresh=0").await.text.contains("every "));
}

#[tokio::test]
async fn rq_169_a_plans_row_is_ranked_and_looks_ahead() {
    let (world, officer) = small_city().await;
    let page = main_text(&world.get(&officer, "/plans/qinhuangdao/I-02?year=2020").await.text);
    assert!(page.contains("排名与差距贡献") && page.contains("占缺口"), "{page}");
    assert!(page.contains("2020年已结束"), "{page}");
    let then = shown(&world, &officer, "/plans/qinhuangdao/I-02?year=2020&as_of=2020-11-30").await;
    assert!(then.contains("按截至 2020-11-30 的") && then.contains("95% 预测区间") && then.contains("最小二乘"), "{then}");
    let all = world.get(&officer, "/plans/qinhuangdao/forecast?year=2020&as_of=2020-11-30").await.text;
    assert!(all.contains("年末预测") && all.contains("区间偏窄"), "{all}");
}
