//! Filing, changing, moving on and retracting through the pages.

use crate::browser::{fields, get, main_text, post};
use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::{Value, json};
use zhijian_records::Caller;
use zhijian_records::read::{ListRequest, View};

/// The record in clear, as the platform sees it.
pub async fn clear(world: &World, kind: &str, id: &str) -> View {
    world.app.door.open(&Caller::system("test"), kind, id, Some("test")).await.unwrap()
}

/// Sends the edit form back with some fields changed.
pub async fn edit(world: &World, session: &Session, kind: &str, id: &str, changes: &[(&str, &str)]) -> crate::world::Reply {
    let path = format!("/records/{kind}/{id}/edit");
    let page = get(world, Some(session), &path).await;
    let mut form = fields(&page.text, &path);
    for (name, value) in changes {
        match form.iter_mut().find(|(n, _)| n == name) {
            Some(field) => (*value).clone_into(&mut field.1),
            None => form.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    let form: Vec<(&str, &str)> = form.iter().filter(|(n, _)| n != "_more").map(|(n, v)| (n.as_str(), v.as_str())).collect();
    crate::browser::post_bare(world, Some(session), &path, &form).await
}

const PLANT: [(&str, &str); 6] = [
    ("name", "测海港铸造厂"),
    ("uscc", "91130303MA0000007A"),
    ("county", "130302"),
    ("industry_code", "黑色金属铸造"),
    ("staff_total", "80"),
    ("exposed_total", "30"),
];

#[tokio::test]
async fn a_new_record_is_filed_once_however_often_the_button_is_pressed() {
    let world = World::new().await;
    let officer = world.officer().await;
    let page = get(&world, Some(&officer), "/records/employer/new").await;
    let key = fields(&page.text, "/records/employer/new").into_iter().find(|(n, _)| n == "_key").unwrap().1;
    let mut form = PLANT.to_vec();
    form.push(("_key", key.as_str()));
    let first = post(&world, &officer, "/records/employer/new", &form).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", main_text(&first.text));
    let second = post(&world, &officer, "/records/employer/new", &form).await;
    assert_eq!((second.status, second.header("location")), (StatusCode::SEE_OTHER, first.header("location")));
    let all = world.app.door.list(&Caller::system("test"), "employer", &ListRequest { limit: 10, ..ListRequest::default() }).await.unwrap();
    assert_eq!(all.rows.len(), 1);
    assert_eq!(all.rows[0].data["industry"], "3391");
}

#[tokio::test]
async fn the_form_comes_back_with_the_problem_beside_the_field_and_nothing_lost() {
    let world = World::new().await;
    let officer = world.officer().await;
    let form = [
        ("name", "测海港铸造厂"),
        ("uscc", "12345"),
        ("county", ""),
        ("staff_total", "八十"),
        ("exposed_total", "90"),
        ("remark", "<b>原样</b>"),
    ];
    let reply = post(&world, &officer, "/records/employer/new", &form).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    insta::assert_snapshot!(main_text(&reply.text).lines().take(16).collect::<Vec<_>>().join("\n"));
    assert!(reply.text.contains("value=\"八十\"") && reply.text.contains("&lt;b&gt;原样&lt;/b&gt;"), "what was typed stays");
    assert!(reply.text.contains("id=\"f-uscc-error\"") && reply.text.contains("aria-invalid=\"true\""));
}

#[tokio::test]
async fn another_record_with_the_same_key_is_named() {
    let world = World::new().await;
    let officer = world.officer().await;
    let first = post(&world, &officer, "/records/employer/new", &PLANT).await;
    let again = post(&world, &officer, "/records/employer/new", &PLANT).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains(&format!("href=\"{}\"", first.header("location"))));
}

#[tokio::test]
async fn rows_of_a_group_are_added_and_taken_out_without_scripts() {
    let (world, officer) = World::with_examples().await;
    let id =
        world.app.door.list(&Caller::system("test"), "employer", &ListRequest { limit: 1, ..ListRequest::default() }).await.unwrap().rows
            [0]
        .id
        .clone();
    let changes = [("posts.1.workshop", "二车间"), ("posts.1.post", "焊工"), ("posts.1.headcount", "4"), ("materials.0._remove", "1")];
    let reply = edit(&world, &officer, "employer", &id, &changes).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", main_text(&reply.text));
    let data = clear(&world, "employer", &id).await.data;
    assert_eq!(data["posts"][1], json!({"workshop": "二车间", "post": "焊工", "headcount": 4}));
    assert_eq!(data["posts"].as_array().map(Vec::len), Some(2));
    assert_eq!(data.get("materials"), None);
    let more = post(&world, &officer, "/records/employer/new", &[("name", "测"), ("_more", "posts")]).await;
    assert_eq!(more.status, StatusCode::OK);
    assert!(more.text.contains("name=\"posts.1.workshop\"") && more.text.contains("value=\"测\""));
}

#[tokio::test]
async fn saving_an_untouched_form_makes_no_revision_of_any_kind() {
    let (world, officer) = World::with_examples().await;
    // What the platform alone files has no form, nor has what stays as it was filed.
    for kind in world.app.door.catalogue.kinds.values().filter(|kind| crate::world::amended_by_hand(kind)) {
        let page =
            world.app.door.list(&Caller::system("test"), &kind.kind, &ListRequest { limit: 3, ..ListRequest::default() }).await.unwrap();
        for row in page.rows {
            let before = clear(&world, &kind.kind, &row.id).await;
            let reply = edit(&world, &officer, &kind.kind, &row.id, &[]).await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}: {}", kind.kind, main_text(&reply.text));
            let after = clear(&world, &kind.kind, &row.id).await;
            assert_eq!((after.rev, &after.data), (before.rev, &before.data), "{}", kind.kind);
        }
    }
}

