//! Care of patients, aid, agencies and radiation units: what the forms of these processes demand.

use crate::world::{World, example, file, operator};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError};

/// The first example of a kind, changed.
fn of(kind: &str, changes: &Value) -> Value {
    example(Catalogue::embedded().kind(kind).unwrap(), changes)
}

/// People of the scenes (synthetic numbers).
const PEOPLE: [&str; 5] = ["130302197006029980", "130302197006039986", "130302197006049981", "130302197006059987", "130302197006069982"];

fn entry() -> Entry<'static> {
    Entry { reason: "", source: "test", idempotency: None }
}

/// What is said of a document: refusals and warnings.
async fn said(door: &Door, kind: &str, document: &Value) -> Vec<String> {
    let definition = door.kind(kind).unwrap();
    let draft = Draft::from_json(&definition, document.as_object().unwrap());
    let problems = match door.submit(&operator(), kind, &draft, entry()).await {
        Ok(saved) => saved.problems,
        Err(DoorError::Invalid(problems)) => problems,
        Err(other) => panic!("{kind}: {other}"),
    };
    problems.into_iter().map(|p| p.message).collect()
}

fn speaks(said: &[String], part: &str) -> bool {
    said.iter().any(|s| s.contains(part))
}

async fn step(door: &Door, caller: &Caller, kind: &str, id: &str, rev: u32, step: &str, data: &Value) -> Result<u32, DoorError> {
    let draft = Draft::from_json(&door.kind(kind).unwrap(), data.as_object().unwrap());
    door.advance(caller, kind, id, rev, step, &draft, entry()).await.map(|saved| saved.rev)
}

/// A door with the employer and institutions of the examples.
async fn door(world: &World) -> Door {
    let door = world.door(Catalogue::embedded()).await;
    file(&door, "employer", &of("employer", &json!({}))).await;
    for example in &Catalogue::embedded().kind("institution").unwrap().examples {
        file(&door, "institution", example).await;
    }
    door
}

#[tokio::test]
async fn rq_048_a_reading_counts_when_a_doctor_confirms_it() {
    let world = World::new();
    let door = door(&world).await;
    let kind = Catalogue::embedded().kind("ai_reading").cloned().unwrap();
    let bare =
        json!({"doctor": null, "doctor_result": null, "doctor_note": null, "doctor_licence": null, "confirmed_on": null, "status": null});
    let reading = example(&kind, &bare);
    let id = file(&door, "ai_reading", &reading).await;
    let view = door.open(&operator(), "ai_reading", &id, None).await.unwrap();
    assert_eq!((view.state.as_str(), view.data.get("counted_result")), ("read", None), "advice alone counts for nothing");
    // Neither a file nor a step confirms without a doctor.
    let mut claimed = example(&kind, &bare);
    claimed["status"] = json!("confirmed");
    claimed["film_no"] = json!("F2");
    claimed["doctor_result"] = json!("normal");
    let second = file(&door, "ai_reading", &claimed).await;
    let second = door.open(&operator(), "ai_reading", &second, None).await.unwrap();
    assert_eq!((second.state.as_str(), second.data.get("counted_result")), ("read", None), "whoever files cannot confirm");
    let clinic = operator();
    let refused = step(&door, &clinic, "ai_reading", &id, view.rev, "confirm", &json!({"doctor": "样阅片医师"})).await;
    assert!(matches!(refused, Err(DoorError::Invalid(_))), "{refused:?}");
    let given = json!({"doctor": "样阅片医师", "doctor_result": "other", "confirmed_on": "2020-07-16"});
    step(&door, &clinic, "ai_reading", &id, view.rev, "confirm", &given).await.unwrap();
    let view = door.open(&operator(), "ai_reading", &id, None).await.unwrap();
    assert_eq!((view.data["counted_result"].clone(), view.data["agreed"].clone()), (json!("other"), json!(false)), "the doctor's word");
}

