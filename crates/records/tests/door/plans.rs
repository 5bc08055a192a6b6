//! Tasks, money, meetings, topics, opinions, scores, targets and evaluations of plans: what may follow what, and what is refused.

use crate::world::{World, example, file, operator};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError};

const ENTRY: Entry<'static> = Entry { reason: "", source: "test", idempotency: None };

fn of(kind: &str, changes: &Value) -> Value {
    example(Catalogue::embedded().kind(kind).unwrap(), changes)
}

fn officer() -> Caller {
    Caller::of("officer", &["R02", "R03"], "130300", "")
}

/// Moves a record on with what is given; what the door says.
async fn step(door: &Door, caller: &Caller, kind: &str, id: &str, step: &str, given: &Value) -> Result<(), DoorError> {
    let view = door.open(&operator(), kind, id, None).await.unwrap();
    let draft = Draft::from_json(&door.kind(kind).unwrap(), given.as_object().unwrap());
    door.advance(caller, kind, id, view.rev, step, &draft, ENTRY).await.map(drop)
}

/// Messages of a refused document.
fn why(refused: Result<(), DoorError>) -> String {
    match refused {
        Err(DoorError::Invalid(problems)) => problems.iter().map(|p| p.message.clone()).collect::<Vec<_>>().join("；"),
        Err(other) => other.to_string(),
        Ok(()) => "allowed".into(),
    }
}

async fn field(door: &Door, kind: &str, id: &str, name: &str) -> Value {
    door.open(&operator(), kind, id, None).await.unwrap().data.get(name).cloned().unwrap_or_default()
}

/// Files the example with changes; the messages of a refusal.
async fn filed(door: &Door, caller: &Caller, kind: &str, changes: &Value) -> Result<String, String> {
    let draft = Draft::from_json(&door.kind(kind).unwrap(), of(kind, changes).as_object().unwrap());
    match door.submit(caller, kind, &draft, ENTRY).await {
        Ok(saved) => Ok(saved.id),
        Err(error) => Err(why(Err(error))),
    }
}

async fn door(world: &World) -> Door {
    world.door(Catalogue::embedded()).await
}

#[tokio::test]
async fn rq_158_a_score_is_announced_when_every_item_has_one() {
    let world = World::new();
    let door = door(&world).await;
    let items = json!([{"item": "申报率", "weight": 40, "score": 90}, {"item": "合格率", "weight": 60}]);
    let id = filed(&door, &officer(), "assessment_score", &json!({"items": items, "announced_on": null})).await.unwrap();
    let said = why(step(&door, &officer(), "assessment_score", &id, "announce", &json!({"announced_on": "2020-12-28"})).await);
    assert!(said.contains("还有指标没有得分"), "{said}");
    let scored = json!({"items": [{"item": "申报率", "weight": 40, "score": 90}, {"item": "合格率", "weight": 60, "score": 0}], "announced_on": "2020-12-28"});
    step(&door, &officer(), "assessment_score", &id, "announce", &scored).await.unwrap();
    assert_eq!(field(&door, "assessment_score", &id, "status").await, "announced");
    let weightless = json!({"subject": "另一街道", "items": [{"item": "申报率", "weight": 0, "score": 90}]});
    let said = filed(&door, &officer(), "assessment_score", &weightless).await.unwrap_err();
    assert!(said.contains("权重都是 0"), "{said}");
    let township = Caller::of("town", &["R17"], "130302", "");
    let said = filed(&door, &township, "assessment_score", &json!({"subject": "自评街道"})).await;
    assert!(said.is_err(), "who is assessed does not file the score");
}

#[tokio::test]
async fn rq_162_a_meeting_is_closed_when_every_resolution_is_done() {
    let world = World::new();
    let door = door(&world).await;
    let matters = json!([{"no": "1", "matter": "催办参保", "due_on": "2020-09-30", "done_on": "2020-09-25", "result": "已参保"}, {"no": "2", "matter": "专项合同", "due_on": "2020-12-31"}]);
    let id = filed(&door, &officer(), "meeting", &json!({"resolutions": matters, "closed_on": null})).await.unwrap();
    assert_eq!((field(&door, "meeting", &id, "matters").await, field(&door, "meeting", &id, "matters_open").await), (json!(2), json!(1)));
    step(&door, &officer(), "meeting", &id, "issue", &json!({"minutes_on": "2020-04-28"})).await.unwrap();
    let said = why(step(&door, &officer(), "meeting", &id, "close", &json!({"closed_on": "2020-12-28"})).await);
    assert!(said.contains("不能销号"), "{said}");
    let done = json!([{"no": "1", "matter": "催办参保", "done_on": "2020-09-25", "result": "已参保"}, {"no": "2", "matter": "专项合同", "done_on": "2020-12-20", "result": "新签8份"}]);
    step(&door, &officer(), "meeting", &id, "close", &json!({"closed_on": "2020-12-28", "resolutions": done})).await.unwrap();
    assert_eq!(field(&door, "meeting", &id, "matters_open").await, 0);
    let early = json!({"meeting_no": "另一次", "resolutions": [{"no": "1", "matter": "早于会议", "done_on": "2020-04-01", "result": "x"}]});
    let said = filed(&door, &officer(), "meeting", &early).await.unwrap_err();
    assert!(said.contains("早于召开日期"), "{said}");
}

