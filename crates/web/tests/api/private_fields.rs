//! Private fields: masked until a purpose is stated, and no way around the mask.

use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::{Value, json};

const ID_NO: &str = "130322199804129999";

async fn worker(world: &World, officer: &Session) -> Value {
    world.get(officer, "/api/v1/records/exposed_worker").await.json()["items"][0].clone()
}

#[tokio::test]
async fn lists_records_and_histories_are_masked() {
    let (world, officer) = World::with_examples().await;
    let record = worker(&world, &officer).await;
    let path = format!("/api/v1/records/exposed_worker/{}", record["id"].as_str().unwrap());
    for path in [
        "/api/v1/records/exposed_worker".to_owned(),
        path.clone(),
        format!("{path}/history"),
        "/api/v1/search?q=130322199804129999".to_owned(),
    ] {
        let reply = world.get(&officer, &path).await;
        assert!(!reply.text.contains(ID_NO) && !reply.text.contains("傅测民"), "{path}: {}", reply.text);
        assert!(reply.text.contains('＊') || reply.text.contains('*'), "{path} shows the mask: {}", reply.text);
    }
}

#[tokio::test]
async fn a_purpose_from_the_list_reveals_and_goes_on_record() {
    let (world, officer) = World::with_examples().await;
    let record = worker(&world, &officer).await;
    let path = format!("/api/v1/records/exposed_worker/{}/reveal", record["id"].as_str().unwrap());
    for purpose in ["", "好奇"] {
        let reply = world.post(&officer, &path, &json!({"purpose": purpose})).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{purpose}");
    }
    let reply = world.post(&officer, &path, &json!({"purpose": "监测数据核实"})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    assert_eq!((&reply.json()["data"]["id_no"], &reply.json()["masked"]), (&json!(ID_NO), &json!(false)));
    let admin = world.sign_in("admin", &["R01"], "", "").await;
    let lines = world.get(&admin, "/api/v1/audit?limit=1000").await.json();
    let views = lines["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|l| l["action"] == "view" && l["reason"] == "监测数据核实" && l["source"] == "api")
        .count();
    assert_eq!(views, 1);
}

#[tokio::test]
async fn private_fields_answer_to_whole_values_only() {
    let (world, officer) = World::with_examples().await;
    let found = |query: &'static str| {
        let (world, officer) = (&world, &officer);
        async move { world.get(officer, &format!("/api/v1/records/exposed_worker?{query}")).await }
    };
    assert_eq!(found("id_no=130322199804129999").await.json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(found("id_no=130322199804129998").await.json()["items"].as_array().map(Vec::len), Some(0));
    for query in ["id_no__prefix=1303", "id_no__in=130322199804129999", "phone=0000-5800117", "sort=id_no", "sort=person_name"] {
        assert_eq!(found(query).await.status, StatusCode::BAD_REQUEST, "{query}");
    }
    let groups = world.get(&officer, "/api/v1/records/exposed_worker/count?by=id_no").await;
    assert_eq!(groups.status, StatusCode::BAD_REQUEST);
}
