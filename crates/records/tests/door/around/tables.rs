//! What rules look up in the tables of GBZ 188 and of the catalogue of diseases.

use super::class_of;
use crate::world::{World, example, file, operator};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::DoorError;
use zhijian_records::submit::Entry;

/// Messages of a check for the first example of a kind, changed.
async fn says(kind: &str, check: &str, changes: Value) -> Vec<String> {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let definition = door.kind(kind).unwrap();
    file(&door, "employer", &example(&door.kind("employer").unwrap(), &json!({}))).await;
    let document = example(&definition, &changes);
    let draft = Draft::from_json(&definition, document.as_object().unwrap());
    let problems = match door.submit(&operator(), kind, &draft, Entry { reason: "", source: "api", idempotency: None }).await {
        Ok(saved) => saved.problems,
        Err(DoorError::Invalid(problems)) => problems,
        Err(other) => panic!("{kind}: {other}"),
    };
    let class = class_of(&definition, check);
    let level = definition.checks.iter().find(|c| c.id == check).unwrap().level;
    let fields = definition.checks.iter().find(|c| c.id == check).unwrap().fields.clone();
    problems.into_iter().filter(|p| p.class == class && p.level == level && fields.first() == Some(&p.field)).map(|p| p.message).collect()
}

/// Why, hazards, exam type, day, items, what is missing.
type Row = (&'static str, Value, &'static str, &'static str, Value, Option<&'static str>);

#[tokio::test]
async fn rq_028_items_that_the_standard_asks_for_by_hazard_stage_and_day() {
    let items = |codes: &[&str]| json!(codes.iter().map(|c| json!({"item": c, "value": 1, "text": "正常"})).collect::<Vec<_>>());
    let basic = ["HGB", "WBC", "PLT", "UPRO", "ALT", "ECG"];
    let before = "2026-06-01";
    let rows: Vec<Row> = vec![
        ("the example is complete", json!(["D001"]), "2", before, json!(null), None),
        ("silica in service: film and lungs", json!(["D001"]), "2", before, items(&["ECG"]), Some("胸片")),
        (
            "lead in service: blood or urine lead",
            json!(["C001"]),
            "2",
            before,
            items(&["HGB", "WBC", "PLT", "UPRO", "ECG"]),
            Some("血铅或尿铅"),
        ),
        ("one of the two is enough", json!(["C001"]), "2", before, items(&["HGB", "WBC", "PLT", "UPRO", "ECG", "UPB"]), None),
        ("nothing is known of a hazard that the standard does not name", json!(["C300"]), "2", before, items(&["ECG"]), None),
    ];
    for (why, hazards, stage, day, items, missing) in rows {
        let mut changes = json!({"hazards": hazards, "exam_type": stage, "examined_on": day, "report_issued_on": day, "conclusions": null, "conclusion_hazards": null});
        if !items.is_null() {
            changes["items"] = items;
        }
        let said = says("exam", "required_items", changes).await;
        match missing {
            None => assert!(said.is_empty(), "{why}: {said:?}"),
            Some(missing) => assert!(said.len() == 1 && said[0].contains(missing), "{why}: {said:?}"),
        }
    }
    let catalogue = Catalogue::embedded();
    let exam = catalogue.kind("exam").unwrap();
    let missing = |day: &str, items: Value| {
        let document = json!({"hazards": ["C300"], "exam_type": "1", "examined_on": day, "items": items});
        exam.check_rules(document.as_object().unwrap(), "2027-01-01").iter().any(|p| p.class == "W_REQUIRED_ITEMS")
    };
    assert!(!missing("2026-07-31", json!([])), "2014: nothing for a hazard that is not named");
    assert!(missing("2026-08-01", json!([])), "2025, A.2: the four basic exams before every job");
    assert!(!missing("2026-08-01", items(&basic)), "and they are enough");
}

#[tokio::test]
async fn rq_028_rq_034_a_disease_needs_a_hazard_that_can_cause_it_and_a_list_in_force() {
    let exam = |changes: Value| says("exam", "suspected_fits_hazard", changes);
    let noise = json!({"conclusion": "3", "suspected_disease": "职业性噪声聋", "hazards": ["D001"], "conclusion_hazards": ["D001"], "conclusions": null});
    assert!(exam(noise.clone()).await[0].contains("由 噪声 所致"));
    let mut at_work = noise.clone();
    at_work["hazards"] = json!(["P001", "D001"]);
    assert!(exam(at_work).await.is_empty());
    let mut before_work = noise;
    before_work["exam_type"] = json!("1");
    assert!(exam(before_work).await.is_empty(), "before the job the hazard is an earlier one");

    let diagnosis = |check: &'static str, changes: Value| says("diagnosis", check, changes);
    assert!(diagnosis("disease_fits_hazard", json!({"disease": "OD2013-01-02", "hazards": ["P001"]})).await[0].contains("煤尘"));
    let late = json!({"disease": "OD2013-01-01", "diagnosed_on": "2025-08-01", "reported_on": "2025-08-02", "certificate_on": null, "delivered_worker_on": null,
        "delivered_employer_on": null, "injury_applied_on": null, "appraisal_applied_on": null, "stage1_on": null});
    assert!(diagnosis("disease_in_force", late.clone()).await[0].contains("2025-08-01"), "refused from its last day on");
    let mut early = late.clone();
    early["diagnosed_on"] = json!("2025-07-31");
    assert!(diagnosis("disease_in_force", early).await.is_empty());
    let mut newer = late;
    newer["disease"] = json!("OD2024-01-01");
    assert!(diagnosis("disease_in_force", newer).await.is_empty());
}

#[tokio::test]
async fn rq_028_conclusions_of_the_edition_and_the_report_in_thirty_working_days() {
    let recheck = |day: &str| json!({"conclusion": "2", "examined_on": day, "report_issued_on": null, "conclusions": null, "conclusion_hazards": null});
    let catalogue = Catalogue::embedded();
    let exam = catalogue.kind("exam").unwrap();
    let refused = |document: &Value| {
        exam.check_rules(document.as_object().unwrap(), "2027-01-01")
            .iter()
            .any(|p| p.field == "conclusion" && p.level == zhijian_kinds::Level::Error)
    };
    assert!(!refused(&recheck("2026-07-31")));
    assert!(refused(&recheck("2026-08-01")));
    // From 2 March 2026 on, 30 working days end on Tuesday 14 April: Monday 6 April is a day off (清明).
    let late = |day: &str| says("exam", "report_in_30_working_days", json!({"examined_on": "2026-03-02", "report_issued_on": day}));
    assert!(late("2026-04-14").await.is_empty());
    assert_eq!(late("2026-04-15").await.len(), 1);
}
