//! Patients against stations: who goes where, who has no place, what is full; counts only for those who see aggregates.

use super::shown;
use super::world::reading::credit_code;
use super::world::{Session, World};
use axum::http::StatusCode;
use serde_json::json;

/// An identity number with its check digit (GB 11643).
fn id_no(number: usize) -> String {
    let head = format!("13030219700601{number:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = head.chars().zip(weights).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum();
    format!("{head}{}", "10X98765432".chars().nth((sum % 11) as usize).unwrap())
}

/// Three patients beside a station with one bed, two in the next street, one where nobody knows where it lies.
async fn city() -> (World, Session) {
    let world = World::new().await;
    let officer = world.officer().await;
    let uscc = credit_code("91130302TE5TA0001");
    let firm = json!({"name": "秦皇岛样甲厂", "uscc": uscc, "county": "130302", "town": "海滨路街道", "former_names": null, "lon": 119.62, "lat": 39.93});
    world.file(&officer, "employer", &firm).await;
    let station = json!({"name": "文化路街道尘肺病康复站", "town": "文化路街道", "village": null, "lon": 119.60, "lat": 39.93, "closed_on": null, "status": null, "beds": 1, "enrolled": 2, "patients_in_area": 3});
    world.file(&officer, "station", &station).await;
    for (at, town) in ["文化路街道", "文化路街道", "文化路街道", "海滨路街道", "海滨路街道", "北环路街道"].into_iter().enumerate()
    {
        let patient = json!({"id_no": id_no(100 + 2 * at), "town": town, "station_name": null, "health_file_no": null, "certificate_no": null, "died_on": null, "living": "alive"});
        world.file(&officer, "patient", &patient).await;
    }
    world.refresh().await;
    (world, officer)
}

#[tokio::test]
async fn rq_169_patients_are_matched_to_stations_and_the_rest_is_told() {
    let (world, officer) = city().await;
    let page = shown(&world, &officer, "/matches/rehab?year=2020&per_unit=2").await;
    for expected in ["文化路街道", "本乡镇（街道）", "没有着落：缺坐标或没有站点", "排不下 3 人"] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let csv = world.get(&officer, "/matches/rehab?year=2020&per_unit=2&format=csv").await;
    assert_eq!(csv.status, StatusCode::OK);
    let line = |town: &str| csv.text.lines().find(|l| l.contains(town)).unwrap_or_else(|| panic!("{town}: {}", csv.text)).to_owned();
    assert!(line("130302001").contains(",3,") && line("130302001").contains("本乡镇"), "{}", csv.text);
    assert!(line("130302002").contains("文化路街道") && line("130302002").contains("1.7"), "{}", csv.text);
    assert!(line("130302003").contains("没有着落"), "{}", csv.text);
    // The way may be made shorter.
    let near = world.get(&officer, "/matches/rehab?year=2020&within_km=1&format=csv").await.text;
    assert!(near.lines().any(|l| l.contains("130302002") && l.contains("超过 1 公里")), "{near}");
    let sites = world.get(&officer, "/matches/rehab?year=2020&per_unit=2&format=csv&part=sites").await.text;
    assert!(sites.contains("130302001") && sites.contains("排不下 3 人"), "{sites}");
    // A number opens to just the people that it counts.
    let html = world.get(&officer, "/matches/rehab?year=2020").await.text;
    for folded in ["方法与不确定性", "未注明出处"] {
        assert!(html.contains(folded), "{folded}: {html}");
    }
    assert!(html.contains("/map/units?layer=patients&amp;year=2020&amp;region=130302001"), "{html}");
    let list = shown(&world, &officer, "/map/units?layer=patients&year=2020&region=130302001").await;
    assert!(list.contains("共 3 条"), "{list}");
    for path in ["/matches/rehab?within_km=0", "/matches/rehab?per_unit=much"] {
        assert_eq!(world.get(&officer, path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(world.get(&officer, "/matches/nothing").await.status, StatusCode::NOT_FOUND);
    let board = world.get(&officer, "/boards/patients?year=2020").await.text;
    let map = world.get(&officer, "/map?layer=patients&year=2020").await.text;
    assert!(board.contains("/matches/rehab") && map.contains("/matches/rehab"));
}

#[tokio::test]
async fn rq_169_who_sees_aggregates_gets_no_townships_and_no_small_numbers_of_the_match() {
    let (world, _) = city().await;
    let leader = world.sign_in("leader", &["R19"], "130300", "").await;
    let page = shown(&world, &leader, "/matches/rehab?year=2020").await;
    assert!(page.contains("海港区") && page.contains("已隐去") && !page.contains("文化路街道"), "{page}");
    // Neither do other settings show what a township adds.
    let other = shown(&world, &leader, "/matches/rehab?year=2020&within_km=1").await;
    assert_eq!(other, page);
    let html = world.get(&leader, "/matches/rehab?year=2020").await.text;
    assert!(!html.contains("/map/units"), "{html}");
    assert_eq!(world.get(&leader, "/matches/rehab?year=2020&format=csv").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_city_without_patients_says_so() {
    let world = World::new().await;
    let officer = world.officer().await;
    let page = shown(&world, &officer, "/matches/rehab?year=2020").await;
    assert!(page.contains("没有登记的存活患者"), "{page}");
}
