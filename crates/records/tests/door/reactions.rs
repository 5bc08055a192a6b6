//! Reactions: what a record sets off, once, and takes back again.

use crate::derived::employer;
use crate::world::{World, example, file, operator};
use serde_json::{Map, Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::{Draft, get_path};
use zhijian_records::port::{Column, Query, Scope, Stored};
use zhijian_records::reactions::{About, HORIZON, Reactor, Tally, views};
use zhijian_records::submit::Entry;
use zhijian_records::{Door, DoorError};

async fn react(door: &Door) -> Tally {
    Reactor::new(door.clone()).catch_up().await.unwrap().unwrap()
}

/// Every event once more, as after a crash between the work and the position.
async fn again(door: &Door) -> Tally {
    Reactor::new(door.clone()).again().await.unwrap().unwrap()
}

fn made(made: u64) -> Tally {
    Tally { made, ..Tally::default() }
}

/// Everything of a kind, with clear documents.
async fn all(door: &Door, kind: &str) -> Vec<(Stored, Map<String, Value>)> {
    let query = Query {
        kind: kind.into(),
        scope: Scope { all: true, ..Scope::default() },
        filters: Vec::new(),
        search: Vec::new(),
        sort: Column::System("id".into()),
        descending: false,
        cursor: None,
        limit: 100,
        as_of: None,
    };
    let rows = door.store.query(&query).await.unwrap().rows;
    rows.into_iter()
        .map(|stored| {
            let mut document: Map<String, Value> = serde_json::from_str(&stored.data).unwrap();
            for (path, value) in door.vault.open(&stored.kind, &stored.id, &stored.secret).unwrap() {
                document.insert(path, value);
            }
            (stored, document)
        })
        .collect()
}

/// Reasons, days and states of the tasks.
async fn tasks(door: &Door) -> Vec<String> {
    let mut found: Vec<String> = all(door, "task")
        .await
        .iter()
        .map(|(s, d)| format!("{} {} {}", d["reason"].as_str().unwrap(), d.get("due_on").and_then(Value::as_str).unwrap_or("-"), s.state))
        .collect();
    found.sort();
    found
}

async fn cards(door: &Door) -> Vec<String> {
    all(door, "case_report").await.iter().map(|(s, d)| format!("{} {}", d["card"].as_str().unwrap(), s.state)).collect()
}

fn entry() -> Entry<'static> {
    Entry { reason: "测试", source: "test", idempotency: None }
}

/// Some fields changed.
pub async fn amend(door: &Door, kind: &str, id: &str, changes: Value) {
    let seen = door.store.find(kind, id).await.unwrap().unwrap().rev;
    let draft = Draft::from_json(&door.kind(kind).unwrap(), changes.as_object().unwrap());
    door.amend(&operator(), kind, id, seen, &draft, entry()).await.unwrap_or_else(|e| panic!("{kind}: {e}"));
}

async fn step(door: &Door, kind: &str, id: &str, step: &str, given: Value) -> Result<(), DoorError> {
    let seen = door.store.find(kind, id).await.unwrap().unwrap().rev;
    let draft = Draft::from_json(&door.kind(kind).unwrap(), given.as_object().unwrap());
    door.advance(&operator(), kind, id, seen, step, &draft, entry()).await.map(drop)
}

/// A finished exam of 2026 with some fields replaced.
async fn exam(door: &Door, changes: Value) -> String {
    let kind = door.kind("exam").unwrap();
    let mut base = json!({
        "examined_on": "2026-06-01", "report_issued_on": "2026-06-10", "employer_told_on": "2026-06-12", "worker_told_on": null,
        "submitted_on": null, "conclusions": null, "items": null, "next_exam_on": null, "hazards": ["D001"],
    });
    base.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let id = file(door, "exam", &example(&kind, &base)).await;
    for (name, given) in [("begin", json!({})), ("conclude", json!({}))] {
        step(door, "exam", &id, name, given).await.unwrap();
    }
    id
}

async fn world() -> (World, Door) {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    employer(&door).await;
    (world, door)
}

