//! Small numbers of persons: withheld from those who see aggregates only, and not to be had by asking otherwise.

use crate::people::person;
use crate::world::World;
use serde_json::{Value, json};

/// Diagnoses in three counties: 3, 9 and 12 of them.
async fn world() -> World {
    let world = World::new().await;
    let officer = world.officer().await;
    let counties = [("130302", "91130302MA0000003F", 3), ("130303", "91130303MA0000009G", 9), ("130322", "91130322MA0000012C", 12)];
    for (county, uscc, many) in counties {
        let name = format!("测{county}厂");
        world.file(&officer, "employer", &json!({"uscc": uscc, "name": name, "county": county, "town": null, "former_names": null})).await;
        for n in 0..many {
            let changes = json!({
                "report_no": format!("T{county}{n:03}"), "certificate_no": null, "uscc": uscc, "employer_name": name,
                "linked_exams": null, "suspected_card_no": null,
            });
            world.file(&officer, "diagnosis", &changes).await;
        }
    }
    world.refresh().await;
    world
}

fn shown(items: &Value, key: &str) -> Option<f64> {
    items.as_array().unwrap().iter().find(|i| i["key"] == key).and_then(|i| i["denominator"].as_f64())
}

#[tokio::test]
async fn a_small_county_is_withheld_with_another_one() {
    let world = world().await;
    let (leader, officer) = (person(&world, "R19", true).await.session, person(&world, "R03", true).await.session);
    let year = world.get(&officer, "/api/v1/records/diagnosis?limit=1").await.json()["items"][0]["data"]["diagnosed_on"].as_str().unwrap()
        [..4]
        .to_owned();
    let ask = |session: &crate::world::Session, what: &str| {
        let (session, path) = (session.clone(), format!("/api/v1/indicators/I-16{what}year={year}"));
        let world = &world;
        async move { world.get(&session, &path).await.json() }
    };
    let open = ask(&officer, "/breakdown?by=region&").await["items"].clone();
    assert_eq!([shown(&open, "130302"), shown(&open, "130303"), shown(&open, "130322")], [Some(3.0), Some(9.0), Some(12.0)], "{open}");
    let told = ask(&leader, "/breakdown?by=region&").await["items"].clone();
    assert_eq!(shown(&told, "130302"), None, "a small number");
    let numbers = ["130303", "130322"].map(|county| shown(&told, county));
    assert!(numbers.iter().filter(|n| n.is_none()).count() >= 1, "the small one does not follow from the total: {told}");
    assert_eq!(shown(&told, "130300"), Some(24.0), "the total is told");
    // Asked for one by one they are the same.
    for (county, number) in ["130302", "130303", "130322"].iter().zip([None, numbers[0], numbers[1]]) {
        let alone = ask(&leader, &format!("?region={county}&")).await;
        assert_eq!(alone["answer"]["denominator"].as_f64(), number, "{county}: {alone}");
    }
    // Neither a day nor another dimension of a county gives it away.
    let live = ask(&leader, &format!("?as_of={year}-12-30&")).await;
    assert_eq!(live["answer"]["denominator"], Value::Null, "{live}");
    let month = ask(&leader, "/breakdown?region=130322&by=month&").await["items"].clone();
    assert!(month.as_array().unwrap().iter().all(|i| i["denominator"].is_null()), "{month}");
    // The board and its files say the same.
    let board = world.get(&leader, &format!("/api/v1/plans/qinhuangdao/evaluation?year={year}&region=130302")).await.json();
    let row = board["rows"].as_array().unwrap().iter().find(|r| r["indicator"] == "I-16");
    assert!(row.is_none_or(|r| r["denominator"].is_null()), "{row:?}");
    let csv = world.get(&leader, &format!("/api/v1/indicators/I-16/breakdown?by=region&format=csv&year={year}")).await.text;
    assert!(csv.contains("已隐去"), "{csv}");
    let units = world.get(&leader, &format!("/api/v1/indicators/I-16/units?which=denominator&year={year}")).await;
    assert_eq!(units.status, 403);
}