#[tokio::test]
async fn rq_049_scales_have_their_ranges_and_stages_do_not_fall_back() {
    let world = World::new();
    let door = door(&world).await;
    file(&door, "patient", &of("patient", &json!({"stage": "2"}))).await;
    let rows = [
        ("mMRC has grades 0 to 4", json!({"mmrc": 5}), "mMRC"),
        ("CAT goes to 40", json!({"cat_score": 41}), "CAT"),
        ("the walk in six minutes", json!({"walk": 1500}), "步行"),
        ("reassessed within three months", json!({"next_on": "2020-09-01"}), "三个月"),
    ];
    for (n, (why, changes, part)) in rows.into_iter().enumerate() {
        let mut changes = changes;
        changes["id_no"] = json!(PEOPLE[n]);
        let said = said(&door, "rehab_assessment", &of("rehab_assessment", &changes)).await;
        assert!(speaks(&said, part), "{why}: {said:?}");
    }
    let better = of(
        "rehab_assessment",
        &json!({"assessed_on": "2020-05-10", "next_on": "2020-08-01", "first_cat": 16, "cat_score": 14, "first_walk": null}),
    );
    let id = file(&door, "rehab_assessment", &better).await;
    assert_eq!(door.open(&operator(), "rehab_assessment", &id, None).await.unwrap().data["effect"], json!("improved"), "CAT fell by two");
    let visit = of("follow_up", &json!({"stage": "1"}));
    file(&door, "follow_up", &of("follow_up", &json!({"stage": "2", "visited_on": "2019-05-12", "next_on": "2020-05-10"}))).await;
    let said = said(&door, "follow_up", &visit).await;
    assert!(speaks(&said, "期"), "a stage that falls back is asked about: {said:?}");
}