#[tokio::test]
async fn a_suspected_disease_sets_off_a_task_and_a_card_once() {
    let (_world, door) = world().await;
    let id = exam(&door, json!({"conclusion": "3", "suspected_disease": "矽肺"})).await;
    assert_eq!(react(&door).await, made(2));
    // DL-25: 30 days from the notice.
    assert_eq!((tasks(&door).await, cards(&door).await), (vec!["suspected 2026-07-12 open".into()], vec!["3 draft".into()]));
    let (stored, task) = all(&door, "task").await.remove(0);
    assert_eq!((&task["source_id"], &task["person_name"], &task["detail"]), (&json!(id), &json!("傅测民"), &json!("矽肺")));
    let public: Value = serde_json::from_str(&stored.data).unwrap();
    assert!(public.get("detail").is_none() && public["person_name"] != "傅测民", "what is private is sealed: {public}");
    let (card, document) = all(&door, "case_report").await.remove(0);
    assert_eq!((&document["report_unit"], card.owner.is_empty()), (&json!("抚宁区测例中医医院"), false));

    let line = door.store.audit(0, 1_000).await.unwrap().into_iter().rfind(|l| l.kind == "task").unwrap();
    assert_eq!((line.stamp.actor.as_str(), line.stamp.source.as_str()), ("system:reactions", "system"));
    assert!(line.stamp.reason.contains(&id) && !line.stamp.reason.contains("傅测民"), "{}", line.stamp.reason);

    assert_eq!(react(&door).await, Tally::default(), "nothing new");
    assert_eq!(again(&door).await, Tally::default(), "nothing twice");
    assert_eq!((all(&door, "task").await.len(), all(&door, "case_report").await.len()), (1, 1));
    amend(&door, "exam", &id, json!({"advice": "转诊"})).await;
    assert_eq!(react(&door).await, Tally::default(), "another field changed");
    let seen = door.store.find("exam", &id).await.unwrap().unwrap().rev;
    door.retract(&operator(), "exam", &id, seen, entry()).await.unwrap();
    assert_eq!(react(&door).await, Tally { taken_back: 2, ..Tally::default() }, "a retracted exam calls for nothing");
    assert_eq!(cards(&door).await, ["3 cancelled"]);
}

#[tokio::test]
async fn what_no_longer_holds_is_taken_back_while_untouched_and_comes_again() {
    let (_world, door) = world().await;
    let id = exam(&door, json!({"conclusion": "4", "contraindication": "活动性肺结核"})).await;
    assert_eq!(react(&door).await, made(1));
    amend(&door, "exam", &id, json!({"conclusion": "1", "contraindication": null})).await;
    assert_eq!(react(&door).await, Tally { taken_back: 1, ..Tally::default() });
    assert_eq!(tasks(&door).await, ["contraindication - cancelled"]);
    amend(&door, "exam", &id, json!({"conclusion": "4"})).await;
    assert_eq!(react(&door).await, made(1));
    assert_eq!(tasks(&door).await, ["contraindication - open"]);
    assert_eq!(again(&door).await, Tally::default(), "old events seen again change nothing");

    let task = all(&door, "task").await.remove(0).0.id;
    step(&door, "task", &task, "begin", json!({})).await.unwrap();
    amend(&door, "exam", &id, json!({"conclusion": "1"})).await;
    assert_eq!(react(&door).await, Tally::default(), "somebody is at it");
    assert_eq!(tasks(&door).await, ["contraindication - in_progress"]);
    assert!(
        matches!(step(&door, "task", &task, "submit", json!({"submitted_on": "2026-06-20"})).await, Err(DoorError::Invalid(_))),
        "no evidence"
    );
}

#[tokio::test]
async fn what_people_cancelled_stays_cancelled() {
    let (_world, door) = world().await;
    let id = exam(&door, json!({"conclusion": "4"})).await;
    react(&door).await;
    let task = all(&door, "task").await.remove(0).0.id;
    step(&door, "task", &task, "cancel", json!({"cancel_reason": "重复交办"})).await.unwrap();
    amend(&door, "exam", &id, json!({"conclusion": "1"})).await;
    amend(&door, "exam", &id, json!({"conclusion": "4"})).await;
    assert_eq!(react(&door).await, Tally::default());
    assert_eq!(again(&door).await, Tally::default());
    assert_eq!(tasks(&door).await, ["contraindication - cancelled"]);
}

#[tokio::test]
async fn imported_history_sets_nothing_off() {
    let (_world, door) = world().await;
    // 2026-06-30 is the day of recording.
    exam(&door, json!({"conclusion": "4", "examined_on": "2025-05-25", "report_issued_on": "2025-06-10", "employer_told_on": null})).await;
    assert_eq!(react(&door).await, Tally::default(), "401 days");
    door.set(&operator(), HORIZON, "401", "test").await.unwrap();
    assert_eq!(again(&door).await, made(1));
}