/// The statistics tables withhold small numbers, in the page, the file and the interface alike.
#[tokio::test]
async fn rq_036_rq_025_tables_withhold_small_numbers() {
    let world = world().await;
    let (leader, officer) = (person(&world, "R19", true).await.session, person(&world, "R03", true).await.session);
    let year = world.get(&officer, "/api/v1/records/diagnosis?limit=1").await.json()["items"][0]["data"]["diagnosed_on"].as_str().unwrap()
        [..4]
        .to_owned();
    let path = format!("/api/v1/tables/new_cases?year={year}");
    let row = |table: &Value, county: &str| table["rows"].as_array().unwrap().iter().find(|r| r["key"] == county).unwrap().clone();
    let open = world.get(&officer, &path).await.json();
    let of_year = |row: &Value| row["cells"][4]["numerator"].as_f64();
    assert_eq!(
        [of_year(&row(&open, "130302")), of_year(&row(&open, "130303")), of_year(&row(&open, "130322"))],
        [Some(3.0), Some(9.0), Some(12.0)]
    );
    let told = world.get(&leader, &path).await.json();
    assert_eq!(of_year(&row(&told, "130302")), None, "a small number: {told}");
    let others = ["130303", "130322"].map(|county| of_year(&row(&told, county)));
    assert!(others.contains(&None), "the small one does not follow from the total: {told}");
    assert_eq!(row(&told, "130302")["total"]["numerator"], Value::Null, "nor from the sum of its years");
    // One county alone tells nothing.
    let alone = world.get(&leader, &format!("{path}&region=130322")).await.json();
    assert!(
        alone["rows"].as_array().unwrap().iter().all(|r| r["cells"].as_array().unwrap().iter().all(|c| c["numerator"].is_null())),
        "{alone}"
    );
    let csv = world.get(&leader, &format!("/tables/new_cases?year={year}&format=csv")).await.text;
    assert!(csv.contains("已隐去"), "{csv}");
    let page = world.get(&leader, &format!("/tables/new_cases?year={year}")).await.text;
    assert!(page.contains("已隐去") && !page.contains("/records/diagnosis?"), "no list behind a cell either");
    let page = world.get(&officer, &format!("/tables/new_cases?year={year}")).await.text;
    assert!(page.contains(&format!("/records/diagnosis?year={year}&amp;region__prefix=130302")), "{page}");
}

/// Boards and the map withhold the same numbers, in pages and files, by day and by filter.
#[tokio::test]
async fn rq_169_rq_025_boards_and_map_withhold_small_numbers() {
    let world = world().await;
    let (leader, officer) = (person(&world, "R19", true).await.session, person(&world, "R03", true).await.session);
    let year = world.get(&officer, "/api/v1/records/diagnosis?limit=1").await.json()["items"][0]["data"]["diagnosed_on"].as_str().unwrap()
        [..4]
        .to_owned();
    let open = world.get(&officer, &format!("/map?layer=cases&year={year}&format=csv")).await.text;
    assert!(open.contains("130302,海港区,3,,3") && open.contains("130322,昌黎县,12,,12"), "{open}");
    let told = world.get(&leader, &format!("/map?layer=cases&year={year}&format=csv")).await.text;
    assert!(told.contains("130302,海港区,,,\"人数过少，已隐去\"") || told.contains("130302,海港区,,,人数过少，已隐去"), "{told}");
    assert!(told.matches("已隐去").count() >= 2, "the small one does not follow from the total: {told}");
    assert!(told.contains(",24,"), "the total is told: {told}");
    // The API says the same, and has no list either.
    let layer = world.get(&leader, &format!("/api/v1/layers/cases?year={year}")).await.json();
    let hidden: Vec<&Value> = layer["places"].as_array().unwrap().iter().filter(|p| p["withheld"] == true).collect();
    assert!(hidden.len() >= 2 && hidden.iter().any(|p| p["region"] == "130302"), "{layer}");
    assert!(hidden.iter().all(|p| p["numerator"].is_null() && p["value"].is_null() && p["records"].is_null()), "{layer}");
    assert_eq!(world.get(&leader, &format!("/api/v1/layers/cases/units?year={year}")).await.status, 403);
    // So do all tables of the same cases: what one withholds no other tells.
    let told = world.get(&leader, &format!("/api/v1/tables/new_cases?year={year}")).await.json();
    let column = told["columns"].as_array().unwrap().iter().position(|c| c["key"] == year.as_str()).unwrap();
    for place in layer["places"].as_array().unwrap() {
        let row = told["rows"].as_array().unwrap().iter().find(|r| r["key"] == place["region"]).unwrap();
        assert_eq!(row["cells"][column]["numerator"].is_null(), place["withheld"] == true, "{row}");
    }
    // A month, a county and a filter are further dimensions.
    for path in
        [format!("/map?layer=cases&year={year}&month=11&format=csv"), format!("/map?layer=cases&year={year}&region=130322&format=csv")]
    {
        let told = world.get(&leader, &path).await.text;
        assert!(!told.lines().any(|l| l.starts_with("1303") && l.split(',').nth(2).is_some_and(|n| !n.is_empty())), "{path}: {told}");
    }
    let panel = world.get(&leader, &format!("/boards/health/steps?year={year}&size=3&format=csv")).await.text;
    assert!(panel.contains("已隐去"), "{panel}");
    let page = world.get(&leader, &format!("/boards/health?year={year}")).await.text;
    assert!(!page.contains("/units?"), "no list behind a number");
    let list = world.get(&leader, &format!("/map/units?layer=cases&year={year}")).await.text;
    assert!(list.contains("只看汇总") && !list.contains("测130302厂"), "{list}");
    let file = world.get(&leader, &format!("/map/units?layer=cases&year={year}&format=csv")).await;
    assert_eq!(file.status, 403);
}