#[tokio::test]
async fn rq_056_legal_aid_goes_to_the_centre_and_comes_back_with_its_number() {
    let world = World::new();
    let door = door(&world).await;
    let kind = Catalogue::embedded().kind("aid_case").cloned().unwrap();
    let asked = json!({"aid_type": "6", "status": null, "source_id": "法援1", "department": null, "sent_on": null, "accepted_on": null,
        "decided_on": null, "result": null, "amount": null, "valid_until": null, "check_note": null});
    let said = said(&door, "aid_case", &example(&kind, &asked)).await;
    assert!(speaks(&said, "法律援助应写明援助事项"), "{said:?}");
    let mut document = example(&kind, &asked);
    document["legal_matter"] = json!("relation");
    document["source_id"] = json!("法援2");
    let id = file(&door, "aid_case", &document).await;
    let mut rev = door.open(&operator(), "aid_case", &id, None).await.unwrap().rev;
    let way = [
        ("check", json!({})),
        ("send", json!({"department": "测例司法局", "sent_on": "2020-05-20", "check_note": "有工友证言"})),
        ("accept", json!({"accepted_on": "2020-05-22", "legal_centre": "测例法律援助中心", "lawyer": "样律师", "legal_no": "测法援1"})),
        ("grant", json!({"decided_on": "2020-05-25", "result": "给予援助"})),
    ];
    for (name, data) in way {
        rev = step(&door, &operator(), "aid_case", &id, rev, name, &data).await.unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let view = door.open(&operator(), "aid_case", &id, None).await.unwrap();
    assert_eq!((view.state.as_str(), view.data["legal_matter"].clone()), ("granted", json!("relation")));
}

#[tokio::test]
async fn rq_057_rq_060_the_ledger_names_its_sources_and_medicines_their_cost() {
    let world = World::new();
    let door = door(&world).await;
    let rows = [
        ("a source that is not among the coverage", json!({"coverage": ["basic_medical"]}), "没有勾选的来源"),
        ("more paid than it costs", json!({"medicines": [{"medicine": "甲", "month_cost": 10, "month_paid": 11}]}), "月报销大于月费用"),
        ("a source that is no code", json!({"coverage_ledger": [{"paid_by": "friends"}]}), "friends"),
    ];
    for (n, (why, changes, part)) in rows.into_iter().enumerate() {
        let mut changes = changes;
        changes["id_no"] = json!(PEOPLE[n]);
        let said = said(&door, "patient", &of("patient", &changes)).await;
        assert!(speaks(&said, part), "{why}: {said:?}");
    }
}

#[tokio::test]
async fn rq_087_an_agency_is_scored_item_by_item_and_told() {
    let world = World::new();
    let door = door(&world).await;
    let kind = Catalogue::embedded().kind("agency_assessment").cloned().unwrap();
    let bare = json!({"status": null, "grade": null, "announced_on": null, "announced_at": null, "rectify_by": null, "rectified_on": null, "rectify_note": null});
    let id = file(&door, "agency_assessment", &example(&kind, &bare)).await;
    let view = door.open(&operator(), "agency_assessment", &id, None).await.unwrap();
    assert_eq!(view.data["total"], json!(92.0), "18 + 19 + 20 + 25 + 5 + 5");
    let over = json!({"assess_year": 2023, "scores": [{"item": "staff", "full": 20, "score": 21}]});
    let said = said(&door, "agency_assessment", &example(&kind, &over)).await;
    assert!(speaks(&said, "得分大于满分"), "{said:?}");
    let refused = step(&door, &operator(), "agency_assessment", &id, view.rev, "grade", &json!({})).await;
    assert!(matches!(refused, Err(DoorError::Invalid(_))), "no grade, no step: {refused:?}");
    let rev = step(&door, &operator(), "agency_assessment", &id, view.rev, "grade", &json!({"grade": "pass"})).await.unwrap();
    step(&door, &operator(), "agency_assessment", &id, rev, "announce", &json!({"announced_on": "2025-02-10"})).await.unwrap();
}

#[tokio::test]
async fn rq_090_rq_091_units_devices_and_their_tests_are_judged() {
    let world = World::new();
    let door = door(&world).await;
    for example in &Catalogue::embedded().kind("radiation_unit").unwrap().examples {
        file(&door, "radiation_unit", example).await;
    }
    let unlicensed = of("radiation_unit", &json!({"uscc": "91130302TE5T9A0209", "name": "试例诊所", "medical": true}));
    assert!(speaks(&said(&door, "radiation_unit", &unlicensed).await, "没有放射诊疗许可证号"));
    let test = |passed: bool, rate: f64| json!([{"test_kind": "status", "tested_on": "2020-03-01", "passed": passed, "max_rate": rate}]);
    let rows = [
        ("never tested", json!({"device_no": "A", "tests": null}), "没有任何检测记录"),
        ("over the usual criterion", json!({"device_no": "B", "tests": test(true, 3.0)}), "2.5"),
        ("failed and still in use", json!({"device_no": "C", "tests": test(false, 0.5)}), "设备仍在使用"),
    ];
    for (why, changes, part) in rows {
        let said = said(&door, "radiation_equipment", &of("radiation_equipment", &changes)).await;
        assert!(speaks(&said, part), "{why}: {said:?}");
    }
    let silent = said(&door, "radiation_equipment", &of("radiation_equipment", &json!({"device_no": "D"}))).await;
    assert!(!silent.iter().any(|s| s.contains("设备仍在使用") || s.contains("2.5")), "{silent:?}");
}

#[tokio::test]
async fn rq_089_factor_results_reach_the_report_of_their_agency() {
    let world = World::new();
    let door = door(&world).await;
    let agency = json!({"agency": "试例职卫检测技术有限公司", "agency_uscc": "91130302TE5T9A0209"});
    let with = |mut own: Value| {
        own.as_object_mut().unwrap().extend(agency.as_object().unwrap().clone());
        own
    };
    let card = file(&door, "agency_report", &of("agency_report", &with(json!({"report_no": "YS1"})))).await;
    let result = file(&door, "measurement", &of("measurement", &with(json!({"report_no": "YS1", "factor": "D001"})))).await;
    let card = door.open(&operator(), "agency_report", &card, None).await.unwrap();
    let result = door.open(&operator(), "measurement", &result, None).await.unwrap();
    assert!(card.data["agency_id"].as_str().is_some_and(|id| !id.is_empty()));
    for tie in ["agency_id", "employer_id", "report_no"] {
        assert_eq!(card.data[tie], result.data[tie], "{tie} ties result and card");
    }
    assert_eq!(card.data["by_factor"][0]["hazard"], result.data["factor"], "factor by factor");
}
