//! Duties follow the records: they open, are settled, stand still, are escalated, and lie on the right desks.

use crate::derived::employer;
use crate::reactions::amend;
use crate::world::{World, changed, example, file, operator};
use serde_json::{Value, json};
use std::sync::Arc;
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::duties::{Ask, Clerk, DutyRow};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door};

fn ask() -> Ask {
    Ask { limit: 100, ..Ask::default() }
}

/// Open duties after the clerk has caught up.
async fn open(door: &Door) -> Vec<DutyRow> {
    assert!(Clerk::new(door.clone()).catch_up().await.unwrap());
    door.duties(&operator(), ask()).await.unwrap()
}

async fn of(door: &Door, duty: &str) -> Vec<(String, String)> {
    open(door).await.into_iter().filter(|d| d.duty == duty).map(|d| (d.since, d.due_on)).collect()
}

/// A workflow step with what it needs.
pub async fn step(door: &Door, kind: &str, id: &str, step: &str, given: Value) {
    let seen = door.store.find(kind, id).await.unwrap().unwrap().rev;
    let draft = Draft::from_json(&door.kind(kind).unwrap(), given.as_object().unwrap());
    let entry = Entry { reason: "", source: "test", idempotency: None };
    door.advance(&operator(), kind, id, seen, step, &draft, entry).await.unwrap_or_else(|e| panic!("{step}: {e}"));
}

/// An employer that is verified and a declaration of it on a day.
pub async fn declared(door: &Door, day: &str) -> (String, String) {
    let id = employer(door).await;
    step(door, "employer", &id, "confirm", json!({})).await;
    let kind = door.kind("declaration").unwrap();
    let changes = json!({"declared_on": day, "changed_on": null, "tested_on": null, "tested": null, "accepted_on": null, "receipt_on": null, "receipt_no": null});
    let declaration = file(door, "declaration", &example(&kind, &changes)).await;
    (id, declaration)
}

#[tokio::test]
async fn a_standing_duty_counts_from_the_newest_record_and_moves_with_it() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let id = employer(&door).await;
    assert_eq!(of(&door, "declaration_yearly").await, [], "an entry that is not verified has none");
    step(&door, "employer", &id, "confirm", json!({})).await;
    assert_eq!(
        of(&door, "declaration_yearly").await,
        [("2020-02-14".into(), "2021-03-14".into())],
        "never declared: from the entry's own date"
    );
    let kind = door.kind("declaration").unwrap();
    let changes = json!({"declared_on": "2026-05-20", "changed_on": null, "tested_on": null, "accepted_on": null, "receipt_on": null});
    file(&door, "declaration", &example(&kind, &changes)).await;
    assert_eq!(of(&door, "declaration_yearly").await, [("2026-05-20".into(), "2027-06-20".into())], "13 months after the last one");
    step(&door, "employer", &id, "suspend", json!({})).await;
    assert_eq!(of(&door, "declaration_yearly").await, [], "an employer that stands still need not");
}

#[tokio::test]
async fn a_duty_of_a_record_ends_with_what_is_written_into_it() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let (_, declaration) = declared(&door, "2026-06-18").await;
    assert_eq!(of(&door, "declaration_receipt").await, [], "a draft obliges nobody");
    step(&door, "declaration", &declaration, "submit", json!({})).await;
    // 19 to 21 June 2026 are days off.
    assert_eq!(of(&door, "declaration_receipt").await, [("2026-06-18".into(), "2026-06-26".into())]);
    step(&door, "declaration", &declaration, "return", json!({"return_reason": "附件不清"})).await;
    assert_eq!(of(&door, "declaration_receipt").await, [], "it lies with the employer again");
    step(&door, "declaration", &declaration, "submit", json!({})).await;
    step(&door, "declaration", &declaration, "accept", json!({"accepted_on": "2026-06-24"})).await;
    assert_eq!(of(&door, "declaration_receipt").await.len(), 1);
    step(&door, "declaration", &declaration, "receipt", json!({"receipt_no": "130302202600001"})).await;
    assert_eq!(of(&door, "declaration_receipt").await, []);
}

