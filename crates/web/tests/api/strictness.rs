//! What is not known is refused with its name, never ignored.

use crate::world::World;
use axum::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn unknown_parameters_are_refused_everywhere() {
    let world = World::new().await;
    let officer = world.officer().await;
    for path in [
        "/api/v1/records/employer?nosuch=1",
        "/api/v1/records/employer/count?nosuch__gte=1",
        "/api/v1/records/employer?name__like=x",
        "/api/v1/kinds?page=2",
        "/api/v1/codes/SEX?search=x",
        "/api/v1/plans/qinhuangdao/evaluation?year=2020&jahr=2020",
        "/api/v1/jobs?state=done",
    ] {
        let reply = world.get(&officer, path).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::BAD_REQUEST, "unknown-parameter"), "{path}");
        let problem = reply.json()["problems"][0].clone();
        assert_eq!(problem["class"], "E_PARAM", "{path}");
        assert!(problem["message"].as_str().is_some_and(|m| m.contains("不认识")), "{problem}");
    }
}

#[tokio::test]
async fn values_of_parameters_are_checked() {
    let world = World::new().await;
    let officer = world.officer().await;
    for path in [
        "/api/v1/records/employer?limit=0",
        "/api/v1/records/employer?limit=many",
        "/api/v1/records/employer?as_of=2020-02-30",
        "/api/v1/records/employer?staff_total__gte=many",
        "/api/v1/records/employer?sort=nosuch",
        "/api/v1/records/employer?cursor=xyz",
        "/api/v1/records/employer?limit=1&limit=2",
        "/api/v1/plans/qinhuangdao/evaluation",
        "/api/v1/plans/qinhuangdao/evaluation?year=2020&format=pdf",
        "/api/v1/indicators/I-02/breakdown?by=colour&year=2020",
        "/api/v1/indicators/I-01/breakdown?by=size&year=2020",
        "/api/v1/search",
    ] {
        let reply = world.get(&officer, path).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::BAD_REQUEST, "bad-request"), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn unknown_fields_and_members_are_refused() {
    let world = World::new().await;
    let officer = world.officer().await;
    let path = "/api/v1/records/employer";
    let field = world.post(&officer, path, &json!({"data": world.example("employer", &json!({"colour": "red"}))})).await;
    assert_eq!((field.status, field.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
    assert!(
        field.json()["problems"].as_array().unwrap().iter().any(|p| p["field"] == "colour" && p["class"] == "E_FIELD"),
        "{}",
        field.text
    );
    let member = world.post(&officer, path, &json!({"data": world.example("employer", &json!({})), "force": true})).await;
    assert_eq!((member.status, member.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
    assert_eq!(world.get(&officer, "/api/v1/records/employer/count").await.json()["count"], 0, "nothing was written");
}

#[tokio::test]
async fn bodies_must_be_json_objects() {
    let world = World::new().await;
    let officer = world.officer().await;
    let path = "/api/v1/records/employer";
    let reply = world.send(Some(&officer), "POST", path, &[("content-type", "text/plain")], Some(&json!({}))).await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json"));
    let reply = world.post(&officer, path, &json!([])).await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::BAD_REQUEST, "bad-request"));
    let reply = world.post(&officer, path, &json!({})).await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
}

#[tokio::test]
async fn problems_name_field_class_found_and_expected() {
    let world = World::new().await;
    let officer = world.officer().await;
    let data = world.example("employer", &json!({"staff_total": "许多", "uscc": "123"}));
    let reply = world.post(&officer, "/api/v1/records/employer", &json!({"data": data})).await;
    assert_eq!(reply.problem(), "invalid");
    let problem = reply.json()["problems"].as_array().unwrap().iter().find(|p| p["field"] == "staff_total").cloned().unwrap();
    assert_eq!((&problem["found"], &problem["level"]), (&json!("许多"), &json!("error")));
    for member in ["class", "expected", "message"] {
        assert!(problem[member].as_str().is_some_and(|t| !t.is_empty()), "{member}: {problem}");
    }
}

#[tokio::test]
async fn other_addresses_and_methods_are_problems_too() {
    let world = World::new().await;
    let officer = world.officer().await;
    assert_eq!(world.get(&officer, "/api/v1/nosuch").await.problem(), "not-found");
    assert_eq!(world.get(&officer, "/api/v1/records/nosuch").await.problem(), "not-found");
    assert_eq!(world.send(Some(&officer), "PUT", "/api/v1/kinds", &[], None).await.problem(), "wrong-method");
}

#[tokio::test]
async fn addresses_that_are_no_text_and_bodies_beyond_the_limit_are_refused_as_documented() {
    let world = World::new().await;
    let officer = world.officer().await;
    for path in ["/api/v1/records/employer/%ff", "/api/v1/codes/%E8%81", "/api/v1/jobs/%ff"] {
        let reply = world.get(&officer, path).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert!(reply.json()["problems"].is_array(), "{path}: {}", reply.text);
    }
    let large = "x".repeat(9 * 1024 * 1024);
    let reply = world.post(&officer, "/api/v1/records/employer", &json!({"data": {}, "reason": large})).await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
}
