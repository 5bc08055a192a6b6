//! Transfers between counties: who proposes, who accepts, what goes along, who sees it then.

use crate::derived::employer;
use crate::world::{World, example, file, operator};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::duties::{Ask, Clerk};
use zhijian_records::port::Action;
use zhijian_records::submit::{Entry, Saved};
use zhijian_records::{Caller, Door, DoorError, verify};

const FROM: &str = "130302";
const TO: &str = "130303";

fn entry() -> Entry<'static> {
    Entry { source: "test", reason: "", idempotency: None }
}

fn office(county: &str, role: &str) -> Caller {
    Caller::of(&format!("{role}-{county}"), &[role], county, "")
}

async fn propose(door: &Door, by: &Caller, changes: Value) -> Result<Saved, DoorError> {
    let kind = door.kind("transfer").unwrap();
    let document = example(&kind, &changes);
    door.submit(by, "transfer", &Draft::from_json(&kind, document.as_object().unwrap()), entry()).await
}

async fn step(door: &Door, by: &Caller, id: &str, rev: u32, step: &str, given: Value) -> Result<Saved, DoorError> {
    let draft = Draft::from_json(&door.kind("transfer").unwrap(), given.as_object().unwrap());
    door.advance(by, "transfer", id, rev, step, &draft, entry()).await
}

async fn region(door: &Door, kind: &str, id: &str) -> String {
    door.store.find(kind, id).await.unwrap().unwrap().region
}

async fn of(door: &Door, kind: &str) -> String {
    file(door, kind, &example(&door.kind(kind).unwrap(), &json!({}))).await
}

#[tokio::test]
async fn rq_138_rq_142_an_employer_goes_to_another_county_with_all_that_belongs_to_it() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let plant = employer(&door).await;
    assert_eq!(region(&door, "employer", &plant).await, FROM);
    let declaration = of(&door, "declaration").await;
    let worker = of(&door, "radiation_worker").await;
    let dose = of(&door, "dose").await;
    let (sender, receiver) = (office(FROM, "R03"), office(TO, "R03"));
    let stranger = office("130304", "R03");
    let saved = propose(&door, &sender, json!({"to_county": "山海关区"})).await.unwrap();
    let view = door.open(&receiver, "transfer", &saved.id, None).await.unwrap();
    assert_eq!((&view.data["from_county"], &view.data["to_county"], view.state.as_str()), (&json!(FROM), &json!(TO), "proposed"));
    assert!(matches!(door.open(&stranger, "transfer", &saved.id, None).await, Err(DoorError::NotFound)));
    assert!(matches!(door.open(&receiver, "employer", &plant, None).await, Err(DoorError::NotFound)), "a proposal opens nothing");
    let again = propose(&door, &sender, json!({"to_county": "130304"})).await;
    assert!(matches!(again, Err(DoorError::Exists { .. })), "one proposal at a time");
    // Neither side does the other's part.
    let on = json!({"accepted_on": "2026-06-30"});
    assert!(matches!(step(&door, &sender, &saved.id, 1, "accept", on.clone()).await, Err(DoorError::NotAllowed { .. })));
    assert!(matches!(step(&door, &receiver, &saved.id, 1, "withdraw", json!({})).await, Err(DoorError::NotAllowed { .. })));
    assert!(matches!(step(&door, &receiver, &saved.id, 1, "refuse", json!({})).await, Err(DoorError::Invalid(_))), "a refusal says why");
    let rev = step(&door, &receiver, &saved.id, 1, "refuse", json!({"refuse_reason": "材料不全"})).await.unwrap().rev;
    assert_eq!(region(&door, "employer", &plant).await, FROM, "refused, nothing moved");
    let told = door.open(&sender, "transfer", &saved.id, None).await.unwrap();
    assert_eq!((&told.data["refuse_reason"], told.state.as_str()), (&json!("材料不全"), "refused"));
    let rev = step(&door, &sender, &saved.id, rev, "propose", json!({})).await.unwrap().rev;
    step(&door, &receiver, &saved.id, rev, "accept", on).await.unwrap();
    for (kind, id) in [("employer", &plant), ("declaration", &declaration), ("radiation_worker", &worker), ("dose", &dose)] {
        assert_eq!(region(&door, kind, id).await, TO, "{kind}");
        assert!(matches!(door.open(&sender, kind, id, None).await, Err(DoorError::NotFound)), "{kind}");
    }
    let moved = door.open(&receiver, "employer", &plant, None).await.unwrap();
    assert_eq!(moved.data["county"], json!(TO));
    assert!(door.history(&receiver, "employer", &plant).await.unwrap().len() >= 2, "its history came along");
    assert_eq!(door.open(&sender, "transfer", &saved.id, None).await.unwrap().state, "accepted", "the sender sees what became of it");
    let lines = door.store.audit(0, 1_000).await.unwrap();
    assert!(lines.iter().any(|l| l.action == Action::Transfer && l.record == plant && l.stamp.actor == "R03-130303"));
    assert!(verify::chain(&door.store).await.unwrap().sound());
    // The lake reads both counties again.
    let events = door.store.events(0, 1_000).await.unwrap();
    let moved = events.iter().rfind(|e| e.action == Action::Transfer && e.kind == "declaration").unwrap();
    let counties: Vec<&str> = moved.partitions.iter().map(|p| p.region.as_str()).collect();
    assert!(counties.contains(&FROM) && counties.contains(&TO), "{counties:?}");
    // Back the same way.
    let back = propose(&door, &receiver, json!({"to_county": FROM})).await.unwrap();
    step(&door, &sender, &back.id, 1, "accept", json!({"accepted_on": "2026-06-30"})).await.unwrap();
    assert_eq!((region(&door, "employer", &plant).await, region(&door, "dose", &dose).await), (FROM.to_owned(), FROM.to_owned()));
}

