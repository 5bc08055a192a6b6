//! What data say reaches whoever has to act: a work order from a result, a list handed to another department.

use crate::derived::employer;
use crate::world::{World, example, file, operator};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::reactions::Reactor;
use zhijian_records::read::{ListRequest, View};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError};

async fn step(door: &Door, caller: &Caller, kind: &str, id: &str, step: &str, given: Value) -> Result<(), DoorError> {
    let seen = door.store.find(kind, id).await.unwrap().unwrap().rev;
    let draft = Draft::from_json(&door.kind(kind).unwrap(), given.as_object().unwrap());
    let entry = Entry { reason: "测试", source: "test", idempotency: None };
    door.advance(caller, kind, id, seen, step, &draft, entry).await.map(drop)
}

async fn seen(door: &Door, caller: &Caller, kind: &str) -> Vec<View> {
    door.list(caller, kind, &ListRequest { limit: 50, ..ListRequest::default() }).await.unwrap().rows
}

#[tokio::test]
async fn rq_173_a_result_becomes_a_work_order_of_its_employer_and_a_list_is_handed_over_and_answered() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let id = employer(&door).await;
    let kind = door.kind("measurement").unwrap();
    let filed = json!({"sample_no": "S1", "sampled_on": "2026-05-12", "surveyed_on": "2026-05-08", "report_issued_on": "2026-05-28", "published_on": null,
        "submitted_on": null, "sample_hours": 8, "result": 1.5, "reported_value": null, "reported_judge": null, "status": null});
    let sample = file(&door, "measurement", &example(&kind, &filed)).await;
    for name in ["review_contract", "survey", "plan", "sample", "deliver", "analyse", "calculate", "draft", "review", "issue"] {
        step(&door, &operator(), "measurement", &sample, name, json!({})).await.unwrap();
    }
    Reactor::new(door.clone()).catch_up().await.unwrap();
    // The order names the result it comes from, has a day, and is before the one who has to act and its office: nobody else.
    let mine = Caller::of("qy", &["R09"], "", &id);
    let office = Caller::of("haigang", &["R03"], "130302", "");
    let orders = seen(&door, &mine, "task").await;
    assert_eq!(orders.len(), 1);
    let order = &orders[0];
    assert_eq!(
        (&order.data["reason"], &order.data["source_id"], &order.data["due_on"]),
        (&json!("over_limit"), &json!(sample), &json!("2026-06-27"))
    );
    assert_eq!(seen(&door, &office, "task").await.len(), 1);
    let strangers = [Caller::of("other", &["R09"], "", "somebody else"), Caller::of("far", &["R03"], "130303", "")];
    for stranger in &strangers {
        assert!(seen(&door, stranger, "task").await.is_empty(), "{}", stranger.login);
    }

    // A list that another department acts on: handed over, received there, answered, seen by both sides and by no other county.
    let handover = door.kind("list_handover").unwrap();
    let fresh = json!({"handed_on": "2026-06-10", "list_year": 2026, "received_on": null, "handled": null, "feedback": null, "answered_on": null, "status": null});
    let handed = file(&door, "list_handover", &example(&handover, &fresh)).await;
    let partner = Caller::of("hrss", &["R18"], "130302", "");
    let far = Caller::of("hrss-2", &["R18"], "130303", "");
    assert!(seen(&door, &far, "list_handover").await.is_empty());
    assert_eq!(seen(&door, &partner, "list_handover").await.len(), 1);
    step(&door, &partner, "list_handover", &handed, "receive", json!({"received_on": "2026-06-11"})).await.unwrap();
    let nothing = step(&door, &partner, "list_handover", &handed, "answer", json!({"answered_on": "2026-06-20"})).await;
    assert!(matches!(nothing, Err(DoorError::Invalid(_))), "an answer says what came of it: {nothing:?}");
    let answer = json!({"feedback": "20 家已补办参保", "answered_on": "2026-06-20"});
    step(&door, &partner, "list_handover", &handed, "answer", answer).await.unwrap();
    assert_eq!(seen(&door, &office, "list_handover").await[0].state, "answered");
}
