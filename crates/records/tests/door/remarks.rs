//! Remarks at fields of returned records: who sees them, what settles them, what is refused.

use crate::derived::employer;
use crate::world::{World, example, file};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::read::View;
use zhijian_records::remarks::{Answer, NewRemark};
use zhijian_records::submit::{Entry, Saved};
use zhijian_records::{Caller, Door, DoorError};

fn entry() -> Entry<'static> {
    Entry { source: "test", reason: "", idempotency: None }
}

fn remark(field: &str, row: Option<u32>, text: &str) -> NewRemark {
    NewRemark { field: field.into(), row, text: text.into() }
}

async fn step(door: &Door, by: &Caller, kind: &str, id: &str, rev: u32, step: &str, given: &Value) -> u32 {
    let draft = Draft::from_json(&door.kind(kind).unwrap(), given.as_object().unwrap());
    door.advance(by, kind, id, rev, step, &draft, entry()).await.unwrap_or_else(|e| panic!("{step}: {e}")).rev
}

async fn give_back(door: &Door, by: &Caller, kind: &str, id: &str, rev: u32, remarks: &[NewRemark]) -> Result<Saved, DoorError> {
    let draft = Draft::from_json(&door.kind(kind).unwrap(), json!({"return_reason": "请按意见修改"}).as_object().unwrap());
    door.advance_remarking(by, kind, id, rev, "return", &draft, remarks, entry()).await
}

async fn change(door: &Door, by: &Caller, kind: &str, id: &str, rev: u32, data: &Value, answers: &[Answer]) -> Result<Saved, DoorError> {
    let draft = Draft::from_json(&door.kind(kind).unwrap(), data.as_object().unwrap());
    door.amend_answering(by, kind, id, rev, &draft, answers, entry()).await
}

async fn seen(door: &Door, by: &Caller, kind: &str, id: &str) -> View {
    door.open(by, kind, id, None).await.unwrap()
}

/// A submitted declaration with its plant.
async fn declared(door: &Door) -> (String, Caller, Caller, String) {
    let plant = employer(door).await;
    let kind = door.kind("declaration").unwrap();
    let id = file(
        door,
        "declaration",
        &example(&kind, &json!({"status": null, "return_reason": null, "accepted_on": null, "receipt_no": null})),
    )
    .await;
    let filer = Caller::of("plant", &["R09"], "", &plant);
    let reviewer = Caller::of("office", &["R03"], "130300", "");
    step(door, &filer, "declaration", &id, 1, "submit", &json!({})).await;
    (id, filer, reviewer, plant)
}

#[tokio::test]
async fn a_remark_stays_open_until_its_field_is_changed_or_it_is_answered() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let (id, filer, reviewer, _) = declared(&door).await;
    let kind = "declaration";
    let text = door.open(&filer, kind, &id, None).await.unwrap().data;
    let group = door
        .kind(kind)
        .unwrap()
        .fields
        .iter()
        .find(|f| matches!(f.ty, zhijian_kinds::FieldType::Group(_)) && text.contains_key(&f.path))
        .map(|f| f.path.clone())
        .unwrap();
    let said = [remark("contact_person", None, "联系人已离职"), remark(&group, Some(0), "此行有误"), remark("remark", None, "请说明")];
    let said: Vec<NewRemark> = said.into_iter().filter(|r| door.kind(kind).unwrap().field(&r.field).is_some()).collect();
    assert!(said.len() >= 2, "the kind has these fields");
    give_back(&door, &reviewer, kind, &id, 2, &said).await.unwrap();
    let view = seen(&door, &filer, kind, &id).await;
    assert_eq!(view.state, "returned");
    let open: Vec<(&str, Option<u32>, &str)> =
        view.remarks.iter().filter(|r| r.settled.is_none()).map(|r| (r.field.as_str(), r.row, r.by.as_str())).collect();
    assert_eq!(open.len(), said.len());
    assert!(open.contains(&(group.as_str(), Some(0), "office")), "{open:?}");
    assert!(!view.data.keys().any(|k| k.starts_with("_remark")), "remarks are no part of the data that is handed out");
    let counted = door.returned(&filer).await.unwrap();
    assert_eq!((counted.len(), counted[0].records, counted[0].remarks), (1, 1, said.len() as u64));
    assert!(door.returned(&Caller::of("other", &["R09"], "", "nobody")).await.unwrap().is_empty(), "another plant's desk");

    // Another field leaves them open; the group's other row too; the row itself settles it.
    let mut rows = view.data[&group].clone();
    let spare = rows.as_array().unwrap()[0].clone();
    rows.as_array_mut().unwrap().push(spare);
    let saved = change(&door, &filer, kind, &id, 3, &json!({&group: rows}), &[]).await;
    let rev = saved.map_or(3, |s| s.rev);
    let view = seen(&door, &filer, kind, &id).await;
    assert!(view.remarks.iter().all(|r| r.settled.is_none()), "a further row is not that row");
    let mut rows = view.data[&group].clone();
    rows.as_array_mut().unwrap().remove(0);
    let first = rows.as_array_mut().unwrap();
    if first.is_empty() || first[0] == view.data[&group][0] {
        *first = Vec::new();
    }
    let rev = change(&door, &filer, kind, &id, rev, &json!({&group: rows}), &[]).await.unwrap().rev;
    let view = seen(&door, &filer, kind, &id).await;
    let row = view.remarks.iter().find(|r| r.field == group).unwrap();
    assert!(row.settled.as_ref().is_some_and(|s| s.changed && s.by == "plant" && s.rev == rev), "{row:?}");

    // An answer settles without a change; twice or to nothing it is refused and nothing is written.
    let other = view.remarks.iter().find(|r| r.settled.is_none()).unwrap().id.clone();
    let answer = Answer { remark: other.clone(), text: "核对无误".into() };
    for (why, wrong) in
        [("unknown", Answer { remark: "9-9".into(), text: "好".into() }), ("empty", Answer { text: " ".into(), ..answer.clone() })]
    {
        assert!(matches!(change(&door, &filer, kind, &id, rev, &json!({}), &[wrong]).await, Err(DoorError::BadRequest(_))), "{why}");
    }
    let rev = change(&door, &filer, kind, &id, rev, &json!({}), std::slice::from_ref(&answer)).await.unwrap().rev;
    assert!(change(&door, &filer, kind, &id, rev, &json!({}), &[answer]).await.is_err(), "it is settled");
    let view = seen(&door, &reviewer, kind, &id).await;
    let told = view.remarks.iter().find(|r| r.id == other).unwrap().settled.clone().unwrap();
    assert_eq!((told.changed, told.answer.as_str()), (false, "核对无误"));
    // The history has each revision's own state of the remarks.
    let past = door.history(&reviewer, kind, &id).await.unwrap();
    let open_at = |rev: u32| past.iter().find(|v| v.rev == rev).unwrap().remarks.iter().filter(|r| r.settled.is_none()).count();
    assert_eq!((open_at(2), open_at(3)), (0, said.len()));
}