#[tokio::test]
async fn rq_021_a_workplace_with_highly_toxic_things_is_tested_every_month() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let kind = door.kind("employer").unwrap();
    let hazards = json!([{"hazard_workshop": "一车间", "hazard_post": "调漆工", "hazard": "C028"}]);
    let id = file(&door, "employer", &example(&kind, &json!({"post_hazards": hazards, "updated_on": "2026-05-10"}))).await;
    step(&door, "employer", &id, "confirm", json!({})).await;
    assert_eq!(of(&door, "toxic_test").await, [("2026-05-10".into(), "2026-06-10".into())], "benzene is in the catalogue: one month");
    assert_eq!(of(&door, "toxic_evaluation").await, [("2026-05-10".into(), "2026-11-10".into())], "six months");
    let dusty = World::new();
    let door = dusty.door(Catalogue::embedded()).await;
    let id = employer(&door).await;
    step(&door, "employer", &id, "confirm", json!({})).await;
    assert_eq!(of(&door, "toxic_test").await, [], "silica dust is not highly toxic");
}

#[tokio::test]
async fn rq_053_the_injury_department_decides_in_sixty_days_or_fifteen_where_the_facts_are_clear() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let kind = door.kind("aid_case").unwrap();
    let bare = json!({"aid_type": "1", "status": "found", "check_note": null, "department": null, "sent_on": null, "accepted_on": null,
        "decided_on": null, "result": null, "amount": null, "valid_until": null, "found_on": "2026-05-01"});
    let id = file(&door, "aid_case", &example(&kind, &bare)).await;
    step(&door, "aid_case", &id, "check", json!({})).await;
    let sent = json!({"department": "海港区测例人社局", "sent_on": "2026-05-10", "check_note": "用人单位已参保"});
    step(&door, "aid_case", &id, "send", sent).await;
    step(&door, "aid_case", &id, "accept", json!({"accepted_on": "2026-05-12"})).await;
    assert_eq!(of(&door, "injury_decision").await, [("2026-05-12".into(), "2026-07-11".into())]);
    assert_eq!(of(&door, "injury_decision_clear").await, []);
    amend(&door, "aid_case", &id, json!({"facts_clear": true, "capacity_applied_on": "2026-05-20"})).await;
    assert_eq!(of(&door, "injury_decision").await, []);
    assert_eq!(of(&door, "injury_decision_clear").await, [("2026-05-12".into(), "2026-05-27".into())]);
    assert_eq!(of(&door, "capacity_conclusion").await, [("2026-05-20".into(), "2026-07-19".into())]);
    amend(&door, "aid_case", &id, json!({"capacity_concluded_on": "2026-06-01", "disability_grade": 4})).await;
    assert_eq!(of(&door, "capacity_conclusion").await, []);
}

#[tokio::test]
async fn rq_034_old_files_and_the_end_of_an_institutions_work_have_their_days() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    employer(&door).await;
    let kind = door.kind("diagnosis").unwrap();
    let asked = json!({"old_files_from": "市测例医院", "old_files_asked_on": "2026-06-01"});
    let id = file(&door, "diagnosis", &example(&kind, &asked)).await;
    assert_eq!(of(&door, "old_diagnosis_files").await, [("2026-06-01".into(), "2026-06-11".into())]);
    amend(&door, "diagnosis", &id, json!({"old_files_given_on": "2026-06-09"})).await;
    assert_eq!(of(&door, "old_diagnosis_files").await, []);
    let kind = door.kind("institution").unwrap();
    let stopping = json!({"category": "diagnosis", "filing_items": ["D1"], "stops_on": "2026-06-30"});
    file(&door, "institution", &example(&kind, &stopping)).await;
    // 19 to 21 June 2026 are days off.
    assert_eq!(of(&door, "diagnosis_stop").await, [("2026-06-30".into(), "2026-06-08".into())]);
}

#[tokio::test]
async fn what_many_rows_of_a_file_belong_to_is_found_whatever_the_number() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let (id, _) = declared(&door, "2026-05-20").await;
    let before = of(&door, "declaration_yearly").await;
    assert_eq!(before, [("2026-05-20".into(), "2027-06-20".into())]);
    let kind = door.kind("declaration").unwrap();
    for year in [2024, 2025] {
        let changes = json!({"declared_on": format!("{year}-03-02"), "decl_year": year, "changed_on": null, "tested_on": null, "accepted_on": null,
            "receipt_on": null});
        file(&door, "declaration", &example(&kind, &changes)).await;
    }
    assert_eq!(of(&door, "declaration_yearly").await, before, "older ones change nothing");
    Clerk::new(door.clone()).renew().await.unwrap();
    assert_eq!(of(&door, "declaration_yearly").await, before, "computed anew it is the same");
    assert!(open(&door).await.iter().any(|d| d.id == id));
}

