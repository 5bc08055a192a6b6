//! What offices do with filings besides filing them: returned with remarks, merged, handled many at a time.

use crate::browser::{get, main_text, post};
use crate::filing::clear;
use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::json;
use zhijian_records::Caller;
use zhijian_records::read::ListRequest;

async fn first(world: &World, kind: &str) -> String {
    let request = ListRequest { limit: 1, ..ListRequest::default() };
    world.app.door.list(&Caller::system("test"), kind, &request).await.unwrap().rows[0].id.clone()
}

/// A declaration that a plant has submitted.
async fn submitted(world: &World, officer: &Session, day: &str) -> String {
    let changes =
        json!({"declared_on": day, "status": null, "return_reason": null, "receipt_no": null, "accepted_on": null, "receipt_on": null});
    let id = world.file(officer, "declaration", &changes).await;
    world.advance(officer, "declaration", &id, "submit", &json!({})).await;
    id
}

#[tokio::test]
async fn a_returned_form_shows_each_remark_at_its_field_until_it_is_settled() {
    let (world, officer) = World::with_examples().await;
    let id = submitted(&world, &officer, "2020-05-06").await;
    let path = format!("/records/declaration/{id}/steps/return");
    let page = get(&world, Some(&officer), &path).await;
    assert!(page.text.contains("name=\"_remark:employer_name\""), "{}", main_text(&page.text));
    let none = post(&world, &officer, &path, &[("_rev", "2"), ("return_reason", ""), ("_remark:employer_name", "名称不全")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("value=\"名称不全\""), "what was typed stays");
    let form = [("_rev", "2"), ("return_reason", "见意见"), ("_remark:employer_name", "名称不全"), ("_remark:remark", "请说明")];
    let done = post(&world, &officer, &path, &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", main_text(&done.text));
    let plant = world.sign_in("plant", &["R09"], "", &first(&world, "employer").await).await;
    assert!(main_text(&get(&world, Some(&plant), "/").await.text).contains("1 件，意见 2 条"), "on the filer's desk");
    let record = format!("/records/declaration/{id}");
    let shown = main_text(&get(&world, Some(&plant), &record).await.text);
    assert!(shown.contains("退回待改：2 条意见") && shown.contains("名称不全"), "{shown}");
    let edit = get(&world, Some(&plant), &format!("{record}/edit")).await;
    assert!(edit.text.contains("name=\"_answer:3-1\"") && edit.text.contains("请说明"), "{}", main_text(&edit.text));
    let answered = crate::filing::edit(&world, &plant, "declaration", &id, &[("_answer:3-1", "营业执照如此")]).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", main_text(&answered.text));
    let changed = crate::filing::edit(&world, &plant, "declaration", &id, &[("remark", "已补充")]).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", main_text(&changed.text));
    let view = clear(&world, "declaration", &id).await;
    assert!(view.remarks.iter().all(|r| r.settled.is_some()), "{:?}", view.remarks);
    let history = main_text(&get(&world, Some(&officer), &format!("{record}/history")).await.text);
    assert!(history.contains("答复：营业执照如此") && history.contains("已修改（第 5 版）"), "{history}");
    let api = world.get(&officer, &format!("/api/v1/records/declaration/{id}")).await.json();
    assert_eq!((&api["remarks"][0]["field"], &api["remarks"][1]["settled"]["changed"]), (&json!("employer_name"), &json!(true)));
}

#[tokio::test]
async fn remarks_are_written_and_answered_through_the_api() {
    let (world, officer) = World::with_examples().await;
    let id = submitted(&world, &officer, "2020-05-07").await;
    let base = format!("/api/v1/records/declaration/{id}");
    let send = |method: &'static str, path: String, rev: u32, body: serde_json::Value| {
        let (world, officer) = (&world, &officer);
        async move { world.send(Some(officer), method, &path, &[("if-match", &format!("\"{rev}\""))], Some(&body)).await }
    };
    let body = json!({"data": {"return_reason": "见意见"}, "remarks": [{"field": "employer_name", "text": "名称不全", "row": 0}]});
    assert_eq!(send("POST", format!("{base}/transitions/return"), 2, body).await.status, StatusCode::BAD_REQUEST, "rows count from 1");
    let body = json!({"data": {"return_reason": "见意见"}, "remarks": [{"field": "employer_name", "text": "名称不全"}]});
    let reply = send("POST", format!("{base}/transitions/return"), 2, body).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    let reply = send("PATCH", base.clone(), 3, json!({"data": {}, "answers": [{"remark": "3-1", "text": "核对无误"}]})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    assert_eq!(world.get(&officer, &base).await.json()["remarks"][0]["settled"]["answer"], json!("核对无误"));
}

#[tokio::test]
async fn two_entries_of_one_plant_are_compared_merged_and_parted_again() {
    let (world, officer) = World::with_examples().await;
    let one = first(&world, "employer").await;
    let other = world.file(&officer, "employer", &json!({"uscc": "91130303MA0000007A"})).await;
    let list = get(&world, Some(&officer), "/duplicates?kind=employer").await;
    let address = format!("/duplicates/employer/{one}/{other}");
    assert!(list.text.contains(&address) && main_text(&list.text).contains("同县区同名"), "{}", main_text(&list.text));
    let page = main_text(&get(&world, Some(&officer), &address).await.text);
    assert!(page.contains("随之改动") && page.contains("统一社会信用代码 不同"), "{page}");
    let none = post(&world, &officer, &address, &[("_rev_one", "1"), ("_rev_other", "1"), ("keep", &one), ("_reason", "")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = post(&world, &officer, &address, &[("_rev_one", "1"), ("_rev_other", "1"), ("keep", &one), ("_reason", "同一家")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", main_text(&done.text));
    let old = get(&world, Some(&officer), &format!("/records/employer/{other}")).await;
    assert_eq!((old.status, old.header("location")), (StatusCode::SEE_OTHER, format!("/records/employer/{one}").as_str()));
    let undo = format!("/duplicates/employer/{other}");
    assert!(main_text(&get(&world, Some(&officer), &undo).await.text).contains("撤销合并"));
    let parted = post(&world, &officer, &undo, &[("_reason", "不是一家")]).await;
    assert_eq!(parted.status, StatusCode::SEE_OTHER, "{}", main_text(&parted.text));
    assert_eq!(get(&world, Some(&officer), &format!("/records/employer/{other}")).await.status, StatusCode::OK);
    let plant = world.sign_in("plant", &["R09"], "", &one).await;
    assert_eq!(get(&world, Some(&plant), &address).await.status, StatusCode::NOT_FOUND, "the other is not its own");
}

/// The page of a job once it has ended.
async fn ended(world: &World, officer: &Session, address: &str) -> String {
    for _ in 0..100 {
        let page = main_text(&get(world, Some(officer), address).await.text);
        if !page.contains("进行中") {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the job does not end");
}

#[tokio::test]
async fn many_rows_are_handled_each_by_its_own_right_and_stale_ones_are_left_alone() {
    let (world, officer) = World::with_examples().await;
    let mut ids = Vec::new();
    for day in ["2020-05-08", "2020-05-09", "2020-05-10"] {
        ids.push(submitted(&world, &officer, day).await);
    }
    let draft = world
        .file(&officer, "declaration", &json!({"declared_on": "2020-05-11", "status": null, "receipt_no": null, "accepted_on": null}))
        .await;
    let list = get(&world, Some(&officer), "/records/declaration").await;
    assert!(list.text.contains(&format!("declaration:{}:2", ids[0])), "boxes hold the revision that is shown");
    assert_eq!(post(&world, &officer, "/actions", &[("from", "/records/declaration")]).await.status, StatusCode::BAD_REQUEST);
    let rows: Vec<String> = ids.iter().map(|id| format!("declaration:{id}:2")).chain([format!("declaration:{draft}:1")]).collect();
    let mut form: Vec<(&str, &str)> = rows.iter().map(|r| ("row", r.as_str())).collect();
    form.push(("from", "https://elsewhere.example/"));
    let chosen = post(&world, &officer, "/actions", &form).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", main_text(&chosen.text));
    let job = chosen.header("location").to_owned();
    let asked = get(&world, Some(&officer), &format!("{job}?deed=declaration:accept")).await;
    assert!(main_text(&asked.text).contains("受理") && !asked.text.contains("elsewhere.example"), "{}", main_text(&asked.text));
    // Somebody changes one of them before it begins.
    let changed = crate::filing::edit(&world, &officer, "declaration", &ids[1], &[("remark", "后改")]).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER);
    let missing = post(&world, &officer, &format!("{job}/start"), &[("deed", "declaration:accept"), ("accepted_on", "")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let stranger = world.sign_in("stranger", &["R03"], "130300", "").await;
    assert_eq!(get(&world, Some(&stranger), &job).await.status, StatusCode::NOT_FOUND, "another's job");
    let begun = post(&world, &officer, &format!("{job}/start"), &[("deed", "declaration:accept"), ("accepted_on", "2020-05-20")]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", main_text(&begun.text));
    let page = ended(&world, &officer, &job).await;
    assert!(page.contains("共 4 条，已办理 2 ，未通过 2") || page.contains("已办理 2"), "{page}");
    assert!(page.contains("已被他人修改（现为第3版）") && page.contains("当前状态为“草稿”"), "{page}");
    for (id, state) in ids.iter().zip(["accepted", "submitted", "accepted"]) {
        assert_eq!(clear(&world, "declaration", id).await.state, state);
    }
    let file = get(&world, Some(&officer), &format!("{job}/result.csv")).await;
    assert_eq!(file.text.lines().count(), 5, "{}", file.text);
    // All of a filter, at once; a second start does nothing again.
    let all = [("all", "1"), ("kind", "declaration"), ("query", "?state=accepted"), ("from", "/records/declaration")];
    let chosen = post(&world, &officer, "/actions", &all).await;
    let page = main_text(&get(&world, Some(&officer), chosen.header("location")).await.text);
    assert!(page.contains("已选 2 条"), "{page}");
}