#[tokio::test]
async fn a_measurement_over_its_limit_and_of_an_undeclared_hazard() {
    let (_world, door) = world().await;
    let kind = door.kind("measurement").unwrap();
    let filed = |sample: &str, result: f64| {
        json!({"sample_no": sample, "sampled_on": "2026-05-12", "surveyed_on": "2026-05-08", "report_issued_on": "2026-05-28", "published_on": null,
               "submitted_on": null, "sample_hours": 8, "result": result, "reported_value": null, "reported_judge": null, "status": null})
    };
    let id = file(&door, "measurement", &example(&kind, &filed("S1", 1.5))).await;
    assert_eq!(react(&door).await, Tally::default(), "not given out yet");
    for (name, given) in [
        ("review_contract", json!({})),
        ("survey", json!({})),
        ("plan", json!({})),
        ("sample", json!({})),
        ("deliver", json!({})),
        ("analyse", json!({})),
        ("calculate", json!({})),
        ("draft", json!({})),
        ("review", json!({})),
        ("issue", json!({})),
    ] {
        step(&door, "measurement", &id, name, given).await.unwrap();
    }
    assert_eq!(react(&door).await, made(1), "the employer never declared: that is another list");
    // 30 days from the report (domain E.4 rule 3).
    assert_eq!(tasks(&door).await, ["over_limit 2026-06-27 open"]);

    let declaration = door.kind("declaration").unwrap();
    let changes = json!({"declared_on": "2026-04-01", "changed_on": null, "tested_on": null, "tested": null, "accepted_on": null, "receipt_on": null, "hazards": ["P001"]});
    let declared = file(&door, "declaration", &example(&declaration, &changes)).await;
    step(&door, "declaration", &declared, "submit", json!({})).await.unwrap();
    amend(&door, "measurement", &id, json!({"result": 0.2})).await;
    assert_eq!(react(&door).await, Tally { taken_back: 1, ..Tally::default() }, "mended: within the limit");
    exam(&door, json!({"conclusion": "1", "hazards": ["D001", "P001"]})).await;
    assert_eq!(react(&door).await, made(1));
    assert_eq!(tasks(&door).await, ["over_limit 2026-06-27 cancelled", "undeclared - open"]);
    assert_eq!(again(&door).await, Tally::default());
    exam(&door, json!({"conclusion": "1", "examined_on": "2026-06-02"})).await;
    assert_eq!(react(&door).await, Tally::default(), "one query an employer and hazard");
}

#[tokio::test]
async fn a_confirmed_pneumoconiosis_sets_off_card_injury_and_file() {
    let (_world, door) = world().await;
    let kind = door.kind("diagnosis").unwrap();
    let changes = json!({
        "disease": "OD2024-01-01", "diagnosed_on": "2026-06-01", "stage1_on": "2026-06-01", "reported_on": null, "injury_applied_on": null,
        "applied_on": "2026-05-01", "materials_complete_on": "2026-05-20", "certificate_on": null, "delivered_worker_on": null,
        "delivered_employer_on": null, "delivered_county_on": null, "appraisal_applied_on": null, "appraised_on": null, "materials": null,
    });
    let id = file(&door, "diagnosis", &example(&kind, &changes)).await;
    assert_eq!(react(&door).await, Tally::default(), "registered, not concluded");
    for (name, given) in [("receive", json!({})), ("complete", json!({})), ("conclude", json!({}))] {
        step(&door, "diagnosis", &id, name, given).await.unwrap();
    }
    assert_eq!(react(&door).await, made(3));
    assert_eq!((tasks(&door).await, cards(&door).await), (vec!["injury 2026-07-01 open".into()], vec!["2 draft".into()]));
    let (patient, document) = all(&door, "patient").await.remove(0);
    assert_eq!((patient.state.as_str(), &document["pneu_kind"], &document["stage"]), ("registered", &json!("01"), &json!("1")));
    amend(&door, "diagnosis", &id, json!({"reported_on": "2026-06-10", "injury_applied_on": "2026-06-15"})).await;
    assert_eq!(react(&door).await, Tally { taken_back: 2, ..Tally::default() }, "both done otherwise");
    assert_eq!(all(&door, "patient").await.len(), 1, "the file stays");
    assert_eq!(again(&door).await, Tally::default());
}

#[tokio::test]
async fn workers_who_leave_and_employers_that_close() {
    let (_world, door) = world().await;
    let kind = door.kind("exposed_worker").unwrap();
    let id = file(&door, "exposed_worker", &example(&kind, &json!({"left_on": null, "leaving_exam_on": null}))).await;
    assert_eq!(react(&door).await, Tally::default());
    let employer = all(&door, "employer").await.remove(0).0.id;
    step(&door, "employer", &employer, "confirm", json!({})).await.unwrap();
    step(&door, "employer", &employer, "close", json!({})).await.unwrap();
    assert_eq!(react(&door).await, made(1), "somebody is on the roster; there is no patient");
    amend(&door, "exposed_worker", &id, json!({"left_on": "2026-06-20"})).await;
    assert_eq!(react(&door).await, made(1));
    assert_eq!(tasks(&door).await, ["leaving_exam - open", "leaving_exam - open"]);
    assert_eq!(again(&door).await, Tally::default());
    amend(&door, "exposed_worker", &id, json!({"leaving_exam_on": "2026-06-25"})).await;
    assert_eq!(react(&door).await, Tally { taken_back: 1, ..Tally::default() });
    // An in-service exam of the last 90 days counts.
    exam(&door, json!({"conclusion": "1", "examined_on": "2026-04-01", "report_issued_on": null, "employer_told_on": null})).await;
    react(&door).await;
    amend(&door, "exposed_worker", &id, json!({"leaving_exam_on": null, "left_on": "2026-06-28"})).await;
    assert_eq!(react(&door).await, Tally::default());
}