#[tokio::test]
async fn two_people_change_the_same_record_and_neither_is_lost() {
    let (world, officer) = World::with_examples().await;
    let id =
        world.app.door.list(&Caller::system("test"), "inspection", &ListRequest { limit: 1, ..ListRequest::default() }).await.unwrap().rows
            [0]
        .id
        .clone();
    let path = format!("/records/inspection/{id}/edit");
    let page = get(&world, Some(&officer), &path).await;
    let mine = fields(&page.text, &path);
    let theirs = edit(&world, &officer, "inspection", &id, &[("opinion_no", "测卫监意〔2020〕99号"), ("_reason", "补录文号")]).await;
    assert_eq!(theirs.status, StatusCode::SEE_OTHER, "{}", main_text(&theirs.text));
    let mine: Vec<(&str, &str)> = mine
        .iter()
        .map(|(n, v)| (n.as_str(), if n == "findings" { "未按规定告知" } else { v.as_str() }))
        .filter(|(n, _)| *n != "_more")
        .collect();
    let conflict = crate::browser::post_bare(&world, Some(&officer), &path, &mine).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT, "{}", main_text(&conflict.text));
    insta::assert_snapshot!(main_text(&conflict.text).lines().take(12).collect::<Vec<_>>().join("\n"));
    let merged = fields(&conflict.text, &path);
    let merged: Vec<(&str, &str)> = merged.iter().map(|(n, v)| (n.as_str(), v.as_str())).filter(|(n, _)| *n != "_more").collect();
    let saved = crate::browser::post_bare(&world, Some(&officer), &path, &merged).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", main_text(&saved.text));
    let data = clear(&world, "inspection", &id).await.data;
    assert_eq!((&data["opinion_no"], &data["findings"]), (&json!("测卫监意〔2020〕99号"), &json!("未按规定告知")));
}

#[tokio::test]
async fn a_case_moves_on_with_what_the_step_needs() {
    let (world, officer) = World::with_examples().await;
    let id = world
        .file(
            &officer,
            "violation",
            &json!({"case_no": "测职卫罚〔2021〕1号", "case_status": null, "filed_on": null, "decided_on": null, "closed_on": null}),
        )
        .await;
    let view = get(&world, Some(&officer), &format!("/records/violation/{id}")).await;
    assert!(
        main_text(&view.text).contains("未处理") && view.text.contains(&format!("/records/violation/{id}/steps/file_case")),
        "{}",
        main_text(&view.text)
    );
    let path = format!("/records/violation/{id}/steps/file_case");
    let missing = post(&world, &officer, &path, &[("_rev", "1"), ("filed_on", "")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.text.contains("立案日期：未填写"), "{}", main_text(&missing.text));
    let done = post(&world, &officer, &path, &[("_rev", "1"), ("filed_on", "2020-06-03"), ("_reason", "审批通过")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", main_text(&done.text));
    assert_eq!(clear(&world, "violation", &id).await.state, "filed");
    let wrong = post(&world, &officer, &path, &[("_rev", "2"), ("filed_on", "2020-06-03")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "a step is possible once");
    let history = main_text(&get(&world, Some(&officer), &format!("/records/violation/{id}/history")).await.text);
    assert!(history.contains("说明：审批通过") && history.contains("立案日期") && history.contains("officer"), "{history}");
}

#[tokio::test]
async fn retracting_needs_a_reason_and_keeps_the_record() {
    let (world, officer) = World::with_examples().await;
    let id = world.file(&officer, "inspection", &json!({"inspection_no": "JC202199999", "case_no": null})).await;
    let path = format!("/records/inspection/{id}/retract");
    assert_eq!(post(&world, &officer, &path, &[("_rev", "1"), ("_reason", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = post(&world, &officer, &path, &[("_rev", "1"), ("_reason", "重复录入")]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/records/inspection"));
    let page = main_text(&get(&world, Some(&officer), &format!("/records/inspection/{id}")).await.text);
    assert!(page.contains("该记录已作废"), "{page}");
    assert!(!get(&world, Some(&officer), "/records/inspection").await.text.contains("JC202199999"));
}

#[tokio::test]
async fn a_form_can_be_opened_with_the_employer_filled_in() {
    let (world, officer) = World::with_examples().await;
    let page = get(&world, Some(&officer), "/records/inspection/new?uscc=91130302TE5T05JB25&employer_name=%E6%B5%8B").await;
    let form: Value = fields(&page.text, "/records/inspection/new")
        .into_iter()
        .map(|(n, v)| (n, Value::String(v)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!((&form["uscc"], &form["employer_name"]), (&json!("91130302TE5T05JB25"), &json!("测")));
    let own =
        world.app.door.list(&Caller::system("test"), "employer", &ListRequest { limit: 1, ..ListRequest::default() }).await.unwrap().rows
            [0]
        .id
        .clone();
    let plant = world.sign_in("plant", &["R09"], "", &own).await;
    let page = get(&world, Some(&plant), "/records/declaration/new").await;
    assert!(
        fields(&page.text, "/records/declaration/new").contains(&("uscc".to_owned(), "91130302TE5T05JB25".to_owned())),
        "an employer files for itself"
    );
    assert_eq!(
        get(&world, Some(&officer), "/records/exam/new?id_no=1").await.status,
        StatusCode::BAD_REQUEST,
        "private fields never stand in an address"
    );
}