#[tokio::test]
async fn rq_163_money_is_not_spent_beyond_its_budget_and_is_judged_by_its_result() {
    let world = World::new();
    let door = door(&world).await;
    let said = filed(&door, &officer(), "fund", &json!({"used": 61})).await.unwrap_err();
    assert!(said.contains("超过预算"), "{said}");
    let open = json!({"used": 45, "result": null, "judged": null});
    let id = filed(&door, &officer(), "fund", &open).await.unwrap();
    assert_eq!((field(&door, "fund", &id, "used_pct").await, field(&door, "fund", &id, "result_pct").await), (json!(75.0), json!(108.0)));
    step(&door, &officer(), "fund", &id, "settle", &json!({"used": 48, "used_to": "2020-12-20"})).await.unwrap();
    let said = why(step(&door, &officer(), "fund", &id, "judge", &json!({"judged": "良"})).await);
    assert_ne!(said, "allowed", "a judgement needs a result");
    step(&door, &officer(), "fund", &id, "judge", &json!({"judged": "良", "result": "帮扶108家"})).await.unwrap();
    assert_eq!(field(&door, "fund", &id, "used_pct").await, json!(80.0));
}

#[tokio::test]
async fn rq_164_a_topic_is_applied_somewhere() {
    let world = World::new();
    let door = door(&world).await;
    let id = filed(&door, &officer(), "research_topic", &json!({"sites": null, "accepted_on": null})).await.unwrap();
    step(&door, &officer(), "research_topic", &id, "begin", &json!({})).await.unwrap();
    step(&door, &officer(), "research_topic", &id, "accept", &json!({"output": "技术指南", "accepted_on": "2020-12-15"})).await.unwrap();
    let said = why(step(&door, &officer(), "research_topic", &id, "apply", &json!({})).await);
    assert_ne!(said, "allowed", "without a site");
    let sites = json!({"sites": [{"site": "包装车间", "since": "2020-10-01"}, {"site": "破碎车间"}]});
    step(&door, &officer(), "research_topic", &id, "apply", &sites).await.unwrap();
    assert_eq!(field(&door, "research_topic", &id, "site_count").await, 2);
    let said = filed(&door, &officer(), "research_topic", &json!({"topic_no": "二", "ends_on": "2019-12-31"})).await.unwrap_err();
    assert!(said.contains("早于开始日期"), "{said}");
}

#[tokio::test]
async fn rq_165_an_opinion_is_given_and_its_adoption_told_by_who_asked() {
    let world = World::new();
    let door = door(&world).await;
    let asked = json!({"opinion": null, "replied_on": null, "items": null, "adopted": null, "adoption": null});
    let id = filed(&door, &officer(), "opinion", &asked).await.unwrap();
    let liaison = Caller::of("liaison", &["R18"], "130300", "");
    let given = json!({"opinion": "同步设计除尘设施", "replied_on": "2020-05-15", "items": 2});
    assert!(step(&door, &liaison, "opinion", &id, "reply", &given).await.is_err(), "the health office replies");
    step(&door, &officer(), "opinion", &id, "reply", &given).await.unwrap();
    let said = why(step(&door, &liaison, "opinion", &id, "follow", &json!({"adopted": 3, "adoption": "均采纳"})).await);
    assert!(said.contains("多于提出的"), "{said}");
    step(&door, &liaison, "opinion", &id, "follow", &json!({"adopted": 1, "adoption": "采纳一条"})).await.unwrap();
    assert_eq!(field(&door, "opinion", &id, "status").await, "followed");
}