#[tokio::test]
async fn doses_to_be_checked_and_patients_without_coverage() {
    let (_world, door) = world().await;
    let worker = door.kind("radiation_worker").unwrap();
    file(&door, "radiation_worker", &example(&worker, &json!({}))).await;
    let dose = door.kind("dose").unwrap();
    let days = json!({"period": "2026Q1", "worn_from": "2026-01-01", "worn_to": "2026-03-31", "issued_on": null, "returned_on": null, "read_on": null,
        "reported_on": null, "registered_on": null, "verify_result": null, "verified_on": null, "verify_findings": null, "nominal": null, "nominal_basis": null, "batch_no": null});
    let with = |changes: Value| {
        let mut all = days.as_object().unwrap().clone();
        all.extend(changes.as_object().unwrap().clone());
        example(&dose, &json!(all))
    };
    file(&door, "dose", &with(json!({"hp10": 1.3, "below_mdl": null, "detection_limit": null}))).await;
    assert_eq!(react(&door).await, made(1), "the level of a quarter is 1.23 mSv");
    let lost = with(
        json!({"period": "2025Q4", "worn_from": "2025-10-01", "worn_to": "2025-12-31", "hp10": null, "below_mdl": null, "detection_limit": null, "missing_reason": "丢失"}),
    );
    let lost = file(&door, "dose", &lost).await;
    assert_eq!(react(&door).await, made(1));
    assert_eq!(tasks(&door).await, ["dose_check - open", "missing_badge - open"]);
    amend(&door, "dose", &lost, json!({"nominal": true, "nominal_basis": "1", "hp10": 0.1})).await;
    assert_eq!(react(&door).await, Tally { taken_back: 1, ..Tally::default() });

    let patient = door.kind("patient").unwrap();
    let changes = json!({"coverage": null, "injury_recognised": false, "injury_recognised_on": null, "died_on": null, "living": "alive", "last_visit_on": "2026-05-12", "next_visit_on": null});
    let id = file(&door, "patient", &example(&patient, &changes)).await;
    assert_eq!(react(&door).await, Tally::default(), "registered only");
    step(&door, "patient", &id, "follow", json!({})).await.unwrap();
    assert_eq!(react(&door).await, made(1));
    let (case, document) = all(&door, "aid_case").await.remove(0);
    assert_eq!((case.state.as_str(), case.region.as_str(), &document["aid_type"]), ("found", "130302", &json!("2")));
    assert_eq!(again(&door).await, Tally::default());
    amend(&door, "patient", &id, json!({"coverage": ["basic_medical"]})).await;
    assert_eq!(react(&door).await, Tally { taken_back: 1, ..Tally::default() });
}

#[test]
fn every_field_that_is_read_is_one_of_the_kind() {
    let catalogue = Catalogue::embedded();
    for About { name, kind, reads: fields } in views() {
        let kind = catalogue.kind(kind).unwrap_or_else(|| panic!("{name}: no kind {kind}"));
        for path in fields {
            let known = kind.field(path).is_some() || kind.examples.iter().any(|e| get_path(e.as_object().unwrap(), path).is_some());
            assert!(known, "{name}: {} has no “{path}”", kind.kind);
        }
    }
}

#[test]
fn every_reason_that_has_a_deadline_finds_it() {
    let catalogue = Catalogue::embedded();
    let list = catalogue.list("TASK").unwrap();
    for code in &list.codes {
        let column = |name: &str| list.of(code, name).unwrap_or_default();
        let rule = column("rule");
        if !rule.is_empty() {
            let part = column("part").parse().unwrap();
            assert!(catalogue.deadlines.rule(rule, part, "2026-06-30").is_some(), "{}: {rule}", code.code);
            assert!(column("days").is_empty(), "{}: one deadline", code.code);
        }
    }
}

#[test]
fn the_guide_names_every_reaction() {
    let guide = include_str!("../../../../docs/how-to/reactions.md");
    for About { name, .. } in views() {
        assert!(guide.contains(&format!("| `{name}` |")), "{name}");
    }
}
