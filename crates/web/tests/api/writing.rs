//! Writes: safe to repeat, never over another's change.

use crate::world::World;
use axum::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_request_with_the_same_key_is_carried_out_once() {
    let world = World::new().await;
    let officer = world.officer().await;
    let body = json!({"data": world.example("employer", &json!({}))});
    let send = || world.send(Some(&officer), "POST", "/api/v1/records/employer", &[("idempotency-key", "k1")], Some(&body));
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::CREATED), "{}", second.text);
    assert_eq!(first.json()["id"], second.json()["id"]);
    assert_eq!(world.get(&officer, "/api/v1/records/employer/count").await.json()["count"], 1);
}

#[tokio::test]
async fn every_kind_can_be_sent_again_with_its_key() {
    let world = World::new().await;
    let officer = world.officer().await;
    let mut wrong = Vec::new();
    for kind in world.app.door.catalogue.in_dependency_order().into_iter().filter(|kind| crate::world::by_hand(kind)) {
        let path = format!("/api/v1/records/{}", kind.kind);
        for (index, example) in kind.examples.iter().enumerate() {
            let key = format!("k{index}");
            let headers = [("idempotency-key", key.as_str())];
            let body = json!({"data": example});
            let send = || world.send(Some(&officer), "POST", &path, &headers, Some(&body));
            let (first, second) = (send().await, send().await);
            if second.status != StatusCode::CREATED || first.json()["id"] != second.json()["id"] {
                wrong.push(format!("{}: {}", kind.kind, second.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_key_is_not_for_another_document() {
    let (world, officer) = World::with_examples().await;
    let send = |no: &str| {
        let body = json!({"data": world.example("inspection", &json!({"inspection_no": no}))});
        let (world, officer) = (&world, &officer);
        async move { world.send(Some(officer), "POST", "/api/v1/records/inspection", &[("idempotency-key", "k1")], Some(&body)).await }
    };
    assert_eq!(send("JC1").await.status, StatusCode::CREATED);
    let other = send("JC2").await;
    assert_eq!((other.status, other.problem().as_str()), (StatusCode::CONFLICT, "key-reused"));
}

#[tokio::test]
async fn the_same_record_cannot_be_filed_twice() {
    let world = World::new().await;
    let officer = world.officer().await;
    let id = world.file(&officer, "employer", &json!({})).await;
    let again = world.post(&officer, "/api/v1/records/employer", &json!({"data": world.example("employer", &json!({}))})).await;
    assert_eq!((again.status, again.problem().as_str()), (StatusCode::CONFLICT, "exists"));
    assert_eq!(again.json()["id"], json!(id));
}

#[tokio::test]
async fn a_change_names_the_revision_that_was_seen() {
    let world = World::new().await;
    let officer = world.officer().await;
    let path = format!("/api/v1/records/employer/{}", world.file(&officer, "employer", &json!({})).await);
    let change = json!({"data": {"staff_total": 321}});
    let patch = |headers: &'static [(&'static str, &'static str)]| world.send(Some(&officer), "PATCH", &path, headers, Some(&change));
    let missing = patch(&[]).await;
    assert_eq!((missing.status, missing.problem().as_str()), (StatusCode::PRECONDITION_REQUIRED, "revision-needed"));
    let good = patch(&[("if-match", "\"1\"")]).await;
    assert_eq!((good.status, good.header("etag")), (StatusCode::OK, "\"2\""), "{}", good.text);
    let stale = patch(&[("if-match", "\"1\"")]).await;
    assert_eq!((stale.status, stale.problem().as_str()), (StatusCode::PRECONDITION_FAILED, "stale"));
    assert_eq!(stale.json()["newest"], 2);
    let read = world.get(&officer, &path).await;
    assert_eq!((read.header("etag"), &read.json()["data"]["staff_total"]), ("\"2\"", &json!(321)));
    let same = world.send(Some(&officer), "GET", &path, &[("if-none-match", "\"2\"")], None).await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn put_empties_what_is_not_sent_and_patch_empties_what_is_null() {
    let world = World::new().await;
    let officer = world.officer().await;
    let path = format!("/api/v1/records/employer/{}", world.file(&officer, "employer", &json!({})).await);
    let read = world.get(&officer, &path).await.json();
    assert!(read["data"].get("postcode").is_some());
    let reply = world.send(Some(&officer), "PATCH", &path, &[("if-match", "\"1\"")], Some(&json!({"data": {"postcode": null}}))).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    let read = world.get(&officer, &path).await.json();
    assert!(read["data"].get("postcode").is_none(), "{read}");
    let mut data = read["data"].clone();
    data.as_object_mut().unwrap().shift_remove("lon");
    let reply = world.send(Some(&officer), "PUT", &path, &[("if-match", "\"2\"")], Some(&json!({"data": data}))).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    let read = world.get(&officer, &path).await.json();
    assert!(read["data"].get("lon").is_none() && read["data"].get("lat").is_some(), "{read}");
}

#[tokio::test]
async fn retracting_needs_a_reason_and_keeps_the_history() {
    let world = World::new().await;
    let officer = world.officer().await;
    let path = format!("/api/v1/records/employer/{}", world.file(&officer, "employer", &json!({})).await);
    let match_1 = [("if-match", "\"1\"")];
    let silent = world.send(Some(&officer), "DELETE", &path, &match_1, Some(&json!({}))).await;
    assert_eq!((silent.status, silent.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
    let done = world.send(Some(&officer), "DELETE", &path, &match_1, Some(&json!({"reason": "重复登记"}))).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(world.get(&officer, "/api/v1/records/employer/count").await.json()["count"], 0);
    let history = world.get(&officer, &format!("{path}/history")).await.json();
    let revisions: Vec<_> = history["items"].as_array().unwrap().iter().map(|r| (r["revision"].clone(), r["retracted"].clone())).collect();
    assert_eq!(revisions, [(json!(2), json!(true)), (json!(1), json!(false))]);
    let instant = history["items"][0]["recorded_from"].as_str().unwrap();
    assert_eq!(instant, "2026-06-30T09:00:00+08:00", "instants carry their offset");
}

#[tokio::test]
async fn a_writing_request_carries_the_sessions_token() {
    let world = World::new().await;
    let mut officer = world.officer().await;
    officer.csrf = "wrong".into();
    let reply = world.post(&officer, "/api/v1/records/employer", &json!({"data": world.example("employer", &json!({}))})).await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::FORBIDDEN, "bad-token"));
}

#[tokio::test]
async fn a_step_follows_the_states() {
    let (world, officer) = World::with_examples().await;
    let catalogue = &world.app.door.catalogue;
    let kind = catalogue.kind("declaration").unwrap();
    let list = world.get(&officer, "/api/v1/records/declaration").await.json();
    let (id, state) = (list["items"][0]["id"].as_str().unwrap(), list["items"][0]["state"].as_str().unwrap());
    let path = |step: &str| format!("/api/v1/records/declaration/{id}/transitions/{step}");
    let match_1 = [("if-match", "\"1\"")];
    let unknown = world.send(Some(&officer), "POST", &path("nosuch"), &match_1, Some(&json!({}))).await;
    assert_eq!(unknown.problem(), "not-found");
    let wrong = kind.transitions.iter().find(|t| !t.from.iter().any(|s| s == state)).unwrap();
    let reply = world.send(Some(&officer), "POST", &path(&wrong.id), &match_1, Some(&json!({}))).await;
    assert_eq!(reply.problem(), "bad-request", "{}", reply.text);
    let right = kind.transitions.iter().find(|t| t.from.iter().any(|s| s == state)).unwrap();
    let reply = world.send(Some(&officer), "POST", &path(&right.id), &match_1, Some(&json!({"reason": "办理"}))).await;
    assert!(matches!(reply.status, StatusCode::OK | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST), "{}", reply.text);
}
