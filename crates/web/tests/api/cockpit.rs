//! Boards, layers, forecast and gap through the API: the numbers of the pages, with the way to the records.

use crate::world::World;
use axum::http::StatusCode;
use serde_json::Value;

/// Lines of a page's file from its heading on.
fn lines(csv: &str, heading: &str) -> Vec<String> {
    csv.lines().skip_while(|line| !line.contains(heading)).skip(1).take_while(|line| line.contains(',')).map(str::to_owned).collect()
}

#[tokio::test]
async fn rq_169_rq_171_boards_tell_what_their_pages_tell() {
    let (world, officer) = World::with_examples().await;
    let list = world.get(&officer, "/api/v1/boards").await.json();
    let boards = list["items"].as_array().unwrap();
    assert_eq!(boards.len(), world.app.door.catalogue.boards.len());
    let mut compared = 0;
    for name in boards.iter().map(|b| b["board"].as_str().unwrap()) {
        let answer = world.get(&officer, &format!("/api/v1/boards/{name}?year=2020")).await.json();
        assert!(
            answer["stand"].as_str().unwrap().ends_with("+08:00") && answer["editions"]["rules"].as_array().unwrap().len() > 3,
            "{answer}"
        );
        for panel in answer["panels"].as_array().unwrap() {
            let own = panel["panel"].as_str().unwrap();
            assert_eq!(panel["error"], Value::Null, "{name}/{own}");
            let definition = &panel["definition"];
            let source = !definition["indicators"].as_array().unwrap().is_empty()
                || definition["table"].is_string()
                || !definition["lines"].as_array().unwrap().is_empty();
            assert!(source && definition["file"].as_str().unwrap().ends_with(".yaml"), "{name}/{own}: {definition}");
            let csv = world.get(&officer, &format!("/boards/{name}/{own}?year=2020&format=csv")).await.text;
            let page = lines(&csv, "分子（数）");
            let cells: Vec<&Value> = panel["rows"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|row| row["cells"].as_array().unwrap().iter().chain(Some(&row["total"]).filter(|t| !t.is_null())))
                .collect();
            assert_eq!(cells.len(), page.len(), "{name}/{own}: {csv}");
            for (cell, line) in cells.iter().zip(&page) {
                let shown = cell["display"].as_str().unwrap();
                assert!(line.replace('"', "").contains(shown), "{name}/{own}: {shown} in {line}");
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "{compared}");
}

#[tokio::test]
async fn rq_169_a_number_of_a_board_leads_to_as_many_records() {
    let (world, officer) = World::with_examples().await;
    let (mut followed, mut indicators) = (0, 0);
    for board in ["quality", "patients", "health", "supervision"] {
        let answer = world.get(&officer, &format!("/api/v1/boards/{board}?year=2020")).await.json();
        for panel in answer["panels"].as_array().unwrap() {
            for row in panel["rows"].as_array().unwrap() {
                for cell in row["cells"].as_array().unwrap() {
                    let Some(address) = cell["records"].as_str() else { continue };
                    let list = world.get(&officer, address).await;
                    assert_eq!(list.status, StatusCode::OK, "{address}: {}", list.text);
                    if address.contains("/boards/") && row["measure"] == "count" {
                        assert_eq!(list.json()["total"].as_f64(), cell["numerator"].as_f64(), "{address}: {cell}");
                        followed += 1;
                    }
                    indicators += usize::from(address.contains("/indicators/"));
                }
            }
        }
    }
    assert!(followed > 20 && indicators > 0, "{followed} {indicators}");
}

#[tokio::test]
async fn rq_002_rq_169_layers_tell_places_and_the_way_down() {
    let (world, officer) = World::with_examples().await;
    let list = world.get(&officer, "/api/v1/layers").await.json();
    for layer in list["items"].as_array().unwrap() {
        let name = layer["layer"].as_str().unwrap();
        let answer = world.get(&officer, &format!("/api/v1/layers/{name}?year=2020")).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text);
        let csv = world.get(&officer, &format!("/map?layer={name}&year=2020&format=csv")).await.text;
        let (answer, page) = (answer.json(), lines(&csv, "分子（数）"));
        let places = answer["places"].as_array().unwrap();
        assert_eq!(places.len() + usize::from(!answer["total"].is_null()), page.len(), "{name}: {csv}");
        for (place, line) in places.iter().zip(&page) {
            assert!(
                line.contains(place["name"].as_str().unwrap()) && line.replace('"', "").ends_with(place["display"].as_str().unwrap()),
                "{place} in {line}"
            );
        }
    }
    let city = world.get(&officer, "/api/v1/layers/employers?year=2020").await.json();
    let county = city["places"].as_array().unwrap().iter().find(|p| p["numerator"].as_f64() > Some(0.0)).unwrap();
    let below = world.get(&officer, county["below"].as_str().unwrap()).await.json();
    assert_eq!(below["region"], county["region"]);
    let sum: f64 = below["places"].as_array().unwrap().iter().map(|p| p["numerator"].as_f64().unwrap()).sum();
    assert_eq!(Some(sum), county["numerator"].as_f64(), "townships add up");
    let records = world.get(&officer, county["records"].as_str().unwrap()).await.json();
    assert_eq!(records["total"].as_f64(), county["numerator"].as_f64());
    let first = records["items"][0]["address"].as_str().unwrap();
    assert_eq!(world.get(&officer, first).await.status, StatusCode::OK, "{first}");
}

#[tokio::test]
async fn rq_161_rq_172_the_forecast_and_the_gap_of_a_plan() {
    let (world, officer) = World::with_examples().await;
    let answer = world.get(&officer, "/api/v1/plans/qinhuangdao/forecast?year=2020&as_of=2020-10-31").await.json();
    assert_eq!((&answer["until"], &answer["closed"]), (&Value::from("2020-10-31"), &Value::Null));
    let row = answer["rows"].as_array().unwrap().iter().find(|r| r["indicator"] == "I-02").unwrap();
    assert_eq!(row["months"].as_array().unwrap().len(), 10);
    let page = world.get(&officer, "/plans/qinhuangdao/forecast?year=2020&as_of=2020-10-31").await.text;
    assert!(page.contains(row["judged"].as_str().unwrap()), "{row}");
    let over = world.get(&officer, "/api/v1/plans/qinhuangdao/forecast?year=2019").await.json();
    assert!(over["closed"].as_str().unwrap().contains("已结束") && over["rows"][1]["forecast"].is_null(), "{over}");

    let gap = world.get(&officer, "/api/v1/plans/qinhuangdao/indicators/I-02/gap?year=2020").await.json();
    let whole = world.get(&officer, "/api/v1/indicators/I-02?year=2020&plan=qinhuangdao").await.json()["answer"].clone();
    let units: f64 = gap["places"].as_array().unwrap().iter().map(|p| p["units"].as_f64().unwrap()).sum();
    let missing = gap["goal"].as_f64().unwrap() / 100.0 * whole["denominator"].as_f64().unwrap() - whole["numerator"].as_f64().unwrap();
    assert!((units - missing).abs() < 1e-9, "{units} {missing}");
    for path in ["/api/v1/plans/xinyang/forecast?year=2020", "/api/v1/plans/qinhuangdao/indicators/I-99/gap?year=2020"] {
        assert_eq!(world.get(&officer, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn other_regions_and_other_roles_get_nothing_more_than_on_the_pages() {
    let (world, officer) = World::with_examples().await;
    for path in [
        "/api/v1/boards/nowhere?year=2020",
        "/api/v1/boards/quality?year=2020&region=130200",
        "/api/v1/boards/quality/nothing?year=2020",
        "/api/v1/boards/quality/by_county/units?year=2020&row=120112",
        "/api/v1/layers/nowhere?year=2020",
        "/api/v1/layers/employers?year=2020&region=120112",
    ] {
        assert_eq!(world.get(&officer, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/api/v1/boards/health?industry=nothing", "/api/v1/layers/employers?month=13", "/api/v1/layers/employers?years=2020"] {
        assert_eq!(world.get(&officer, path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    let leader = world.sign_in("leader", &["R19"], "130300", "").await;
    let board = world.get(&leader, "/api/v1/boards/patients?year=2020").await.json();
    let cells =
        board["panels"].as_array().unwrap().iter().flat_map(|p| p["rows"].as_array().unwrap()).flat_map(|r| r["cells"].as_array().unwrap());
    assert!(cells.clone().any(|c| c["withheld"] == true), "{board}");
    for cell in cells {
        let told = cell["numerator"].is_null() && cell["value"].is_null() && cell["denominator"].is_null();
        assert!(cell["withheld"] == false || told, "{cell}");
        assert!(!cell["records"].as_str().is_some_and(|r| r.contains("/boards/")), "no list behind a number: {cell}");
    }
    let list = world.get(&leader, "/api/v1/boards/patients/stages/units?year=2020").await;
    assert_eq!((list.status, list.problem().as_str()), (StatusCode::FORBIDDEN, "not-allowed"));
    let employer = world.sign_in("firm", &["R10"], "", "").await;
    assert_eq!(world.get(&employer, "/api/v1/boards").await.status, StatusCode::FORBIDDEN);
}