#[tokio::test]
async fn nothing_is_done_twice_and_a_retracted_record_obliges_nobody() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let (id, _) = declared(&door, "2026-06-18").await;
    let first = open(&door).await;
    assert!(!first.is_empty());
    assert_eq!(open(&door).await, first, "a second look changes nothing");
    // The clerk was killed between writing rows and moving on: the events come again.
    Clerk::new(door.clone()).renew().await.unwrap();
    assert_eq!(door.duties(&operator(), ask()).await.unwrap(), first, "computed anew it is the same");
    let seen = door.store.find("employer", &id).await.unwrap().unwrap().rev;
    let entry = Entry { reason: "重复登记", source: "test", idempotency: None };
    door.retract(&operator(), "employer", &id, seen, entry).await.unwrap();
    assert!(open(&door).await.iter().all(|d| d.id != id));
}

#[tokio::test]
async fn a_changed_rule_moves_the_dates_by_itself() {
    let world = World::new();
    let before = world.door(Catalogue::embedded()).await;
    declared(&before, "2026-05-20").await;
    assert_eq!(of(&before, "declaration_yearly").await[0].1, "2027-06-20");
    let after = world.door(changed(&[("rules/deadlines.csv", "超过即未及时更新）,after,13,m", "超过即未及时更新）,after,12,m")])).await;
    assert_eq!(of(&after, "declaration_yearly").await[0].1, "2027-05-20");
}

#[tokio::test]
async fn the_clock_stands_still_while_a_diagnosis_is_suspended() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    employer(&door).await;
    let kind = door.kind("diagnosis").unwrap();
    let bare = json!({"materials_complete_on": null, "diagnosed_on": null, "conclusion": null, "certificate_on": null, "certificate_no": null,
        "delivered_worker_on": null, "delivered_employer_on": null, "delivered_county_on": null, "reported_on": null, "report_no": null, "doctors": null,
        "disease": null, "stage": null, "injury_applied_on": null, "appraisal_applied_on": null, "appraised_on": null, "applied_on": "2026-06-01"});
    let mut later = door.clone();
    let id = file(&door, "diagnosis", &example(&kind, &bare)).await;
    step(&door, "diagnosis", &id, "receive", json!({})).await;
    step(&door, "diagnosis", &id, "complete", json!({"materials_complete_on": "2026-06-10"})).await;
    assert_eq!(of(&door, "diagnosis_conclusion").await, [("2026-06-10".into(), "2026-07-10".into())]);
    step(&door, "diagnosis", &id, "suspend", json!({"suspend_reason": "劳动关系仲裁", "clock_days_used": 20})).await;
    assert!(open(&door).await.iter().any(|d| d.duty == "diagnosis_conclusion" && d.paused));
    let now = door.now() + 40 * 86_400_000_000;
    later.clock = Arc::new(zhijian_records::clock::FixedClock(std::sync::atomic::AtomicI64::new(now)));
    step(&later, "diagnosis", &id, "resume", json!({})).await;
    step(&later, "diagnosis", &id, "complete", json!({"materials_complete_on": "2026-06-10"})).await;
    assert_eq!(of(&later, "diagnosis_conclusion").await, [("2026-06-10".into(), "2026-08-19".into())], "forty days later than before");
}

#[tokio::test]
async fn a_desk_holds_the_duties_of_its_role_in_its_region_and_escalated_ones() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let (id, declaration) = declared(&door, "2020-04-24").await;
    step(&door, "declaration", &declaration, "submit", json!({})).await;
    open(&door).await;
    let share = async |roles: &[&str], region: &str, organisation: &str| {
        let caller = Caller::of("x", roles, region, organisation);
        let rows = door.duties(&caller, ask()).await.unwrap();
        let counts = door.duty_counts(&caller, Ask::default()).await.unwrap();
        let counted: u64 = counts.iter().map(|c| c.overdue + c.soon + c.later + c.paused).sum();
        assert_eq!(counted, rows.len() as u64, "counts match the list");
        let mut names: Vec<String> = rows.into_iter().map(|d| d.duty).collect();
        names.sort();
        names
    };
    assert_eq!(share(&["R09"], "", &id).await, ["declaration_yearly", "periodic_test_severe", "status_evaluation"]);
    assert_eq!(share(&["R09"], "", "another").await, [] as [&str; 0]);
    assert_eq!(
        share(&["R03"], "130302", "").await,
        ["declaration_receipt", "declaration_yearly", "periodic_test_severe", "status_evaluation"]
    );
    assert_eq!(share(&["R03"], "130303", "").await, [] as [&str; 0], "another county");
    assert_eq!(share(&["R19"], "1303", "").await, [] as [&str; 0], "leaders have no duties");
}
