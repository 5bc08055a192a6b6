//! Emerging hazards: from the clue over the literature and an assessment to a decision.

use crate::world::{World, example, file};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::read::ListRequest;
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError};

const KIND: &str = "emerging_hazard";

async fn step(door: &Door, caller: &Caller, id: &str, step: &str, given: Value) -> Result<String, DoorError> {
    let seen = door.store.find(KIND, id).await.unwrap().unwrap().rev;
    let draft = Draft::from_json(&door.kind(KIND).unwrap(), given.as_object().unwrap());
    let entry = Entry { reason: "", source: "test", idempotency: None };
    door.advance(caller, KIND, id, seen, step, &draft, entry).await?;
    Ok(door.store.find(KIND, id).await.unwrap().unwrap().state)
}

#[tokio::test]
async fn rq_167_an_emerging_hazard_goes_from_its_clue_over_literature_and_assessment_to_a_decision() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let kind = door.kind(KIND).unwrap();
    let new = json!({"registered_on": "2026-05-06", "literature": null, "literature_note": null, "literature_on": null, "assessment_method": null,
        "assessment": null, "evidence_gap": null, "assessed_by": null, "assessed_on": null, "decision": null, "decision_reason": null,
        "measures": null, "decided_by": null, "decided_on": null, "review_on": null, "status": null, "remark": null});
    let id = file(&door, KIND, &example(&kind, &new)).await;
    let cdc = Caller::of("cdc", &["R06"], "130302", "");
    let office = Caller::of("haigang", &["R03"], "130302", "");
    // No stage can be left out, and each has its own people.
    let assessment = json!({"assessment_method": "专家咨询", "assessment": "接触水平未知", "assessed_by": "样测市疾病预防控制中心", "assessed_on": "2026-05-20"});
    assert!(
        matches!(step(&door, &cdc, &id, "assess", assessment.clone()).await, Err(DoorError::BadRequest(_))),
        "the literature comes first"
    );
    assert!(
        matches!(step(&door, &cdc, &id, "review", json!({"literature_on": "2026-05-10"})).await, Err(DoorError::Invalid(_))),
        "a note is needed"
    );
    let note = json!({"literature_note": "三篇文献，均为动物实验", "literature_on": "2026-05-10"});
    assert!(matches!(step(&door, &office, &id, "review", note.clone()).await, Err(DoorError::NotAllowed { .. })));
    assert_eq!(step(&door, &cdc, &id, "review", note).await.unwrap(), "reviewed");
    assert_eq!(step(&door, &cdc, &id, "assess", assessment).await.unwrap(), "assessed");
    let decision = |more: Value| {
        let mut given =
            json!({"decision": "observe", "decision_reason": "证据不足", "decided_by": "样测市卫生健康委员会", "decided_on": "2026-06-01"});
        given.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        given
    };
    assert!(matches!(step(&door, &cdc, &id, "decide", decision(json!({}))).await, Err(DoorError::NotAllowed { .. })), "the office decides");
    assert!(matches!(step(&door, &office, &id, "decide", decision(json!({}))).await, Err(DoorError::Invalid(_))), "to observe until when?");
    let early = decision(json!({"decided_on": "2026-05-19", "review_on": "2027-05-20"}));
    assert!(matches!(step(&door, &office, &id, "decide", early).await, Err(DoorError::Invalid(_))), "not before it was assessed");
    assert_eq!(step(&door, &office, &id, "decide", decision(json!({"review_on": "2027-06-01"}))).await.unwrap(), "decided");
    // Observed, and assessed anew when there is more to know.
    assert_eq!(step(&door, &cdc, &id, "again", json!({})).await.unwrap(), "reviewed");
    let employer = Caller::of("qy", &["R09"], "", "somebody");
    assert!(matches!(door.list(&employer, KIND, &ListRequest::default()).await, Err(DoorError::NotAllowed { .. })));
}