#[tokio::test]
async fn proposals_that_cannot_be_are_refused() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    employer(&door).await;
    let sender = office(FROM, "R03");
    for (why, by, changes) in [
        ("no subject", &sender, json!({"uscc": null, "employer_name": null})),
        ("one that is not registered", &sender, json!({"uscc": "91130303MA0000007A"})),
        ("to where it is", &sender, json!({"to_county": FROM})),
        ("to nowhere", &sender, json!({"to_county": "测不存在县"})),
        ("to a city", &sender, json!({"to_county": "130300"})),
        ("somebody else's", &office("130304", "R03"), json!({})),
    ] {
        let refused = propose(&door, by, changes).await;
        assert!(
            matches!(refused, Err(DoorError::BadRequest(_) | DoorError::Invalid(_) | DoorError::NotAllowed { .. })),
            "{why}: {refused:?}"
        );
    }
    assert_eq!(door.count(&operator(), "transfer", &Default::default(), 10).await.unwrap(), 0);
}

#[tokio::test]
async fn rq_040_rq_138_a_patient_goes_with_visits_aid_and_duties() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    for kind in door.catalogue.in_dependency_order() {
        if matches!(kind.kind.as_str(), "employer" | "station" | "patient" | "follow_up" | "aid_case") {
            for document in &kind.examples {
                file(&door, &kind.kind, document).await;
            }
        }
    }
    let clear = |kind: &'static str| {
        let door = door.clone();
        async move { door.store.query(&zhijian_records::port::Query::everything(kind, Vec::new())).await.unwrap().rows }
    };
    let patient = clear("patient").await.remove(0);
    let number = door.open(&operator(), "patient", &patient.id, Some("test")).await.unwrap().data["id_no"].clone();
    let name = door.open(&operator(), "patient", &patient.id, Some("test")).await.unwrap().data["person_name"].clone();
    let from: &'static str = if patient.region == FROM { FROM } else { TO };
    let to: &'static str = if from == FROM { TO } else { FROM };
    let (sender, receiver) = (office(from, "R06"), office(to, "R06"));
    let clerk = Clerk::new(door.clone());
    clerk.catch_up().await.unwrap();
    let before = door.duties(&sender, Ask { limit: 50, ..Ask::default() }).await.unwrap().len();
    let document = json!({"uscc": null, "employer_name": null, "id_no": number, "person_name": name, "to_county": to});
    let saved = propose(&door, &sender, document).await.unwrap();
    let shown = serde_json::to_string(&door.open(&receiver, "transfer", &saved.id, None).await.unwrap()).unwrap();
    assert!(!shown.contains(number.as_str().unwrap()), "masked until a purpose is stated");
    step(&door, &receiver, &saved.id, 1, "accept", json!({"accepted_on": "2026-06-30"})).await.unwrap();
    clerk.catch_up().await.unwrap();
    let token = patient.document()["id_no"].clone();
    for kind in ["patient", "follow_up", "aid_case"] {
        let mine: Vec<_> = clear(kind).await.into_iter().filter(|r| r.document()["id_no"] == token).collect();
        assert!(!mine.is_empty() || kind == "aid_case", "{kind}");
        assert!(mine.iter().all(|r| r.region == to), "{kind}: {:?}", mine.iter().map(|r| &r.region).collect::<Vec<_>>());
    }
    let after = door.duties(&sender, Ask { limit: 50, ..Ask::default() }).await.unwrap();
    let came = door.duties(&receiver, Ask { limit: 50, ..Ask::default() }).await.unwrap();
    assert!(after.iter().all(|d| d.id != patient.id), "no duty of the patient stays behind");
    assert!(before == 0 || !came.is_empty(), "duties move along: {before} before");
}