#[tokio::test]
async fn remarks_are_refused_where_they_do_not_belong() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let (id, _, reviewer, _) = declared(&door).await;
    let kind = "declaration";
    let long = "长".repeat(501);
    for (why, wrong) in [
        ("no such field", remark("nothing", None, "好")),
        ("no text", remark("remark", None, "  ")),
        ("too long", remark("employer_name", None, &long)),
        ("a row of what has no rows", remark("employer_name", Some(0), "好")),
    ] {
        let refused = give_back(&door, &reviewer, kind, &id, 2, &[wrong]).await;
        assert!(matches!(refused, Err(DoorError::Invalid(_))), "{why}: {refused:?}");
    }
    let draft = Draft::from_json(&door.kind(kind).unwrap(), json!({"accepted_on": "2026-06-30"}).as_object().unwrap());
    let forward = door.advance_remarking(&reviewer, kind, &id, 2, "accept", &draft, &[remark("employer_name", None, "好")], entry()).await;
    assert!(matches!(forward, Err(DoorError::BadRequest(_))), "only a return carries remarks");
    assert_eq!(seen(&door, &reviewer, kind, &id).await.rev, 2, "nothing was written");
}

#[tokio::test]
async fn what_is_said_about_a_private_field_is_sealed_and_hidden_like_the_field() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let plant = employer(&door).await;
    let kind = door.kind("exam").unwrap();
    let id = file(&door, "exam", &example(&kind, &json!({}))).await;
    let system = crate::world::operator();
    for (at, (name, given)) in [
        ("begin", json!({})),
        ("conclude", json!({"conclusion": "1", "chief_doctor": "测医师"})),
        ("report", json!({"report_issued_on": "2026-06-01"})),
        ("submit", json!({"submitted_on": "2026-06-02"})),
    ]
    .into_iter()
    .enumerate()
    {
        step(&door, &system, "exam", &id, u32::try_from(at).unwrap() + 1, name, &given).await;
    }
    let reviewer = Caller::of("cdc", &["R07"], "130300", "");
    let said = [remark("id_no", None, "末位应为XQ7"), remark("items", None, "缺听力"), remark("institution", None, "名称不全")];
    give_back(&door, &reviewer, "exam", &id, 5, &said).await.unwrap();
    let stored = door.store.find("exam", &id).await.unwrap().unwrap();
    assert!(!stored.data.contains("XQ7"), "not in the public document");
    assert!(stored.data.contains("名称不全"), "of a public field it is public");
    assert!(!String::from_utf8_lossy(&stored.secret).contains("XQ7"));
    let view = seen(&door, &reviewer, "exam", &id).await;
    assert!(!serde_json::to_string(&view).unwrap().contains("XQ7"), "masked until a purpose is stated");
    let clear = door.open(&reviewer, "exam", &id, Some("核查")).await.unwrap();
    assert!(clear.remarks.iter().any(|r| r.text == "末位应为XQ7"));
    // The employer sees conclusions only: nothing is said of values that it does not see.
    let boss = Caller::of("boss", &["R09"], "", &plant);
    let view = seen(&door, &boss, "exam", &id).await;
    let fields: Vec<&str> = view.remarks.iter().map(|r| r.field.as_str()).collect();
    assert_eq!(fields, ["id_no", "institution"], "items are not in its view");
    // An amendment of something else keeps what is sealed; the history masks as well.
    let draft = Draft::from_json(&kind, json!({"post": "打磨工"}).as_object().unwrap());
    door.amend(&system, "exam", &id, 6, &draft, entry()).await.unwrap();
    let clear = door.open(&reviewer, "exam", &id, Some("核查")).await.unwrap();
    assert!(clear.remarks.iter().any(|r| r.text == "末位应为XQ7" && r.settled.is_none()));
    assert!(!serde_json::to_string(&door.history(&reviewer, "exam", &id).await.unwrap()).unwrap().contains("XQ7"));
}