#[tokio::test]
async fn rq_159_a_task_is_done_with_evidence() {
    let world = World::new();
    let door = door(&world).await;
    let open = json!({"progress": 60, "evidence": null, "evidence_on": null});
    let id = filed(&door, &officer(), "plan_task", &open).await.unwrap();
    let liaison = Caller::of("liaison", &["R18"], "130300", "");
    step(&door, &liaison, "plan_task", &id, "begin", &json!({})).await.unwrap();
    let half = json!({"evidence": "台账", "evidence_on": "2020-12-18", "progress": 80});
    let said = why(step(&door, &liaison, "plan_task", &id, "finish", &half).await);
    assert!(said.contains("进度须为 100"), "{said}");
    let done = json!({"evidence": "台账", "evidence_on": "2020-12-18", "progress": 100});
    step(&door, &liaison, "plan_task", &id, "finish", &done).await.unwrap();
    let said = why(step(&door, &liaison, "plan_task", &id, "reopen", &json!({"return_reason": "凭据不足"})).await);
    assert_ne!(said, "allowed", "only the health office sends back");
}

#[tokio::test]
async fn rq_159_nobody_files_or_amends_an_evaluation_by_hand() {
    let world = World::new();
    let door = door(&world).await;
    let everything = Caller::of("officer", &["R02", "R03", "R06", "R07"], "130300", "");
    for kind in ["evaluation", "evaluation_content"] {
        let said = filed(&door, &everything, kind, &json!({})).await;
        assert!(said.is_err(), "{kind} is filed by the platform alone");
        let id = file(&door, kind, &of(kind, &json!({}))).await;
        let draft = Draft::from_json(&door.kind(kind).unwrap(), json!({"figures_digest": "0"}).as_object().unwrap());
        assert!(door.amend(&everything, kind, &id, 1, &draft, ENTRY).await.is_err(), "{kind} is not amended by hand");
    }
    let none = json!({"edition": 2, "supersedes": null, "year": 2022, "as_of": null});
    let draft = Draft::from_json(&door.kind("evaluation").unwrap(), of("evaluation", &none).as_object().unwrap());
    let said = why(door.submit(&operator(), "evaluation", &draft, ENTRY).await.map(drop));
    assert!(said.contains("须写明被更正的评估"), "{said}");
}

#[tokio::test]
async fn rq_159_an_evaluation_is_not_approved_before_it_was_computed_and_inspected() {
    let world = World::new();
    let door = door(&world).await;
    let fresh = json!({"figures_digest": null, "computed_on": null, "inspected_on": null, "inspection_note": null, "approved_on": null, "approved_by": null, "reported_on": null});
    let id = file(&door, "evaluation", &of("evaluation", &fresh)).await;
    let said = why(step(&door, &officer(), "evaluation", &id, "gather", &json!({})).await);
    assert_ne!(said, "allowed", "no figures");
    let approved = json!({"approved_on": "2024-03-28", "approved_by": "样负责"});
    assert!(step(&door, &officer(), "evaluation", &id, "approve", &approved).await.is_err(), "not from the self-evaluation");
    let id =
        file(&door, "evaluation", &of("evaluation", &json!({"year": 2024, "as_of": null, "approved_on": null, "approved_by": null}))).await;
    step(&door, &officer(), "evaluation", &id, "gather", &json!({})).await.unwrap();
    step(&door, &officer(), "evaluation", &id, "inspect", &json!({"inspected_on": "2024-03-20", "inspection_note": "一致"})).await.unwrap();
    let clerk = Caller::of("clerk", &["R03"], "130300", "");
    assert!(step(&door, &clerk, "evaluation", &id, "approve", &approved).await.is_err(), "a clerk does not approve");
    step(&door, &officer(), "evaluation", &id, "approve", &approved).await.unwrap();
    assert!(step(&door, &officer(), "evaluation", &id, "return", &json!({"return_reason": "再算"})).await.is_err(), "there is no way back");
}

#[tokio::test]
async fn rq_160_rq_161_a_target_stands_once_for_indicator_year_and_county() {
    let world = World::new();
    let door = door(&world).await;
    filed(&door, &officer(), "target_share", &json!({})).await.unwrap();
    assert!(
        filed(&door, &officer(), "target_share", &json!({"value": 91})).await.is_err(),
        "the same again is a correction, not a second target"
    );
    filed(&door, &officer(), "target_share", &json!({"year": 2024, "value": 90})).await.unwrap();
    let elsewhere = Caller::of("county", &["R03"], "130322", "");
    assert!(filed(&door, &elsewhere, "target_share", &json!({"year": 2025})).await.is_err(), "another county's target");
    let leader = Caller::of("leader", &["R19"], "130300", "");
    assert!(filed(&door, &leader, "target_share", &json!({"year": 2025})).await.is_err(), "the leading group looks");
}
